/**
 * Ports a guest to Xen: rewrites its source statement by statement as the headers of XenLinux replaced operations, and says which
 * lines changed and why. What is long is called in the support code (`support-code.ts`), which every port is linked with.
 *
 * After the macros of linux-2.6-xen-sparse (xen.git, 2006: mach-xen/asm/system.h, desc.h, pgtable.h, processor.h, entry-xen.S) and
 * SOSP 2003, §2.1 and 2.2. It sees the text and not what runs: a statement is taken as the kernel's even where user code executes
 * it, page-table entries are known by `set_pte`, and only a store to the firmware's ESP0 is one to the TSS. Left out, and left
 * as they stand: LAR, LSL, VERR and VERW, reads of CS (ring 1 shows), LTR and LLDT, 16-bit PUSHF and POPF, self-made code.
 */
import { assemble, type Assembly } from '../assembler.ts';
import { evaluate } from '../assembly/expressions.ts';
import type { Instruction, Operand, Problem } from '../assembly/syntax.ts';
import { registers } from '../assembly/words.ts';
import { memoryMap } from '../boot.ts';
import { entryPoint, Kernel } from './support-code.ts';

/** A line of the ported source. */
export interface PortedLine {
  readonly text: string;
  /** Line of the original that it stands for, from 1; undefined for one that no original has. */
  readonly from: number | undefined;
  /** Why it is not the original's; undefined where it is. */
  readonly why: string | undefined;
}

/** A ported guest. */
export interface Port {
  /** The source, for `assemblePort`; the original where it has problems. */
  readonly text: string;
  readonly lines: readonly PortedLine[];
  /** Lines of the original that say something, how many of them were changed, and by how many the source is longer. */
  readonly counts: { readonly original: number; readonly changed: number; readonly added: number };
  /** Statements that stay and do not do what they did, with the line and a sentence. */
  readonly left: readonly { readonly line: number; readonly says: string }[];
  readonly problems: readonly Problem[];
}

/** As long as a ported source may be. */
const portedLines = 2000;

const reasons = {
  cli: 'One store to evtchn_upcall_mask in the shared info page: no trap, no hypercall.',
  sti: 'Clears the mask, then looks whether an event came meanwhile, and asks Xen for the callback.',
  pushf: 'PUSHF would show the real IF, which is always 1: the virtual one is put into what was pushed.',
  popf: 'POPF cannot change the real IF, and does not trap either: the mask is set from what will be popped.',
  hlt: 'sched_op: block, which unmasks events, or shutdown where interrupts are off.',
  iret: 'The mask is set from the frame; IRET in ring 1 keeps the real IF. Where an event waits, and in ring 3, hypercall iret.',
  lidt: 'set_trap_table: Xen keeps the vectors and their handlers, and set_callbacks the way in for events.',
  lgdt: 'update_descriptor for each, then set_gdt: no descriptor with more privilege than the guest’s.',
  stored: 'It would show Xen’s own table: the kernel remembers what it has loaded.',
  selector: 'It would show Xen’s own selector: a ported kernel knows its own.',
  smsw: 'SMSW shows the real CR0 without a trap: MOV from CR0 traps, and Xen shows the guest’s.',
  cr0: 'fpu_taskswitch for TS. The other bits are Xen’s: paging has been on from the start.',
  readCr2: 'Xen leaves the address of a page fault in the shared info page.',
  readCr3: 'Traps; Xen gives a machine address, which the m2p table turns into the guest’s own.',
  cr3: 'The tables are made read-only and pinned once, then mmuext_op: NEW_BASEPTR.',
  invlpg: 'mmuext_op: INVLPG_LOCAL, behind the updates that wait.',
  esp0: 'stack_switch: the stack for entries from ring 3 is in Xen’s TSS, or Xen’s own business.',
  pte: 'The frame becomes a machine frame (p2m). A table in use is written by mmu_update, many entries at once.',
  flush: 'mmu_update with the entries that wait.',
  ss: 'RPL of SS must be the ring that the kernel really has.',
  cpuid: 'CPUID does not trap: a prefix that does lets Xen answer.',
  names: 'Names of the shared info page and of the support code.',
} as const;

