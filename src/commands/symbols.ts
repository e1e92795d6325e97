/**
 * `npx node src/commands/symbols.ts`: cuts the few symbols that lie outside of latin out of IBM Plex Sans, into
 * src/styles/symbols.woff2. A test holds that file, its range in fonts.css and the built pages against this list.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import subsetFont from 'subset-font';
import { isMain, root, runMain } from './project.ts';

/** The symbols. One that Plex lacks (⇒ ⟲ ▶) needs another way to say it. */
export const symbols = '←↑→↓↗↩∞≈≠≤≥✓';

/** Where the font lies in the project. */
export const symbolsFile = 'src/styles/symbols.woff2';

const source = 'node_modules/@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf';

/** The licence reserves the name Plex: what is cut out of it is called otherwise, letter for letter as long. */
const names = [
  ['IBM Plex Sans', 'InsideSymbols'],
  ['IBMPlexSans', 'InsideXenSy'],
] as const;

/** Makes the font, with the same bytes each time; throws a sentence where the source lacks a symbol. */
export async function symbolsFont(): Promise<Buffer> {
  const options = { noHinting: true, keepFeatures: [], dropTables: ['GPOS', 'GSUB', 'STAT'] };
  const cut = await subsetFont(readFileSync(join(root, source)), symbols, { ...options, targetFormat: 'sfnt' });
  const missing = [...symbols].filter((symbol) => !codePoints(cut).includes(symbol.codePointAt(0) ?? 0));
  if (missing.length > 0) throw new Error(`IBM Plex Sans has no ${missing.join(' ')}.`);
  for (const [reserved, own] of names) rename(cut, reserved, own);
  return subsetFont(cut, symbols, { ...options, targetFormat: 'woff2' });
}

function rename(font: Buffer, reserved: string, own: string): void {
  const [from, to] = [reserved, own].map((text) => Buffer.from(text, 'utf16le').swap16());
  if (!from || !to) return;
  for (let at = font.indexOf(from); at >= 0; at = font.indexOf(from, at + 1)) to.copy(font, at);
}

/** The characters that a TrueType font maps, from the segments of its character map (format 4). */
export function codePoints(font: Buffer): readonly number[] {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, index) => 12 + 16 * index);
  const entry = tables.find((at) => font.toString('latin1', at, at + 4) === 'cmap');
  if (entry === undefined) return [];
  const start = font.readUInt32BE(entry + 8);
  const subtables = Array.from(
    { length: font.readUInt16BE(start + 2) },
    (_, index) => start + font.readUInt32BE(start + 8 + 8 * index),
  );
  const at = subtables.find((one) => font.readUInt16BE(one) === 4);
  if (at === undefined) return [];
  const segments = font.readUInt16BE(at + 6) / 2;
  return Array.from({ length: segments }, (_, index) => {
    const end = font.readUInt16BE(at + 14 + 2 * index);
    const begin = font.readUInt16BE(at + 16 + 2 * segments + 2 * index);
    return Array.from({ length: end - begin + 1 }, (_, step) => begin + step);
  })
    .flat()
    .filter((point) => point !== 0xffff);
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const font = await symbolsFont();
    writeFileSync(join(root, symbolsFile), font);
    console.log(`${symbolsFile}: ${symbols} in ${font.length} bytes.`);
    return 0;
  });
}
