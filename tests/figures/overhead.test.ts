/** What the reader must see in overhead. */
import { describe, expect, test } from 'vitest';
import type { Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { publishedNumber } from '../../src/components/numbers.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('overhead');
const share = (change: Values, id: string, frame: number): number =>
  Number(readoutsOf(it, runWith(it, change, frame)).get(id)?.value);
const still = { syscalls: 0, updates: 0, faults: 0, switches: 0, io: 0, interrupts: 0, misses: 0 };

test('opens at a rate at which every technique adds something, and curves cross in sight', () => {
  for (const id of ['translation', 'pv', 'shadow', 'nested']) expect(share({}, id, 20)).toBeGreaterThan(1);
  const run = runWith(it);
  const drawn = drawStatic(it.figure, run.frames.at(run.index), run.values, 'wide', 'x');
  expect(drawn.match(/class="ring"/g)?.length).toBeGreaterThanOrEqual(3);
});

describe('the three orderings that the papers found', () => {
  test('nothing but system calls: hardware beats translation', () => {
    expect(share({ ...still, vary: 'syscalls' }, 'shadow', 30)).toBe(0);
    expect(share({ ...still, vary: 'syscalls' }, 'translation', 30)).toBeGreaterThan(100);
  });
  test('nothing but page-table updates: translation beats the first generation of VT-x', () => {
    const change = { ...still, machine: 'prescott' };
    expect(share(change, 'translation', 30)).toBeLessThan(share(change, 'shadow', 30));
  });
  test('with nested paging, hardware beats both', () => {
    for (const vary of ['syscalls', 'updates', 'faults', 'switches'])
      expect(share({ ...still, vary }, 'nested', 30)).toBe(0);
  });
});

test('nested paging is not shown on CPUs that did not have it', () => {
  for (const machine of ['prescott', 'merom', 'penryn'])
    expect(readoutsOf(it, runWith(it, { machine })).get('nested')?.value).toBe('–');
  for (const machine of ['nehalem', 'westmere', 'sandy-bridge'])
    expect(share({ machine }, 'nested', 20)).toBeGreaterThan(0);
});

test('a newer CPU makes exits cheaper and changes nothing else', () => {
  const on = (machine: string, id: string): number => share({ machine }, id, 20);
  expect(on('prescott', 'shadow')).toBeGreaterThan(on('merom', 'shadow'));
  expect(on('merom', 'shadow')).toBeGreaterThan(on('nehalem', 'shadow'));
  expect(on('prescott', 'translation')).toBe(on('westmere', 'translation'));
});

test('presets are published rates with their numbers, or named examples', () => {
  for (const { label, name, values } of it.figure.presets) {
    if (label.startsWith('Example')) continue;
    expect(values['misses']).toBe(publishedNumber(`bhargava2008.misses-${name}`));
    const others = Object.entries(values).filter(([key]) => key in still && key !== 'misses');
    expect(others.every(([, value]) => value === 0)).toBe(true);
  }
});
