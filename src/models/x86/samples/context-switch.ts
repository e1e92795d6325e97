/** Two processes. */
import type { Sample } from './sample.ts';

/** Two address spaces, switched at each system call; STR shows whose TSS the CPU has. */
export const contextSwitch: Sample = {
  name: 'context-switch',
  title: 'Context switch',
  says: 'Two processes with a page directory each print their letter in turn, from the same address.',
  divergesAt: 'whose',
  observables: { data: ['switches', 'data_end'], registers: ['ebx'] },
  text: `; Two processes run the same code in ring 3 and print the letter that stands in
; their own page, at the same address. Each int 0x80 prints AL and switches to the
; other: CR3, the kernel's stack, the TSS. First str asks which TSS is loaded:
; under trap-and-emulate it is the hypervisor's.

console equ 0xe9
esp0    equ 0x904               ; ESP of ring 0, in the TSS of the firmware
private equ 0x20000             ; the page that each process has for itself

start:
whose:  str ax
        test ax, ax
        jz stop                 ; no TSS, no ring 3
        lidt [idtr]
        mov ax, 0x23
        mov ds, ax
        mov ebx, 4              ; B, then A
build:  mov edi, [tables + ebx]
        mov eax, 3              ; the first 16 pages lie where they lie
        sub ecx, ecx
.next:  set_pte [edi + ecx*4], eax
        add eax, 4096
        inc ecx
        cmp ecx, 16
        jb .next
        mov eax, 0x1007         ; the program's page is the user's, too
        set_pte [edi + 4], eax
        mov eax, [frames + ebx]
        set_pte [edi + private/4096*4], eax
        mov edx, [letters + ebx]
        mov [eax - 7], edx
        mov esi, [roots + ebx]
        lea eax, [edi + 7]
        set_pte [esi], eax
        flush_ptes
        mov esp, [tops + ebx]   ; SS, ESP, EFLAGS, CS, EIP, eight registers
        push 0x23
        push private + 4096
        push 0x202
        push 0x1b
        push user
        sub esp, 32
        mov [stacks + ebx], esp
        sub ebx, 4
        jns build
        mov eax, [roots]
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp go

system_call:
        pusha
        out console, al
        inc dword [switches]
        cmp dword [switches], 20
        je stop
        mov ebx, [current]      ; 0 for A, 4 for B
        mov [stacks + ebx], esp
        xor ebx, 4
        mov [current], ebx
        mov eax, [roots + ebx]
        mov cr3, eax
        mov esp, [stacks + ebx]
go:     mov ebx, [current]
        mov eax, [tops + ebx]
        mov [esp0], eax
        popa
        iret
stop:   mov ebx, [switches]
        cli
        hlt

user:   mov al, [private]
        int 0x80
        jmp user

switches: dd 0
data_end:
current: dd 0
stacks: dd 0, 0                 ; of A, of B
tops:   dd 0x8000, 0x7000
roots:  dd 0xa000, 0xb000
tables: dd 0xc000, 0xd000
frames: dd 0x30007, 0x31007
letters: dd 'A', 'B'

        align 8
idt:    resb 0x80*8
        gate system_call, user
idt_end:
idtr:   dw idt_end - idt - 1
        dd idt
`,
};
