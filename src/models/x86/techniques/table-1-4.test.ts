/**
 * What happens to each operation (the facts' table 1.4): whether the instruction at the label `it` leaves the CPU for the
 * hypervisor or is executed by the CPU itself, and whether the guest is then what a bare machine would be. Filling a shadow after a
 * hidden fault is no leaving in this sense: the instruction is the CPU's in the end.
 *
 * A technique is a column. A row says nothing of those that it has no claim for.
 */
import { describe, expect, test } from 'vitest';
import { assemble } from '../assembler.ts';
import type { TranslatingVm } from './binary-translation.ts';
import { techniques } from './index.ts';
import { play, type Run } from './lab.ts';
import type { TechniqueName } from './technique.ts';
import type { How } from './translator.ts';

type Claim = 'direct' | 'leaves' | 'direct, wrong';

interface Row {
  readonly operation: string;
  readonly text: string;
  readonly claims: Readonly<Partial<Record<TechniqueName, Claim>>>;
}

/** Claims for the bare machine, trap and emulate, VT-x with shadow tables, and with nested ones. */
function row(operation: string, text: string, te: Claim, shadow: Claim, nested: Claim): Row {
  const claims = { native: 'direct', 'trap-and-emulate': te, 'hvm-shadow': shadow, 'hvm-nested': nested } as const;
  return { operation, text, claims };
}

/** A kernel with two processes' page tables at 0x20000 and 0x22000, 4 MiB that map themselves, paging on. */
const paged = `
        mov edi, 0x21000
        mov eax, 7
fill:   mov [edi], eax
        add edi, 4
        add eax, 0x1000
        cmp edi, 0x21400
        jb fill
        mov dword [0x20000], 0x21007
        mov dword [0x22000], 0x21007
        mov eax, 0x20000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
`;

/** Gates for vector 14 and 0x80; both handlers end the program. */
const gates = `
done:   cli
        hlt
        align 8
idt:    resb 14*8
        gate done
        resb (0x80-15)*8
        gate done, user
idtr:   dw 0x81*8 - 1
        dd idt
`;

/** The way into ring 3. */
const toUser = (flags: number) => `
        mov dword [0x904], 0x8000
        push 0x23
        push 0x9000
        push ${flags}
        push 0x1b
        push user
`;

/** An LDT at 0x3000, in a seventh descriptor. */
const localTable = `
        mov dword [0x830], 0x30000007
        mov dword [0x834], 0x8200
        lgdt [table]
        mov eax, 0x30
        lldt ax
`;

const end = '\n        cli\n        hlt\n';
const guestOnly = ['direct', 'direct'] as const;
const exits = ['leaves', 'leaves'] as const;

