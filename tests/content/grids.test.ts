/** The grids of content/grids.yaml: one year, a strict form, and the places that the figure's control offers. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { contentFolder, loadGrids, loadNumbers } from '../../src/components/content-data.ts';
import { params } from '../../src/figures/energy-and-carbon.ts';

describe('grids.yaml', () => {
  const { year, places } = loadGrids();

  it('has the places that the control offers, by the same names', () => {
    const named = places.map(({ id, name }) => ({ value: id, label: name }));
    expect(params.grid.options).toEqual(named);
    expect(places.map(({ id }) => id)).toContain(params.grid.default);
  });

  it('is of one year, and the world agrees with the number that prose prints', () => {
    expect(year).toBe(2024);
    const world = places.find(({ id }) => id === 'world')?.intensity ?? NaN;
    expect(Math.round(world)).toBe(loadNumbers()['co2js']?.['world']?.value);
  });

  it('goes from water power to coal', () => {
    const [, ...rising] = places.map(({ intensity }) => intensity);
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
  });
});

describe('a fault in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'grids-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['an unknown key', '{ id: no, name', '{ id: no, vintage: 2023, name', /vintage/],
    ['a place given twice', 'id: no,', 'id: se,', /stands twice/],
    ['a negative intensity', 'intensity: 30.75', 'intensity: -30.75', /places\.1\.intensity/],
    ['another unit', 'unit: g/kWh', 'unit: kg/kWh', /unit/],
    ['a dangling citation', 'source: co2js', 'source: co2sj', /co2sj/],
  ])('%s is named', (_, from, to, said) => {
    for (const file of ['grids.yaml', 'references.yaml']) cpSync(join(contentFolder(), file), join(folder, file));
    const text = readFileSync(join(folder, 'grids.yaml'), 'utf8').replace(from, to);
    writeFileSync(join(folder, 'grids.yaml'), text);
    expect(() => loadGrids(folder)).toThrow(said);
  });
});
