/** Open Graph pictures: a title in large type over the figure that stands for the page. */
import { Resvg } from '@resvg/resvg-js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTokens } from '../figure/standalone.ts';
import { picture as bare, type Opening } from './figures.ts';
import { strings } from './strings.ts';

/** Size that networks ask for, in pixels. */
export const cardSize = { width: 1200, height: 630 } as const;

const margin = 56;
const measure = cardSize.width - 2 * margin;
const faces = [
  'ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf',
  'ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf',
  'jetbrains-mono/400Regular/JetBrainsMono_400Regular.ttf',
  'jetbrains-mono/600SemiBold/JetBrainsMono_600SemiBold.ttf',
];

/** Draws a card as PNG: the site's name, the title, and the figure as it opens, which runs out of the picture below. */
export function card(title: string, opening: Opening): Uint8Array<ArrayBuffer> {
  return new Uint8Array(engine(cardSvg(title, opening)).render().asPng());
}

function cardSvg(title: string, opening: Opening): string {
  const tokens = readTokens(readFileSync(join(process.cwd(), 'src/styles/tokens.css'), 'utf8'), 'light');
  const colour = (name: string): string => tokens.get(name) ?? 'currentColor';
  const { size, lines } = setTitle(title);
  const top = 118 + lines.length * size * 1.12;
  // The fonts on disk are the ones of fixed weights, which are called without the word.
  const picture = bare(opening, 'wide', opening.index).replaceAll(' Variable', '');
  const pictureWidth = Number(/ width="(\d+)"/.exec(picture)?.[1]);
  const [inside = '', xen = ''] = strings.siteName.split(' ');
  const quiet = { size: 24, weight: 400, fill: colour('--muted') };
  const name = { size: 30, fill: colour('--ink') };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${cardSize.width}" height="${cardSize.height}">`,
    `<rect width="100%" height="100%" fill="${colour('--paper')}"/>`,
    words(inside, margin, 80, name),
    words(xen, margin + lineWidth(`${inside} `, name.size), 80, { ...name, fill: colour('--xen-text') }),
    words(strings.tagline, cardSize.width - margin, 80, { ...quiet, end: true }),
    ...lines.map((line, index) =>
      words(line, margin - 2, 104 + (index + 1) * size * 1.12, { size, fill: colour('--ink') }),
    ),
    `<rect x="${margin}" y="${top + 26}" width="${measure}" height="${cardSize.height}" rx="12" fill="${colour('--raise')}" stroke="${colour('--hair')}" stroke-width="2"/>`,
    `<g transform="translate(${margin + 4} ${top + 30}) scale(${(measure - 8) / pictureWidth})">${picture}</g>`,
    '</svg>',
  ].join('');
}

function engine(svg: string): Resvg {
  const fontFiles = faces.map((face) => join(process.cwd(), 'node_modules/@expo-google-fonts', face));
  return new Resvg(svg, { font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'IBM Plex Sans' } });
}

/** The largest size in which a title stands on one line, or on two. */
function setTitle(title: string): { readonly size: number; readonly lines: readonly string[] } {
  for (const size of [72, 64, 56]) {
    const lines = breakLines(title, size);
    if (lines.length <= (size > 64 ? 1 : 2)) return { size, lines };
  }
  return { size: 48, lines: breakLines(title, 48) };
}

function breakLines(title: string, size: number): readonly string[] {
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim();
    if (lines.length > 0 && lineWidth(longer, size) <= measure) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Width of a line in pixels, as the typeface really sets it; the stop makes a space at the end count. */
function lineWidth(text: string, size: number): number {
  const width = (line: string): number =>
    engine(
      `<svg xmlns="http://www.w3.org/2000/svg" width="9000" height="200">${words(line, 0, 150, { size })}</svg>`,
    ).getBBox()?.width ?? 0;
  return text.endsWith(' ') ? width(`${text}.`) - width('.') : width(text);
}

interface Setting {
  readonly size: number;
  readonly weight?: number;
  readonly fill?: string;
  readonly end?: boolean;
}

function words(
  text: string,
  x: number,
  y: number,
  { size, weight = 600, fill = '#000', end = false }: Setting,
): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" font-family="IBM Plex Sans" font-size="${size}" font-weight="${weight}" fill="${fill}"${end ? ' text-anchor="end"' : ''}>${safe}</text>`;
}
