/** The bench looks where runs are slow, and copies articles into ones that the build accepts. */
import { describe, expect, test } from 'vitest';
import { copyOfArticle, copyOfQuiz } from '../../src/commands/bench-build.ts';
import { allCorners, endsOf, median } from '../../src/commands/bench-run.ts';
import type { Param } from '../../src/figure/contract.ts';

const number: Param = { kind: 'number', label: 'n', place: 'view', unit: '', min: 1, max: 9, step: 1, default: 4 };
const choice: Param = {
  kind: 'choice',
  label: 'c',
  place: 'view',
  options: [
    { value: 'a', label: 'A' },
    { value: 'b', label: 'B' },
  ],
  default: 'a',
};

describe('corners', () => {
  test('are the ends of every parameter, in every combination', () => {
    expect(endsOf(number)).toEqual([1, 9, 4]);
    expect(endsOf(choice)).toEqual(['a', 'b']);
    expect(endsOf({ ...choice, kind: 'set', default: ['a'] })).toEqual([[], ['a', 'b']]);
    expect(allCorners({ n: number, c: choice }, 6)).toHaveLength(6);
    expect(allCorners({ n: number, c: choice }, 6)).toContainEqual({ n: 9, c: 'b' });
  });

  test('are not listed where there are too many', () => {
    expect(allCorners({ n: number, c: choice }, 5)).toBeUndefined();
  });
});

test('the median is the one in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
});

test('a copied article has another title and teaches nothing', () => {
  const text = '---\ntitle: One\nteaches:\n  - a\n  - b\nneeds: []\n---\n\nText.\n';
  expect(copyOfArticle(text, 7)).toBe(
    '---\ntitle: Where the hypervisor stands, copy 7\nteaches: []\nneeds: []\n---\n\nText.\n',
  );
  expect(copyOfArticle('teaches: [a, b]\n', 7)).toBe('teaches: []\n');
});

test('a copied quiz has ids and tracking numbers of its own', () => {
  const text = 'questions:\n  - id: who\n    tracking: 301\n    prompt: a\n';
  expect(copyOfQuiz(text, 7)).toBe('questions:\n  - id: who-copy-7\n    tracking: 700301\n    prompt: a\n');
});
