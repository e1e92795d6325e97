/** The letters that a picture file carries: pictures in `<img>` and on a reader's disk cannot load the page's fonts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import subsetFont from 'subset-font';

/** What figures are written with; any other character falls back to the reader's fonts. */
const letters = `${Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')}\u00a0\u202f·×µ²−’‘“”–—…éöü`;

const families = {
  sans: { family: 'IBM Plex Sans Variable', file: 'ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2' },
  mono: { family: 'JetBrains Mono Variable', file: 'jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2' },
} as const;

const cut = new Map<keyof typeof families, Promise<string>>();

/** The `@font-face` rules for a picture's markup, with the fonts in them (18 KiB, 29 with the mono); cut once a build. */
export async function pictureFonts(markup: string): Promise<string> {
  const wanted = /\bmono\b/.test(markup) ? (['sans', 'mono'] as const) : (['sans'] as const);
  return (await Promise.all(wanted.map(fontFace))).join('');
}

function fontFace(name: keyof typeof families): Promise<string> {
  const known = cut.get(name) ?? cutFont(name);
  cut.set(name, known);
  return known;
}

async function cutFont(name: keyof typeof families): Promise<string> {
  const { family, file } = families[name];
  const font = readFileSync(join(process.cwd(), 'node_modules/@fontsource-variable', file));
  const variationAxes = { wght: { min: 400, max: 600 } };
  const woff2 = await subsetFont(font, letters, {
    targetFormat: 'woff2',
    noHinting: true,
    keepFeatures: ['kern', 'tnum'],
    variationAxes,
  });
  const data = `data:font/woff2;base64,${woff2.toString('base64')}`;
  return `@font-face{font-family:'${family}';font-weight:400 600;src:url(${data}) format('woff2')}`;
}