const leaves: Readonly<Record<string, string>> = {
  lar: 'LAR shows the descriptor that Xen has made, with its DPL.',
  lsl: 'LSL shows where Xen lets the segment end.',
  verr: 'VERR looks at the descriptor that Xen has made.',
  verw: 'VERW looks at the descriptor that Xen has made.',
  ltr: 'LTR has no hypercall: Xen has the only TSS, and the guest’s stack goes there by stack_switch.',
  lldt: 'LLDT is not ported: it will raise #GP.',
  pushfw: 'The 16-bit PUSHF is not ported: it shows the real IF.',
  popfw: 'The 16-bit POPF is not ported: IF does not change.',
};

type Rewritten = readonly [why: keyof typeof reasons, ...lines: string[]] | undefined;

/** Text of the 32-bit register with an operand's number. */
const wide = (operand: Operand & { kind: 'register' }): string =>
  [...registers].find(([, r]) => r.class === 'general' && r.size === 32 && r.index === operand.index)?.[0] ?? '';

class Porter {
  readonly used = new Set<string>();
  private readonly text: string;
  private readonly symbols: ReadonlyMap<string, number>;

  constructor(text: string, symbols: ReadonlyMap<string, number>) {
    this.text = text;
    this.symbols = symbols;
  }

  private call(name: string): string {
    this.used.add(name);
    return `call xen_${name}`;
  }

