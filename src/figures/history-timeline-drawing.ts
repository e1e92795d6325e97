/** The timeline in its two layouts: lanes and rows where it is wide, columns and time running down where it is narrow. */
import type { Root, Stage } from '../figure/contract.ts';
import { stageSize } from '../figure/contract.ts';
import type { Kind, Shown, TimelineEvent } from '../models/history/timeline.ts';
import { isRelease, kinds, middleOf } from '../models/history/timeline.ts';
import type { Spot } from './history-timeline-scene.ts';
import {
  drawBands,
  drawChosen,
  drawField,
  drawRules,
  drawSpots,
  fieldWords,
  markEnds,
  nameLines,
  radius,
  ring,
  strong,
  tone,
  type,
  yearMarks,
  yearScale,
} from './history-timeline-scene.ts';
import { kindNames } from './history-timeline-words.ts';
import { drawAxis } from './marks/axis.ts';
import { keyed, part, round } from './marks/keyed.ts';
import type { Label } from './marks/label.ts';
import { drawLabels } from './marks/label.ts';
import { gap, placeInColumn, placeInRows, shareRows } from './marks/placement.ts';
import { textWidth, wrapText } from './marks/text.ts';

const wide = {
  left: 108,
  right: stageSize.wide - 18,
  top: 10,
  axis: 470,
  row: 19,
  widestRow: 36,
  lane: 23,
  pill: 18,
  name: 285,
  panel: 542,
} as const;
const narrow = { top: 4, heading: 18, end: 606, axis: 40, releases: 90, step: 11, line: 17, panel: 686 } as const;

/** Heights of the stages in SVG units: the longest text of an event has room below. */
export const height = { wide: 660, narrow: 872 } as const;

/** Draws the years, the marks and the event that is chosen. */
export function drawTimeline(root: Root, frame: Shown, shown: readonly string[], stage: Stage): void {
  const lanes = kinds.filter((kind) => shown.includes(kind));
  (stage === 'wide' ? drawWide : drawNarrow)(root, frame, lanes);
}

/** Lanes from top to bottom, time from left to right; a mark without a name stands on its lane's line. */
function drawWide(root: Root, frame: Shown, lanes: readonly Kind[]): void {
  const { window, chosen, events } = frame;
  const { left, right, top, axis } = wide;
  const x = yearScale(window, left, right);
  const marks = yearMarks(window);
  drawBands(root, marks, window, (from, to) => ({ x: x(from), y: 0, width: x(to) - x(from), height: axis }));
  drawField(root, window, 'x', { x: left, y: 0, width: right - left, height: axis + 24 }, [left, right]);

  const members = lanes.map((kind) => events.filter((event) => event.kind === kind));
  const name = (event: TimelineEvent): string => nameLines(event, wide.name, event === chosen, 1)[0] ?? '';
  const wanted = members.map((list) =>
    list.map((event) => {
      const [x0, x1] = markEnds(event, x);
      const first = event === chosen;
      const around = first ? ring : 0;
      return {
        key: event.number,
        x0: x0 - around,
        x1: x1 + around,
        width: textWidth(name(event), first ? strong : type),
        first,
      };
    }),
  );
  const room = axis - top;
  const rows = shareRows(wanted, Math.floor((room - lanes.length * wide.lane) / wide.row), left, right);
  // What is left over moves the rows apart, and then the lanes.
  const count = Math.max(
    1,
    rows.reduce((sum, given) => sum + given, 0),
  );
  const row = Math.min(wide.widestRow, (room - lanes.length * wide.lane) / count);
  const spare = (room - lanes.length * wide.lane - count * row) / Math.max(1, lanes.length);

  const titles: Label[] = [];
  const rules: string[] = [];
  const spots: Spot[] = [];
  let y = top;
  lanes.forEach((kind, lane) => {
    const places = placeInRows(wanted[lane] ?? [], rows[lane] ?? 1, left, right);
    const all = members[lane]?.length ?? 0;
    const note = places.size === all ? String(all) : `${places.size} of ${all} named`;
    titles.push({ key: kind, x: 0, y: y + 4.5, text: kindNames[kind].lane, look: `strong${tone(kind)}` });
    titles.push({ key: `${kind}-count`, x: 0, y: y + 22, text: note, look: 'quiet' });
    rules.push(`M${left},${round(y)}H${right}`);
    for (const event of members[lane] ?? []) {
      const [x0, x1] = markEnds(event, x);
      const place = places.get(event.number);
      const middle = place ? y + 17 + place.row * row : y;
      const side = place?.side ?? 'right';
      const away = gap.name + (event === chosen ? ring : 0);
      const nameX = { right: x1 + away, left: x0 - away, inside: x0 + gap.inside }[side];
      const half = side === 'inside' ? wide.pill / 2 : radius;
      spots.push({
        event,
        x: x0,
        y: middle - half,
        width: x1 - x0,
        height: 2 * half,
        anchor: side === 'left' ? 'end' : 'start',
        lines: place ? [{ x: nameX, y: middle + 4.5, text: name(event) }] : [],
      });
    }
    y += (rows[lane] ?? 1) * row + wide.lane + spare;
  });
  drawRules(root, rules);
  drawLabels(root, 'lane-name', titles);
  drawAxis(root, 'years', {
    x0: left,
    x1: right,
    y: axis,
    ticks: marks.map(({ year, label }) => ({ at: x(year), label })),
  });
  drawSpots(root, spots, chosen);
  drawSaid(root, [fieldWords(frame, lanes, spots)], { x: right, y: axis + 38, anchor: 'end' }, frame.windowHolds);
  drawChosen(root, frame, lanes, { x: left, y: wide.panel, width: right - left });
}

