/** What every part of the picture of consolidation needs: the moment, the measures of both stages, stepped areas. */
import type { Selection } from 'd3-selection';
import type { ActorName, Stage } from '../figure/contract.ts';
import type { Restart } from '../models/capacity/failure.ts';
import type { Host, Server, Step, Vector } from '../models/capacity/packing.ts';
import { keyed, round } from './marks/keyed.ts';

/** What does not change while the VMs are placed. */
export interface Setup {
  /** What is wrong with the rack or the host, in a sentence; then there is nothing else. */
  readonly fault?: string | undefined;
  readonly servers: readonly Server[];
  readonly host: Host;
  readonly by: 'peak' | 'hours';
  readonly items: readonly Vector[];
  /** Loads by the hour, whatever is added up. */
  readonly days: readonly Vector[];
  readonly capacity: Vector;
  /** What a host gives without headroom. */
  readonly full: Vector;
  /** The steps of the heuristic, all of them. */
  readonly steps: readonly Step[];
  readonly count: number;
  readonly heuristic: 'ffd' | 'bfd';
  readonly bounds: { readonly memory: number; readonly cpu: number };
  readonly optimum: number;
  /** VMs that stay down when the worst one host is lost. */
  readonly worst: number;
  /** The host to lose, from 1; 0 is none. */
  readonly toLose: number;
}

/** One moment: who is where, and what has just been tried. */
export interface Frame {
  readonly setup: Setup;
  readonly placed: number;
  /** The VMs of each host; those of a lost host until they are started elsewhere. */
  readonly hosts: readonly (readonly number[])[];
  readonly step?: Step | undefined;
  /** Whether a host is lost by now, and what became of its VMs so far. */
  readonly isLost: boolean;
  readonly restarts: readonly Restart[];
}

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
  readonly rack: {
    readonly line: number;
    readonly spark: number;
    readonly hour: number;
    readonly memory: number;
    readonly columns: number;
  };
  /** Ends of the bars of memory and of the charts of CPU. */
  readonly memory: readonly [number, number];
  readonly cpu: readonly [number, number];
  /** Where the hosts begin, and the room of all of them. */
  readonly top: number;
  readonly room: number;
  readonly notice: number;
  readonly counts: { readonly y: number; readonly columns: number; readonly width: number };
}

/** The measures of both stages, in SVG units. */
export const layouts: Readonly<Record<Stage, Layout>> = {
  wide: {
    rack: { line: 23, spark: 92, hour: 3, memory: 198, columns: 1 },
    memory: [272, 488],
    cpu: [510, 719],
    top: 26,
    room: 344,
    notice: 410,
    counts: { y: 434, columns: 4, width: 182 },
  },
  narrow: {
    rack: { line: 21, spark: 80, hour: 1.5, memory: 142, columns: 2 },
    memory: [1, 143],
    cpu: [161, 303],
    top: 234,
    room: 310,
    notice: 592,
    counts: { y: 632, columns: 2, width: 154 },
  },
};

/** One path: its key, its classes, its outline. */
export interface Layer {
  readonly key: string;
  readonly look: string;
  readonly d: string;
}

/** Draws paths as keyed children of `parent`; an empty one is none. */
export function drawLayers<E extends Element>(
  parent: Selection<E, unknown, null, undefined>,
  layers: readonly Layer[],
): void {
  keyed(
    parent,
    'path',
    'layer',
    layers.filter(({ d }) => d !== ''),
    ({ key }) => key,
  )
    .attr('class', ({ look }) => `layer ${look}`)
    .attr('d', ({ d }) => d);
}

/** The outline of a rectangle. */
export function rectangle(x0: number, x1: number, y: number, height: number): string {
  const width = round(x1 - x0);
  return width > 0 && height > 0 ? `M${round(x0)},${round(y)}h${width}v${round(height)}h${-width}z` : '';
}

/** The outline of a stepped area over the hours, between two lists of heights; empty where they are the same. */
export function area(x: number, hour: number, upper: Vector, lower: Vector): string {
  const [tops, bottoms] = [upper.map(round), lower.map(round)];
  if (tops.every((y, at) => y === bottoms[at])) return '';
  const edge = (heights: Vector, order: readonly number[], after: 0 | 1): string =>
    order
      .map((at, index) => {
        const isLevel = index > 0 && heights[at] === heights[order[index - 1] ?? 0];
        return isLevel ? '' : `H${round(x + (at + after) * hour)}V${heights[at] ?? 0}`;
      })
      .join('');
  const order = tops.map((_, at) => at);
  const there = edge(tops, order, 0);
  return `M${round(x)},${bottoms[0] ?? 0}${there}${edge(bottoms, order.reverse(), 1)}z`;
}
