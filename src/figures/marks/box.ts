/** A box that stands for an actor: its fill, its stroke, its name, and one quiet line below the name. */
import type { Selection } from 'd3-selection';
import type { ActorName } from '../../figure/contract.ts';
import { dropPart, part, round } from './keyed.ts';

/** One box in SVG units. */
export interface Box {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly actor?: ActorName | undefined;
  readonly title?: string | undefined;
  readonly note?: string | undefined;
  /** Extra classes: `is-on` (holds the moment), `is-off` (not running), `is-dashed`, `is-inner`. */
  readonly state?: string | undefined;
  /** Where the words stand: at the top left (default) or in the middle of the height. */
  readonly middle?: boolean | undefined;
}

/** Draws one box into the group of a keyed join whose class is `box`; call it in `.each`. */
export function drawBox(group: Selection<SVGElement, unknown, null, undefined>, box: Box): void {
  group.attr('class', `box${box.actor ? ` a-${box.actor}` : ''}${box.state ? ` ${box.state}` : ''}`);
  part(group, 'box-shape', 'rect')
    .attr('x', round(box.x))
    .attr('y', round(box.y))
    .attr('width', round(Math.max(0, box.width)))
    .attr('height', round(Math.max(0, box.height)))
    .attr('rx', 4);
  const lines = (box.title ? 1 : 0) + (box.note ? 1 : 0);
  const top = box.middle ? box.y + box.height / 2 - (lines - 1) * 8.5 + 5 : box.y + 20;
  words(group, 'box-title', box.x + 10, top, box.title);
  words(group, 'box-note', box.x + 10, top + (box.title ? 17 : 0), box.note);
}

function words(
  group: Selection<SVGElement, unknown, null, undefined>,
  name: string,
  x: number,
  y: number,
  text: string | undefined,
): void {
  // A box that had words at another moment must not keep them.
  if (!text) dropPart(group, name);
  else part(group, name, 'text').attr('x', round(x)).attr('y', round(y)).text(text);
}
