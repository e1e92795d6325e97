/** What the reader must see in sosp-2003. */
import { expect, test } from 'vitest';
import type { Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('sosp-2003');
const share = (change: Values, frame: number): number =>
  Number(readoutsOf(it, runWith(it, change, frame)).get('share')?.value);
const picture = (change: Values, frame?: number): string => {
  const run = runWith(it, change, frame);
  return drawStatic(it.figure, run.frames.at(run.index), run.values, 'wide', 'x');
};

test('opens where the systems lie far apart, with published and relative values, and with the paper’s other value', () => {
  const drawn = picture({});
  expect(drawn).toContain('Xen 0.95 (1633 tuples/s)');
  expect(drawn).toContain('VMware 0.12 (199 tuples/s)');
  expect(drawn).toMatch(/1661/);
});

test('Xen loses where the paper prints bold: fork 0.56, mmap 0.49, page fault 0.52, a switch 0.39', () => {
  expect(share({ table: 'processes' }, 7)).toBeCloseTo(110 / 198, 9);
  expect(share({ table: 'memory' }, 4)).toBeCloseTo(68 / 139, 9);
  expect(share({ table: 'memory' }, 6)).toBeCloseTo(1.42 / 2.73, 9);
  expect(share({ table: 'switches' }, 0)).toBeCloseTo(0.77 / 1.97, 9);
});

test('in each published scale all marks of one system in a table stand in the order of its values', () => {
  for (const table of ['processes', 'switches', 'memory', 'network', 'web']) {
    const drawn = picture({ table, scale: 'published' });
    const marks = drawn.matchAll(/translate\(([\d.]+),[^>]*data-key="[a-z0-9-]+-xen"/g);
    const places = Array.from(marks, ([, x]) => Number(x));
    const data = it.data as { id: string; series: string[]; rows: { cells: number[] }[] }[];
    const found = data.find(({ id }) => id === table);
    const values = found?.rows.map(({ cells }) => cells[found.series.indexOf('xen')] ?? NaN) ?? [];
    expect(places).toHaveLength(values.length);
    const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
    const sorted = order.map((index) => places[index]);
    expect(sorted).toEqual([...sorted].sort((a, b) => Number(a) - Number(b)));
  }
});

test('a system that is not chosen is not drawn, and none is no fault', () => {
  expect(picture({ systems: ['linux', 'xen'] })).not.toContain('VMware 0');
  expect(picture({ systems: [] })).toContain('No system is chosen.');
});

test('concurrent OSDB keeps to its own figure: one domain is 1661 and 1, two are 1.98', () => {
  expect(picture({ table: 'osdb' }, 0)).toContain('OSDB-OLTP 1.00 (1661 tuples/s)');
  expect(share({ table: 'osdb' }, 1)).toBeCloseTo(3289 / 1661, 9);
});

test('what a table did not measure is a dash among the readouts, and no number of another table', () => {
  const told = (change: Values): unknown[] =>
    [...readoutsOf(it, runWith(it, change, 0)).values()].map(({ value }) => value);
  expect(told({ table: 'osdb' })).toEqual(['–', 'IR 158, OLTP 1661', '–', '–', 1]);
  expect(told({ table: 'web' }).slice(0, 4)).toEqual([662, 554, '–', '–']);
});
