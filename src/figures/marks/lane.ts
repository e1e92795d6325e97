/** A lane: who held something over time, as segments in one row. */
import type { Selection } from 'd3-selection';
import type { ActorName } from '../../figure/contract.ts';
import { keyed, round } from './keyed.ts';
import { shortenText } from './text.ts';

/** One stretch of time in one lane, in SVG units. */
export interface Segment {
  readonly key: string;
  readonly x0: number;
  readonly x1: number;
  readonly actor: ActorName;
  readonly label?: string | undefined;
  /** Extra classes: `is-on`, `is-off`, `is-future`. */
  readonly state?: string | undefined;
}

/** Draws the segments of one lane into `parent`; labels stand only where they fit. */
export function drawLane<E extends Element>(
  parent: Selection<E, unknown, null, undefined>,
  name: string,
  segments: readonly Segment[],
  place: { readonly y: number; readonly height: number },
): void {
  const groups = keyed(
    parent,
    'g',
    name,
    segments,
    (segment) => segment.key,
    (entered) => {
      entered.append('rect').attr('class', 'segment-shape');
      entered.append('text').attr('class', 'segment-label');
    },
  ).attr('class', (segment) => `${name} segment a-${segment.actor}${segment.state ? ` ${segment.state}` : ''}`);
  groups
    .select('rect')
    .attr('x', (segment) => round(segment.x0))
    .attr('y', round(place.y))
    .attr('width', (segment) => round(Math.max(0, segment.x1 - segment.x0)))
    .attr('height', round(place.height));
  groups
    .select('text')
    .attr('x', (segment) => round(segment.x0 + 6))
    .attr('y', round(place.y + place.height / 2 + 4.5))
    .text((segment) => shortenText(segment.label ?? '', segment.x1 - segment.x0 - 10, { size: 13 }));
}
