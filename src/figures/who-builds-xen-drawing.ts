/** The picture of who-builds-xen: a row of bars for each organisation on one scale, a column for each release. */
import type { Root, Stage } from '../figure/contract.ts';
import { stageSize } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import { shareOf, totalOf, type History, type Organisation, type Row } from '../models/history/contributors.ts';
import { hatch } from './marks/hatch.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { wrapText } from './marks/text.ts';

/** One release of the history, as it is drawn. */
export interface Frame {
  readonly history: History;
  readonly at: number;
  readonly rows: readonly Row[];
  /** The fewest organisations with half of the commits, for each release. */
  readonly fewest: readonly (readonly Organisation[])[];
  /** Why nothing can be shown. */
  readonly fault?: string | undefined;
}

/** What is drawn upwards. */
export type Measure = 'share' | 'commits';

const layouts = {
  wide: { left: 146, right: 642, strip: 62, top: 72, axis: 512, least: 19, above: 0 },
  narrow: { left: 0, right: 304, strip: 96, top: 106, axis: 700, least: 26, above: 22 },
} as const;
const gap = 5;
const line = 17;

/** Heights of the stages in SVG units. */
export const height = { wide: 556, narrow: 744 } as const;

/** The name of a row: its organisation, or how many are gathered in it. */
export function rowName({ id, members }: Row): string {
  const [only] = members;
  if (!only) return 'Other addresses';
  if (id === 'others') return `${members.length} not chosen`;
  if (members.length === 1) return only.name;
  return `${members.length} ${id === 'founders' ? 'small founders' : 'small others'}`;
}

/** Whether a row gathers what is not chosen or not named. */
export function isGathered(row: Row | undefined): boolean {
  return row === undefined || row.id === 'others' || row.id === 'rest';
}

/** A count in the unit that is shown. */
export function measured(count: number, frame: Frame, measure: Measure, at = frame.at): number {
  return measure === 'share' ? 100 * shareOf(count, totalOf(frame.history, at)) : count;
}

/** A count in words: '31.5 %' or '301'. */
export function countWords(count: number, frame: Frame, measure: Measure, at = frame.at): string {
  const value = measured(count, frame, measure, at);
  return measure === 'share' && count > 0 ? `${formatNumber(value, 1)}\u202f%` : formatNumber(value);
}

/** Draws one release of one stage. `alone` gives what a click on a row's name sets. */
export function drawContributors(
  root: Root,
  frame: Frame,
  measure: Measure,
  stage: Stage,
  alone: (row: Row) => string | null,
): void {
  const { history, at, rows, fewest } = frame;
  const { left, right, strip, top, axis, least, above } = layouts[stage];
  const count = Math.max(1, history.releases.length);
  const column = (right - left) / count;
  const x = (index: number): number => left + index * column;
  const value = (row: Row, index: number): number => measured(row.commits[index] ?? 0, frame, measure, index);
  const highest = rows.map((row) => Math.max(0, ...row.commits.map((_, index) => value(row, index))));
  // What is gathered must not press down what is chosen: where it is higher, it has a number and no bars.
  const own = Math.max(0, ...highest.filter((_, index) => !isGathered(rows[index])));
  const tallest = highest.map((high) => (own > 0 && high > own ? 0 : high));
  const most = Math.max(0, ...tallest);

  // One scale for all rows, the largest at which they find room; a row without much to show keeps a line of text.
  const tall = (high: number, scale: number): number => Math.max(least, above + high * scale + gap);
  const need = (scale: number): number => tallest.reduce((sum, high) => sum + tall(high, scale), 0);
  let [scale, over] = [0, (axis - top) / Math.max(1, most)];
  for (let step = 0; step < 30; step++) {
    const middle = (scale + over) / 2;
    if (need(middle) > axis - top) over = middle;
    else scale = middle;
  }
  let y = top;
  const places = rows.map((row, index) => {
    y += tall(tallest[index] ?? 0, scale);
    return { row, base: y, first: y - tall(tallest[index] ?? 0, scale), bare: tallest[index] !== highest[index] };
  });

  part(root, 'band', 'rect')
    .attr('x', round(x(at)))
    .attr('y', strip - 14)
    .attr('width', round(column))
    .attr('height', round(y - strip + 14));
  const pattern = hatch(root, 'plain');
  const bars = keyed(
    part(root, 'rows'),
    'g',
    'row',
    places,
    ({ row }) => row.id,
    (entered) => {
      entered.append('path').attr('class', 'rule');
      entered.append('path').attr('class', 'bar').attr('fill-opacity', 0.5);
      entered.append('path').attr('class', 'cell is-full');
    },
  );
  const halves = ({ members }: Row, index: number): boolean =>
    members.length === 1 && members[0] !== undefined && (fewest[index] ?? []).includes(members[0]);
  const shape = ({ row, base, bare }: (typeof places)[number], dark: boolean): string | null =>
    (bare ? [] : row.commits)
      .map((commits, index) => {
        if (commits === 0 || halves(row, index) !== dark) return '';
        const high = Math.max(0.5, round(value(row, index) * scale));
        return `M${round(x(index) + column * 0.14)},${round(base)}v${-high}h${round(column * 0.72)}v${high}z`;
      })
      .join('') || null;
  bars.select('.rule').attr('d', ({ base, bare }) => (bare ? null : `M${left},${round(base)}H${right}`));
  bars
    .select('.bar')
    .attr('fill', ({ row }) => (row.members.length === 0 ? pattern : 'currentColor'))
    .attr('d', (place) => shape(place, false));
  bars.select('.cell').attr('d', (place) => shape(place, true));

  keyed(part(root, 'releases'), 'rect', 'hit', history.releases, ({ release }) => release)
    .attr('data-set', (_, index) => `frame=${index}`)
    .attr('x', (_, index) => round(x(index)))
    .attr('y', strip - 14)
    .attr('width', round(column))
    .attr('height', round(axis - strip + 54));

  const words = ({ row, base, first, bare }: (typeof places)[number]): readonly Label[] => {
    const text = above > 0 ? first + 19 : base - 4;
    const look = halves(row, at) ? 'strong' : '';
    return [
      { key: row.id, x: 0, y: text, text: `${rowName(row)}${bare ? ' (too high to draw)' : ''}`, look },
      {
        key: `${row.id}-count`,
        x: stageSize[stage],
        y: text,
        text: countWords(row.commits[at] ?? 0, frame, measure),
        anchor: 'end',
        look,
      },
    ];
  };
  const names = part(root, 'names');
  const labels = places.flatMap(words);
  drawLabels(names, 'name', labels);
  keyed(names, 'text', 'name', labels, ({ key }) => key).attr('data-set', ({ key }) => {
    const row = rows.find(({ id }) => id === key);
    return row ? alone(row) : null;
  });
  const inked = places.some(({ row, bare }) => !bare && row.commits.some((_, index) => halves(row, index)));
  drawHead(root, frame, measure, stage, most, inked);
  drawFoot(root, frame, stage, (index) => x(index) + column / 2);
}

