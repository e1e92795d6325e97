/** What the reader must see in disaster-recovery. */
import { describe, expect, test } from 'vitest';
import type { Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import type { Frame } from '../../src/figures/disaster-recovery-drawing.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('disaster-recovery');
const value = (change: Values, id: string): number | string | undefined =>
  readoutsOf(it, runWith(it, change)).get(id)?.value;
const says = (change: Values, frame: number | 'last' = 'last'): string => {
  const run = runWith(it, change, frame);
  return it.figure.describe(run.frames.at(run.index), run.values);
};
const picture = (change: Values, stage: 'wide' | 'narrow', frame?: number): string => {
  const run = runWith(it, change, frame);
  return drawStatic(it.figure, run.frames.at(run.index), run.values, stage, 'x');
};

describe('the opening', () => {
  test('published defaults: 25 ms, 60 s, 1 s; the rest says that nobody published it', () => {
    const { values } = runWith(it);
    expect([values['epoch'], values['detect'], values['takeover']]).toEqual([25, 60, 1]);
    for (const name of ['interval', 'transfer', 'copy', 'decide', 'restart', 'ack', 'noticed', 'kept'])
      expect(it.figure.params[name]?.source, name).toBe('unpublished');
  });
  test('at 14:18: image of 1:00, snapshot of 13:00, no write, nothing that was seen', () => {
    const ids = ['nightLost', 'shipLost', 'syncLost', 'remusLost', 'remusSeen'];
    expect(ids.map((id) => value({}, id))).toEqual([13.3, 78, 0, 32, 0]);
    expect(['shipBack', 'syncBack', 'remusBack'].map((id) => value({}, id))).toEqual([17, 120, 1]);
  });
  test.each(['wide', 'narrow'] as const)('says it in the picture (%s)', (stage) => {
    const markup = picture({}, stage);
    for (const words of ['13 h 18 min lost', 'no write lost', 'back after 17 min', 'none of it seen outside', '14:18'])
      expect(markup).toContain(`${words}<`);
  });
  test('the picture hatches, on the day, from the moment of the copy that counts to the failure', () => {
    const tag = /<rect[^>]*class="lost1"[^>]*>/.exec(picture({}, 'wide'))?.[0] ?? '';
    const of = (name: string): number => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(tag)?.[1]);
    // 568 units are 24 hours: 13:00 lies at 124 + 568 · 13 / 24, and 78 minutes are 30.8 of them.
    expect(of('x')).toBeCloseTo(124 + (568 * 13) / 24, 0);
    expect(of('width')).toBeCloseTo((568 * 78) / 1440, 0);
  });
});

describe('the hours of the image, taken at 1:00 and there at 3:00', () => {
  // Until it is there, the one of 1:00 yesterday counts: 24 h older.
  test.each([
    [0, 23],
    [0.9, 23.9],
    [1, 24],
    [1.1, 24.1],
    [2, 25],
    [2.9, 25.9],
    [3, 2],
    [3.1, 2.1],
    [24, 23],
  ])('a failure at %f h loses %f h', (hour, lost) => {
    expect(value({ hour }, 'nightLost')).toBeCloseTo(lost, 6);
    for (const stage of ['wide', 'narrow'] as const)
      expect(picture({ hour }, stage).includes('yesterday’s image counts<')).toBe(hour < 3);
  });
  test('a transfer of half an hour ends the bad hours at 1:30', () => {
    expect([1.4, 1.5].map((hour) => value({ hour, copy: 0.5 }, 'nightLost'))).toEqual([24.4, 0.5]);
  });
});

test('moments are those at which something happens; before the failure nothing is lost or waited for', () => {
  const { frames } = runWith(it);
  const minutes = Array.from({ length: frames.length }, (_, index) => (frames.at(index) as Frame).after / 60_000);
  expect(minutes.slice(2)).toEqual([1 / 60, 1, 2, 16, 17, 136, 137]);
  expect(says({}, 0)).toMatch(/^Before 14:18 all is well\. Nightly image would lose 13 h 18 min\./);
  expect(says({}, 1)).toMatch(/^At 14:18 the machine fails\./);
  expect(says({}, 1)).toContain('Synchronous storage loses no write.');
  expect(says({}, 2)).toMatch(/^1 s after it: Remus is back\./);
  expect(picture({}, 'wide', 0)).not.toMatch(/ lost<|back after/);
  expect(picture({}, 'wide', 0)).toContain('13 h 18 min old<');
});

test('a deletion is in both replicas at once, and older copies still have what was deleted', () => {
  const data = { fails: 'data' };
  expect(['syncLost', 'remusLost', 'syncBack'].map((id) => value(data, id))).toEqual([
    'all that was deleted',
    'all that was deleted',
    'never',
  ]);
  expect(value(data, 'shipLost')).toBe(18);
  expect(value({ ...data, noticed: 12 }, 'shipLost')).toBe('all that was deleted');
  expect(value({ ...data, noticed: 12 }, 'nightLost')).toBe(13.3);
});

test('a site takes both machines of a pair with it', () => {
  expect(['syncLost', 'remusLost', 'remusSeen'].map((id) => value({ fails: 'site' }, id))).toEqual(
    Array(3).fill('everything'),
  );
  expect(value({ fails: 'site' }, 'shipLost')).toBe(78);
});

test('shipping that cannot keep up is said in a sentence and in the picture', () => {
  const slow = { interval: 10 };
  expect(says(slow)).toContain('copies fall further and further behind.');
  expect(picture(slow, 'narrow')).toContain('shipping falls behind<');
  expect(value(slow, 'shipLost')).toBe('everything');
});

test('without output commit the outside has seen what Remus loses', () => {
  expect(value({ held: false }, 'remusSeen')).toBe(32);
  expect(says({})).toContain('Remus loses 32 ms, not seen outside.');
  expect(says({ held: false })).toContain('Remus loses 32 ms.');
});

test('presets: the published settings stand in the picture', () => {
  const of = (name: string): Values => it.figure.presets.find((preset) => preset.name === name)?.values as Values;
  expect(picture(of('specweb'), 'wide')).toContain('rounds of 43 ms');
  // 200 ms from one acknowledgement, 10 ms later than the pause, to the next checkpoint.
  expect(picture(of('xl'), 'wide')).toContain('rounds of 210 ms');
  expect(value(of('worst'), 'nightLost')).toBe(25.9);
});