const rows: readonly Row[] = [
  row('cli', `sti\nit: cli${end}`, 'leaves', ...guestOnly),
  row('sti', `it: sti\nnop${end}`, 'leaves', ...guestOnly),
  row('popf that sets IF', `push 0x202\nit: popf${end}`, 'direct, wrong', ...guestOnly),
  row('popf that clears IF', `sti\npush 2\nit: popf${end}`, 'direct, wrong', ...guestOnly),
  row('pushf', `it: pushf${end}`, 'direct, wrong', ...guestOnly),
  row('mov to CR3', `${paged}mov eax, 0x22000\nit: mov cr3, eax${end}`, 'leaves', 'leaves', 'direct'),
  row('mov from CR3', `it: mov eax, cr3${end}`, 'leaves', 'leaves', 'direct'),
  row('mov from CR0', `it: mov eax, cr0${end}`, 'leaves', ...guestOnly),
  row('a page-table entry in use', `${paged}it: mov dword [0x21100], 7${end}`, 'leaves', 'leaves', 'direct'),
  row('a page-table entry not in use', `${paged}it: mov dword [0x30000], 7${end}`, 'direct', ...guestOnly),
  row('invlpg', `${paged}it: invlpg [0x5000]${end}`, 'leaves', 'leaves', 'direct'),
  row('lgdt', `it: lgdt [table]${end}table: dw 47\ndd 0x800`, 'leaves', ...guestOnly),
  row('lidt', `it: lidt [idtr]${end}${gates}`, 'leaves', ...guestOnly),
  row('sgdt', `it: sgdt [0x3000]${end}`, 'direct, wrong', ...guestOnly),
  row('sidt', `it: sidt [0x3000]${end}`, 'direct, wrong', ...guestOnly),
  row('smsw', `it: smsw eax${end}`, 'direct, wrong', ...guestOnly),
  row('str', `it: str eax${end}`, 'direct, wrong', ...guestOnly),
  row('sldt', `${localTable}it: sldt eax${end}table: dw 55\ndd 0x800`, 'direct, wrong', ...guestOnly),
  row('mov from CS', `it: mov eax, cs${end}`, 'direct, wrong', ...guestOnly),
  row('push CS', `it: push cs${end}`, 'direct, wrong', ...guestOnly),
  row('lar', `mov ecx, 8\nit: lar eax, ecx${end}`, 'direct, wrong', ...guestOnly),
  row('lsl', `mov ecx, 8\nit: lsl eax, ecx${end}`, 'direct, wrong', ...guestOnly),
  row('mov to SS', `mov eax, 0x10\nit: mov ss, eax${end}`, 'leaves', ...guestOnly),
  row('hlt', 'it: hlt', 'leaves', ...exits),
  row('in', `it: in eax, 0xe9${end}`, 'leaves', ...exits),
  row('out', `mov al, 65\nit: out 0xe9, al${end}`, 'leaves', ...exits),
  row('cpuid', `it: cpuid${end}`, 'direct', ...exits),
  row('rdtsc', `it: rdtsc${end}`, 'direct', ...guestOnly),
  row('iret to ring 3 with IF', `${toUser(0x202)}it: iret\nuser: jmp $`, 'direct, wrong', ...guestOnly),
  row('iret to ring 3 without IF', `${toUser(2)}it: iret\nuser: jmp $`, 'direct', ...guestOnly),
  row('iret to ring 0', `push 2\npush 8\npush next\nit: iret\nnext:${end}`, 'leaves', ...guestOnly),
  row('system call', `lidt [idtr]${toUser(2)}iret\nuser:\nit: int 0x80${gates}`, 'leaves', ...guestOnly),
  row(
    'true page fault',
    `lidt [idtr]${paged}mov dword [0x21100], 0\ninvlpg [0x40000]\nit: mov eax, [0x40000]${gates}`,
    'leaves',
    'leaves',
    'direct',
  ),
  row('first access to a page that is there', `${paged}it: mov eax, [0x40000]${end}`, 'direct', ...guestOnly),
  row('access outside of memory', `it: mov eax, [0x200000]${end}`, 'leaves', ...exits),
];

/** Addresses of instructions that left the CPU for good: no fault that was hidden from them. */
function leavings(run: Run): readonly number[] {
  const found: number[] = [];
  for (let i = 1; i < run.length; i++) {
    const { action, event } = run.report(i);
    if (action === 'leave' && event !== undefined && run.report(i + 1).action !== 'fill') found.push(event.eip);
  }
  return found;
}

function played(text: string) {
  const program = assemble(text);
  expect(program.problems).toEqual([]);
  const run = (name: TechniqueName) => {
    const technique = techniques.find((t) => t.name === name);
    if (technique === undefined) throw new Error(`there is no ${name}`);
    return play(program, technique, { steps: 3000 });
  };
  return { it: program.symbols.get('it') as number, run };
}

describe.each(rows)('$operation', ({ text, claims }) => {
  test.each(Object.entries(claims) as [TechniqueName, Claim][])('%s: %s', (name, claim) => {
    const { it, run: runs } = played(text);
    const run = runs(name);
    expect([...run.eips]).toContain(it);
    expect(leavings(run).includes(it)).toBe(claim === 'leaves');
    expect(run.divergence?.eip).toBe(claim === 'direct, wrong' ? it : undefined);
  });
});

/**
 * What becomes of the kernel's instructions in the translation cache (Adams and Agesen 2006, §3.2 and 3.3); `leaves` where the code is
 * the guest's own and traps all the same.
 */
