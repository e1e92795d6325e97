/** Page-table entries that come and go. */
import type { Sample } from './sample.ts';

/** Demand paging through one window; LSL shows how far the kernel's segment reaches, which in ring 1 is not to 4 GiB. */
export const pageTableLoop: Sample = {
  name: 'page-table-loop',
  title: 'Page tables in a loop',
  says: 'A kernel touches a page that is not there, maps a frame in its fault handler, and unmaps it again, sixteen times.',
  divergesAt: 'reach',
  observables: { data: ['faults', 'data_end'], registers: ['ebx'] },
  text: `; A kernel touches a page that is not mapped. Its page-fault handler maps a
; fresh frame there, the store is done again, and the page is unmapped: 16 times.
; Then each frame is mapped once more and read. First lsl asks how far the
; segment reaches: under trap-and-emulate it ends below the hypervisor.

console   equ 0xe9
directory equ 0xa000
table     equ 0xb000
window    equ 0x40000           ; the page that comes and goes,
entry     equ table + window/4096*4 ; its page-table entry,
frames    equ 0x20000           ; and the frames to put there
count     equ 16

start:  mov ecx, ds
reach:  lsl edx, ecx            ; last byte that DS can reach
        cmp edx, window + 4095
        jb stop
        lidt [idtr]
        sub ecx, ecx            ; the first 16 pages lie where they lie
        mov eax, 3              ; present, writable
fill:   set_pte [table + ecx*4], eax
        add eax, 4096
        inc ecx
        cmp ecx, 16
        jb fill
        mov eax, table + 3
        set_pte [directory], eax
        flush_ptes
        mov eax, directory
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax            ; paging on

        mov ecx, count
touch:  mov [window], ecx       ; faults, then is done again
        call unmap
        loop touch

        mov edi, frames + 3     ; each frame holds its round: 16 + 15 + … + 1
read:   set_pte [entry], edi
        flush_ptes
        add ebx, [window]
        call unmap
        add edi, 4096
        cmp edi, frames + count*4096
        jb read
        mov [sum], ebx
        mov al, 10
        out console, al
stop:   cli
        hlt

unmap:  sub eax, eax
        set_pte [entry], eax
        flush_ptes
        invlpg [window]
        ret

page_fault:
        mov eax, cr2            ; a fault anywhere else would be a mistake
        cmp eax, window
        jne stop
        mov eax, [faults]
        inc dword [faults]
        shl eax, 12
        add eax, frames + 3
        set_pte [entry], eax
        flush_ptes
        mov al, '.'
        out console, al
        add esp, 4              ; the error code
        iret

faults: dd 0
sum:    dd 0
data_end:

        align 8
idt:    resb 14*8
        gate page_fault
idt_end:
idtr:   dw idt_end - idt - 1
        dd idt
`,
};
