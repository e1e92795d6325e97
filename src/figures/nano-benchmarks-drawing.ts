/** The picture of nano-benchmarks: a published and a predicted mark for each technique of each measurement, and the error. */
import { stageSize, type Root, type Stage } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import { errorOf, type Compared, type Pair, type Side } from '../models/x86/comparison.ts';
import { drawAxis } from './marks/axis.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels } from './marks/label.ts';

/** All measurements, one of them marked; `rows` have the pairs that are shown. */
export interface Frame {
  readonly at: number;
  readonly rows: readonly Compared[];
  readonly all: readonly Compared[];
}

/** Techniques by the names that the picture prints. */
export const names: Readonly<Record<Side, string>> = {
  native: 'bare',
  translation: 'translation',
  shadow: 'VT-x',
  pv: 'Xen PV',
  ratio: 'ratio',
};

/** Heights of the stages in SVG units. */
export const height = { wide: 672, narrow: 902 } as const;
const layouts = {
  wide: { label: 180, left: 264, right: 500, top: 50, head: 0, gap: 6, predicted: 578, published: 648, heads: 33 },
  narrow: { label: 0, left: 76, right: 138, top: 60, head: 17, gap: 6, predicted: 196, published: 250, heads: 52 },
} as const;
const line = 16;
const [least, most] = [1, 1e5];

/** Cycles, or a ratio, in as many digits as tell something. */
export function valueWords(value: number): string {
  return formatNumber(value, value < 10 && value % 1 !== 0 ? 1 : 0);
}

/** An error as it is printed: '+12 %', or as a factor where it is over tenfold. */
export function errorWords(pair: Pair): string {
  const error = errorOf(pair);
  if (error >= 9) return `× ${formatNumber(error + 1)}`;
  const percent = Math.round(100 * error);
  return `${percent > 0 ? '+' : ''}${formatNumber(percent)}\u202f%`;
}

/** Draws one frame of one stage. */
export function drawPredictions(root: Root, { rows, at }: Frame, stage: Stage): void {
  const { label, left, right, top, head, gap, predicted, published, heads } = layouts[stage];
  const width = stageSize[stage];
  // Costs that a reader sets may put a prediction outside; then its mark stands at the edge.
  const x = (value: number): number =>
    left + (Math.log(Math.min(most, Math.max(least, value))) / Math.log(most / least)) * (right - left);
  let y = top;
  const places = rows.map((row, index) => {
    const first = y;
    y += head + Math.max(1, row.pairs.length) * line + gap;
    return { row, index, first, last: y };
  });
  const marked = places[at];
  part(root, 'band', 'rect')
    .attr('x', 0)
    .attr('y', marked?.first ?? 0)
    .attr('width', width)
    .attr('height', marked ? marked.last - marked.first : 0);
  const ticks = stage === 'wide' ? [1, 10, 100, 1000, 10000] : [1, 10000];
  drawAxis(root, 'cycles', {
    x0: left,
    x1: right,
    y: y + 2,
    title: 'cycles, or a ratio',
    ticks: ticks.map((tick) => ({ at: x(tick), label: formatNumber(tick) })),
  });
  const pairs = places.flatMap(({ row, first }) =>
    row.pairs.map((pair, order) => ({
      ...pair,
      key: `${row.id}-${pair.technique}`,
      y: first + gap / 2 + head + (order + 0.5) * line,
    })),
  );
  keyed(part(root, 'leaders'), 'path', 'leader', pairs, ({ key }) => key).attr(
    'd',
    (pair) => `M${round(x(pair.published))},${round(pair.y)}H${round(x(pair.predicted))}`,
  );
  const group = keyed(
    part(root, 'pairs'),
    'g',
    'pair',
    pairs,
    ({ key }) => key,
    (entered) => {
      entered.append('circle').attr('class', 'cell').attr('r', 4.5);
      entered.append('circle').attr('class', 'dot').attr('r', 3.5);
    },
  )
    .attr('class', ({ technique }) => `pair${technique === 'pv' ? ' a-xen' : ''}`)
    .attr('transform', (pair) => `translate(0,${round(pair.y)})`);
  group.select('.cell').attr('cx', ({ published }) => round(x(published)));
  group
    .select('.dot')
    .attr('cx', ({ predicted }) => round(x(predicted)))
    .attr('fill', 'currentColor');
  drawLabels(part(root, 'words'), 'word', [
    { key: 'legend', x: 0, y: 14, text: 'Predicted from primitive costs, and published', look: 'strong' },
    { key: 'how', x: 0, y: 33, text: 'full: predicted; hollow: published', look: 'quiet' },
    ...[
      { key: 'predicted', x: predicted, text: stage === 'wide' ? 'predicted' : 'full' },
      { key: 'published', x: published, text: stage === 'wide' ? 'published' : 'hollow' },
      { key: 'error', x: width, text: 'error' },
    ].map((one) => ({ ...one, y: heads, anchor: 'end' as const, look: 'quiet' })),
    ...places.map(({ row, first, index }) => ({
      key: row.id,
      x: 0,
      y: first + gap / 2 + 13,
      text: row.name,
      look: index === at ? 'strong' : '',
    })),
    ...pairs.flatMap((pair) => [
      { key: `${pair.key}-name`, x: label, y: pair.y + 4.5, text: names[pair.technique], look: 'quiet' },
      ...(['predicted', 'published'] as const).map((which) => ({
        key: `${pair.key}-${which}`,
        x: which === 'predicted' ? predicted : published,
        y: pair.y + 4.5,
        text: valueWords(pair[which]),
        anchor: 'end' as const,
      })),
      { key: `${pair.key}-error`, x: width, y: pair.y + 4.5, text: errorWords(pair), anchor: 'end' as const },
    ]),
  ]);
  keyed(part(root, 'hits'), 'rect', 'hit', places, ({ row }) => row.id)
    .attr('data-set', ({ index }) => `frame=${index}`)
    .attr('x', 0)
    .attr('width', width)
    .attr('y', ({ first }) => round(first))
    .attr('height', ({ first, last }) => round(last - first));
}
