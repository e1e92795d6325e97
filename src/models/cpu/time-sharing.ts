/**
 * Two guests that share one CPU in time slices: where its cycles go.
 *
 * Where it stands: a guest runs directly but for its sensitive instructions, each of which costs one round trip into the
 * hypervisor and its emulation (Popek & Goldberg 1974, §5, efficiency); the timer ends a slice and the hypervisor switches
 * guests (Xen 2003: Barham et al., §4.3, a slice of 5 ms). Cycles are whole numbers and counted, not measured.
 *
 * What it leaves out: caches and TLBs (what a switch costs through them has to be put into its price by hand), guests that
 * wait, interrupts other than the hypervisor's timer, schedulers with weights, more than one CPU. Sensitive instructions are
 * spread evenly; those of a real kernel need not be.
 */

/** What one guest does: its sensitive instructions in 10,000, and what instructions cost, in cycles. */
export interface Work {
  readonly sensitive: number;
  /** Cycles of an ordinary instruction. */
  readonly ordinary: number;
  /** Cycles from a sensitive instruction until the guest goes on: round trip and emulation. */
  readonly trap: number;
}

/** The two guests. */
export type GuestName = 'A' | 'B';

/** What is given, in cycles. */
export interface Setup {
  readonly work: Readonly<Record<GuestName, Work>>;
  readonly slice: number;
  readonly switchCost: number;
  readonly end: number;
}

/** One turn of a guest: when it begins and ends, which instructions it covers, and when the switch after it is done. */
export interface Slice {
  readonly guest: GuestName;
  readonly start: number;
  readonly end: number;
  readonly done: number;
  readonly first: number;
  readonly next: number;
}

/** Where cycles went. */
export interface Spent {
  readonly direct: Readonly<Record<GuestName, number>>;
  readonly trapping: Readonly<Record<GuestName, number>>;
  readonly switching: number;
  readonly traps: number;
}

/** Instructions among which `sensitive` counts. */
export const per = 10_000;

/** How many of the first `count` instructions are sensitive. */
export function sensitiveAmong(count: number, { sensitive }: Work): number {
  return Math.floor((count * sensitive) / per);
}

/** Cycles that the first `count` instructions take, traps included. */
export function cyclesOf(count: number, work: Work): number {
  const trapped = sensitiveAmong(count, work);
  return (count - trapped) * work.ordinary + trapped * work.trap;
}

/** How many instructions of those from `first` on are complete after `cycles`. */
export function completed(first: number, cycles: number, work: Work): number {
  const goal = cyclesOf(first, work) + cycles;
  // At most one in a hundred is sensitive, so twice as many instructions as ordinary ones would fit are enough.
  let low = first;
  let high = first + 2 * Math.ceil(cycles / work.ordinary) + 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (cyclesOf(middle, work) <= goal) low = middle;
    else high = middle;
  }
  return low - first;
}

/** One slice from the instruction `first` on; the timer's interrupt waits for the end of an instruction or its emulation. */
export function runSlice(guest: GuestName, start: number, first: number, setup: Setup): Slice {
  const work = setup.work[guest];
  const before = cyclesOf(first, work);
  let next = first + completed(first, setup.slice, work);
  if (cyclesOf(next, work) - before < setup.slice) next += 1;
  const end = start + cyclesOf(next, work) - before;
  return { guest, start, end, done: end + setup.switchCost, first, next };
}

/** The turns of both guests, A first, until the end is reached. */
export function runSlices(setup: Setup): readonly Slice[] {
  const slices: Slice[] = [];
  const next = { A: 0, B: 0 };
  let time = 0;
  while (time < setup.end) {
    const guest = slices.length % 2 === 0 ? 'A' : 'B';
    const slice = runSlice(guest, time, next[guest], setup);
    slices.push(slice);
    next[guest] = slice.next;
    time = slice.done;
  }
  return slices;
}

const nothing: Spent = { direct: { A: 0, B: 0 }, trapping: { A: 0, B: 0 }, switching: 0, traps: 0 };

/** What one slice and the switch after it have spent up to `time`. */
export function spentIn(slice: Slice, time: number, setup: Setup): Spent {
  const work = setup.work[slice.guest];
  const inSlice = Math.max(0, Math.min(time, slice.end) - slice.start);
  const complete = Math.min(completed(slice.first, inSlice, work), slice.next - slice.first);
  const traps = sensitiveAmong(slice.first + complete, work) - sensitiveAmong(slice.first, work);
  // What is left belongs to the instruction under way: the guest's own, or one that is being emulated.
  const left = inSlice - (complete - traps) * work.ordinary - traps * work.trap;
  const emulating = sensitiveAmong(slice.first + complete + 1, work) > sensitiveAmong(slice.first + complete, work);
  const direct = (complete - traps) * work.ordinary + (emulating ? 0 : left);
  return {
    direct: { ...nothing.direct, [slice.guest]: direct },
    trapping: { ...nothing.trapping, [slice.guest]: inSlice - direct },
    switching: Math.max(0, Math.min(time, slice.done) - slice.end),
    traps,
  };
}

/** Two sums of cycles, added. */
export function add(one: Spent, other: Spent): Spent {
  return {
    direct: { A: one.direct.A + other.direct.A, B: one.direct.B + other.direct.B },
    trapping: { A: one.trapping.A + other.trapping.A, B: one.trapping.B + other.trapping.B },
    switching: one.switching + other.switching,
    traps: one.traps + other.traps,
  };
}

/** What has been spent at each of `count` moments, evenly from 0 to the end. */
export function run(
  setup: Setup,
  count: number,
): { readonly slices: readonly Slice[]; readonly spent: readonly Spent[] } {
  const slices = runSlices(setup);
  const spent: Spent[] = [];
  let before = nothing;
  let current = 0;
  for (let moment = 0; moment < count; moment++) {
    const time = momentTime(moment, count, setup.end);
    for (let slice = slices[current]; slice && slice.done <= time; slice = slices[++current])
      before = add(before, spentIn(slice, slice.done, setup));
    const under = slices[current];
    spent.push(under ? add(before, spentIn(under, time, setup)) : before);
  }
  return { slices, spent };
}

/** The time of a moment, in whole cycles. */
export function momentTime(moment: number, count: number, end: number): number {
  return Math.round((end * moment) / (count - 1));
}

/** The share of its slices that a guest spends on its own instructions, in the long run: n·c / (n·c + s·t). */
export function directShare({ sensitive, ordinary, trap }: Work): number {
  const direct = (per - sensitive) * ordinary;
  return direct / (direct + sensitive * trap);
}
