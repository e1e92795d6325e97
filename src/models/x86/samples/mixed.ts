/** A little of everything. */
import type { Sample } from './sample.ts';

/** Paging, a program in ring 3, system calls, a timer, a disk and page faults; gates are made with the CS that runs. */
export const mixed: Sample = {
  name: 'mixed',
  title: 'A little of everything',
  says: 'A program in ring 3 sums up pages that its kernel maps and fills from a disk on demand, while a timer ticks.',
  divergesAt: 'code_selector',
  observables: { data: ['calls', 'data_end'], registers: ['ebx'] },
  text: `; A program in ring 3 sums up pages that its kernel maps and fills from a disk
; when they are touched, while a timer ticks. The kernel's gates get the selector
; that CS has: under trap-and-emulate that shows the ring it is really in.

console equ 0xe9
timer   equ 0x40
disk    equ 0x1f0
esp0    equ 0x904               ; ESP of ring 0, in the TSS of the firmware
root    equ 0xa000
table   equ 0xb000
heap    equ 0x40000             ; pages that the program touches
pages   equ 12

start:  mov dword [esp0], 0x8000
code_selector:
        mov [idt + 14*8 + 2], cs
        mov [idt + 0x20*8 + 2], cs
        mov [idt + 0x80*8 + 2], cs
        lidt [idtr]
        mov ax, 0x23
        mov ds, ax
        sub ecx, ecx
        mov eax, 7              ; 16 pages lie where they lie, the user's, too
fill:   set_pte [table + ecx*4], eax
        add eax, 4096
        inc ecx
        cmp ecx, 16
        jb fill
        mov eax, table + 7
        set_pte [root], eax
        flush_ptes
        mov eax, root
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        mov eax, 100            ; an interrupt every 100 instructions
        out timer, eax
        push 0x23               ; SS, ESP, EFLAGS, CS, EIP of the program
        push 0x9000
        push 0x202
        push 0x1b
        push user
        iret

on_timer:
        inc dword [ticks]
        iret

page_fault:                     ; maps the page to the frame of its own number
        pusha
        mov edi, cr2
        mov ecx, edi
        shr ecx, 12
        lea eax, [edi + 7]
        set_pte [table + ecx*4], eax
        flush_ptes
        mov edx, disk
        in eax, dx
        mov [edi], eax          ; what stands in it comes from the disk
        popa
        add esp, 4
        iret

system_call:                    ; prints AL; the last one ends
        out console, al
        inc dword [calls]
        cmp dword [calls], pages
        jb .back
        mov ebx, [sum]
        cli
        hlt
.back:  iret

user:   mov edi, heap
.next:  mov eax, [edi]          ; faults: the page is fresh
        add [sum], eax
        mov ecx, 40
.work:  loop .work
        mov al, '#'
        int 0x80
        add edi, 4096
        jmp .next

calls:  dd 0
sum:    dd 0
data_end:
ticks:  dd 0                    ; how many depends on who runs this

        align 8
idt:    resb 14*8
        gate page_fault
        resb (0x20 - 15)*8
        gate on_timer
        resb (0x80 - 0x21)*8
        gate system_call, user
idt_end:
idtr:   dw idt_end - idt - 1
        dd idt
`,
};
