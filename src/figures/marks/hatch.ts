/** Hatching: what is meant by more than colour (a fault, a fourth guest, time that is lost). */
import type { Root } from '../../figure/contract.ts';
import { part } from './keyed.ts';

/**
 * Puts a hatch pattern into the root's `<defs>` and gives the value for `fill`. Ids carry figure and stage: the root's
 * `data-id` is `<figure id>-<stage>`. `tone` is the class that colours the lines (`a-fault`, `a-domu1`, …).
 */
export function hatch(root: Root, tone: string): string {
  const id = `${root.attr('data-id') ?? 'figure'}-hatch-${tone}`;
  const pattern = part(part(root, 'defs', 'defs'), `hatch-${tone} ${tone} hatch`, 'pattern')
    .attr('id', id)
    .attr('width', 6)
    .attr('height', 6)
    .attr('patternUnits', 'userSpaceOnUse')
    .attr('patternTransform', 'rotate(45)');
  part(pattern, 'hatch-line', 'line').attr('x1', 0).attr('y1', 0).attr('x2', 0).attr('y2', 6);
  return `url(#${id})`;
}
