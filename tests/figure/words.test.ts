/** Numbers as text, CSV, expectations, and pictures that carry their own colours. */
import { describe, expect, test } from 'vitest';
import type { AnyFigure } from '../../src/figure/contract.ts';
import { toCsv } from '../../src/figure/csv.ts';
import { failedExpectation, readExpectation } from '../../src/figure/expectation.ts';
import { readTokens, standalone } from '../../src/figure/standalone.ts';
import { formatNumber, formatReadout } from '../../src/figure/words.ts';
import { dress } from '../figures/dress.ts';

describe('numbers', () => {
  test.each([
    [1234, 0, '1234'],
    [12345, 0, '12\u202f345'],
    [1234567.891, 2, '1\u202f234\u202f567.89'],
    [-0.04, 1, '0.0'],
    [-3.25, 1, '−3.3'],
  ])('%d with %d decimals reads %s', (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });

  test('a readout carries its unit', () => {
    expect(formatReadout({ id: 'x', label: 'X', value: 23.8, unit: 'µs', digits: 1 })).toBe('23.8\u00a0µs');
    expect(formatReadout({ id: 'x', label: 'X', value: 7.5, unit: '%', digits: 1 })).toBe('7.5\u202f%');
  });
});

test('CSV quotes what RFC 4180 asks for, and no text becomes a formula', () => {
  const figure = {
    columns: [
      { name: 'a "name", quoted', value: (row: { text: string }) => row.text },
      { name: 'n', value: () => -1.5 },
    ],
  } as unknown as AnyFigure;
  const frames = [{ text: 'two\nlines' }, { text: '=SUM(A1)' }, { text: 'plain' }];
  expect(toCsv(figure, frames)).toBe(
    '"a ""name"", quoted",n\r\n"two\nlines",-1.5\r\n\'=SUM(A1),-1.5\r\nplain,-1.5\r\n',
  );
});

describe('expectations', () => {
  const readouts = [
    { id: 'share', label: '', value: 0.75 },
    { id: 'other', label: '', value: 0.25 },
    { id: 'state', label: '', value: 'stuck' },
  ];
  test.each([
    ['f.share > 0.6', true],
    ['f.share > 0.75', false],
    ['f.share >= 0.75 and f.other < 0.3', true],
    ['f.share > f.other', true],
    ['f.other > f.share', false],
    ['f.state = stuck', true],
    ['f.state != stuck', false],
    ['f.state > 3', false],
    ['f.missing = 1', false],
  ])('%s: %s', (text, holds) => {
    expect(failedExpectation(readExpectation(text, 'f'), readouts) === undefined).toBe(holds);
  });
  test('one that cannot be read, or speaks of another figure, is refused', () => {
    expect(() => readExpectation('share is big', 'f')).toThrow(/not an expectation/);
    expect(() => readExpectation('g.share > 1', 'f')).toThrow(/speaks of g/);
  });
});

test('a picture that stands alone holds literal colours of its theme and escapes its words', () => {
  for (const theme of ['light', 'dark'] as const) {
    const svg = standalone({
      markup: '<g class="a-xen"/>',
      stage: 'wide',
      height: 100,
      title: 'a < b',
      description: 'c & d',
      theme,
      ...dress,
    });
    expect(svg).not.toMatch(/var\(|light-dark/);
    expect(svg).toContain(theme === 'light' ? '#027d65' : '#5fd79f');
    expect(svg).not.toContain(theme === 'light' ? '#5fd79f' : '#027d65');
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('c &amp; d');
  }
});

test('the tint is that of the theme', () => {
  expect(readTokens(dress.tokens, 'light').get('--tint')).toBe('0.11');
  expect(readTokens(dress.tokens, 'dark').get('--tint')).toBe('0.15');
});
