/** What nano-benchmarks claims: what it predicts, which predictions are good, and which are not. */
import { describe, expect, test } from 'vitest';
import { loadNano } from '../../src/components/content-data.ts';
import { publishedNumber } from '../../src/components/numbers.ts';
import type { Frame } from '../../src/figures/nano-benchmarks-drawing.ts';
import type { Params } from '../../src/figure/contract.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('nano-benchmarks');
const { all } = runWith(it).frames.at(0) as Frame;
const pair = (id: string, technique: string) => {
  const found = all.find((row) => row.id === id)?.pairs.find((one) => one.technique === technique);
  if (!found) throw new Error(`${id} ${technique}`);
  return { ...found, ratio: found.predicted / found.published };
};

test('published cells are the paper’s', () => {
  const rows = loadNano();
  const cells = (id: string) => Object.values(rows.find((row) => row.id === id)?.cells ?? {});
  expect(cells('syscall')).toEqual([242, 2308, 246]);
  expect(cells('in')).toEqual([3209, 216, 15826]);
  expect(cells('page-fault')).toEqual([1093, 3927, 11242]);
  expect(cells('divide')).toEqual([889, 3223, 1014]);
  expect(cells('pte-unchanged')).toEqual([1, 391, 12733]);
  // (106.4 − 6.02) / (36.95 − 6.02) and (38.89 − 2.62) / (18.43 − 2.62).
  expect(cells('forkwait-p4')[0]).toBeCloseTo(3.245, 3);
  expect(cells('forkwait-core')[0]).toBeCloseTo(2.294, 3);
});

describe('orderings that the paper found are predicted', () => {
  test('system calls: translation is dearest, VT-x as on the bare machine', () => {
    expect(pair('syscall', 'translation').predicted).toBeGreaterThan(2 * pair('syscall', 'native').predicted);
    expect(pair('syscall', 'shadow').predicted).toBe(pair('syscall', 'native').predicted);
  });
  test('ports: translation is cheaper than the bare machine, VT-x dearer than both', () => {
    expect(pair('in', 'translation').predicted).toBeLessThan(pair('in', 'native').predicted);
    expect(pair('in', 'shadow').predicted).toBeGreaterThan(pair('in', 'native').predicted);
  });
  test.each(['page-fault', 'pte-unchanged', 'pte-unmap', 'pte-map'])('%s: VT-x loses to translation', (id) => {
    expect(pair(id, 'shadow').predicted).toBeGreaterThan(pair(id, 'translation').predicted);
  });
  test('forkwait: VT-x adds several times what translation adds, and less of it on a Core', () => {
    expect(pair('forkwait-p4', 'ratio').predicted).toBeGreaterThan(2);
    expect(pair('forkwait-core', 'ratio').predicted).toBeLessThan(pair('forkwait-p4', 'ratio').predicted);
  });
});

test('what Xen adds: 3144 cycles to a page fault, 2880 to a context switch; predicted is less, and in the same order', () => {
  const [fault, change] = [pair('sosp-fault', 'pv'), pair('sosp-switch', 'pv')];
  // (2.73 − 1.42) and (1.97 − 0.77) µs at 2.4 GHz.
  expect(fault.published).toBeCloseTo(3144, 6);
  expect(change.published).toBeCloseTo(2880, 6);
  expect(fault.predicted).toBeGreaterThan(change.predicted);
  // One bounce, one hypercall, one checked entry; and one hypercall. The rest are instructions and walks.
  expect(fault.predicted - (816 + 1080 + 300)).toBeLessThan(150);
  expect(change.predicted - 1080).toBeLessThan(150);
});

describe('and the errors are what they are', () => {
  test.each([
    ['page-fault', 'native', 1105 / 1093],
    ['divide', 'translation', 3286 / 3223],
    ['divide', 'shadow', 1082 / 1014],
  ])('%s, %s: good', (id, technique, ratio) => expect(pair(id, technique).ratio).toBeCloseTo(ratio, 2));
  test.each([
    ['syscall', 'native'],
    ['pte-unmap', 'translation'],
    ['cr-write', 'translation'],
    ['call-return', 'native'],
  ])('%s, %s: bad, by more than a factor of three', (id, technique) => {
    expect(Math.abs(Math.log(pair(id, technique).ratio))).toBeGreaterThan(Math.log(3));
  });
});

test('no cost of the figure is one of the results that it predicts', () => {
  const used = Object.values(it.figure.params as Params).flatMap((param) =>
    param.kind === 'number' ? [Number(param.default)] : [],
  );
  for (const name of ['page-fault-translation', 'page-fault-vtx', 'pte-unchanged-vtx', 'divide-by-zero-translation'])
    expect(used).not.toContain(publishedNumber(`adams-agesen2006.${name}`));
});

test('a dearer exit moves VT-x and nothing else', () => {
  const errors = (change: Record<string, number>) => readoutsOf(it, runWith(it, change, 4));
  const [before, after] = [errors({}), errors({ prescott: 5000 })];
  expect(after.get('shadow')?.value).toBeGreaterThan(Number(before.get('shadow')?.value));
  expect(after.get('native')?.value).toBe(before.get('native')?.value);
  expect(after.get('translation')?.value).toBe(before.get('translation')?.value);
});
