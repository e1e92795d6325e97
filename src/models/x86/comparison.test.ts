/** Comparisons by hand, from counts that are made up. */
import { describe, expect, test } from 'vitest';
import { compare, errorOf, predictedCycles, type Counted, type Published } from './comparison.ts';
import type { Costs } from './costs.ts';

const costs: Costs = {
  instruction: 1,
  privileged: 60,
  trap: 1000,
  portAccess: 0,
  walkRead: 10,
  monitorTrap: 2000,
  translator: 2300,
  callout: 1200,
  inCache: 200,
  hypercall: 1000,
  validatedUpdate: 300,
  bounce: 800,
  exit: 4000,
  vmread: 100,
  vmwrite: 100,
  emulation: 1200,
  shadowFill: 500,
};
const empty = { kernelInstructions: 2 };
const counted: Counted = {
  native: { 'null-loop': empty, fault: { kernelInstructions: 5, traps: 1 } },
  translation: { 'null-loop': empty, fault: { kernelInstructions: 5, monitorTraps: 1, callouts: 1 } },
  shadow: { 'null-loop': empty, fault: { kernelInstructions: 5, exitsPageFault: 1, vmreads: 10, traps: 1 } },
  pv: { 'null-loop': { ...empty, extraInstructions: 1 }, fault: { kernelInstructions: 9, traps: 1, bounces: 1 } },
};
const row: Published = {
  id: 'fault',
  name: 'fault',
  program: 'fault',
  kind: 'cycles',
  machine: 'prescott',
  why: 'Because.',
  cells: { native: 500, translation: 3203, shadow: 12006 },
};

describe('a round', () => {
  test('is its events at their costs, less the empty loop’s', () => {
    expect(predictedCycles(counted, 'native', 'fault', costs)).toBe(1003);
    expect(predictedCycles(counted, 'translation', 'fault', costs)).toBe(3203);
    expect(predictedCycles(counted, 'shadow', 'fault', costs)).toBe(3 + 4000 + 1000 + 1000);
  });
  test('that was not counted is named', () => {
    expect(() => predictedCycles(counted, 'pv', 'forkwait', costs)).toThrow('forkwait was not counted under pv');
  });
});

test('errors: twice too much, right, and half', () => {
  const errors = compare(row, counted, costs).pairs.map(errorOf);
  expect(errors[0]).toBeCloseTo(1.006, 9);
  expect(errors[1]).toBe(0);
  expect(errors[2]).toBeCloseTo(6003 / 12006 - 1, 9);
});

test('Xen’s share is what PV takes beyond the bare machine', () => {
  const { pairs } = compare({ ...row, kind: 'extra', cells: { pv: 3000 } }, counted, costs);
  // 9 − 3 instructions, and trap and bounce, less 3 instructions and a trap.
  expect(pairs).toEqual([{ technique: 'pv', published: 3000, predicted: 6 + 1800 - 1003 }]);
});

test('a ratio is one overhead over the other', () => {
  const { pairs } = compare({ ...row, kind: 'ratio', cells: { ratio: 3 } }, counted, costs);
  expect(pairs[0]?.predicted).toBeCloseTo((6003 - 1003) / (3203 - 1003), 12);
});
