/** A token: the one thing that moves through a picture (a request, the CPU, a packet). */
import type { Selection } from 'd3-selection';
import { part, round } from './keyed.ts';

/** Draws the token at a place; its motion from frame to frame is the style sheet's (`.token`). */
export function drawToken<E extends Element>(
  parent: Selection<E, unknown, null, undefined>,
  name: string,
  place: { readonly x: number; readonly y: number; readonly look?: string },
): void {
  const group = part(parent, `${name} token`)
    .attr('class', `${name} token${place.look ? ` ${place.look}` : ''}`)
    .attr('transform', `translate(${round(place.x)},${round(place.y)})`);
  part(group, 'token-shape', 'circle').attr('r', 7);
}
