/** A model and a figure run the same way every time: no chance, clock or timer in them. */
import { describe, expect, test } from 'vitest';
import { clocksIn } from './clocks.ts';
import { readTree } from './tree.ts';

test('no model or figure uses chance, a clock or a timer', () => {
  const tree = readTree((path) => /^src\/(models|figures)\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'));
  expect(Object.keys(tree).length).toBeGreaterThan(4);
  expect(clocksIn(tree)).toEqual([]);
});

describe('the check', () => {
  test.each([
    'const a = Math.random();',
    'const { random } = Math;',
    "const a = Math['random']();",
    'const a = Date.now();',
    'const a = new Date();',
    'setTimeout(() => {}, 1);',
    'const t = performance.now();',
    'const a = globalThis.Date;',
    'requestAnimationFrame(() => {});',
  ])('refuses %s', (text) => {
    expect(clocksIn({ 'src/models/a.ts': text })).toHaveLength(1);
  });

  test.each(['const a = Math.max(1, 2);', '// a Date, Math.random', "const a = { Date: 'x' };", 'a.performance = 1;'])(
    'lets %s pass',
    (text) => {
      expect(clocksIn({ 'src/models/a.ts': text })).toEqual([]);
    },
  );
});
