/** Holds the names of files and rooms, and the length of the root. */
import { describe, expect, test } from 'vitest';
import { badNames, strangeRootEntries } from './names.ts';
import { allPaths, rootEntries } from './tree.ts';

test('the root holds what is on its list', () => {
  expect(strangeRootEntries(rootEntries())).toEqual([]);
});

test('files and rooms are named as the house does', () => {
  expect(badNames(allPaths())).toEqual([]);
});

describe('the check', () => {
  test.each([
    ['src/models/cpu/trap-and-emulate.ts', true],
    ['src/models/cpu/trapAndEmulate.ts', false],
    ['src/models/cpu/trap_and_emulate.test.ts', false],
    ['src/components/FigureFrame.astro', true],
    ['src/components/figure-frame.astro', false],
    ['src/components/code-colours.ts', true],
    ['src/pages/learn/[slug].astro', true],
    ['src/pages/figures/[name].svg.ts', true],
    ['src/pages/404.astro', true],
    ['src/pages/Learn.astro', false],
    ['src/utils/a.ts', false],
    ['src/client/helpers/a.ts', false],
    ['content/articles/01-why/03-type-1-and-type-2.mdx', true],
    ['content/articles/01-Why/a.mdx', false],
    ['tests/figures/stack-paths.wide.open.svg', true],
  ])('%s: %s', (path, allowed) => {
    expect(badNames([path]).length === 0).toBe(allowed);
  });

  test('a new entry of the root is refused', () => {
    expect(strangeRootEntries(['src', 'webpack.config.js'])).toHaveLength(1);
  });
});