const translations: Readonly<Record<How, string>> = {
  inline: 'cli, sti, popf that sets IF, popf that clears IF, pushf',
  device: 'in, out, rdtsc',
  identical:
    'a page-table entry in use, a page-table entry not in use, true page fault, first access to a page that is there, access outside of memory',
  callout:
    'mov to CR3, mov from CR3, mov from CR0, invlpg, lgdt, lidt, sgdt, sidt, smsw, str, sldt, mov from CS, push CS, lar, lsl, mov to SS, hlt, cpuid, iret to ring 3 with IF, iret to ring 3 without IF, iret to ring 0',
  simulate: '',
  branch: '',
};
const leavesTranslated = ['a page-table entry in use', 'true page fault', 'access outside of memory'];

describe('binary translation', () => {
  test.each(rows)('$operation', ({ operation, text }) => {
    const { it, run: runs } = played(text);
    const run = runs('binary-translation');
    expect(run.divergence).toBeUndefined();
    const unit = (i: number) => (run.at(i) as TranslatingVm).unit;
    const before = run.eips.findIndex((eip, i) => eip === it && (unit(i) !== undefined || run.holders[i] === 0));
    expect(before).toBeGreaterThan(0);
    if (operation === 'system call') {
      // In ring 3 the guest's own instruction runs, and traps.
      expect(unit(before)).toBeUndefined();
      expect(leavings(run)).toContain(it);
      return;
    }
    const how = unit(before)?.how as How;
    expect(translations[how].split(', ')).toContain(operation);
    const traps = how === 'identical' && leavesTranslated.includes(operation);
    expect(leavings(run).includes(it)).toBe(traps || how === 'callout' || how === 'device');
  });

  test('every row has its place', () => {
    const placed = Object.values(translations).flatMap((list) => (list === '' ? [] : list.split(', ')));
    expect([...placed, 'system call'].sort()).toEqual(rows.map(({ operation }) => operation).sort());
  });
});

test.each(['native', 'binary-translation', 'hvm-shadow', 'hvm-nested'] as const)(
  '%s: popf gives the interrupt flag back',
  (name) => {
    const run = played(popf).run(name);
    expect(run.at(run.length).view().eflags & 0x200).toBe(0x200);
  },
);

const popf = 'sti\nit: pushf\nfirst: cli\nmov eax, 1\nthen: popf\nstop: jmp stop';

test('under trap and emulate cli traps once, popf never, and interrupts stay off', () => {
  const program = assemble(popf);
  const run = played(popf).run('trap-and-emulate');
  const at = (label: string) => leavings(run).filter((eip) => eip === program.symbols.get(label)).length;
  expect([at('it'), at('first'), at('then')]).toEqual([0, 1, 0]);
  expect(run.at(run.length).view().eflags & 0x200).toBe(0);
  expect(run.divergence).toMatchObject({ eip: program.symbols.get('then'), part: 'eflags', line: 5 });
});

const ticks = `lidt [idtr]
        mov eax, 50
        out 0x40, eax
        sti
        mov ecx, 1000
again:  loop again
        cli
        hlt
tick:   inc dword [count]
        iret
count:  dd 0
        align 8
idt:    resb 0x20*8
        gate tick
idtr:   dw 0x21*8 - 1
        dd idt`;

describe('the timer interrupts every 50 instructions', () => {
  test.each([
    ['native', 0],
    ['trap-and-emulate', 'each'],
    ['binary-translation', 'each'],
    ['hvm-shadow', 'each'],
    ['hvm-nested', 'each'],
  ] as const)('%s: %s of them leaves the CPU first', (name, many) => {
    const run = played(ticks).run(name);
    let left = 0;
    for (let i = 1; i <= run.length; i++) {
      const { action, event } = run.report(i);
      if (action === 'leave' && event?.kind === 'interrupt') left++;
    }
    expect(run.stop.reason).toBe('halted');
    expect(run.divergence).toBeUndefined();
    expect(run.counters.interrupts).toBe(20);
    expect(left).toBe(many === 'each' ? run.counters.interrupts : many);
  });
});