  /** An operand's text; `down` is by how much ESP lies lower than where the operand was written. */
  private source(operand: Operand, down = 0): string {
    const text = this.text.slice(operand.start, operand.end);
    return operand.kind === 'memory' && operand.base === 4 && down > 0 ? text.replace(/\]$/, ` + ${down}]`) : text;
  }

  /** Calls a routine with the address of a memory operand. */
  private withAddress(name: string, operand: Operand): string[] {
    const address = this.source(operand, 4).replace(/^[^[]*/, '');
    return ['push eax', `lea eax, ${address}`, 'push eax', this.call(name), 'pop eax'];
  }

  private withRegister(name: string, operand: Operand): string[] {
    return [`push ${operand.kind === 'register' ? wide(operand) : this.source(operand)}`, this.call(name)];
  }

  private move(to: Operand, from: Operand): Rewritten {
    if (to.kind === 'register' && to.class === 'control') {
      if (to.index === 0) return ['cr0', ...this.withRegister('cr0', from)];
      return to.index === 3 ? ['cr3', ...this.withRegister('load_cr3', from)] : undefined;
    }
    if (from.kind === 'register' && from.class === 'control') {
      const name = this.source(to);
      if (from.index === 2) return ['readCr2', `mov ${name}, [xen_shared + 8]`];
      if (from.index === 3)
        return ['readCr3', `mov ${name}, cr3`, `push ${name}`, this.call('to_physical'), `pop ${name}`];
      return undefined;
    }
    if (to.kind === 'register' && to.class === 'segment' && to.index === 2 && from.kind === 'register')
      return ['ss', ...this.withRegister('ss', from)];
    if (to.kind !== 'memory' || to.base !== undefined || to.index !== undefined || !to.displacement) return undefined;
    const address = evaluate(to.displacement, NaN, (name) => this.symbols.get(name) ?? NaN);
    if (address !== memoryMap.esp0 || (from.kind === 'register' && (from.class !== 'general' || from.size !== 32)))
      return undefined;
    return ['esp0', `push ${from.kind === 'immediate' ? 'dword ' : ''}${this.source(from)}`, this.call('esp0')];
  }

  /** SMSW, SLDT and STR: a word to memory, or a register. */
  private storeWord(why: 'smsw' | 'selector', operand: Operand, value: string): Rewritten {
    if (operand.kind === 'register' && (why === 'selector' || operand.size === 32))
      return [why, `mov ${this.source(operand)}, ${value}`];
    if (operand.kind === 'register') {
      const name = wide(operand);
      return [why, `push ${name}`, `mov ${name}, ${value}`, `mov [esp], ${this.source(operand)}`, `pop ${name}`];
    }
    const at = this.source(operand, 4).replace(/^[^[]*/, '');
    return [why, 'push eax', `mov eax, ${value}`, `mov ${at}, ax`, 'pop eax'];
  }

  /** What stands in the port for an instruction; undefined where it stays. */
  rewrite({ mnemonic, operands }: Instruction): Rewritten {
    const [first, second] = operands as readonly [Operand, Operand];
    switch (mnemonic) {
      case 'cli':
        return ['cli', 'mov byte [xen_shared + 1], 1'];
      case 'sti':
      case 'hlt':
        return [mnemonic, this.call(mnemonic)];
      case 'pushf':
      case 'pushfd':
        return ['pushf', mnemonic, this.call('virtual_if')];
      case 'popf':
      case 'popfd':
        return ['popf', this.call('load_if'), mnemonic];
      case 'iret':
      case 'iretd':
        return ['iret', this.call('iret').replace('call', 'jmp')];
      case 'lidt':
      case 'lgdt':
      case 'invlpg':
        return [mnemonic, ...this.withAddress(mnemonic, first)];
      case 'sidt':
      case 'sgdt':
        return ['stored', ...this.withAddress(mnemonic, first)];
      case 'smsw':
        return this.storeWord('smsw', first, 'cr0');
      case 'sldt':
        return this.storeWord('selector', first, '0');
      case 'str':
        return this.storeWord('selector', first, '0x28');
      case 'lmsw':
        return [
          'cr0',
          first.kind === 'register' ? `push ${wide(first)}` : `push dword ${this.source(first).replace(/^[^[]*/, '')}`,
          this.call('cr0'),
        ];
      case 'clts':
        return ['cr0', 'push 0', this.call('cr0')];
      case 'cpuid':
        return ['cpuid', 'ud2', "db 'xen'", 'cpuid'];
      case 'set_pte': {
        const address = this.source(first, 8).replace(/^[^[]*/, '');
        const value =
          second.kind === 'immediate'
            ? `dword ${this.text.slice(second.value.start, second.value.end)}`
            : this.source(second);
        return ['pte', 'push eax', `push ${value}`, `lea eax, ${address}`, 'push eax', this.call('set_pte'), 'pop eax'];
      }
      case 'flush_ptes':
        return ['flush', this.call('flush_ptes')];
      case 'mov':
        return this.move(first, second);
      default:
        return undefined;
    }
  }
}

/** Ports a source. One with problems comes back as it is, with them. */
export function port(text: string): Port {
  const { program, problems, symbols } = assemble(text);
  const original = text.split('\n');
  const saying = new Set(program.statements.map((statement) => statement.line));
  if (problems.length > 0) {
    const lines = original.map((line, at) => ({ text: line, from: at + 1, why: undefined }));
    return { text, lines, counts: { original: saying.size, changed: 0, added: 0 }, left: [], problems };
  }
  const porter = new Porter(text, symbols);
  const left: { line: number; says: string }[] = [];
  const changes = new Map<number, { start: number; end: number; rewritten: NonNullable<Rewritten> }>();
  for (const statement of program.statements) {
    if (statement.kind !== 'instruction') continue;
    const { line, start, end, mnemonic, operands } = statement;
    const rewritten = porter.rewrite(statement);
    if (rewritten) changes.set(line, { start, end, rewritten });
    const source = operands.at(-1);
    const readsCs =
      mnemonic !== 'pop' && source?.kind === 'register' && source.class === 'segment' && source.index === 1;
    const says =
      leaves[mnemonic] ??
      (readsCs ? 'CS shows the ring that the kernel really has in its lowest two bits.' : undefined);
    if (says !== undefined) left.push({ line, says });
  }

  const lines: PortedLine[] = [];
  let start = 0;
  original.forEach((line, at) => {
    const change = changes.get(at + 1);
    if (!change) lines.push({ text: line, from: at + 1, why: undefined });
    else {
      const [why, first = '', ...rest] = change.rewritten;
      const head = line.slice(0, change.start - start);
      const tail = line.slice(change.end - start);
      const more = { from: at + 1, why: reasons[why] };
      lines.push({ text: head + first + tail, ...more });
      for (const next of rest) lines.push({ text: `        ${next}`, ...more });
    }
    start += line.length + 1;
  });
  const names: [string, number][] = [
    ['xen_shared', Kernel.shared],
    ...[...porter.used].map((name): [string, number] => [`xen_${name}`, entryPoint(name)]),
  ];
  const comments = original.findIndex((line) => !/^\s*(;.*)?$/.test(line));
  const head = names.map(([name, address]) => ({
    text: `${name} equ 0x${address.toString(16)}`,
    from: undefined,
    why: reasons.names,
  }));
  if (changes.size > 0) lines.splice(comments, 0, ...head);
  return {
    text: lines.map((line) => line.text).join('\n'),
    lines,
    counts: { original: saying.size, changed: changes.size, added: lines.length - original.length },
    left,
    problems: [],
  };
}

/** Assembles a port. */
export function assemblePort({ text }: Pick<Port, 'text'>): Assembly {
  return assemble(text, { maxLines: portedLines });
}
