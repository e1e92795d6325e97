/** One guest of the lab at one moment: everything that is shown of it, read from the machine. */
import type { Assembly } from '../models/x86/assembler.ts';
import { cycles, type Costs, type Counters } from '../models/x86/costs.ts';
import { readWord, wayOf, type PageWay } from '../models/x86/techniques/inspect.ts';
import { lineAt, type Run } from '../models/x86/techniques/lab.ts';
import type { Action, GuestView, Holder, TechniqueName, Vm } from '../models/x86/techniques/technique.ts';

/** The techniques by the names that the picture prints, in the order in which the book tells of them. */
export const names: Readonly<Record<TechniqueName, string>> = {
  native: 'Bare machine',
  'trap-and-emulate': 'Trap and emulate',
  'binary-translation': 'Binary translation',
  'pv-32': 'Xen PV, 32-bit',
  'pv-64': 'Xen PV, 64-bit',
  'hvm-shadow': 'VT-x, shadow paging',
  'hvm-nested': 'VT-x, nested paging',
};

/** A block of a translation cache: guest instructions, what became of each, and which one is next. */
export type BlockRows = readonly { readonly guest: string; readonly made: string; readonly on: boolean }[];

/** A program that has been played, and the source that was assembled for it: a port's has lines of its own. */
export interface Played {
  readonly run: Run;
  readonly source: readonly {
    readonly text: string;
    readonly from: number | undefined;
    readonly why: string | undefined;
  }[];
  /** Lines that the port has changed; undefined where the guest runs as it is. */
  readonly rewritten: number | undefined;
  /** Reads the translation cache, where there is one. */
  readonly blockOf?: (vm: Vm, program: Assembly) => BlockRows;
}

/** One guest at one moment, as plain data. */
export interface Side extends Played {
  readonly technique: TechniqueName;
  readonly name: string;
  /** Steps that this run has made, of `run.length`. */
  readonly step: number;
  readonly holder: Holder;
  readonly action: Action | undefined;
  readonly vector: number | undefined;
  readonly detail: string | undefined;
  /** The line that runs next: in the program, and in the source that was assembled. */
  readonly line: number | undefined;
  readonly at: number | undefined;
  /** The line of the program that the last step was about. */
  readonly lastLine: number | undefined;
  readonly state: ReadonlyMap<string, number>;
  readonly changed: ReadonlySet<string>;
  /** IF and CPL that the physical CPU really has. */
  readonly realIf: boolean;
  readonly realCpl: number;
  readonly halted: boolean;
  readonly console: string;
  readonly stack: readonly { readonly address: number; readonly value: number | undefined }[];
  readonly data: readonly { readonly label: string; readonly value: number | undefined; readonly size: number }[];
  readonly pages: readonly (PageWay & { readonly what: string })[];
  /** The block of the translation cache that runs; empty where none does. */
  readonly block: BlockRows;
  readonly counters: Counters;
  readonly cycles: number;
}

/** Names of what is shown of the state, in the order of the picture. */
export const registers = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const selectors = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;

function stateOf(view: GuestView): Map<string, number> {
  const state = new Map<string, number>();
  registers.forEach((name, at) => state.set(name, (view.reg[at] ?? 0) >>> 0));
  selectors.forEach((name, at) => state.set(name, view.selectors[at] ?? 0));
  for (const name of ['eip', 'eflags', 'cpl', 'cr0', 'cr2', 'cr3'] as const) state.set(name, view[name] >>> 0);
  for (const name of ['gdtr', 'idtr'] as const) {
    state.set(name, view[name].base >>> 0);
    state.set(`${name} limit`, view[name].limit);
  }
  return state;
}

/** What a run shows after a number of steps. */
export function sideAt(played: Played, step: number, costs: Costs): Side {
  const { run, source } = played;
  const before = step > 0 ? stateOf(run.at(step - 1).view()) : undefined;
  const report = step > 0 ? run.report(step) : undefined;
  const vm = run.at(step);
  const view = vm.view();
  const state = stateOf(view);
  const changed = new Set([...state.keys()].filter((name) => before && before.get(name) !== state.get(name)));
  const program = run.program as Assembly;
  // A halted guest stands in its hlt: what lies behind it does not run next.
  const at = lineAt(program, (view.eip - (view.halted ? 1 : 0)) >>> 0);
  const from = (line: number | undefined): number | undefined => source[(line ?? 0) - 1]?.from;
  return {
    technique: run.technique,
    name: names[run.technique],
    ...played,
    step,
    holder: vm.holder,
    action: report?.action,
    vector: report?.vector,
    detail: report?.detail,
    at,
    line: from(at),
    lastLine: step > 0 ? from(lineAt(program, run.eips[step - 1] ?? 0)) : undefined,
    state,
    changed,
    realIf: (vm.machine.eflags & 0x200) !== 0,
    realCpl: vm.machine.cpl,
    halted: view.halted,
    console: String.fromCharCode(...view.console.slice(-400)),
    stack: [0, 4, 8, 12].map((offset) => {
      const address = ((state.get('esp') ?? 0) + offset) >>> 0;
      return { address, value: readWord(vm, view, address) };
    }),
    data: dataOf(program).map(({ label, address, size }) => ({
      label,
      size,
      value: readWord(vm, view, address, size),
    })),
    pages: pagesOf(vm, view, state),
    block: played.blockOf?.(vm, program) ?? [],
    counters: { ...vm.counters },
    cycles: cycles(vm.counters, costs),
  };
}

/** Words of the data section that have a label, in the order of the text. */
function dataOf({ program, lines }: Assembly): readonly { label: string; address: number; size: number }[] {
  const { statements } = program;
  return statements.flatMap((statement, at) => {
    const before = statements[at - 1];
    if (statement.kind !== 'data' || before?.kind !== 'label') return [];
    const place = lines.find((line) => line.statement === at);
    // Words of 16 bits are the limits of tables.
    if (!place || statement.size === 2 || statement.items[0]?.kind === 'string') return [];
    return [{ label: before.name, address: place.address, size: statement.size }];
  });
}

function pagesOf(vm: Vm, view: GuestView, state: ReadonlyMap<string, number>): Side['pages'] {
  const asked: readonly (readonly [string, number])[] = [
    ['code', view.eip],
    ['stack', (state.get('esp') ?? 0) - 1],
    ['fault', view.cr2],
  ];
  return asked
    .filter(([what, address]) => what !== 'fault' || address !== 0)
    .map(([what, address]) => ({ what, ...wayOf(vm, view, address >>> 0) }));
}

/** Rows that the picture has for a block. */
export const blockRows = 5;
