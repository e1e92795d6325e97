/** An axis whose ticks are keyed, so that the build's nodes are kept (d3-axis writes inline fonts and joins by value). */
import type { Selection } from 'd3-selection';
import { keyed, part, round } from './keyed.ts';

/** One tick: where it stands, in SVG units along the axis, and what it says. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** A horizontal axis. */
export interface Axis {
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly ticks: readonly Tick[];
  /** Name and unit, drawn at the right end below the tick labels. */
  readonly title?: string;
  /** Length of grid lines upwards; none where left out. */
  readonly grid?: number;
}

/** Draws a horizontal axis into `<g class="axis NAME">` of `parent`. */
export function drawAxis<E extends Element>(
  parent: Selection<E, unknown, null, undefined>,
  name: string,
  axis: Axis,
): void {
  const group = part(parent, `${name} axis`);
  part(group, 'axis-line', 'line')
    .attr('x1', round(axis.x0))
    .attr('x2', round(axis.x1))
    .attr('y1', round(axis.y))
    .attr('y2', round(axis.y));
  const ticks = keyed(
    group,
    'g',
    'tick',
    axis.ticks,
    (tick) => tick.label,
    (entered) => {
      entered.append('line');
      entered.append('text').attr('text-anchor', 'middle');
    },
  ).attr('transform', (tick) => `translate(${round(tick.at)},${round(axis.y)})`);
  ticks
    .select('line')
    .attr('y1', -(axis.grid ?? 0))
    .attr('y2', 5);
  ticks
    .select('text')
    .attr('y', 20)
    .text((tick) => tick.label);
  if (axis.title) {
    part(group, 'axis-title', 'text')
      .attr('x', round(axis.x1))
      .attr('y', round(axis.y + 38))
      .attr('text-anchor', 'end')
      .text(axis.title);
  }
}
