/**
 * What happens to each operation of a ported guest (the facts' table 1.4, column Xen PV): what enters Xen between the labels `it`
 * and `end`, and what the guest has of it. No entry at all is the table's S or ✓.
 */
import { describe, expect, it, test } from 'vitest';
import { assemble, type Assembly } from '../assembler.ts';
import { boot } from '../boot.ts';
import { registers } from '../assembly/words.ts';
import type { PvOptions } from './domain.ts';
import { assemblePort, port } from './port.ts';
import { paravirtual } from './pv.ts';

const gates = `
done: cli
 hlt
 align 8
idt: resb 14*8
 gate done
 resb (0x20-15)*8
 gate done
 resb (0x80-0x21)*8
 gate done, user
idtr: dw 0x81*8 - 1
 dd idt
`;

const paged = `
 mov edi, 0x21000
 mov eax, 7
fill: set_pte [edi], eax
 add edi, 4
 add eax, 0x1000
 cmp edi, 0x21400
 jb fill
 mov eax, 0x21007
 set_pte [0x20000], eax
 set_pte [0x22000], eax
 mov eax, 0x22000
 mov cr3, eax
 mov eax, 0x20000
 mov cr3, eax
`;

const toUser = ` mov dword [0x904], 0x8000
 push 0x23
 push 0x9000
 push 0x202
 push 0x1b
 push user
`;

/** Runs to `it`, then to `end`: what entered Xen on the way, and the registers and virtual flags at the end. */
function entered(program: Assembly, name: 'pv-32' | 'pv-64', options: PvOptions) {
  const vm = paravirtual(name, options).start(boot(program));
  const at = (label: string) => program.symbols.get(label);
  let inside = false;
  const found: string[] = [];
  for (let i = 0; i < 60_000 && !vm.ended; i++) {
    const { eip } = vm.view();
    if (vm.holder !== 'hypervisor') {
      if (eip === at('it')) inside = true;
      else if (inside && eip === at('end')) break;
    }
    const { action, detail, vector } = vm.step();
    if (!inside || ['run', 'leave', 'halt'].includes(action)) continue;
    if (action === 'deliver') found.push('gate');
    else found.push(action === 'reflect' ? `vector ${vector}` : (detail ?? action));
  }
  const { reg, eflags } = vm.view();
  return { found, eflags, reg: (register: string) => reg[registers.get(register)!.index], vm };
}

interface Row {
  readonly operation: string;
  readonly text: string;
  readonly enters: readonly string[];
  /** In the 64-bit layout, where it is not the same. */
  readonly enters64?: readonly string[];
  readonly flagIf?: boolean;
  readonly eax?: number;
  readonly options?: PvOptions;
}

/** Gates for vectors 13 and 14, and what they lead to. */
const faults = ` lidt [table]`;
const ends = `
end: cli
 hlt
 align 8
idt: resb 13*8
 gate end
 gate end
table: dw 15*8 - 1
 dd idt
`;

