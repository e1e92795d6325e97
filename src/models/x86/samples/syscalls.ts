/** System calls in a loop. */
import type { Sample } from './sample.ts';

/** INT 0x80 from ring 3; the IRET that starts the program turns interrupts on, which IRET in ring 1 silently does not. */
export const syscalls: Sample = {
  name: 'syscalls',
  title: 'System calls',
  says: 'A program in ring 3 prints a sentence through int 0x80, one system call a character.',
  divergesAt: 'enter',
  observables: { data: ['calls', 'data_end'], registers: ['eax', 'ebx'] },
  text: `; A program in ring 3 prints through the kernel: int 0x80 with EAX = 1 prints BL,
; with EAX = 0 it ends. The iret that starts it turns interrupts on. In ring 1,
; under trap-and-emulate, it starts the program as well, and leaves IF alone.

console equ 0xe9
esp0    equ 0x904               ; ESP of ring 0, in the TSS of the firmware
times   equ 8

start:  mov dword [esp0], 0x8000
        lidt [idtr]
        push 0x23               ; SS, ESP, EFLAGS, CS, EIP of the program
        push 0x9000
        push 0x202
        push 0x1b
        push user
        mov ax, 0x23
        mov ds, ax
enter:  iret

system_call:
        test eax, eax
        jz exit
        mov al, bl
        out console, al
        inc dword [calls]
        iret
exit:   cli
        hlt

user:   mov ecx, times
line:   mov esi, message
next:   mov bl, [esi]
        mov eax, 1
        int 0x80
        inc esi
        cmp esi, message_end
        jb next
        loop line
        mov eax, 0
        int 0x80

calls:  dd 0
data_end:
message: db 'Hello from ring 3', 10
message_end:

        align 8
idt:    resb 0x80*8
        gate system_call, user
idt_end:
idtr:   dw idt_end - idt - 1
        dd idt
`,
};