// Releases first: their numbers stand between the axis and their column.
const narrowOrder: readonly Kind[] = ['releases', 'hardware', 'products', 'papers', 'people'];

/** Time from top to bottom, a column of marks for each kind, and the names at the right of all columns. */
function drawNarrow(root: Root, frame: Shown, lanes: readonly Kind[]): void {
  const { window, chosen, events } = frame;
  const { axis, end } = narrow;
  const right = stageSize.narrow;
  const ordered = narrowOrder.filter((kind) => lanes.includes(kind));
  const firstColumn = lanes.includes('releases') ? narrow.releases : axis + 16;
  const columns = new Map(ordered.map((kind, index) => [kind, firstColumn + index * narrow.step]));
  const names = Math.max(axis, ...columns.values()) + 17;
  const top = narrow.top + ordered.length * narrow.heading + 12;
  const y = yearScale(window, top, end);
  const marks = yearMarks(window);
  drawBands(root, marks, window, (from, to) => ({ x: axis, y: y(from), width: right - axis, height: y(to) - y(from) }));
  drawField(root, window, 'y', { x: 0, y: top, width: right, height: end - top }, [top, end]);
  drawYearsDown(root, marks, y, top);
  // The headings go down like steps, so that no column runs through the heading of another.
  const steps = ordered.map((kind, index) => ({
    kind,
    x: columns.get(kind) ?? 0,
    y: narrow.top + index * narrow.heading,
  }));
  drawRules(
    root,
    steps.map((step) => `M${step.x},${step.y + 16}V${end}`),
  );
  drawLabels(
    root,
    'lane-name',
    steps.map(({ kind, x, y: line }) => ({
      key: kind,
      x: x - radius,
      y: line + 10,
      text: kindNames[kind].lane,
      look: `strong${tone(kind)}`,
    })),
  );

  const middle = (event: TimelineEvent): number => y(middleOf(event));
  const place = (list: readonly TimelineEvent[], width: number, lines: number, space: number, drift: number) => {
    const broken = new Map(list.map((event) => [event, nameLines(event, width, event === chosen, lines)]));
    const wanted = list.map((event) => ({
      key: event.number,
      y: middle(event),
      height: (broken.get(event)?.length ?? 1) * narrow.line + space,
      first: event === chosen,
    }));
    const at = placeInColumn(wanted, top - 8, end + 8, drift);
    return (event: TimelineEvent) => ({ texts: broken.get(event) ?? [], at: at.get(event.number) });
  };
  const versions = place(events.filter(isRelease), firstColumn - axis - 16, 1, 1, 8);
  const others = place(
    events.filter((event) => !isRelease(event)),
    right - names,
    3,
    2.5,
    44,
  );
  const spots = events.map((event): Spot => {
    const x = columns.get(event.kind) ?? 0;
    const [y0, y1] = markEnds(event, y);
    const mark = { event, x: x - radius, y: y0, width: 2 * radius, height: y1 - y0 };
    const byAxis = isRelease(event);
    const { texts, at } = (byAxis ? versions : others)(event);
    if (at === undefined) return { ...mark, anchor: 'start', lines: [] };
    const line = at - ((texts.length - 1) * narrow.line) / 2;
    const lineX = byAxis ? x - radius - gap.name - (event === chosen ? ring : 0) : names;
    const lines = texts.map((text, index) => ({ x: lineX, y: line + index * narrow.line + 4.5, text }));
    if (byAxis) return { ...mark, anchor: 'end', lines };
    const leader = `M${x + radius},${round(middle(event))}H${names - 14}L${names - 4},${round(line)}`;
    return { ...mark, anchor: 'start', lines, leader };
  });
  drawSpots(root, spots, chosen);
  const said = wrapText(fieldWords(frame, lanes, spots), right, type);
  drawSaid(root, said, { x: 0, y: end + 24, anchor: 'start' }, frame.windowHolds);
  drawChosen(root, frame, lanes, { x: 0, y: narrow.panel, width: right });
}

function drawYearsDown(
  root: Root,
  marks: ReturnType<typeof yearMarks>,
  y: (year: number) => number,
  top: number,
): void {
  const group = part(root, 'years axis');
  part(group, 'axis-line', 'line')
    .attr('x1', narrow.axis)
    .attr('x2', narrow.axis)
    .attr('y1', top)
    .attr('y2', narrow.end);
  const drawn = keyed(
    group,
    'g',
    'tick',
    marks,
    ({ label }) => label,
    (entered) => {
      entered.append('line').attr('x1', -5).attr('x2', 0);
      entered.append('text').attr('x', -7).attr('y', 4.5).attr('text-anchor', 'end');
    },
  ).attr('transform', ({ year }) => `translate(${narrow.axis},${round(y(year))})`);
  drawn.select('text').text(({ label }) => label);
}

function drawSaid(
  root: Root,
  lines: readonly string[],
  { x, y, anchor }: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' },
  quiet: boolean,
): void {
  const look = quiet ? 'quiet' : 'strong';
  drawLabels(
    root,
    'said',
    lines.map((text, index) => ({ key: String(index), x, y: y + index * 17, text, anchor, look })),
  );
}