function drawHead(
  root: Root,
  { history, at, fewest, fault }: Frame,
  measure: Measure,
  stage: Stage,
  most: number,
  inked: boolean,
): void {
  const { left, right, strip } = layouts[stage];
  const width = stageSize[stage];
  const column = (right - left) / Math.max(1, fewest.length);
  const top = measure === 'share' ? `${formatNumber(most, 1)}\u202f%` : formatNumber(most);
  const says =
    fault ??
    `One scale for all rows; the tallest bar is ${top}. ${inked ? 'In full ink: the fewest with half of the commits.' : 'None shown is among the fewest with half.'}`;
  const release = history.releases[at];
  drawLabels(part(root, 'head'), 'said', [
    {
      key: 'measure',
      x: 0,
      y: 14,
      text: measure === 'share' ? 'Share of the commits of each release' : 'Commits in each release',
      look: 'strong',
    },
    ...wrapText(says, width, { size: 13 }).map((text, index) => ({
      key: String(index),
      x: 0,
      y: 32 + index * line,
      text,
      look: 'quiet',
    })),
    { key: 'half', x: 0, y: stage === 'wide' ? strip : strip - line, text: 'Fewest for half', look: 'quiet' },
    ...(release
      ? [
          {
            key: 'release',
            x: width,
            y: stage === 'wide' ? strip : strip - line,
            text: `Xen ${release.release}`,
            anchor: 'end' as const,
            look: 'strong',
          },
        ]
      : []),
    ...fewest.map((few, index) => ({
      key: `few-${index}`,
      x: left + (index + 0.5) * column,
      y: strip,
      text: few.length > 0 ? String(few.length) : '–',
      anchor: 'middle' as const,
      look: index === at ? 'strong' : 'quiet',
    })),
  ]);
}

/** Releases below their columns as far as there is room, the marked one always; years where they begin. */
function drawFoot(root: Root, { history, at }: Frame, stage: Stage, middle: (index: number) => number): void {
  const { axis } = layouts[stage];
  const room = 36;
  let [release, year] = [-room, -room];
  const labels = history.releases.flatMap((one, index): readonly Label[] => {
    const x = Math.min(Math.max(middle(index), 17), stageSize[stage] - 17);
    const found: Label[] = [];
    const shared = { x, anchor: 'middle' as const };
    const free = x - release >= room && (index === at || Math.abs(x - middle(at)) >= room);
    if (index === at || free) {
      release = x;
      found.push({
        ...shared,
        key: one.release,
        y: axis + 18,
        text: one.release,
        look: index === at ? 'strong' : 'quiet',
      });
    }
    const begins = one.released.slice(0, 4) !== history.releases[index - 1]?.released.slice(0, 4);
    if (begins && x - year >= room + 8) {
      year = x;
      found.push({ ...shared, key: `y${index}`, y: axis + 36, text: one.released.slice(0, 4), look: 'quiet' });
    }
    return found;
  });
  drawLabels(part(root, 'foot'), 'tick', labels);
}
