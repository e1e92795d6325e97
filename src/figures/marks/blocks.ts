/** Many rectangles of one actor as one path: who held something over a long time, in two nodes instead of hundreds. */
import type { Selection } from 'd3-selection';
import type { ActorName } from '../../figure/contract.ts';
import { part, round } from './keyed.ts';

/** One rectangle in SVG units. */
export interface Block {
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly height: number;
}

/** Draws the rectangles of one actor into `<g class="NAME">`; those that have not happened yet with the state `is-future`. */
export function drawBlocks<E extends Element>(
  parent: Selection<E, unknown, null, undefined>,
  name: string,
  blocks: readonly Block[],
  look: { readonly actor: ActorName; readonly state?: string | undefined },
): void {
  const group = part(parent, name).attr('class', `${name} a-${look.actor}${look.state ? ` ${look.state}` : ''}`);
  part(group, 'segment-shape', 'path').attr('d', blocks.map(outline).join(''));
}

function outline({ x0, x1, y, height }: Block): string {
  const width = round(Math.max(0, x1 - x0));
  return `M${round(x0)},${round(y)}h${width}v${round(height)}h${-width}z`;
}

/** Cuts blocks at `x`: what lies before it, and what lies after. */
export function cutBlocks(blocks: readonly Block[], x: number): readonly [readonly Block[], readonly Block[]] {
  const before = blocks.filter((block) => block.x0 < x).map((block) => ({ ...block, x1: Math.min(block.x1, x) }));
  const after = blocks.filter((block) => block.x1 > x).map((block) => ({ ...block, x0: Math.max(block.x0, x) }));
  return [before, after];
}
