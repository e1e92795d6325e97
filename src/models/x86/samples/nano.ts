/**
 * Programs that do one thing over and over, for the cost model's predictions: the nano-benchmarks of Adams and Agesen (ASPLOS
 * 2006, §6.3) and a loop like their `forkwait`. What they time lies between the labels `measured` and `measured_end`; the counters of
 * the two are to be subtracted, and those of `null-loop` with as many rounds, and the rest divided by the rounds.
 *
 * Theirs ran in and on a 64-bit CPU; what differs here: `cr-write` writes CR2, which like their CR8 is privileged and leaves no
 * VMX guest; a true page fault is an access to a page that the guest has not mapped, and its handler goes on after the access.
 * `forkwait` is far smaller than theirs: a fork that copies and write-protects 32 entries, a child that writes to 4 of the
 * pages, and its end. `demand-fault` and `context-switch` are for SOSP 2003 (Tables 4 and 5): a fault whose handler maps the page,
 * and a switch to another address space. The loops are the guest's kernel's (ring 0), but for `syscall`, whose caller is in ring 3.
 */

/** Most rounds: a page table has 1024 entries, and sixteen map the program. */
export const mostRounds = 1000;

/** Names of the programs; the numbers that they predict have the same ones where they were published. */
export const nanoNames = [
  'null-loop',
  'syscall',
  'in',
  'cr-write',
  'call-ret',
  'page-fault',
  'divide-by-zero',
  'pte-unchanged',
  'pte-p-np',
  'pte-np-p',
  'demand-fault',
  'context-switch',
  'forkwait',
] as const;

/** The name of one. */
export type NanoName = (typeof nanoNames)[number];

interface Parts {
  /** Before the loop; EBX is the number of rounds. */
  readonly before?: string;
  /** One round; EDI and EBX are the loop's. */
  readonly round: string;
  /** Handlers, in all three gates that there are. */
  readonly fault?: string;
  readonly more?: string;
  /** Entries that are present before the loop starts. */
  readonly present?: boolean;
}

/** A round that writes the loop's page-table entry; EDI is its address. */
const pte = (value: string): string => `        mov eax, ${value}
        set_pte [edi], eax
        flush_ptes
        add edi, 4`;

/** Reads the pages of the entries that are present: who keeps shadows of page tables has them then. */
const touch = (rounds: number): string => `        mov ecx, ${rounds}
touch:  mov edx, ecx
        shl edx, 12
        mov al, [0x3ff000 + edx]
        loop touch
`;

const skip = `        mov dword [esp], resume
        iret`;

const parts: Readonly<Record<NanoName, Parts>> = {
  'null-loop': { round: '' },
  syscall: {
    before: `        push 0x23
        push 0x9000
        push 2
        push 0x1b
        push user
        iret
user:`,
    round: '        int 0x80',
  },
  in: { round: '        in al, 0x80' },
  'cr-write': { round: '        mov cr2, eax' },
  'call-ret': { round: '        call leaf', more: 'leaf:   ret' },
  'page-fault': {
    round: `        mov eax, [0x3ff000]
resume:`,
    fault: `        add esp, 4
${skip}`,
  },
  'divide-by-zero': {
    before: '        sub ecx, ecx',
    round: `        div ecx
resume:`,
    fault: skip,
  },
  'pte-unchanged': { round: pte('0x20003'), present: true },
  'pte-p-np': { round: pte('0'), present: true },
  'pte-np-p': { round: pte('0x20003') },
  'demand-fault': {
    before: '        mov esi, 0x3ff000',
    round: `        add esi, 4096
        mov eax, [esi]`,
    fault: `        push eax
        mov eax, 0x20003
        set_pte [edi], eax
        flush_ptes
        add edi, 4
        pop eax
        add esp, 4
        iret`,
  },
  'context-switch': {
    before: `        mov eax, table + 7      ; two address spaces with the same kernel
        set_pte [child], eax
        flush_ptes
        mov ebp, root`,
    round: `        xor ebp, root ^ child
        mov cr3, ebp`,
  },
  forkwait: {
    round: `        mov esi, table + 32*4   ; fork: share the parent's pages, read-only in both
        mov ecx, 32
.copy:  lea eax, [ecx + 31]
        shl eax, 12
        or eax, 1
        set_pte [table + 31*4 + ecx*4], eax
        set_pte [child_table + 31*4 + ecx*4], eax
        loop .copy
        mov eax, child_table + 3
        set_pte [child], eax
        flush_ptes
        mov eax, child
        mov cr3, eax            ; the child runs, and writes to four pages
        mov ecx, 4
.write: mov eax, ecx
        shl eax, 12
        mov [0x1f000 + eax], eax
        loop .write
        mov ecx, 32             ; exit: the child's entries go
        sub eax, eax
.gone:  set_pte [child_table + 31*4 + ecx*4], eax
        loop .gone
        flush_ptes
        mov eax, root
        mov cr3, eax            ; wait returns, and the child's root goes
        sub eax, eax
        set_pte [child], eax
        flush_ptes`,
    before: `        mov ecx, 16             ; the child has the kernel's pages from the start
.kernel: lea eax, [ecx - 1]
        shl eax, 12
        or eax, 7
        set_pte [child_table - 4 + ecx*4], eax
        loop .kernel
        flush_ptes
        mov eax, cr0
        or eax, 0x10000         ; WP: the kernel, too, faults on a read-only page
        mov cr0, eax`,
    fault: `        push eax                ; copy on write, without the copy: a page of one's own
        push ecx
        mov eax, cr2
        mov ecx, eax
        shr ecx, 12
        and eax, 0xfffff000
        add eax, 0x40003
        set_pte [child_table + ecx*4], eax
        flush_ptes
        pop ecx
        pop eax
        add esp, 4
        iret`,
  },
};

/** The program of a name, with so many rounds. */
export function nano(name: NanoName, rounds: number): string {
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= mostRounds))
    throw new RangeError(`${rounds} rounds: there can be 1 to ${mostRounds}.`);
  const { before = '', round, fault = '        iret', more = '', present = false } = parts[name];
  return `; ${name}: ${rounds} rounds between measured and measured_end.
root    equ 0xa000
table   equ 0xb000
work    equ 0xc000              ; a page table whose entries are written
child   equ 0xd000
child_table equ 0xe000

start:  mov dword [0x904], 0x8000
        mov ax, 0x23
        mov ds, ax
        lidt [idtr]
        sub ecx, ecx
        mov eax, 7
fill:   set_pte [table + ecx*4], eax
        add eax, 4096
        inc ecx
        cmp ecx, 64
        jb fill
        mov eax, 0x20003
        set_pte [work + 1023*4], eax
        mov ecx, ${rounds}
ready:  set_pte [work - 4 + ecx*4], ${present ? 'eax' : 'edx'}
        loop ready
        mov eax, table + 7
        set_pte [root], eax
        mov eax, work + 7
        set_pte [root + 4], eax
        flush_ptes
        mov eax, root
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        mov al, [0x7ff000]      ; the table is in use: its last page is there
${present ? touch(rounds) : ''}        mov edi, work
        mov ebx, ${rounds}
${before}
measured:
${round}
        dec ebx
        jnz measured
measured_end:
        int 0x81

fault:
${fault}
back:   iret
stop:   cli
        hlt
${more}

        align 8
idt:    gate fault
        resb 13*8
        gate fault
        resb (0x80 - 15)*8
        gate back, user
        gate stop, user
idt_end:
idtr:   dw idt_end - idt - 1
        dd idt
`;
}
