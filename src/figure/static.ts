/** The opening picture, drawn at build on linkedom: the same `draw` that the browser runs. */
import { select } from 'd3-selection';
import { parseHTML } from 'linkedom';
import type { AnyFigure, Stage, Values } from './contract.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const namespace = 'http://www.w3.org/2000/svg';

/** Draws one frame and gives the markup of its `<g class="root">`. `id` is the instance's id on its page. */
export function drawStatic(figure: AnyFigure, frame: unknown, values: Values, stage: Stage, id: string): string {
  const svg = document.createElementNS(namespace, 'svg');
  document.body.append(svg);
  const root = select(svg).append<SVGGElement>('g').attr('class', 'root').attr('data-id', `${id}-${stage}`);
  figure.draw(root, frame, values, stage);
  const markup = (svg as unknown as Element).innerHTML;
  svg.remove();
  return markup;
}
