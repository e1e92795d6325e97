/** A counter that a timer's handler and the kernel both change. */
import type { Sample } from './sample.ts';

/** `pushf; cli; …; popf` around a shared counter: POPF does not trap in ring 1, so IF stays off in the guest's eyes. */
export const criticalSection: Sample = {
  name: 'critical-section',
  title: 'Critical section',
  says: 'A kernel and its timer handler add to one counter; the kernel keeps the handler out with pushf, cli and popf.',
  divergesAt: 'leave_it',
  observables: { data: ['counter', 'data_end'], registers: ['ebx'] },
  text: `; A kernel and its timer handler add to one counter. While the kernel does,
; it holds interrupts off: pushf saves IF, cli clears it, popf restores it.
; Under trap-and-emulate cli traps and popf does not: interrupts stay off.

console equ 0xe9
timer   equ 0x40
rounds  equ 200

start:  lidt [idtr]
        mov eax, 60             ; an interrupt every 60 instructions
        out timer, eax
        sti
        mov ecx, rounds
again:  call add_one
        loop again
        cli
        sub eax, eax            ; timer off
        out timer, eax
        mov ebx, [counter]      ; 200 rounds and 5 ticks: 205
        mov al, [ticks]
        add al, '0'
        out console, al
        mov esi, message
print:  mov al, [esi]
        out console, al
        inc esi
        cmp esi, message_end
        jb print
        hlt

add_one:
        pushf
        cli                     ; enter
        mov eax, [counter]
        inc eax
        mov [counter], eax
leave_it:
        popf
        ret

on_timer:
        push eax
        inc dword [counter]
        inc dword [ticks]
        cmp dword [ticks], 5
        jb .done
        sub eax, eax            ; five are enough
        out timer, eax
.done:  pop eax
        iret

counter: dd 0
ticks:   dd 0
data_end:
message: db ' ticks', 10
message_end:

        align 8
idt:    resb 0x20*8             ; no handlers for exceptions
        gate on_timer
idt_end:
idtr:   dw idt_end - idt - 1
        dd idt
`,
};
