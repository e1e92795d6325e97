/** The cost model: sums by hand, and that no predicted result is among the constants. */
import { describe, expect, test } from 'vitest';
import {
  countersOf,
  costsOn,
  cycles,
  exits,
  machines,
  noCounters,
  primitives,
  terms,
  vmreadsPerExit,
} from './costs.ts';

/** The cells of the papers; tests/content/costs.test.ts holds content/numbers.yaml against the same names. */
const cells: Readonly<Record<string, number>> = {
  'adams-agesen2006.cli-native': 60,
  'adams-agesen2006.rdtsc-trap': 2030,
  'adams-agesen2006.rdtsc-callout': 1254,
  'adams-agesen2006.rdtsc-translated': 216,
  'adams-agesen2006.translator': 2300,
  'adams-agesen2006.vmcb-read-p4': 178,
  'adams-agesen2006.vmcb-write-p4': 171,
  'adams-agesen2006.vmcb-read-core': 52,
  'adams-agesen2006.vmcb-write-core': 44,
  'agesen2012.exit-prescott': 3963,
  'agesen2012.exit-merom': 1579,
  'agesen2012.exit-penryn': 1266,
  'agesen2012.exit-nehalem': 1009,
  'agesen2012.exit-westmere': 761,
  'agesen2012.exit-sandy-bridge': 784,
  'sosp2003.trap': 1080,
  'sosp2003.bounce': 816,
  'bhargava2008.walk-read': 11,
};
const published = (name: string): number => {
  const value = cells[name];
  if (value === undefined) throw new Error(name);
  return value;
};
const prescott = costsOn('prescott', published);
const run = (some: Partial<ReturnType<typeof noCounters>>) => ({ ...noCounters(), ...some });

describe('the sum', () => {
  test('nothing counted costs nothing', () => expect(cycles(noCounters(), prescott)).toBe(0));
  test('one emulated exit on a Prescott: 3963 + 10 × 178 + 1254 = 6997 cycles', () => {
    expect(cycles(run({ exitsIo: 1, vmreads: vmreadsPerExit, emulations: 1 }), prescott)).toBe(6997);
  });
  test('the same on a Westmere, 761 + 10 × 52 + 1254 = 2535, is what its makers reckoned at 3000 all in, within a fifth', () => {
    const one = cycles(run({ exitsIo: 1, vmreads: vmreadsPerExit, emulations: 1 }), costsOn('westmere', published));
    expect(one).toBe(2535);
    expect(Math.abs(one / 3000 - 1)).toBeLessThan(0.2);
  });
  test('100 plain instructions, 2 cli, a hypercall of 10 updates: 100 + 120 + 1080 + 3000', () => {
    const some = run({ kernelInstructions: 98, userInstructions: 2, privileged: 2, hypercalls: 1 });
    expect(cycles({ ...some, pageTableUpdatesValidated: 10 }, prescott)).toBe(4300);
  });
  test('is linear, and the terms add up to it', () => {
    const all = noCounters();
    (Object.keys(all) as (keyof typeof all)[]).forEach((name, at) => (all[name] = at + 1));
    const twice = Object.fromEntries(
      Object.entries(all).map(([name, count]) => [name, 2 * count]),
    ) as unknown as typeof all;
    expect(cycles(twice, prescott)).toBe(2 * cycles(all, prescott));
    expect(terms(all, prescott).reduce((sum, term) => sum + term.cycles, 0)).toBe(cycles(all, prescott));
    expect(terms(all, prescott)).toHaveLength(Object.keys(prescott).length);
  });
  test('exits are counted by reason, each at one cost', () => {
    expect(exits(run({ exitsIo: 2, exitsPageFault: 3, hypercalls: 7 }))).toBe(5);
    expect(countersOf.exit).toEqual(Object.keys(noCounters()).filter((name) => name.startsWith('exits')));
  });
  test('no counter is multiplied twice', () => {
    const used = Object.values(countersOf).flat();
    expect(new Set(used).size).toBe(used.length);
  });
});

describe('the constants', () => {
  test('exits fall from 3963 to 784 cycles, all of one table', () => {
    expect(machines.map((machine) => costsOn(machine, published).exit)).toEqual([3963, 1579, 1266, 1009, 761, 784]);
  });
  test('none is a result that the lab predicts', () => {
    const named = Object.values(primitives).filter((value) => typeof value === 'string');
    const predicted =
      /^adams-agesen2006\.(syscall|in|cr8-write|call-return|page-fault|divide-by-zero|pte|forkwait)-|^sosp2003\.(page-fault|context-switch|fork|mmap)/;
    expect(named.filter((name) => predicted.test(name))).toEqual([]);
    expect('adams-agesen2006.pte-map-vtx').toMatch(predicted);
  });
});
