/** What every part of the picture of consolidation needs: the measures of both stages, words, paths, stepped areas. */
import type { Selection } from 'd3-selection';
import type { ActorName, Root, Stage } from '../figure/contract.ts';
import type { Server, Vector } from '../models/capacity/packing.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';

/** The letter of a server, in the order of the rack. */
export function letter(at: number): string {
  return String.fromCharCode(65 + at);
}

/** Kinds of days, in the order of the rack. */
export const kinds = ['day', 'night', 'always'] as const;

/** The colour of a kind of day: VMs are guests. */
export const actors: Readonly<Record<Server['busy'], ActorName>> = { day: 'domu1', night: 'domu2', always: 'domu3' };

/** Heights of the two stages in SVG units. */
export const stageHeights = { wide: 458, narrow: 692 };

/** Where things stand. */
export interface Layout {
  readonly isWide: boolean;
  /** The rack: height of a line, where the day begins, units to an hour, where the memory and the host end. */
  readonly line: number;
  readonly spark: number;
  readonly hour: number;
  readonly gib: number;
  readonly host: number;
  /** Ends of the bars of memory and of the charts of CPU. */
  readonly memory: readonly [number, number];
  readonly cpu: readonly [number, number];
  /** Where the hosts begin, and the room of all of them. */
  readonly top: number;
  readonly room: number;
  readonly notice: number;
  /** The counts: first line, and how many stand side by side. */
  readonly counts: number;
  readonly columns: number;
}

/** The measures of both stages, in SVG units. */
export const layouts: Readonly<Record<Stage, Layout>> = {
  wide: {
    isWide: true,
    line: 23,
    spark: 92,
    hour: 3,
    gib: 198,
    host: 238,
    memory: [272, 488],
    cpu: [510, 719],
    top: 26,
    room: 344,
    notice: 410,
    counts: 434,
    columns: 4,
  },
  narrow: {
    isWide: false,
    line: 21,
    spark: 72,
    hour: 1,
    gib: 117,
    host: 145,
    memory: [1, 143],
    cpu: [161, 303],
    top: 234,
    room: 310,
    notice: 592,
    counts: 632,
    columns: 2,
  },
};

/** A line of text that has no key yet. */
export type Word = Omit<Label, 'key'>;

/** A line of text. */
export function word(
  x: number,
  y: number,
  text: string,
  look = '',
  anchor: 'start' | 'middle' | 'end' = 'start',
): Word {
  return { x, y, text, look, anchor };
}

/** Outlines by their classes, and a function that adds to them. */
export function collect(): readonly [Record<string, string>, (look: string, outline: string) => void] {
  const outlines: Record<string, string> = {};
  return [outlines, (look, outline) => (outlines[look] = (outlines[look] ?? '') + outline)];
}

/** Draws outlines by their classes, an empty one is none, and words above them; nothing of it moves, so places are keys. */
export function drawPart(
  root: Root,
  name: string,
  outlines: Readonly<Record<string, string>>,
  words: readonly Word[],
): Selection<SVGElement, unknown, null, undefined> {
  const group = part(root, name);
  const layers = Object.entries(outlines).filter(([, outline]) => outline);
  keyed(part(group, 'layers'), 'path', 'layer', layers, (_, at) => at)
    .attr('class', ([look]) => `layer ${look}`)
    .attr('d', ([, outline]) => outline);
  drawLabels(
    part(group, 'words'),
    'word',
    words.map((one, at) => ({ ...one, key: `${at}` })),
  );
  return group;
}

/** The outline of a rectangle. */
export function rectangle(x: number, y: number, width: number, height: number): string {
  const [w, h] = [round(width), round(height)];
  return w > 0 && h > 0 ? `M${round(x)},${round(y)}h${w}v${h}h${-w}z` : '';
}

/** The outline of a stepped area over the hours, between two lists of heights; empty where they are the same. */
export function area(x: number, hour: number, upper: Vector, lower: Vector): string {
  const edge = (heights: Vector, order: readonly number[], after: number): string =>
    order
      .map((at, index) => {
        const y = round(heights[at] ?? 0);
        const isLevel = index > 0 && y === round(heights[order[index - 1] ?? 0] ?? 0);
        return isLevel ? '' : `H${round(x + (at + after) * hour)}V${y}`;
      })
      .join('');
  const order = [...upper.keys()];
  const isFlat = order.every((at) => round(upper[at] ?? 0) === round(lower[at] ?? 0));
  return isFlat
    ? ''
    : `M${round(x)},${round(lower[0] ?? 0)}${edge(upper, order, 0)}${edge(lower, order.reverse(), 1)}z`;
}
