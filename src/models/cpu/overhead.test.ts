/** The sums of overhead by hand, and where techniques meet. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Costs } from '../x86/costs.ts';
import {
  bareCycles,
  crossing,
  cyclesOf,
  eventNames,
  overhead,
  partsOf,
  techniqueNames,
  type Rates,
  type Setting,
} from './overhead.ts';

const costs: Costs = {
  instruction: 1,
  privileged: 60,
  trap: 1080,
  portAccess: 0,
  walkRead: 11,
  monitorTrap: 2030,
  translator: 2300,
  callout: 1254,
  inCache: 216,
  hypercall: 1080,
  validatedUpdate: 300,
  bounce: 816,
  exit: 3963,
  vmread: 178,
  vmwrite: 171,
  emulation: 1254,
  shadowFill: 0,
};
const setting: Setting = { costs, batch: 16, nativeReads: 4, nestedReads: 24, vmreads: 10 };
const none: Rates = { syscalls: 0, updates: 0, faults: 0, switches: 0, io: 0, interrupts: 0, misses: 0 };

describe('by hand', () => {
  test('no events, no overhead', () => {
    for (const technique of techniqueNames) expect(overhead(technique, none, setting)).toBe(0);
  });
  test('100 system calls: 1.108 million cycles bare; translation adds 2030 + 1254 − 1080 each, the others nothing', () => {
    const rates = { ...none, syscalls: 100 };
    expect(bareCycles(rates, setting)).toBe(1_108_000);
    expect(overhead('translation', rates, setting)).toBeCloseTo(220_400 / 1_108_000, 12);
    for (const technique of ['pv', 'shadow', 'nested'] as const) expect(overhead(technique, rates, setting)).toBe(0);
  });
  test('a page-table update: 1254 translated, 300 + 1080/16 in a batch, 3963 + 1780 + 1254 by exit, 0 nested', () => {
    expect(cyclesOf('translation', 'updates', setting)).toBe(1254);
    expect(cyclesOf('pv', 'updates', setting)).toBe(367.5);
    expect(cyclesOf('shadow', 'updates', setting)).toBe(6997);
    expect(cyclesOf('nested', 'updates', setting)).toBe(0);
  });
  test('a batch of 2048 makes an update cost little more than its check', () => {
    expect(cyclesOf('pv', 'updates', { ...setting, batch: 2048 })).toBeCloseTo(300 + 1080 / 2048, 12);
    expect(cyclesOf('pv', 'updates', { ...setting, batch: 1 })).toBe(1380);
  });
  test('a TLB miss costs nested paging 20 reads of 11 cycles more, and nobody else anything', () => {
    const rates = { ...none, misses: 1000 };
    expect(overhead('nested', rates, setting)).toBeCloseTo(220_000 / 1_044_000, 12);
    for (const technique of ['translation', 'pv', 'shadow'] as const)
      expect(overhead(technique, rates, setting)).toBe(0);
  });
  test('translation and shadow paging meet where 1254 u + 2204 s = 6997 u: at 38.4 updates for 100 calls', () => {
    const rates = { ...none, syscalls: 100 };
    expect(crossing('translation', 'shadow', 'updates', rates, setting)).toBeCloseTo(220_400 / 5743, 9);
    expect(crossing('pv', 'nested', 'updates', none, setting)).toBeUndefined();
  });
});

// Bhargava et al., Table 1: TLB misses per million instructions, and what a TLB that never misses would gain, native and nested.
describe('reads of 11 cycles against the simulation', () => {
  const ratio = (misses: number, native: number, nested: number): number =>
    overhead('nested', { ...none, misses }, setting) / ((1 + nested / 100) / (1 + native / 100) - 1);
  test.each([
    ['MiscServer', 2943, 14.0, 75.7],
    ['WebServer', 1290, 4.7, 44.4],
    ['JavaServer', 2570, 13.5, 89.0],
  ])('%s comes out within a third', (_, misses, native, nested) => {
    expect(Math.abs(ratio(misses, native, nested) - 1)).toBeLessThan(1 / 3);
  });
  test.each([
    ['IntCpu', 704, 11.4, 48.6],
    ['FpCpu', 182, 5.7, 27.5],
  ])('%s comes out at less than half: its walks miss the second-level cache', (_, misses, native, nested) => {
    expect(ratio(misses, native, nested)).toBeLessThan(0.5);
  });
});

describe('for all rates', () => {
  const rate = fc.double({ min: 0, max: 20000, noNaN: true });
  const all = fc.record(Object.fromEntries(eventNames.map((name) => [name, rate])) as Record<keyof Rates, typeof rate>);
  test('the overhead is the sum of its parts, and the bare machine’s own is 0', () => {
    fc.assert(
      fc.property(all, fc.constantFrom(...techniqueNames), (rates, technique) => {
        const sum = Object.values(partsOf(technique, rates, setting)).reduce((a, b) => a + b, 0);
        expect(overhead(technique, rates, setting)).toBeCloseTo(sum, 9);
        expect(overhead('native', rates, setting)).toBe(0);
      }),
    );
  });
  test('where two techniques cross, they cost the same', () => {
    const two = fc.constantFrom(...techniqueNames);
    fc.assert(
      fc.property(all, two, two, fc.constantFrom(...eventNames), (rates, one, other, event) => {
        const at = crossing(one, other, event, rates, setting);
        if (at === undefined) return;
        const there = { ...rates, [event]: at };
        const [a, b] = [overhead(one, there, setting), overhead(other, there, setting)];
        expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(a)));
      }),
    );
  });
});
