/** The lab's moments: programs played with one technique or two, side by side where their guests have done as many steps. */
import type { Frames } from '../figure/contract.ts';
import { assemble, type Assembly } from '../models/x86/assembler.ts';
import type { Costs } from '../models/x86/costs.ts';
import { play, type Run } from '../models/x86/techniques/lab.ts';
import { native } from '../models/x86/techniques/native.ts';
import type { Technique, TechniqueName } from '../models/x86/techniques/technique.ts';
import { trapAndEmulate } from '../models/x86/techniques/trap-and-emulate.ts';
import { sideAt, type Played, type Side } from './cpu-lab-side.ts';

/** A moment of the lab. */
export interface Moment {
  readonly index: number;
  readonly length: number;
  readonly text: string;
  readonly stops: readonly string[];
  /** What keeps the program from running; then there are no sides. */
  readonly problem: { readonly line: number | undefined; readonly says: string } | undefined;
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

/** Plays a program; it assembles. */
export type Player = (text: string) => Played;

/** A player that runs a program as it is. */
export function playAsIs(technique: Technique): Player {
  return (text) => {
    const source = text.split('\n').map((line, at) => ({ text: line, from: at + 1, why: undefined }));
    return { run: play(assemble(text), technique), source, rewritten: undefined };
  };
}

const players: Partial<Record<TechniqueName, Player>> = {
  native: playAsIs(native),
  'trap-and-emulate': playAsIs(trapAndEmulate),
};

/** Loads all techniques; before that two of them play. */
export async function loadMore(): Promise<void> {
  Object.assign(players, (await import('./cpu-lab-more.ts')).playersWith(playAsIs));
}

/** Whether a setting needs a technique that is not there yet. */
export function isWaiting({ technique, beside }: Pick<LabSettings, 'technique' | 'beside'>): boolean {
  return !players[technique] || (beside !== 'none' && !players[beside]);
}

// A slider of a cost plays nothing again: the last few runs are kept. They are functions of what is in the key.
const kept = new Map<string, Played>();

function played(text: string, name: TechniqueName, player: Player): Played {
  const key = `${name}\n${text}`;
  const known = kept.get(key);
  kept.delete(key);
  const fresh = known ?? player(text);
  kept.set(key, fresh);
  for (const old of kept.keys()) if (kept.size > 4) kept.delete(old);
  return fresh;
}

/** Plays the lab; a program with problems gives one moment that says so. */
export function openLab({ program, technique, beside, breakpoints, costs }: LabSettings): Lab {
  const { problems, bytes } = assemble(program);
  const [first] = problems;
  const chosen = beside === 'none' || beside === technique ? [technique] : [technique, beside];
  const waits = isWaiting({ technique, beside });
  const empty = bytes.length === 0 ? 'There is no instruction to run.' : undefined;
  const says = empty ?? (waits ? 'This technique is being loaded.' : undefined);
  const problem = first ?? (says === undefined ? undefined : { line: undefined, says });
  const common = { text: program, stops: breakpoints };
  if (problem) {
    const only: Moment = { ...common, index: 0, length: 1, problem, sides: [] };
    return { length: 1, at: () => only, runs: [], costs, nextStop: () => 0, indexOf: () => 0 };
  }
  const both = chosen.flatMap((name) => {
    const player = players[name];
    return player ? [played(program, name, player)] : [];
  });
  const runs = both.map(({ run }) => run);
  const places = timeline(runs);
  const length = places[0]?.length ?? 1;
  let last: Moment | undefined;
  const at = (index: number): Moment | undefined => {
    if (index < 0 || index >= length) return undefined;
    if (last?.index === index) return last;
    const sides = both.map((one, side) => sideAt(one, places[side]?.[index] ?? 0, costs));
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
    const halts = both.flatMap(({ run, source }, side) => {
      const step = places[side]?.[index] ?? 0;
      const { divergence } = run;
      const stop = run.find(step, addressesOf(run, source, lines));
      return [
        ...(stop === undefined ? [] : [indexOf(side, stop)]),
        ...(divergence && divergence.step > step ? [indexOf(side, divergence.step)] : []),
      ];
    });
    return Math.min(length - 1, ...halts.filter((halt) => halt > index));
  };
  return { length, at, runs, costs, nextStop, indexOf };
}

/** Where the lines begin that a breakpoint stands in; of what a port made of a line, its first instruction. */
function addressesOf({ program }: Run, source: Played['source'], lines: readonly string[]): ReadonlySet<number> {
  const first = new Map<string, number>();
  for (const { line, address } of (program as Assembly).lines) {
    const from = String(source[line - 1]?.from);
    if (lines.includes(from) && !first.has(from)) first.set(from, address);
  }
  return new Set(first.values());
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
