/**
 * Instructions that are sensitive: each one run on a bare machine in ring 0 and deprivileged in ring 1, under a hypervisor that traps
 * and emulates, and what the two leave behind.
 *
 * The rows are the 18 mnemonics of Robin and Irvine 2000 in their order, after detailed notes of the paper (its body was not at hand),
 * with IRET behind them, which is ours; for comparison, instructions that are privileged. Nothing here says what happens: every
 * outcome is read from the state in which the two machines halt. What is left out: which difference an instruction makes in other
 * circumstances; each row is one program, chosen so that a difference shows if the instruction can make one. With this
 * hypervisor INT n makes none: its gates are all closed to the guest, so that INT n traps.
 */
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { Flag } from './state.ts';
import { native } from './techniques/native.ts';
import type { Technique, Vm } from './techniques/technique.ts';
import { trapAndEmulate } from './techniques/trap-and-emulate.ts';

/** What a row's program leaves to be looked at; EDX is 13 where its handler of #GP was reached. */
type Look =
  | { readonly at: 'eax'; readonly what: string }
  | { readonly at: 'flag'; readonly flag: 'IF' | 'ZF' }
  | { readonly at: 'fault'; readonly otherwise: string };

/** An instruction to be tried. */
export interface Row {
  readonly name: string;
  /** The instruction as the program has it. */
  readonly text: string;
  readonly group: 'registers' | 'protection' | 'ours' | 'privileged';
  /** What it shows or changes. */
  readonly about: string;
  readonly before: string;
  readonly after: string;
  readonly look: Look;
}

/** An outcome, as a reader sees it: `base 0x800`, `IF 1`, `#GP`. */
export type Outcome = string;

/** A row, tried. */
export interface Trial {
  readonly row: Row;
  readonly bare: Outcome;
  readonly deprivileged: Outcome;
  /** Whether the instruction itself came to the hypervisor. */
  readonly trapped: boolean;
}

const eax = (what: string): Look => ({ at: 'eax', what });
const fault = (otherwise: string): Look => ({ at: 'fault', otherwise });
const row = (
  group: Row['group'],
  name: string,
  text: string,
  about: string,
  look: Look,
  before = '',
  after = '',
): Row => ({ name, text, group, about, before, after, look });

const interruptFlag: Look = { at: 'flag', flag: 'IF' };
const zero: Look = { at: 'flag', flag: 'ZF' };
// A selector of the kernel's own data that asks as ring 1.
const asking = 'mov ebx, 0x11';

// A seventh descriptor in firmware's GDT, of an LDT, and its selector loaded.
const withLdt = 'mov dword [0x830], 0x80000067\nmov dword [0x834], 0x8200\nlgdt [table]\nmov eax, 0x30\nlldt ax';

/** The mnemonics that are sensitive and not privileged, and IRET. */
export const sensitive: readonly Row[] = [
  row('registers', 'sgdt', 'sgdt [0x8000]', 'where the GDT lies', eax('base'), '', 'mov eax, [0x8002]'),
  row('registers', 'sidt', 'sidt [0x8000]', 'where the IDT lies', eax('base'), '', 'mov eax, [0x8002]'),
  row('registers', 'sldt', 'sldt eax', 'the selector of the LDT', eax('LDT'), withLdt),
  row('registers', 'smsw', 'smsw ax', 'the lower half of CR0', eax('CR0')),
  row(
    'registers',
    'pushf',
    'pushf',
    'IF in the word that it pushes',
    eax('IF'),
    'cli',
    'pop eax\nshr eax, 9\nand eax, 1',
  ),
  row('registers', 'popf', 'popf', 'IF afterwards', interruptFlag, 'push dword 0x202'),
  row(
    'protection',
    'lar',
    'lar eax, ebx',
    'the DPL of the kernel’s data',
    eax('DPL'),
    'mov ebx, 0x10',
    'shr eax, 13\nand eax, 3',
  ),
  row('protection', 'lsl', 'lsl eax, ebx', 'the limit of the kernel’s data', eax('limit'), 'mov ebx, 0x10'),
  row('protection', 'verr', 'verr bx', 'may ring 1 read it?', zero, asking),
  row('protection', 'verw', 'verw bx', 'may ring 1 write it?', zero, asking),
  row('protection', 'pop', 'pop es', 'a selector that asks as ring 1', fault('loaded'), 'push dword 0x11'),
  row('protection', 'push', 'push cs', 'the selector of its own code', eax('CS'), '', 'pop eax'),
  row(
    'protection',
    'call',
    'call 0x08:there',
    'CS in the frame that it pushes',
    eax('CS'),
    '',
    'nop\nthere: mov eax, [esp+4]',
  ),
  row('protection', 'jmp', 'jmp 0x09:there', 'a selector that asks as ring 1', fault('taken'), '', 'nop\nthere: nop'),
  row('protection', 'int', 'int 0x0e', 'a gate for ring 0', fault('handler'), '', 'hlt\nhandler: nop'),
  row(
    'protection',
    'ret',
    'retf',
    'CS that asks as ring 1',
    fault('returned'),
    'push dword 0x09\npush dword there',
    'nop\nthere: nop',
  ),
  row('protection', 'str', 'str eax', 'the selector of the TSS', eax('TR')),
  row('protection', 'mov', 'mov eax, cs', 'the selector of its own code', eax('CS')),
  row(
    'ours',
    'iret',
    'iret',
    'IF afterwards',
    interruptFlag,
    'push dword 0x202\npush cs\npush dword there',
    'nop\nthere: nop',
  ),
];

