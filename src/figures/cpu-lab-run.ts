/** The lab's moments: programs played with one technique or two, side by side where their guests have done as many steps. */
import type { Frames } from '../figure/contract.ts';
import { assemble, type Assembly } from '../models/x86/assembler.ts';
import { cycles, type Costs, type Counters } from '../models/x86/costs.ts';
import { binaryTranslation, type TranslatingVm } from '../models/x86/techniques/binary-translation.ts';
import { hvmNested, hvmShadow } from '../models/x86/techniques/hvm.ts';
import { readWord, wayOf, type PageWay } from '../models/x86/techniques/inspect.ts';
import { lineAt, play, type Run } from '../models/x86/techniques/lab.ts';
import { native } from '../models/x86/techniques/native.ts';
import type { Action, GuestView, Holder, Technique, TechniqueName, Vm } from '../models/x86/techniques/technique.ts';
import { listing } from '../models/x86/techniques/translation-cache.ts';
import { trapAndEmulate } from '../models/x86/techniques/trap-and-emulate.ts';

/** A technique with the name that the picture prints, and a program for it. */
interface Way {
  readonly name: string;
  readonly technique: Technique;
}

/** The techniques, in the order in which the book tells of them. */
export const ways: Readonly<Partial<Record<TechniqueName, Way>>> = {
  native: { name: 'Bare machine', technique: native },
  'trap-and-emulate': { name: 'Trap and emulate', technique: trapAndEmulate },
  'binary-translation': { name: 'Binary translation', technique: binaryTranslation },
  'hvm-shadow': { name: 'VT-x, shadow paging', technique: hvmShadow },
  'hvm-nested': { name: 'VT-x, nested paging', technique: hvmNested },
};

/** One guest at one moment, as plain data. */
export interface Side {
  readonly technique: TechniqueName;
  readonly name: string;
  readonly run: Run;
  /** Steps that this run has made, of `run.length`. */
  readonly step: number;
  readonly holder: Holder;
  readonly action: Action | undefined;
  readonly vector: number | undefined;
  readonly detail: string | undefined;
  readonly line: number | undefined;
  /** The line that the last step was about. */
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
  /** The block of the translation cache that runs: guest instructions, what became of each, and which is next. */
  readonly block: readonly { readonly guest: string; readonly made: string; readonly on: boolean }[];
  readonly counters: Counters;
  readonly cycles: number;
}

/** A moment of the lab. */
export interface Moment {
  readonly index: number;
  readonly length: number;
  readonly text: string;
  readonly stops: readonly string[];
  /** What keeps the program from running; then there are no sides. */
  readonly problem: { readonly line: number; readonly says: string } | undefined;
  readonly sides: readonly Side[];
}

/** A played lab; `nextStop` is what Run asks for. */
export interface Lab extends Frames<Moment> {
  readonly runs: readonly Run[];
  readonly costs: Costs;
  /** First moment after `index` at one of the lines, at a divergence, or the last one. */
  nextStop(index: number, lines: readonly string[]): number;
  /** First moment in which side `side` has made `step` steps. */
  indexOf(side: number, step: number): number;
}

/** How to play. */
export interface LabSettings {
  readonly program: string;
  readonly technique: TechniqueName;
  readonly beside: TechniqueName | 'none';
  readonly breakpoints: readonly string[];
  readonly costs: Costs;
}

// A slider of a cost plays nothing again: the last few runs are kept. They are functions of what is in the key.
const kept = new Map<string, Run>();

function played(text: string, name: TechniqueName): Run {
  const key = `${name}\n${text}`;
  const known = kept.get(key);
  kept.delete(key);
  const run = known ?? play(assemble(text), (ways[name] as Way).technique);
  kept.set(key, run);
  for (const old of kept.keys()) if (kept.size > 4) kept.delete(old);
  return run;
}

