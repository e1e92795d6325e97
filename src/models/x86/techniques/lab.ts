/**
 * The lab: a program played to its end with one technique, every step of it within reach, held against a bare machine.
 *
 * A run is a function of program and technique. It keeps a snapshot every few hundred steps and computes the steps between two of
 * them again when one is asked for. A faithful technique and a bare machine that run in lock-step, guest step by guest step, agree
 * after each of them; where they first do not is the run's divergence. The timer counts retired instructions, so both meet it at
 * the same one. Left out: what a guest that has gone wrong would have to do to agree again.
 */
import type { Assembly } from '../assembler.ts';
import { boot } from '../boot.ts';
import type { Counters } from '../costs.ts';
import { compareViews, memoryComparer, type Difference } from './compare.ts';
import { native } from './native.ts';
import { registerNames } from '../registers.ts';
import type { Observables } from '../samples/sample.ts';
import type { StepReport, Technique, TechniqueName, Vm } from './technique.ts';

/** Steps after which a run is stopped. */
export const mostSteps = 100_000;

const everySteps = 256;

/** Why a run has no further step; `says` is a sentence. */
export interface Stop {
  readonly reason: 'halted' | 'triple-fault' | 'killed' | 'endless' | 'limit';
  readonly says: string;
}

/** Where a guest first was not what a bare machine would have been. */
export interface Divergence extends Difference {
  /** Steps of the run until then, the one that went wrong included. */
  readonly step: number;
  /** EIP of the instruction that went wrong, and its line if the program is text. */
  readonly eip: number;
  readonly line: number | undefined;
}

/** How to play. */
export interface Options {
  /** Stop after so many steps; `mostSteps` unless given, and never more. */
  readonly steps?: number;
  /** Hold it against a bare machine; yes unless the technique runs a port. */
  readonly compare?: boolean;
}

/** Holders in `Run.holders`. */
export const holderNames = ['user', 'kernel', 'hypervisor'] as const;

/** A program, played. */
export interface Run {
  readonly program: Assembly | Uint8Array;
  readonly technique: TechniqueName;
  /** Number of steps. There is a state before the first and after each of them. */
  readonly length: number;
  readonly stop: Stop;
  readonly divergence: Divergence | undefined;
  /** What was counted in the whole run. */
  readonly counters: Counters;
  /** Who has the CPU after step i (index into `holderNames`). */
  readonly holders: Uint8Array;
  /** The guest's EIP after step i. */
  readonly eips: Uint32Array;
  /** Steps of the guest among the first i: two runs of a program are side by side where these are equal. */
  readonly guestSteps: Uint32Array;
  /** The VM after i steps, until the next call; not to be stepped. */
  at(i: number): Vm;
  /** What step i did, 1 to `length`. */
  report(i: number): StepReport;
  /** The next state after step i (or the one before it) in which the guest stands at one of these addresses. */
  find(i: number, addresses: ReadonlySet<number>, direction?: 1 | -1): number | undefined;
}

/** The line that an address was assembled from. */
export function lineAt(program: Assembly | Uint8Array, address: number): number | undefined {
  if (program instanceof Uint8Array) return undefined;
  return program.lines.find((l) => address >= l.address && address < l.address + Math.max(l.length, 1))?.line;
}

/** Nothing that this instruction looks at or changes will ever be different. */
function standsStill(vm: Vm, before: Int32Array, eip: number, flags: number): boolean {
  const { reg, eip: now, eflags } = vm.view();
  const { timerPeriod, timerPending } = vm.machine.devices;
  if (now !== eip || eflags !== flags || reg.some((value, i) => value !== before[i])) return false;
  return (eflags & 0x200) === 0 || (timerPeriod === 0 && !timerPending);
}

const hex = (value: number) => `0x${(value >>> 0).toString(16)}`;

