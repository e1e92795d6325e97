/** Words in a picture. */
import type { Selection } from 'd3-selection';
import { keyed, round } from './keyed.ts';

/** One line of text in SVG units. */
export interface Label {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Classes: `strong`, `quiet`, `mono`, `t-xen` (text tone of an actor), … */
  readonly look?: string;
}

/** Draws lines of text as keyed children of `parent`. */
export function drawLabels<E extends Element>(
  parent: Selection<E, unknown, null, undefined>,
  name: string,
  labels: readonly Label[],
): void {
  keyed(parent, 'text', name, labels, (label) => label.key)
    .attr('class', (label) => `${name}${label.look ? ` ${label.look}` : ''}`)
    .attr('x', (label) => round(label.x))
    .attr('y', (label) => round(label.y))
    .attr('text-anchor', (label) => label.anchor ?? 'start')
    .text((label) => label.text);
}
