/** What the reader must see in time-sharing. */
import { describe, expect, test } from 'vitest';
import type { Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import type { Frame } from '../../src/figures/time-sharing-drawing.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('time-sharing');
const value = (change: Values, id: string, frame: number | 'last' = 'last'): number =>
  Number(readoutsOf(it, runWith(it, change, frame)).get(id)?.value);

describe('the opening', () => {
  test('a trap costs 1,000 cycles in all: the published 784 and 216 of nobody’s', () => {
    const { values } = runWith(it);
    expect(values['roundTrip']).toBe(784);
    expect(Number(values['roundTrip']) + Number(values['emulation'])).toBe(1000);
  });
  test('guest A keeps half of its half, guest B nine tenths of its own', () => {
    // 9,990 of 19,990 and 9,999 of 10,999 cycles, of half the time each, less 30,000 of 15,030,000 for switching.
    expect(value({}, 'guestA')).toBeCloseTo(25.0, 1);
    expect(value({}, 'guestB')).toBeCloseTo(45.3, 1);
    expect(value({}, 'switching')).toBeLessThan(0.2);
  });
  test('the shares are the whole, at every moment but the first', () => {
    const { frames, values } = runWith(it);
    for (let index = 1; index < frames.length; index += 7) {
      const shares = it.figure.readouts(frames.at(index), values);
      const [a, b, hypervisor] = shares.map((readout) => Number(readout.value));
      expect((a ?? 0) + (b ?? 0) + (hypervisor ?? 0)).toBeCloseTo(100, 9);
    }
  });
  test('says the number of instructions between two traps in the picture', () => {
    const run = runWith(it);
    const markup = drawStatic(it.figure, run.frames.at(run.index), run.values, 'wide', 'x');
    expect(markup).toContain('999 instructions run directly');
    expect(markup).toContain('A keeps 50 %');
    expect(markup).toContain('B keeps 91 %');
  });
  test.each(['wide', 'narrow'] as const)('names both costs of a trap, each in words of its own (%s)', (stage) => {
    const changes: readonly Values[] = [{}, { emulation: 5000 }, { sensitive: 1 }, { sensitive: 100, roundTrip: 5000 }];
    for (const change of changes) {
      const run = runWith(it, change);
      const markup = drawStatic(it.figure, run.frames.at(run.index), run.values, stage, 'x');
      expect(markup).toMatch(/>round trip \d+</);
      expect(markup).toMatch(/>emulation \d+</);
    }
  });
});

test.each(['wide', 'narrow'] as const)(
  'every column says whose slice it is, however little the guest keeps (%s)',
  (stage) => {
    const changes: readonly Values[] = [{}, { roundTrip: 3963 }, { roundTrip: 5000, sensitive: 100, sensitiveB: 100 }];
    for (const change of changes) {
      const run = runWith(it, change);
      const markup = drawStatic(it.figure, run.frames.at(run.index), run.values, stage, 'x');
      const slices = markup.slice(markup.indexOf('letters'), markup.indexOf('100 %', markup.indexOf('letters')));
      expect(slices.match(/>[AB]</g)?.slice(0, 12)).toEqual([...'ABABABABABAB'].map((letter) => `>${letter}<`));
    }
  },
);

test('what guest A does costs guest A: guest B’s share does not move', () => {
  expect(value({ sensitive: 100 }, 'guestB')).toBeCloseTo(value({ sensitive: 0 }, 'guestB'), 1);
});

test('shorter slices cost more switches: 0.2 ms loses about 4.8 %, as 10 µs of 210 µs', () => {
  expect(value({ slice: 0.2 }, 'switching')).toBeCloseTo((100 * 10) / 210, 0);
  expect(value({ slice: 30 }, 'switching')).toBeLessThan(0.05);
});

test('traps per second at one in a thousand, no guest B to trap: half of three thousand million cycles in 1,999 each', () => {
  const perSecond = value({ sensitiveB: 0, switchCost: 0 }, 'traps');
  expect(perSecond / (1.5e9 / 1999)).toBeCloseTo(1, 2);
});

test('presets are the six processors of the table, oldest first, and newer ones keep more', () => {
  expect(it.figure.presets.map((preset) => preset.values['roundTrip'])).toEqual([3963, 1579, 1266, 1009, 761, 784]);
  const kept = it.figure.presets.map((preset) => value(preset.values as Values, 'guestA'));
  expect(kept[0]).toBeLessThan(kept[3] as number);
});

test('the slices of a run alternate between the guests', () => {
  const { frames } = runWith(it, { slice: 1 });
  const { slices } = frames.at(0) as Frame;
  expect(slices.slice(0, 4).map((slice) => slice.guest)).toEqual(['A', 'B', 'A', 'B']);
});

test.each(['wide', 'narrow'] as const)(
  'a column is never too thin to be seen: short slices show a part of the time (%s)',
  (stage) => {
    for (const slice of [0.2, 0.3, 0.5, 1, 2, 5, 30])
      for (const frame of [0, 7, 60, 'last'] as const) {
        const run = runWith(it, { slice }, frame);
        const markup = drawStatic(it.figure, run.frames.at(run.index), run.values, stage, 'x');
        const [, blocks = ''] = /class="(?:past|future)-A [^>]*><path[^>]* d="([^"]*)"/.exec(markup) ?? [];
        // The first and the last may be cut, by now or by the edge.
        const widths = Array.from(blocks.matchAll(/h([\d.]+)v/g), ([, width]) => Number(width)).slice(1, -1);
        expect(Math.min(8, ...widths), `${slice} ms at ${frame}`).toBeGreaterThan(7.5);
      }
  },
);
