/** The picture of sosp-2003: a line for each measurement with a mark for each system; the chosen line spread out in numbers. */
import { stageSize, type Root, type Stage } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import {
  extent,
  placeOn,
  relative,
  shown,
  ticksOf,
  type Row,
  type Scale,
  type Series,
  type Table,
} from '../models/cpu/published.ts';
import { drawAxis } from './marks/axis.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { textWidth, wrapText } from './marks/text.ts';

/** One measurement of a table, marked. */
export interface Frame {
  readonly tables: readonly Table[];
  readonly table: Table | undefined;
  readonly at: number;
  /** Columns that are shown. */
  readonly columns: readonly number[];
  readonly scale: Scale;
}

/** Systems by the names that the picture prints. */
export const names: Readonly<Record<Series, string>> = {
  smp: 'Linux SMP',
  linux: 'Linux',
  xen: 'Xen',
  vmware: 'VMware',
  uml: 'UML',
  ir: 'OSDB-IR',
  oltp: 'OSDB-OLTP',
};

const looks: Readonly<Record<Series, string>> = {
  smp: 'cell',
  linux: 'cell is-full',
  xen: 'cell is-full a-xen',
  vmware: 'cell is-full',
  uml: 'cell',
  ir: 'cell is-full a-xen',
  oltp: 'cell a-xen',
};
const circle = 'M-5,0a5,5 0 1 0 10,0a5,5 0 1 0 -10,0z';
const square = 'M-4.5,-4.5h9v9h-9z';
const diamond = 'M0,-6l6,6l-6,6l-6,-6z';
const shapes: Readonly<Record<Series, string>> = {
  smp: circle,
  linux: circle,
  xen: circle,
  vmware: square,
  uml: diamond,
  ir: circle,
  oltp: diamond,
};

/** Heights of the stages in SVG units. */
export const height = { wide: 462, narrow: 632 } as const;
const layouts = {
  wide: { left: 164, right: 700, top: 52, axis: 392, named: 0, spread: 19, tallest: 66 },
  narrow: { left: 18, right: 284, top: 70, axis: 518, named: 17, spread: 19, tallest: 82 },
} as const;
const line = 17;

/** The marked measurement. */
export function rowOf({ table, at }: Frame): Row | undefined {
  return table?.rows[at];
}

/** A published number as it is printed. */
export function numberWords(value: number): string {
  return formatNumber(value, (String(value).split('.')[1] ?? '').length);
}

/** A relative speed in as many digits as tell something. */
export function shareWords(value: number): string {
  return formatNumber(value, value < 0.01 ? 4 : value < 0.1 ? 3 : 2);
}

