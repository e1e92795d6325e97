/**
 * Overhead of five ways to run a kernel as a sum: how often it does what a hypervisor must see, times what that costs.
 *
 * What it models: `recipes` says which primitive costs (models/x86/costs.ts) each event takes under each technique, following
 * Adams and Agesen (ASPLOS 2006, §§3–4) for binary translation and for VT-x with shadow paging, SOSP 2003 (§§2–3, 4.2) for
 * paravirtualization, and Bhargava et al. (ASPLOS 2008) for walks of nested tables. The overhead is what a technique needs beyond the
 * bare machine, as a share of the bare machine's time. All shares have one denominator, so each pair of techniques meets at
 * most at one rate (`crossing`), found by division.
 *
 * What it leaves out: devices themselves; driver domains; translating code (2300 cycles an instruction, once) and the slower
 * calls and returns of translated code; hidden faults of shadow paging that no event here brings; caches. One CPU.
 */
import type { Costs } from '../x86/costs.ts';

/** What a guest does that costs more under a hypervisor. */
export const eventNames = ['syscalls', 'updates', 'faults', 'switches', 'io', 'interrupts', 'misses'] as const;
/** One of them. */
export type EventName = (typeof eventNames)[number];

/** Ways to run it; `native` is what the others are held against. */
export const techniqueNames = ['native', 'translation', 'pv', 'shadow', 'nested'] as const;
/** One of them. */
export type TechniqueName = (typeof techniqueNames)[number];

/** Events per million instructions. */
export type Rates = Readonly<Record<EventName, number>>;

/** What does not come from a cost: how many updates share a hypercall, and how many entries each kind of walk reads. */
export interface Setting {
  readonly costs: Costs;
  readonly batch: number;
  readonly nativeReads: number;
  readonly nestedReads: number;
  /** VMREADs for a typical exit. */
  readonly vmreads: number;
}

type Recipe = Partial<Record<keyof Costs, number>>;

/** Which primitives one event takes under a technique, and how many of each. */
export function recipes(
  technique: TechniqueName,
  { batch, nativeReads, nestedReads, vmreads }: Setting,
): Readonly<Record<EventName, Recipe>> {
  const walk: Recipe = { walkRead: nativeReads };
  const trap: Recipe = { trap: 1 };
  // The monitor takes the event to the guest's handler, and IRET calls out of the translation.
  const reflected: Recipe = { monitorTrap: 1, callout: 1 };
  const exit: Recipe = { exit: 1, vmread: vmreads };
  const emulated: Recipe = { ...exit, emulation: 1 };
  const bare = {
    syscalls: trap,
    updates: {},
    faults: trap,
    switches: { privileged: 1 },
    io: {},
    interrupts: trap,
    misses: walk,
  };
  // The event to inject is written into the VMCS; VM entry delivers it. IRET goes by itself.
  const interrupts: Recipe = { ...exit, vmwrite: 1, trap: 1 };
  const kinds: Readonly<Record<TechniqueName, Readonly<Record<EventName, Recipe>>>> = {
    native: bare,
    translation: {
      syscalls: reflected,
      updates: { callout: 1 },
      faults: reflected,
      switches: { callout: 1 },
      io: { inCache: 1 },
      interrupts: reflected,
      misses: walk,
    },
    pv: {
      syscalls: trap,
      updates: { validatedUpdate: 1, hypercall: 1 / batch },
      faults: { trap: 1, bounce: 1 },
      switches: { hypercall: 1, privileged: 1 },
      io: { hypercall: 1 },
      interrupts: { trap: 1, bounce: 1 },
      misses: walk,
    },
    shadow: {
      ...bare,
      updates: emulated,
      // Vector and error code.
      faults: { ...exit, vmwrite: 2, trap: 1 },
      switches: emulated,
      io: emulated,
      interrupts,
    },
    nested: { ...bare, io: emulated, interrupts, misses: { walkRead: nestedReads } },
  };
  return kinds[technique];
}

/** Cycles of one event under a technique. */
export function cyclesOf(technique: TechniqueName, event: EventName, setting: Setting): number {
  let sum = 0;
  for (const [cost, count] of Object.entries(recipes(technique, setting)[event]))
    sum += count * setting.costs[cost as keyof Costs];
  return sum;
}

/** Cycles of a million instructions on the bare machine, events included. */
export function bareCycles(rates: Rates, setting: Setting): number {
  return eventNames.reduce(
    (sum, event) => sum + rates[event] * cyclesOf('native', event, setting),
    1e6 * setting.costs.instruction,
  );
}

/** What each event adds to the bare machine's time under a technique, as shares of that time. They may be below 0. */
export function partsOf(technique: TechniqueName, rates: Rates, setting: Setting): Readonly<Record<EventName, number>> {
  const bare = bareCycles(rates, setting);
  const one = (event: EventName): number =>
    (rates[event] * (cyclesOf(technique, event, setting) - cyclesOf('native', event, setting))) / bare;
  return Object.fromEntries(eventNames.map((event) => [event, one(event)])) as Record<EventName, number>;
}

/** The overhead: the sum of its parts. */
export function overhead(technique: TechniqueName, rates: Rates, setting: Setting): number {
  return Object.values(partsOf(technique, rates, setting)).reduce((sum, share) => sum + share, 0);
}

/** The rate of one event at which two techniques cost the same, the others as they are; undefined where there is none. */
export function crossing(
  one: TechniqueName,
  other: TechniqueName,
  event: EventName,
  rates: Rates,
  setting: Setting,
): number | undefined {
  const difference = (name: EventName): number => cyclesOf(one, name, setting) - cyclesOf(other, name, setting);
  const slope = difference(event);
  const fixed = eventNames.reduce((sum, name) => (name === event ? sum : sum + rates[name] * difference(name)), 0);
  const rate = -fixed / slope;
  return slope !== 0 && rate > 0 && Number.isFinite(rate) ? rate : undefined;
}
