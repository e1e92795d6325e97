/** What both layouts of the timeline draw: bands of years, the field that zooms, the marks, the words below. */
import type { Root } from '../figure/contract.ts';
import type { Kind, Shown, TimelineEvent, Window } from '../models/history/timeline.ts';
import { isRelease, middleOf } from '../models/history/timeline.ts';
import { dateWords, distanceWords, kindNames, noteWords, sourceWords } from './history-timeline-words.ts';
import { keyed, part, round } from './marks/keyed.ts';
import type { Label } from './marks/label.ts';
import { drawLabels } from './marks/label.ts';
import { shortenText, wrapText } from './marks/text.ts';

/** How names are set. */
export const type = { size: 13 } as const;
/** How the name of the chosen event is set. */
export const strong = { size: 13, weight: 'semibold' } as const;
const heading = { size: 15, weight: 'semibold' } as const;

/** Half the thickness of a mark, in SVG units. */
export const radius = 4.5;
const leading = { plain: 18, large: 20 } as const;

/** One event on the stage: its mark, and its name where there is room for it. */
export interface Spot {
  readonly event: TimelineEvent;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly { readonly x: number; readonly y: number; readonly text: string }[];
  readonly anchor: 'start' | 'end';
  /** Path from the mark to its name, where they do not touch. */
  readonly leader?: string;
}

/** Years along an axis: linear, and not worth the weight of d3-scale. */
export function yearScale(window: Window, x0: number, x1: number): (year: number) => number {
  return (year) => x0 + ((year - window.from) / (window.to - window.from)) * (x1 - x0);
}

/** What the axis names: whole years, at most thirteen; in a single year its quarters. */
export function yearMarks({ from, to }: Window): readonly { readonly year: number; readonly label: string }[] {
  if (to - from === 1)
    return [
      ...[String(from), 'Apr', 'Jul', 'Oct'].map((label, index) => ({ year: from + index / 4, label })),
      { year: to, label: String(to) },
    ];
  const step = [1, 2, 5, 10].find((years) => (to - from) / years <= 12) ?? 10;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => {
    const year = first + index * step;
    return { year, label: String(year) };
  });
}

/** Room that the ring around the chosen mark takes up. */
export const ring = 4;

/** Both ends of a mark along the axis: a date that is not known to the day is drawn at its length. */
export function markEnds(event: TimelineEvent, along: (year: number) => number): readonly [number, number] {
  const half = Math.max(radius, (along(event.end) - along(event.start)) / 2);
  const middle = along(middleOf(event));
  return [middle - half, middle + half];
}

/** The name of an event in at most `lines` lines; a release goes by its number alone, since its lane says the rest. */
export function nameLines(event: TimelineEvent, width: number, isChosen: boolean, lines: number): readonly string[] {
  const style = isChosen ? strong : type;
  const name = isRelease(event) ? event.title.replace(/^Xen /, '') : event.title;
  const broken = lines === 1 ? [name] : wrapText(name, width, style);
  const kept = [...broken.slice(0, lines - 1), broken.slice(lines - 1).join(' ')].filter((line) => line !== '');
  return kept.map((line) => shortenText(line, width, style));
}

/** The class that gives a lane's name the tone of its actor. */
export function tone(kind: Kind): string {
  return kind === 'releases' ? ' t-xen' : kind === 'hardware' ? ' t-hw' : '';
}

/** Shades every other stretch between two named years, so that dates can be read off far from the axis. */
export function drawBands(
  root: Root,
  marks: ReturnType<typeof yearMarks>,
  window: Window,
  shape: (from: number, to: number) => { x: number; y: number; width: number; height: number },
): void {
  const bands = marks.flatMap(({ year }, index) =>
    index % 2 === 0 ? [[year, marks[index + 1]?.year ?? window.to] as const] : [],
  );
  const shapes = bands.filter(([from, to]) => to > from).map(([from, to]) => shape(from, to));
  keyed(part(root, 'bands'), 'rect', 'band', shapes, (_, index) => index)
    .attr('x', ({ x }) => round(x))
    .attr('y', ({ y }) => round(y))
    .attr('width', ({ width }) => round(width))
    .attr('height', ({ height }) => round(height));
}

/** The field that is dragged and zoomed; `y` where time runs down. */
export function drawField(
  root: Root,
  window: Window,
  axis: 'x' | 'y',
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  [start, end]: readonly [number, number],
): void {
  part(root, 'field hit', 'rect')
    .attr('data-zoom', 'from to')
    .attr('data-drag-axis', axis)
    .attr('data-drag-range', `${round(start)} ${round(end)} ${window.from} ${window.to}`)
    .attr('x', box.x)
    .attr('y', round(box.y))
    .attr('width', box.width)
    .attr('height', round(box.height));
}

/** The lines on which marks without a name stand. */
export function drawRules(root: Root, rules: readonly string[]): void {
  part(root, 'lines rule', 'path').attr('d', rules.join('') || null);
}

