/** Divisions by hand, and axes that hold what they are made for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseOf, extent, placeOn, relative, shown, ticksOf, type Table } from './published.ts';

const workloads: Table = {
  id: 'relative',
  name: 'Workloads',
  at: 'Figure 3',
  base: 'linux',
  series: ['linux', 'xen', 'uml'],
  rows: [
    { id: 'build', name: 'build', unit: 's', better: 'lower', cells: [263, 271, 535] },
    { id: 'web', name: 'web', unit: '', better: 'higher', cells: [518, 514, 172] },
  ],
};
const concurrent: Table = {
  ...workloads,
  base: 'first',
  series: ['ir', 'oltp'],
  rows: [
    { id: '1', name: '1', unit: 'tuples/s', better: 'higher', cells: [158, 1661] },
    { id: '2', name: '2', unit: 'tuples/s', better: 'higher', cells: [318, 3289] },
  ],
};
const [build, web] = workloads.rows as [Table['rows'][0], Table['rows'][0]];

describe('relative speed', () => {
  test('of a time is the base’s time over it: 263 / 271 s', () => {
    expect(relative(workloads, build, 1)).toBeCloseTo(0.9705, 4);
    expect(relative(workloads, build, 2)).toBeCloseTo(0.4916, 4);
  });
  test('of a score is it over the base’s: 514 / 518', () => {
    expect(relative(workloads, web, 1)).toBeCloseTo(0.9923, 4);
    expect(shown(workloads, web, 1, 'published')).toBe(514);
  });
  test('without native Linux the first row is the base, each workload of its own', () => {
    const second = concurrent.rows[1] as Table['rows'][0];
    expect(baseOf(concurrent, second, 1)).toBe(1661);
    expect(relative(concurrent, second, 0)).toBeCloseTo(2.0127, 4);
    expect(relative(concurrent, second, 1)).toBeCloseTo(1.9801, 4);
  });
});

describe('an axis', () => {
  test('is linear from 0 where values are near, and by factors where the largest is over twenty times the least', () => {
    expect(extent(workloads, 'relative', [0, 1, 2])).toEqual({ from: 0, to: 1.1, log: false });
    expect(extent(concurrent, 'published', [0, 1])).toEqual({ from: 100, to: 5000, log: true });
    expect(ticksOf({ from: 100, to: 5000, log: true })).toEqual([100, 200, 500, 1000, 2000, 5000]);
    expect(ticksOf({ from: 0, to: 1000, log: false })).toEqual([0, 200, 400, 600, 800, 1000]);
  });
  test('holds every value, and keeps their order', () => {
    const cell = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 2, maxLength: 5 }),
        fc.constantFrom('published', 'relative'),
        (cells, scale) => {
          const series = ['linux', 'smp', 'xen', 'vmware', 'uml'].slice(0, cells.length) as unknown as Table['series'];
          const table: Table = { ...workloads, series, rows: [{ ...web, cells }] };
          const columns = cells.map((_, column) => column);
          const axis = extent(table, scale, columns);
          const values = columns.map((column) => shown(table, { ...web, cells }, column, scale));
          for (const value of values) {
            expect(value).toBeGreaterThanOrEqual(axis.from * (1 - 1e-9));
            expect(value).toBeLessThanOrEqual(axis.to * (1 + 1e-9));
          }
          const sorted = values.toSorted((a, b) => a - b).map((value) => placeOn(axis, value));
          expect(sorted).toEqual(sorted.toSorted((a, b) => a - b));
          for (const tick of ticksOf(axis)) expect(tick).toBeLessThanOrEqual(axis.to * (1 + 1e-9));
          expect(ticksOf(axis).length).toBeLessThan(25);
        },
      ),
    );
  });
});