/** Plays a program with a technique, to its end or to the limit. */
export function play(program: Assembly | Uint8Array, technique: Technique, options: Options = {}): Run {
  const most = Math.min(options.steps ?? mostSteps, mostSteps);
  const vm = technique.start(boot(program));
  const bare =
    (options.compare ?? true) && !technique.ported && technique !== native ? native.start(boot(program)) : undefined;
  const compareMemory = bare && memoryComparer(bare, vm);
  const holders = new Uint8Array(most + 1);
  const eips = new Uint32Array(most + 1);
  const guestSteps = new Uint32Array(most + 1);
  const snapshots = [vm.capture()];
  let divergence: Divergence | undefined;
  let stop: Stop | undefined;
  let length = 0;
  const before = new Int32Array(8);
  for (;;) {
    const view = vm.view();
    const { eip, eflags } = view;
    holders[length] = holderNames.indexOf(vm.holder);
    eips[length] = eip;
    if (stop !== undefined || length === most) break;
    before.set(view.reg);
    const { guest, action } = vm.step();
    length++;
    guestSteps[length] = guestSteps[length - 1]! + (guest ? 1 : 0);
    if (vm.ended !== undefined) stop = { reason: vm.ended.ending, says: vm.ended.why };
    else if (action === 'run' && standsStill(vm, before, eip, eflags))
      stop = { reason: 'endless', says: `The instruction at ${hex(eip)} jumps to itself, and no interrupt can come.` };
    if (guest && bare !== undefined && divergence === undefined) {
      const at = bare.view().eip;
      bare.step();
      const found = compareViews(bare.view(), vm.view()) ?? compareMemory?.();
      if (found !== undefined) divergence = { ...found, step: length, eip: at, line: lineAt(program, at) };
    }
    if (length % everySteps === 0) snapshots.push(vm.capture());
  }
  stop ??= { reason: 'limit', says: `Stopped after ${most.toLocaleString('en-GB')} steps.` };
  const counters = { ...vm.counters };

  let here = length;
  let last: StepReport | undefined;
  const go = (i: number) => {
    if (i < here || i - here > everySteps || (i === here && last === undefined && i > 0)) {
      const snapshot = Math.floor(Math.max(i - 1, 0) / everySteps);
      vm.restore(snapshots[snapshot]);
      here = snapshot * everySteps;
    }
    for (; here < i; here++) last = vm.step();
  };
  const within = (i: number) => Math.min(Math.max(Math.trunc(i), 0), length);
  return {
    program,
    technique: technique.name,
    length,
    stop,
    divergence,
    counters,
    holders: holders.subarray(0, length + 1),
    eips: eips.subarray(0, length + 1),
    guestSteps: guestSteps.subarray(0, length + 1),
    at(i) {
      go(within(i));
      return vm;
    },
    report(i) {
      const to = Math.max(within(i), 1);
      go(to - 1);
      go(to);
      return last as StepReport;
    },
    find(i, addresses, direction = 1) {
      for (let at = i + direction; at >= 0 && at <= length; at += direction)
        if (holders[at] !== 2 && addresses.has(eips[at]!)) return at;
      return undefined;
    },
  };
}

/** What of a guest's end can be seen from outside. */
export interface Observed {
  readonly console: string;
  /** Bytes of the data section. */
  readonly data: readonly number[];
  /** Unsigned, by name. */
  readonly registers: Readonly<Record<string, number>>;
}

/** The observables of a sample at the end of a run. Its data must lie where its labels say, in guest-physical memory. */
export function observe(run: Run, { data, registers }: Observables): Observed {
  const vm = run.at(run.length);
  const { console, reg } = vm.view();
  const [from, to] = data.map((label) =>
    run.program instanceof Uint8Array ? undefined : run.program.symbols.get(label),
  );
  const bytes: number[] = [];
  for (let at = from ?? 0; at < (to ?? 0); at++)
    bytes.push(vm.machine.memory[vm.toMachine(at >>> 12) * 0x1000 + (at & 0xfff)] ?? 0xff);
  return {
    console: String.fromCharCode(...console),
    data: bytes,
    registers: Object.fromEntries(registers.map((name) => [name, reg[registerNames[4]!.indexOf(name)]! >>> 0])),
  };
}