/** Plays the lab; a program with problems gives one moment that says so. */
export function openLab({ program, technique, beside, breakpoints, costs }: LabSettings): Lab {
  const { problems, bytes } = assemble(program);
  const [first] = problems;
  const problem = first ?? (bytes.length === 0 ? { line: 1, says: 'There is no instruction to run.' } : undefined);
  const common = { text: program, stops: breakpoints };
  if (problem) {
    const only: Moment = { ...common, index: 0, length: 1, problem, sides: [] };
    return { length: 1, at: () => only, runs: [], costs, nextStop: () => 0, indexOf: () => 0 };
  }
  const names = beside === 'none' || beside === technique ? [technique] : [technique, beside];
  const runs = names.map((name) => played(program, name));
  const places = timeline(runs);
  const length = places[0]?.length ?? 1;
  let last: Moment | undefined;
  const at = (index: number): Moment | undefined => {
    if (index < 0 || index >= length) return undefined;
    if (last?.index === index) return last;
    const sides = runs.map((run, side) => sideAt(run, places[side]?.[index] ?? 0, costs));
    return (last = { ...common, index, length, problem: undefined, sides });
  };
  const indexOf = (side: number, step: number): number => {
    const place = places[side] ?? [];
    let [low, high] = [0, length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((place[middle] ?? 0) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const nextStop = (index: number, lines: readonly string[]): number => {
    const halts = runs.flatMap((run, side) => {
      const step = places[side]?.[index] ?? 0;
      const { divergence } = run;
      const stop = run.find(step, addressesOf(run, lines));
      return [
        ...(stop === undefined ? [] : [indexOf(side, stop)]),
        ...(divergence && divergence.step > step ? [indexOf(side, divergence.step)] : []),
      ];
    });
    return Math.min(length - 1, ...halts.filter((halt) => halt > index));
  };
  return { length, at, runs, costs, nextStop, indexOf };
}

function addressesOf({ program }: Run, lines: readonly string[]): ReadonlySet<number> {
  const all = program instanceof Uint8Array ? [] : program.lines;
  return new Set(all.filter(({ line }) => lines.includes(String(line))).map(({ address }) => address));
}

/** By moment, how many steps each run has made: guests go on together, hypervisors work each in its own time between. */
function timeline(runs: readonly Run[]): readonly Uint32Array[] {
  const [a, b] = runs as [Run, Run | undefined];
  if (!b) return [Uint32Array.from({ length: a.length + 1 }, (_, step) => step)];
  const places: [number[], number[]] = [[], []];
  let [i, j] = [0, 0];
  for (;;) {
    places[0].push(i);
    places[1].push(j);
    if (i === a.length && j === b.length) break;
    const ends = [i === a.length, j === b.length];
    const guest = (run: Run, step: number): boolean => (run.guestSteps[step + 1] ?? 0) > (run.guestSteps[step] ?? 0);
    const waits = [!ends[0] && guest(a, i), !ends[1] && guest(b, j)];
    // Who is about to move its guest waits for the other's hypervisor.
    const moveA = !ends[0] && (!waits[0] || waits[1] || ends[1]);
    const moveB = !ends[1] && (!waits[1] || waits[0] || ends[0]);
    if (moveA) i++;
    if (moveB) j++;
  }
  return places.map((place) => Uint32Array.from(place));
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

function sideAt(run: Run, step: number, costs: Costs): Side {
  const before = step > 0 ? stateOf(run.at(step - 1).view()) : undefined;
  const report = step > 0 ? run.report(step) : undefined;
  const vm = run.at(step);
  const view = vm.view();
  const state = stateOf(view);
  const changed = new Set([...state.keys()].filter((name) => before && before.get(name) !== state.get(name)));
  const program = run.program as Assembly;
  return {
    technique: run.technique,
    name: ways[run.technique]?.name ?? run.technique,
    run,
    step,
    holder: vm.holder,
    action: report?.action,
    vector: report?.vector,
    detail: report?.detail,
    line: lineAt(program, view.eip >>> 0),
    lastLine: step > 0 ? lineAt(program, run.eips[step - 1] ?? 0) : undefined,
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
    block: blockOf(vm, program),
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

function blockOf(vm: Vm, { symbols }: Assembly): Side['block'] {
  const { cache, unit } = vm as Partial<TranslatingVm>;
  if (!cache || !unit) return [];
  const label = (address: number): string =>
    [...symbols].find(([, at]) => at === address)?.[0] ?? `0x${address.toString(16)}`;
  const rows = listing(cache, unit.block, label).map(({ unit: one, guest, made }) => ({
    guest,
    made: made.filter((code) => code !== 'nop').join('; ') || 'nop',
    on: one === unit,
  }));
  const at = rows.findIndex(({ on }) => on);
  const from = Math.max(0, Math.min(at - 2, rows.length - blockRows));
  return rows.slice(from, from + blockRows);
}

/** Rows that the picture has for a block. */
export const blockRows = 5;