const rows: readonly Row[] = [
  { operation: 'cli', text: 'sti\nit: cli\nend: nop', enters: [], flagIf: false },
  { operation: 'sti', text: 'it: sti\nend: nop', enters: [], flagIf: true },
  { operation: 'popf that sets IF', text: 'push 0x202\nit: popf\nend: nop', enters: [], flagIf: true },
  { operation: 'popf that clears IF', text: 'sti\npush 2\nit: popf\nend: nop', enters: [], flagIf: false },
  { operation: 'pushf with IF', text: 'sti\nit: pushf\n pop eax\n and eax, 0x200\nend: nop', enters: [], eax: 0x200 },
  { operation: 'pushf without IF', text: 'it: pushf\n pop eax\n and eax, 0x200\nend: nop', enters: [], eax: 0 },
  {
    operation: 'mov to CR3',
    text: `${paged} mov eax, 0x22000\nit: mov cr3, eax\nend: nop`,
    enters: ['mmuext_op'],
    eax: 0x22000,
  },
  { operation: 'mov from CR3', text: `${paged}it: mov eax, cr3\nend: nop`, enters: ['mov cr'], eax: 0x20000 },
  {
    operation: 'page-table entry, batched',
    text: `${paged}it: set_pte [0x21100], eax\n set_pte [0x21104], eax\n flush_ptes\nend: nop`,
    enters: ['mmu_update'],
  },
  {
    operation: 'page-table entry, trapped',
    text: `${paged}it: set_pte [0x21100], eax\nend: nop`,
    enters: ['ptwr'],
    enters64: ['ptwr', 'ptwr'],
    options: { batch: 0 },
  },
  { operation: 'page-table entry not in use', text: `${paged}it: set_pte [0x30000], eax\nend: nop`, enters: [] },
  { operation: 'invlpg', text: `${paged}it: invlpg [0x5000]\nend: nop`, enters: ['mmuext_op'] },
  { operation: 'lidt', text: `it: lidt [idtr]\nend: nop${gates}`, enters: ['set_trap_table', 'set_callbacks'] },
  {
    operation: 'lgdt',
    text: 'it: lgdt [table]\nend: nop\ntable: dw 47\n dd 0x800',
    enters: [...Array<string>(4).fill('update_descriptor'), 'set_gdt'],
  },
  { operation: 'sgdt', text: 'it: sgdt [0x3000]\n mov eax, [0x3002]\nend: nop', enters: [], eax: 0x800 },
  {
    operation: 'sidt',
    text: `lidt [idtr]\nit: sidt [0x3000]\n movzx eax, word [0x3000]\nend: nop${gates}`,
    enters: [],
    eax: 0x407,
  },
  { operation: 'smsw', text: 'it: smsw eax\n and eax, 9\nend: nop', enters: ['mov cr'], eax: 1 },
  { operation: 'str', text: 'it: str ax\nend: nop', enters: [], eax: 0x28 },
  { operation: 'sldt', text: 'mov eax, -1\nit: sldt eax\nend: nop', enters: [], eax: 0 },
  {
    operation: 'mov to CR0',
    text: 'mov eax, 0x80000009\nit: mov cr0, eax\n mov eax, cr0\n and eax, 8\nend: nop',
    enters: ['fpu_taskswitch', 'mov cr'],
    eax: 8,
  },
  {
    operation: 'hlt',
    text: `lidt [idtr]\n mov eax, 50\n out 0x40, eax\n sti\nit: hlt\nend: nop${gates.replace('done: cli\n hlt', 'done: iret')}`,
    enters: ['sched_op', 'vector 32'],
    enters64: ['sched_op', 'vector 32', 'iret'],
  },
  { operation: 'in', text: 'mov edx, 0x1f0\nit: in eax, dx\nend: nop', enters: ['in'], eax: 0x9e3779b1 | 0 },
  { operation: 'out', text: 'it: out 0xe9, al\nend: nop', enters: ['out'] },
  { operation: 'cpuid', text: 'it: cpuid\nend: nop', enters: ['cpuid'], eax: 7 },
  { operation: 'rdtsc', text: 'it: rdtsc\nend: nop', enters: [] },
  { operation: 'mov from CR2', text: 'it: mov eax, cr2\nend: nop', enters: [], eax: 0 },
  { operation: 'kernel stack', text: 'it: mov dword [0x904], 0x8000\nend: nop', enters: ['stack_switch'] },
  { operation: 'mov to SS', text: 'mov eax, 0x10\nit: mov ss, eax\nend: nop', enters: [], eax: 0x10 },
  {
    operation: 'iret to user code',
    text: `${toUser}it: iret\nuser:\nend: jmp $`,
    enters: [],
    enters64: ['iret'],
    flagIf: true,
  },
  {
    operation: 'iret to the kernel',
    text: 'push 0x202\npush 8\npush end\nit: iret\nend: nop',
    enters: [],
    enters64: ['iret'],
    flagIf: true,
  },
  {
    operation: 'system call',
    text: `lidt [idtr]\n${toUser} iret\nuser:\nit: int 0x80${gates.replace('done:', 'done:\nend:')}`,
    enters: ['gate'],
    enters64: ['vector 128'],
  },
  {
    operation: 'system call by an interrupt gate',
    text: `lidt [idtr]\n${toUser} iret\nuser:\nit: int 0x80${gates.replace('done:', 'done:\nend:')}`,
    enters: ['vector 128'],
    flagIf: false,
    options: { fast: false },
  },
  {
    operation: 'true page fault',
    text: `lidt [idtr]\n${paged} mov eax, 0\n set_pte [0x21100], eax\n flush_ptes\nit: mov eax, [0x40000]${gates.replace('done:', 'done:\nend:')}`,
    enters: ['vector 14'],
    flagIf: false,
  },
  { operation: 'rdtsc with TSD', text: 'mov eax, 4\n mov cr4, eax\nit: rdtsc\nend: nop', enters: ['rdtsc'] },
  {
    operation: 'access to Xen',
    text: `${faults}\nit: mov eax, [0xfc400000]${ends}`,
    enters: ['vector 13'],
    enters64: ['vector 14'],
  },
  { operation: 'write to the m2p table', text: `${faults}\nit: mov [0xfc000000], eax${ends}`, enters: ['vector 14'] },
  {
    operation: 'timer',
    text: `lidt [idtr]\n mov eax, 20\n out 0x40, eax\n sti\nit: jmp it${gates.replace('done:', 'done:\nend:')}`,
    enters: ['vector 32'],
    flagIf: false,
  },
  {
    operation: 'timer that is masked',
    text: `lidt [idtr]\n mov eax, 20\n out 0x40, eax\nit:${'\n nop'.repeat(25)}\nend: nop${gates}`,
    enters: ['event pending'],
  },
];

describe.each(['pv-32', 'pv-64'] as const)('%s', (name) => {
  test.each(rows)('$operation', ({ text, enters, enters64 = enters, flagIf, eax, options = {} }) => {
    const program = assemblePort(port(text));
    expect(program.problems).toEqual([]);
    const { found, eflags, reg } = entered(program, name, options);
    expect(found).toEqual(name === 'pv-32' ? enters : enters64);
    if (flagIf !== undefined) expect((eflags & 0x200) !== 0).toBe(flagIf);
    if (eax !== undefined) expect(reg('eax')).toBe(eax);
  });

  it('finds an event that came while it was masked', () => {
    const text = `lidt [idtr]\n mov eax, 24\n out 0x40, eax${'\n nop'.repeat(25)}\nit: sti\nback: jmp $${gates.replace('done:', 'done:\nend:')}`;
    const { found, eflags } = entered(assemblePort(port(text)), name, {});
    expect(found).toEqual(['xen_version']);
    expect(eflags & 0x200).toBe(0);
  });

  it('ignores cli and sti that were not ported, and lets popf and pushf be wrong', () => {
    const { found, reg } = entered(assemble('it: sti\n cli\n push 2\n popf\n pushf\n pop eax\nend: nop'), name, {});
    expect(found).toEqual(['sti, ignored', 'cli, ignored']);
    // Real IF, and IF of the guest as it was: nothing has changed it.
    expect(reg('eax')! & 0x200).toBe(0x200);
  });

  it('gives a privileged instruction that was not ported back as #GP', () => {
    const { vm } = entered(assemble('it: hlt'), name, {});
    expect(vm.ended?.why).toContain('vector 13');
  });
});