/** Draws marks, names, and the ring around the event that is chosen. */
export function drawSpots(root: Root, spots: readonly Spot[], chosen: TimelineEvent | undefined): void {
  part(root, 'leaders', 'path').attr('d', spots.map((spot) => spot.leader ?? '').join('') || null);
  const group = part(root, 'events');
  const events = keyed(
    group,
    'g',
    'event',
    spots,
    ({ event }) => event.number,
    (entered) => entered.append('rect'),
  )
    .attr('class', ({ event }) => `event${lookOf(event)}${event === chosen ? ' is-on' : ''}`)
    .attr('data-set', ({ event }) => `chosen=${event === chosen ? 0 : event.number}`);
  const bow = (spot: Spot): number => round(Math.min(spot.width, spot.height) / 2);
  events
    .select('rect')
    .attr('rx', bow)
    .attr('x', ({ x }) => round(x))
    .attr('y', ({ y }) => round(y))
    .attr('width', ({ width }) => round(width))
    .attr('height', (spot) => round(spot.height));
  events.each(function (spot) {
    const own = group.select(() => this);
    keyed(own, 'text', 'name', spot.lines, (_, index) => index)
      .attr('text-anchor', spot.anchor === 'end' ? 'end' : null)
      .attr('x', ({ x }) => round(x))
      .attr('y', ({ y }) => round(y))
      .text(({ text }) => text);
  });
  const ringed = spots.filter(({ event }) => event === chosen);
  keyed(part(root, 'rings'), 'rect', 'ring', ringed, () => 'chosen')
    .attr('rx', (spot) => bow(spot) + ring)
    .attr('x', ({ x }) => round(x - ring))
    .attr('y', ({ y }) => round(y - ring))
    .attr('width', ({ width }) => round(width + 2 * ring))
    .attr('height', (spot) => round(spot.height + 2 * ring));
}

// Filled where the day is known, open where it is not.
function lookOf(event: TimelineEvent): string {
  const actor = event.kind === 'releases' ? ' a-xen' : event.kind === 'hardware' ? ' a-hw' : '';
  return `${actor}${event.date.length < 10 || event.approximate ? ' is-loose' : ''}`;
}

/** What the picture itself has to say: a window without years, nothing to show, marks without a name. */
export function fieldWords(frame: Shown, lanes: readonly Kind[], spots: readonly Spot[]): string {
  if (!frame.windowHolds) return `The years must end after they begin; ${frame.window.from} is shown alone.`;
  if (lanes.length === 0) return 'No kind of event is switched on.';
  if (spots.length === 0) return 'The book knows no event of these kinds in these years.';
  const bare = spots.filter(({ lines }) => lines.length === 0).length;
  if (bare > 0) return `${bare} of ${spots.length} marks have no room for a name: show fewer years or fewer kinds.`;
  return spots.length === 1 ? 'The one event is named.' : `All ${spots.length} events are named.`;
}

/** Where the chosen event is told. */
export interface Panel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Draws the chosen event in words: title, date and distance, text, source. */
export function drawChosen(root: Root, frame: Shown, lanes: readonly Kind[], panel: Panel): void {
  part(root, 'parting rule', 'path').attr('d', `M0,${panel.y - 24}H${panel.x + panel.width}`);
  let y = panel.y;
  const lines = chosenLines(frame, lanes, panel.width).map(({ text, look }, index): Label => {
    const label = { key: String(index), x: panel.x, y, text, look };
    y += look.includes('large') ? leading.large : leading.plain;
    return label;
  });
  drawLabels(root, 'chosen', [...lines, ...chosenMargin(frame, panel)]);
}

/** The lines of the chosen event, broken to a width; title and date alone while its text is on its way. */
export function chosenLines(
  frame: Shown,
  lanes: readonly Kind[],
  width: number,
): readonly { readonly text: string; readonly look: string }[] {
  const { chosen } = frame;
  if (!chosen) {
    const text = 'Click a mark or a name to read about an event.';
    return wrapText(text, width, type).map((line) => ({ text: line, look: 'quiet' }));
  }
  const away = !lanes.includes(chosen.kind)
    ? ' Its kind is switched off.'
    : frame.events.includes(chosen)
      ? ''
      : ' It lies outside of the years shown.';
  const distance = distanceWords(frame.all, chosen);
  const date = `${dateWords(chosen)}${distance === '' ? '' : `, ${distance}`}.${noteWords(chosen)}${away}`;
  return [
    ...wrapText(chosen.title, width, heading).map((text) => ({ text, look: 'strong large' })),
    ...wrapText(date, width, type).map((text) => ({ text, look: 'quiet' })),
    ...wrapText(chosen.text, width, type).map((text) => ({ text, look: '' })),
    ...(chosen.text === '' ? [] : wrapText(`Source: ${sourceWords(chosen)}`, width, type)).map((text) => ({
      text,
      look: 'quiet',
    })),
  ];
}

// Where the panel leaves a margin at the left, it says which kind of event this is, as the lanes do.
function chosenMargin({ chosen, all }: Shown, { x, y }: Panel): readonly Label[] {
  if (!chosen || x === 0) return [];
  return [
    { key: 'kind', x: 0, y, text: kindNames[chosen.kind].lane, look: `strong${tone(chosen.kind)}` },
    { key: 'number', x: 0, y: y + leading.plain, text: `${chosen.number} of ${all.length}`, look: 'quiet' },
  ];
}
