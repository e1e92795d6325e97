/** Holds the length of files, and docstrings on what rooms offer to others. */
import { describe, expect, test } from 'vitest';
import { longest, tooLong, undocumented } from './size.ts';
import { readTree } from './tree.ts';

test('no source file is longer than the bound', () => {
  const tree = readTree((path) => /^(src|tests|lab)\/.*\.(ts|mjs|js|astro|css|sh|py)$/.test(path));
  expect(Object.keys(tree).length).toBeGreaterThan(10);
  expect(tooLong(tree)).toEqual([]);
});

test('every export of models, figures, the kit and the client says what it is', () => {
  const rooms = /^src\/(models|figure|figures|client|commands|components|editions)\/.*\.ts$/;
  const tree = readTree((path) => rooms.test(path) && !path.endsWith('.test.ts'));
  expect(undocumented(tree)).toEqual([]);
});

describe('the check', () => {
  test('refuses a long file, and an exception that is not needed', () => {
    const long = 'a;\n'.repeat(longest + 1);
    expect(tooLong({ 'src/a.ts': long }, {})).toHaveLength(1);
    expect(tooLong({ 'src/a.ts': long }, { 'src/a.ts': 'a table' })).toEqual([]);
    expect(tooLong({ 'src/a.ts': 'a;\n'.repeat(longest) }, {})).toEqual([]);
    expect(tooLong({ 'src/a.ts': 'a;\n' }, { 'src/a.ts': 'a table' })).toHaveLength(1);
  });

  test.each([
    ['src/models/a.ts', 'export const a = 1;', 1],
    ['src/models/a.ts', '/** In ns. */\nexport const a = 1;', 0],
    ['src/models/a.ts', '// In ns.\nexport function a() {}', 1],
    ['src/models/a.ts', '/** */\nexport interface A {}', 1],
    ['src/models/a.ts', 'export type A = 1;\nexport class B {}', 2],
    ['src/models/a.ts', 'const a = 1;', 0],
    ['src/figures/a.ts', 'export const about = 1;', 0],
    ['src/figures/a.ts', 'export const another = 1;', 1],
    ['src/figures/marks/a.ts', 'export const about = 1;', 1],
  ])('%s with %j: %i', (path, text, count) => {
    expect(undocumented({ [path]: text })).toHaveLength(count);
  });
});