/** Privileged instructions, which trap. */
export const privileged: readonly Row[] = [
  row('privileged', 'cli', 'cli', 'IF afterwards', interruptFlag, 'sti'),
  row('privileged', 'sti', 'sti', 'IF afterwards', interruptFlag),
  row('privileged', 'lgdt', 'lgdt [table]', 'another GDT', fault('loaded')),
  row('privileged', 'mov-cr0', 'mov eax, cr0', 'CR0', eax('CR0')),
  row(
    'privileged',
    'clts',
    'clts',
    'TS in CR0',
    eax('TS'),
    'mov eax, cr0\nor eax, 8\nmov cr0, eax',
    'mov eax, cr0\nshr eax, 3\nand eax, 1',
  ),
  row('privileged', 'out', 'out 0x40, eax', 'the timer', fault('taken'), 'sub eax, eax'),
  row('privileged', 'in', 'in al, 0xe9', 'the console', eax('AL'), 'sub eax, eax'),
  row('privileged', 'hlt', 'hlt', 'the end', fault('halted')),
];

/** The program of a row: a handler for #GP, the instruction at `it`, and a halt. */
export function programOf({ before, text, after }: Row): string {
  return `start: lidt [idtr]
${before}
it: ${text}
${after}
hlt
fault: mov edx, 13
hlt
idt: resb 13*8
gate fault
gate ${after.includes('handler:') ? 'handler' : 'fault'}
idtr: dw 15*8-1
dd idt
table: dw 0x37
dd 0x800
`;
}

function outcome(vm: Vm, look: Look): Outcome {
  const { reg, eflags } = vm.view();
  if (reg[2] === 13) return '#GP';
  if (look.at === 'fault') return look.otherwise;
  if (look.at === 'flag') return `${look.flag} ${(eflags & Flag[look.flag]) !== 0 ? 1 : 0}`;
  const value = (reg[0] ?? 0) >>> 0;
  return `${look.what} ${value < 16 ? value : `0x${value.toString(16)}`}`;
}

/** Runs a row's program to its halt; tells whether the CPU left the guest at `it`. */
function runRow(row: Row, technique: Technique): { readonly outcome: Outcome; readonly trapped: boolean } {
  const program = assemble(programOf(row));
  const it = program.symbols.get('it');
  const vm = technique.start(boot(program, { memorySize: 0x10000 }));
  let trapped = false;
  for (let i = 0; i < 200 && vm.ended === undefined; i++) {
    const there = vm.view().eip === it;
    const { action, event } = vm.step();
    if (
      there &&
      action === 'leave' &&
      (event?.kind === 'software' || (event?.kind === 'exception' && event.address === undefined))
    )
      trapped = true;
  }
  return { outcome: outcome(vm, row.look), trapped };
}

const tried = new Map<Row, Trial>();

/** Runs a row on both machines. The same every time, so that it is done once. */
export function tryRow(row: Row): Trial {
  let trial = tried.get(row);
  if (trial === undefined) {
    const { outcome: bare } = runRow(row, native);
    const { outcome: deprivileged, trapped } = runRow(row, trapAndEmulate);
    trial = { row, bare, deprivileged, trapped };
    tried.set(row, trial);
  }
  return trial;
}

/** Whether an instruction went wrong and nobody was told. */
export function isSilent({ bare, deprivileged, trapped }: Trial): boolean {
  return bare !== deprivileged && !trapped;
}
