/** The tables of SOSP '03 against the paper's text, cell by cell, and what a fault in them does. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { contentFolder, loadNumbers, loadSosp } from '../../src/components/content-data.ts';

const tables = loadSosp();
const cellsOf = (id: string) => tables.find((table) => table.id === id)?.rows.map(({ cells }) => cells) ?? [];
/** Rows of the paper's printed tables are systems; ours are measurements. `4k2` is 4200. */
const printed = (text: string): number[][] => {
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(numberOf));
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? NaN));
};
const numberOf = (text: string): number => {
  const [whole = '', rest] = text.split('k');
  return rest === undefined ? Number(whole) : Number(whole) * 1000 + Number(rest || '0') * 100;
};

describe('cells are those of the paper', () => {
  test('Table 3', () => {
    expect(cellsOf('processes')).toEqual(
      printed(`0.53 0.81 2.10 3.51 23.2 0.83 2.94 143 601 4k2
        0.45 0.50 1.28 1.92 5.70 0.68 2.49 110 530 4k0
        0.46 0.50 1.22 1.88 5.69 0.69 1.75 198 768 4k8
        0.73 0.83 1.88 2.99 11.1 1.02 4.63 874 2k3 10k
        24.7 25.1 36.1 62.8 39.9 26.0 46.0 21k 33k 58k`),
    );
  });
  test('Table 4', () => {
    expect(cellsOf('switches')).toEqual(
      printed(`1.69 1.88 2.03 2.36 26.8 4.79 38.4
        0.77 0.91 1.06 1.03 24.3 3.61 37.6
        1.97 2.22 2.67 3.07 28.7 7.08 39.4
        18.1 17.6 21.3 22.4 51.6 41.7 72.2
        15.5 14.6 14.4 16.3 36.8 23.6 52.0`),
    );
  });
  test('Table 5', () => {
    expect(cellsOf('memory')).toEqual(
      printed(`44.9 24.2 123 45.2 99.0 1.33 1.88
        32.1 6.08 66.0 12.5 68.0 1.06 1.42
        32.5 5.86 68.2 13.6 139 1.40 2.73
        35.3 9.3 85.6 21.4 620 7.53 12.4
        130 65.7 250 113 1k4 21.8 26.3`),
    );
  });
  test('Table 6, and its percentages', () => {
    expect(cellsOf('network')).toEqual(
      printed(`897 897 602 544
        897 897 516 467
        291 615 101 137
        165 203 61.1 91.4`),
    );
    const lost = cellsOf('network').map(([linux = 0, ...others]) =>
      others.map((one) => Math.round(100 * (1 - one / linux))),
    );
    expect(lost).toEqual([
      [0, 68, 82],
      [0, 31, 77],
      [14, 83, 90],
      [14, 75, 83],
    ]);
  });
  test('Figures 3, 4 and 5', () => {
    expect(cellsOf('relative')).toEqual([
      [567, 567, 554, 550],
      [263, 271, 334, 535],
      [172, 158, 80, 65],
      [1714, 1633, 199, 306],
      [418, 400, 310, 111],
      [518, 514, 150, 172],
    ]);
    expect(cellsOf('web')).toEqual([
      [662, 554],
      [1001, 924],
      [887, 896],
      [842, 906],
      [880, 874],
    ]);
    expect(cellsOf('osdb')).toEqual([
      [158, 1661],
      [318, 3289],
      [289, 2833],
      [282, 2685],
      [290, 2104],
    ]);
    expect(Math.round(662 * (1 - 0.163))).toBe(554);
  });
});

test('the two values of one OSDB-OLTP run are both there, each with a note on the other', () => {
  const rows = tables.flatMap((table) => table.rows);
  const noted = (id: string) => rows.find((row) => row.id === id)?.note ?? '';
  expect(noted('osdb-oltp')).toContain('1661');
  expect(noted('osdb-1')).toContain('1633');
});

test('a number that content/numbers.yaml has is not written a second time', () => {
  const text = readFileSync(join(contentFolder(), 'sosp2003.yaml'), 'utf8');
  const named = Array.from(text.matchAll(/[a-z0-9]+(?:-[a-z0-9]+)*-(?:linux|xen|vmware|uml)\b/g), ([name]) => name);
  const measured = Object.entries(loadNumbers()['sosp2003'] ?? {}).filter(([name]) =>
    /-(linux|xen|vmware|uml)$/.test(name),
  );
  expect(measured.map(([name]) => name).filter((name) => !named.includes(name))).toEqual([]);
});

describe('a fault', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sosp-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  test.each([
    ['a cell too few', '[1001, 924]', '[1001]', /too_small|>=2|web\.rows\.1\.cells/],
    ['a cell too many', '[1001, 924]', '[1001, 924, 7]', /web-2 has 3 cells for 2 systems/],
    ['a name that is no number', 'fork-xen', 'fork-xenn', /fork names sosp2003\.fork-xenn/],
    ['a row given twice', 'id: web-4', 'id: web-2', /web-2 stands twice/],
    ['an unknown system', 'series: [linux, xen]', 'series: [linux, kvm]', /series/],
  ])('%s is named', (_, from, to, said) => {
    for (const file of ['sosp2003.yaml', 'numbers.yaml', 'references.yaml'])
      cpSync(join(contentFolder(), file), join(folder, file));
    const text = readFileSync(join(folder, 'sosp2003.yaml'), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(folder, 'sosp2003.yaml'), text.replace(from, to));
    expect(() => loadSosp(folder)).toThrow(said);
  });
});
