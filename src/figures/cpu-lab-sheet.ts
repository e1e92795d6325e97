/** What pieces of the lab's picture are made of: words, shapes and paths, collected and drawn in one join each. */
import type { Root } from '../figure/contract.ts';
import type { Moment } from './cpu-lab-run.ts';
import type { Side } from './cpu-lab-side.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';

/** Height of a line of text, in SVG units. */
export const row = 17;
/** Room below a piece. */
export const gap = 14;

/** Type of code. */
export const mono = { size: 13, mono: true } as const;
/** Type of words. */
export const sans = { size: 13 } as const;

/** Where marks are drawn into. */
export type Group = ReturnType<typeof part>;

/** A rectangle. */
interface Shape {
  readonly key: string;
  readonly look: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill?: string;
}

/** What is drawn when all pieces have been asked. */
export interface Sheet {
  readonly words: Label[];
  readonly shapes: Shape[];
  readonly paths: { readonly key: string; readonly look: string; readonly d: string }[];
}

/** What a piece is drawn of, where and into what. */
export interface Place {
  readonly side: Side;
  readonly moment: Moment;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** For patterns, and for marks that are more than words, shapes and paths. */
  readonly root: Root;
  readonly group: Group;
}

/** A part of the picture of one guest: its height in SVG units, and what is in it. */
export type Piece = readonly [height: number, draw: (sheet: Sheet, place: Place) => void];

/** Puts a word. */
export function word(sheet: Sheet, key: string, x: number, y: number, text: string, look = ''): void {
  sheet.words.push({ key, x, y, text, look });
}

/** The outline of a cross. */
export function cross(x: number, y: number, by: number): string {
  return `M${round(x - by)},${round(y - by)}l${2 * by},${2 * by}m0,${-2 * by}l${-2 * by},${2 * by}`;
}

/** Draws a sheet into a group: shapes below paths below words. */
export function drawSheet(group: Group, { words, shapes, paths }: Sheet): void {
  keyed(part(group, 'shapes'), 'rect', 'shape', shapes, ({ key }) => key)
    .attr('class', ({ look }) => `shape ${look}`.trim())
    .attr('x', ({ x }) => round(x))
    .attr('y', ({ y }) => round(y))
    .attr('width', ({ width }) => round(width))
    .attr('height', ({ height }) => round(height))
    .attr('fill', ({ fill }) => fill ?? null);
  keyed(part(group, 'lines'), 'path', 'line', paths, ({ key }) => key)
    .attr('class', ({ look }) => `line ${look}`)
    .attr('d', ({ d }) => d);
  drawLabels(part(group, 'words'), 'word', words);
}
