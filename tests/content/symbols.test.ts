/** The font of symbols holds what the site writes outside of latin, and the style sheet says the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow } from '../../src/commands/build.ts';
import { distDir, root } from '../../src/commands/project.ts';
import { codePoints, symbols, symbolsFile, symbolsFont } from '../../src/commands/symbols.ts';

const css = readFileSync(join(root, 'src/styles/fonts.css'), 'utf8');

function rangeOf(family: string): readonly (readonly [number, number])[] {
  const face = css.split('@font-face').find((block) => block.includes(`'${family}'`)) ?? '';
  const range = /unicode-range:([^;]+);/.exec(face)?.[1] ?? '';
  return Array.from(
    range.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g),
    ([, from = '', to = from]) => [parseInt(from, 16), parseInt(to, 16)] as const,
  );
}

const within = (ranges: readonly (readonly [number, number])[], point: number): boolean =>
  ranges.some(([from, to]) => point >= from && point <= to);

test('the file is the one that the command makes, and small', async () => {
  const file = readFileSync(join(root, symbolsFile));
  expect(file.equals(await symbolsFont())).toBe(true);
  expect(file.length).toBeLessThanOrEqual(4 * 1024);
});

test('its range in the style sheet is its symbols', () => {
  const points = rangeOf('Symbols').flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, step) => from + step),
  );
  expect(String.fromCodePoint(...points)).toBe([...symbols].sort().join(''));
});

test('every character of the built pages is in latin or among the symbols', () => {
  const latin = rangeOf('IBM Plex Sans Variable');
  const pages = filesBelow(distDir()).filter((path) => /\.(html|svg)$/.test(path));
  expect(pages.length).toBeGreaterThan(10);
  const strange = pages.flatMap((path) =>
    [...new Set(readFileSync(path, 'utf8'))]
      .filter((character) => !within(latin, character.codePointAt(0) ?? 0) && !symbols.includes(character))
      .map((character) => `${path}: ${character} U+${character.codePointAt(0)?.toString(16)}`),
  );
  expect(strange).toEqual([]);
});

test('the map of a font is read as it stands', () => {
  const ttf = readFileSync(
    join(root, 'node_modules/@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf'),
  );
  const points = new Set(codePoints(ttf));
  for (const [character, isThere] of [
    ['A', true],
    ['→', true],
    ['⇒', false],
    ['⟲', false],
  ] as const)
    expect(points.has(character.codePointAt(0) ?? 0), character).toBe(isThere);
});