/** Draws one frame of one stage. */
export function drawMeasurements(root: Root, frame: Frame, stage: Stage): void {
  const { table, at, columns, scale } = frame;
  const { left, right, top, axis, named, spread, tallest } = layouts[stage];
  const rows = table?.rows ?? [];
  const width = stageSize[stage];
  // Rows in different units have no common published scale: each has its own.
  const mixed = scale === 'published' && new Set(rows.map(({ unit }) => unit)).size + rows.length > rows.length + 1;
  const extra = Math.max(0, columns.length - 1) * spread + 6;
  const tall = Math.min(tallest, (axis - top - extra) / Math.max(1, rows.length));
  const common = table && extent(table, scale, columns);
  const place = (row: Row, column: number): number => {
    if (!table || !common) return left;
    const own = mixed ? extent(table, scale, columns, row) : common;
    return left + placeOn(own, shown(table, row, column, scale)) * (right - left);
  };
  let y = top;
  const places = rows.map((row, index) => {
    const first = y;
    y += tall + (index === at ? extra : 0);
    return { row, index, first, middle: first + named + (tall - named) / 2, last: y };
  });
  const marked = places[at];

  part(root, 'band', 'rect')
    .attr('x', 0)
    .attr('y', round(marked?.first ?? 0))
    .attr('width', width)
    .attr('height', round(marked ? marked.last - marked.first : 0));
  const bottom = y;
  const ticks =
    common && !mixed
      ? ticksOf(common).map((tick) => ({
          at: left + placeOn(common, tick) * (right - left),
          label: formatNumber(tick, tick < 1 && tick > 0 ? Math.ceil(-Math.log10(tick) - 1e-9) : 0),
        }))
      : [];
  drawAxis(root, 'values', { x0: left, x1: right, y: bottom + 4, ticks });
  // The marked line has words in its place.
  const rules = places.filter(({ index }) => index !== at);
  keyed(part(root, 'lines'), 'path', 'rule', rules, ({ row }) => row.id).attr(
    'd',
    ({ middle }) =>
      `M${left},${round(middle)}H${right}${ticks.map((tick) => `M${round(tick.at)},${round(middle - 5)}v10`).join('')}`,
  );
  const marks = places.flatMap(({ row, index, middle }) =>
    columns.map((column, order) => ({
      row,
      column,
      series: table?.series[column] ?? 'xen',
      x: place(row, column),
      y: middle + (index === at ? order * spread : 0),
      on: index === at,
    })),
  );
  const group = part(root, 'marks');
  keyed(group, 'path', 'cell', marks, ({ row, series }) => `${row.id}-${series}`)
    .attr('class', ({ series }) => looks[series])
    .attr('d', ({ series }) => shapes[series])
    .attr('transform', ({ x, y: down }) => `translate(${round(x)},${round(down)})`);
  const labels = marks
    .filter(({ on }) => on)
    .map(({ row, column, series, x, y: down }): Label => {
      const share = table ? shareWords(relative(table, row, column)) : '';
      const number = `${numberWords(row.cells[column] ?? 0)}${row.unit && ` ${row.unit}`}`;
      const first = `${names[series]} ${scale === 'relative' ? share : number}`;
      const long = `${first} (${scale === 'relative' ? number : share})`;
      const room = (words: string): number => textWidth(words, { size: 13, weight: 'semibold' }) + 12;
      // Where the long words fit on neither side of the mark, the short ones do.
      const text = x + room(long) < width || x > room(long) ? long : first;
      const fits = x + room(text) < width;
      return {
        key: series,
        x: fits ? x + 11 : x - 11,
        y: down + 4.5,
        text,
        anchor: fits ? 'start' : 'end',
        look: series === 'xen' ? 'strong t-xen' : '',
      };
    });
  drawLabels(part(root, 'numbers'), 'number', labels);
  drawLabels(
    part(root, 'names'),
    'name',
    places.map(({ row, first, middle, index }) => ({
      key: row.id,
      x: 0,
      y: named > 0 ? first + 14 : middle + 4.5,
      text: row.name,
      look: index === at ? 'strong' : '',
    })),
  );
  keyed(part(root, 'hits'), 'rect', 'hit', places, ({ row }) => row.id)
    .attr('data-set', ({ index }) => `frame=${index}`)
    .attr('x', 0)
    .attr('width', width)
    .attr('y', ({ first }) => round(first))
    .attr('height', ({ first, last }) => round(last - first));
  drawWords(root, frame, stage, mixed, common?.log === true, bottom);
}

const standing = 'VMware is Workstation 3.2, UML is User-Mode Linux. Numbers are medians.';
const alone = 'Aggregate throughput of all domains, on two processors.';

function drawWords(root: Root, frame: Frame, stage: Stage, mixed: boolean, log: boolean, bottom: number): void {
  const { table, columns, scale } = frame;
  const row = rowOf(frame);
  const width = stageSize[stage];
  const units = [...new Set(table?.rows.map(({ unit }) => unit) ?? [])].filter(Boolean).join(', ');
  const base = table?.base === 'first' ? 'one domain' : 'native Linux';
  const lower = table?.rows.every(({ better }) => better === 'lower');
  const means = mixed
    ? 'Each line has a scale of its own, from 0 to a round number. Of the build, lower is better.'
    : scale === 'relative'
      ? `Speed: ${base} is 1, right is faster${log ? '; equal steps are equal factors' : ''}.`
      : `${units || 'Score'}: ${lower ? 'left' : 'right'} is better${log ? '; equal steps are equal factors' : ''}.`;
  const wrapped = (key: string, text: string, y: number): readonly Label[] =>
    wrapText(text, width, { size: 13 }).map((words, index) => ({
      key: `${key}${index}`,
      x: 0,
      y: y + index * line,
      text: words,
      look: 'quiet',
    }));
  drawLabels(part(root, 'said'), 'words', [
    { key: 'title', x: 0, y: 14, text: table ? `${table.name} (${table.at})` : 'Nothing to show', look: 'strong' },
    ...wrapped('means', columns.length > 0 ? means : 'No system is chosen.', 33),
    ...wrapped('note', row?.note ?? (table?.base === 'first' ? alone : standing), bottom + 46),
  ]);
}
