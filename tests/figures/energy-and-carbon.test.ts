/** What the figure of energy and carbon must show. */
import { parseHTML } from 'linkedom';
import { describe, expect, it, test } from 'vitest';
import { loadNumbers } from '../../src/components/content-data.ts';
import type { Params, Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { presetValues } from '../../src/figure/values.ts';
import type { Frame } from '../../src/figures/energy-and-carbon-drawing.ts';
import { textWidth } from '../../src/figures/marks/text.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it0 = await ready('energy-and-carbon');
const { figure } = it0;

function at(change: Values = {}, frame?: number | 'last') {
  const run = runWith(it0, change, frame);
  const moment = run.frames.at(run.index) as Frame;
  const readouts = Object.fromEntries([...readoutsOf(it0, run)].map(([id, { value }]) => [id, Number(value)]));
  return { ...run, moment, readouts, says: figure.describe(moment, run.values) };
}

function picture(change: Values, frame: number | 'last' | undefined, stage: 'wide' | 'narrow'): Element {
  const { moment, values } = at(change, frame);
  const markup = drawStatic(figure, moment, values, stage, 'x');
  const { document } = parseHTML(`<html><body><svg>${markup}</svg></body></html>`);
  return document.querySelector('.root') as unknown as Element;
}

const preset = (name: string): Values =>
  presetValues(
    figure.params as Params,
    figure.presets.find((one) => one.name === name)!,
  );

describe('as it opens', () => {
  const { readouts, moment } = at();

  it('has moved all twenty servers, and shows that nine tenths of their electricity were idle power', () => {
    expect(moment.step?.moved).toBe(20);
    // Idle 60 % of peak at 15 % load: 0.6 / (0.6 + 0.4 · 0.15) = 0.909.
    expect(readouts['idle']).toBeCloseTo(90.9, 1);
  });

  it('draws what the published numbers come to by hand', () => {
    // 20 · 264 W · 0.66 · 1.605 · 8.76 h; 8 hosts idle, and the guests’ work with 3 % more.
    const before = 20 * 264 * 0.66 * 1.605 * 8.76e-3;
    const after = (8 * 264 * 0.6 + 20 * 0.15 * 1.03 * 264 * 0.4) * 1.605 * 8.76e-3;
    expect(readouts['hosts']).toBe(8);
    expect(readouts['before']).toBeCloseTo(before, 6);
    expect(readouts['after']).toBeCloseTo(after, 6);
    expect(readouts['cost']).toBeCloseTo((before - after) * 1000 * 0.1252, 6);
    expect(readouts['carbon']).toBeCloseTo((before - after) * 0.47294, 6);
  });

  it('has every default from a published number, but for the size of the example and the spare', () => {
    const numbers = loadNumbers();
    const price = numbers['electricity']?.['commercial-us']?.value;
    expect(at().values['price']).toBe(price);
    const plain = Object.entries(figure.params as Params).filter(([, param]) => !param.source);
    expect(plain.map(([name]) => name)).toEqual(['servers', 'fresh']);
  });
});

describe('the way there', () => {
  it('costs more at its first step: two hosts for one server', () => {
    const { readouts, says } = at({}, 1);
    expect(readouts['hosts']).toBe(2);
    expect(readouts['after']).toBeGreaterThan(readouts['before'] ?? NaN);
    expect(says).toContain('More is drawn than before');
  });

  it('surely saves from the fourth server on', () => {
    const low = (frame: number): number => at({}, frame).moment.step?.saved.energy.low ?? NaN;
    expect([1, 2, 3].every((frame) => low(frame) < 0)).toBe(true);
    expect(low(4)).toBeGreaterThan(0);
  });

  it('says at its start what the servers draw', () => {
    expect(at({}, 0).says).toMatch(/^20 servers take 49\.0 MWh a year; 91 %/);
  });
});

describe('presets', () => {
  it('newer servers leave less to take away', () => {
    const { readouts } = at(preset('modern'), 'last');
    expect(readouts['idle']).toBeLessThan(70);
    const share = (one: Readonly<Record<string, number>>): number => 1 - (one['after'] ?? 0) / (one['before'] ?? 0);
    expect(share(readouts)).toBeLessThan(share(at().readouts));
  });

  it('new hosts in place of old servers: two machines for twenty, and one of them spare', () => {
    expect(at(preset('renewed'), 'last').readouts['hosts']).toBe(2);
    expect(at({ ...preset('renewed'), spare: 0 }, 'last').readouts['hosts']).toBe(1);
  });
});

describe('the grid', () => {
  it('changes carbon and nothing else, in proportion', () => {
    const world = at().readouts;
    const norway = at({ grid: 'no' }).readouts;
    expect(norway['carbon']! / world['carbon']!).toBeCloseTo(30.75 / 472.94, 9);
    expect({ ...norway, carbon: 0 }).toEqual({ ...world, carbon: 0 });
  });
});

describe('the picture', () => {
  test.each(['wide', 'narrow'] as const)('keeps its words inside the stage at its largest numbers (%s)', (stage) => {
    const large = {
      servers: 60,
      peak: 1000,
      idleLow: 100,
      idleHigh: 100,
      pueLow: 3,
      pueHigh: 3,
      price: 50,
      grid: 'in',
    };
    for (const frame of [0, 1, 'last'] as const) {
      const words = [...picture(large, frame, stage).querySelectorAll('text')];
      expect(words.length).toBeGreaterThan(20);
      for (const word of words) {
        const strong = word.getAttribute('class')?.includes('strong');
        const width = textWidth(word.textContent ?? '', { size: 13, weight: strong ? 'semibold' : 'regular' });
        const anchor = word.getAttribute('text-anchor');
        // Those of the axis stand in groups of their own.
        if (word.parentElement?.getAttribute('class') === 'tick') continue;
        const x = Number(word.getAttribute('x')) - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0);
        expect(x, word.textContent ?? '').toBeGreaterThanOrEqual(-1);
        expect(x + width, word.textContent ?? '').toBeLessThanOrEqual(stage === 'wide' ? 720 : 304);
      }
    }
  });

  it('draws a cell for every server and every host', () => {
    const cells = (name: string): number =>
      (picture({}, 9, 'wide').querySelector(`.${name} path`)?.getAttribute('d')?.match(/M/g) ?? []).length;
    expect(cells('off')).toBe(9);
    expect(cells('on')).toBe(11 + 5);
    expect(cells('busy')).toBe(11 + 5);
  });

  test.each<[string, Values, RegExp]>([
    ['an empty rack', { servers: 0 }, /rack is empty/],
    ['turned bounds', { loadLow: 40, loadHigh: 10 }, /lower end of the load/],
    ['a PUE whose ends are turned', { pueLow: 3, pueHigh: 1 }, /lower end of the PUE/],
  ])('has a sentence, and no bars, for %s', (_, change, sentence) => {
    const root = picture(change, undefined, 'wide');
    expect(root.textContent).toMatch(sentence);
    expect(root.querySelector('.scene')).toBeNull();
    expect(at(change).says).toMatch(sentence);
    // Nothing is known of such a plan; a zero would be an answer.
    for (const { value } of readoutsOf(it0, runWith(it0, change)).values()) expect(value).toBe('–');
  });
});
