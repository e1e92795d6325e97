/** Draws the day with its copies, what is lost and waited for on a scale of magnitudes, and a few rounds of Remus. */
import type { Selection } from 'd3-selection';
import type { Root, Stage } from '../figure/contract.ts';
import { stageSize } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import * as model from '../models/recovery/recovery.ts';
import type { Copies, Moment, Outcome, Setting } from '../models/recovery/recovery.ts';
import { drawAxis, type Tick } from './marks/axis.ts';
import { cutBlocks, drawBlocks, type Block } from './marks/blocks.ts';
import { hatch } from './marks/hatch.ts';
import { part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { textWidth } from './marks/text.ts';
import { clock, delays, notes, spanWords, wayNames, whyWords } from './disaster-recovery-words.ts';

/** One moment with what was set. */
export interface Frame extends Moment {
  readonly setting: Setting;
}

/** Heights of the two stages in SVG units. */
export const stageHeights = { wide: 534, narrow: 680 };

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;
/** The longest time on the scale of magnitudes, in ms: more than eleven days. */
const longest = 1e9;

type Linear = (time: number) => number;
type Group = Selection<SVGElement, unknown, null, undefined>;

/** Draws one moment. */
export function drawRecovery(root: Root, frame: Frame, stage: Stage): void {
  const wide = stage === 'wide';
  const width = stageSize[stage];
  const strip = wide ? { x0: 124, x1: width - 28 } : { x0: 20, x1: width - 28 };
  drawDay(root, frame, strip, wide);
  drawWays(root, frame, wide ? 150 : 184, width, wide);
  drawRounds(root, frame, strip, wide ? 420 : 522, wide);
}

interface Strip {
  readonly x0: number;
  readonly x1: number;
}

function title(y: number, text: string): Label {
  return { key: 'title', x: 0, y, text, look: 'strong' };
}

/** The rectangle of what is lost, hatched; none where its width is 0. */
function drawLost(root: Root, group: Group, name: string, { x0, x1, y, height }: Block): void {
  part(group, name, 'rect')
    .attr('x', round(x0))
    .attr('y', round(y))
    .attr('width', round(Math.max(0, x1 - x0)))
    .attr('height', height)
    .attr('fill', hatch(root, 'a-fault'));
}

/** A line that can be dragged along a strip, with its handle above and words beside that. */
function drawHandle(
  group: Group,
  x: number,
  place: { readonly y: number; readonly height: number; readonly range: string; readonly param: string },
): void {
  const handle = part(group, 'handle a-fault')
    .attr('transform', `translate(${round(x)},${place.y})`)
    .attr('data-drag', place.param)
    .attr('data-drag-axis', 'x')
    .attr('data-drag-range', place.range);
  part(handle, 'cross', 'path').attr('d', `M0,0v${place.height}`);
  part(handle, 'hit', 'circle').attr('r', 16);
  part(handle, 'point', 'circle').attr('r', 7);
}

/** Words beside a handle, on the side where there is room. */
function beside(x: number, y: number, text: string, { x1 }: Strip): Label {
  const left = x + 12 + textWidth(text, { size: 13 }) > x1;
  return { key: 'beside', x: left ? x - 12 : x + 12, y, anchor: left ? 'end' : 'start', text };
}

/** A whole day in proportion: images and snapshots on their way, and how far back the one that counts lies. */
function drawDay(root: Root, { setting, outcomes, after }: Frame, strip: Strip, wide: boolean): void {
  const { failure, image, snapshots } = setting;
  const group = part(root, 'day');
  const { x0, x1 } = strip;
  const at: Linear = (time) => x0 + ((x1 - x0) * Math.min(Math.max(time, 0), day)) / day;
  const height = 16;
  const rows = wide ? [46, 68] : [62, 100];
  const bottom = (rows[1] ?? 0) + height + 5;
  ([image, snapshots] as const).forEach((copies, index) => {
    const y = rows[index] ?? 0;
    const lost = outcomes[index]?.lost;
    const [before, later] = cutBlocks(underWay(copies, at, y, height), at(failure));
    drawBlocks(group, `later${index}`, later, { actor: 'domu1', state: 'is-future is-plain' });
    drawBlocks(group, `copies${index}`, before, { actor: 'domu1', state: 'is-plain' });
    const from = after < 0 || lost === undefined ? failure : failure - lost;
    drawLost(root, group, `lost${index}`, { x0: at(from), x1: at(failure), y, height });
    part(group, `row${index} axis-line`, 'path').attr('d', `M${x0},${y + height}H${x1}`);
  });
  drawAxis(group, 'hours', {
    x0,
    x1,
    y: bottom,
    ticks: [0, 6, 12, 18, 24].map((hours): Tick => ({ at: at(hours * hour), label: clock(hours * hour) })),
  });
  const top = wide ? 30 : 34;
  drawHandle(group, at(failure), {
    y: top,
    height: bottom - top,
    range: `${x0} ${x1} 0 24`,
    param: 'hour',
  });
  drawLabels(group, 'word', [
    title(14, 'A copy counts once all of it has arrived'),
    beside(at(failure), top + 4.5, `${setting.fault === 'data' ? 'deleted' : 'fails'} at ${clock(failure)}`, strip),
    ...rows.map((y, index): Label => ({
      key: `row${index}`,
      x: 0,
      y: wide ? y + 12.5 : y - 6,
      text: wayNames[index === 0 ? 'image' : 'snapshots'],
    })),
  ]);
}

/** Each copy of a day from the moment it is taken until it has arrived. */
function underWay({ taken, period, transfer }: Copies, at: Linear, y: number, height: number): readonly Block[] {
  const first = model.newestCopy(0, { taken, period, transfer: 0 });
  return Array.from({ length: Math.ceil((day - first) / period) }, (_, index): Block => {
    const from = first + index * period;
    return { x0: at(from), x1: at(from + Math.min(transfer, period)), y, height };
  });
}

/** The four ways: to the left what is lost, to the right how long it takes, each on a scale of magnitudes. */
function drawWays(root: Root, frame: Frame, y0: number, width: number, wide: boolean): void {
  const { outcomes, after, setting } = frame;
  const group = part(root, 'ways');
  const middle = width / 2;
  const gap = wide ? 24 : 20;
  const reach = middle - gap - (wide ? 8 : 4);
  const along: Linear = (ms) => gap + (reach * Math.log10(Math.min(Math.max(ms, 1), longest))) / 9;
  const pitch = wide ? 50 : 66;
  const lanes = outcomes.map((_, index) => y0 + 8 + pitch * index);
  const bar = wide ? 22 : 42;
  const height = 16;
  outcomes.forEach((outcome, index) => {
    const y = (lanes[index] ?? 0) + bar;
    drawWay(root, part(group, `way-${outcome.way}`), outcome, frame, {
      y,
      height,
      before: (ms) => middle - along(ms),
      after: (ms) => middle + along(ms),
      ends: [middle - gap - reach, middle + gap + reach],
      wide,
    });
  });
  const bars = lanes.map((y) => `${round(y + bar - 2)}v${height + 4}`);
  const now = after <= 0 ? middle : middle + along(after);
  part(group, 'cross', 'path').attr('d', after < 0 ? '' : bars.map((line) => `M${middle},${line}`).join(''));
  part(group, 'now', 'path').attr('d', after <= 0 ? '' : bars.map((line) => `M${round(now)},${line}`).join(''));
  const bottom = (lanes[3] ?? 0) + bar + height + 5;
  const names: readonly (readonly [number, string])[] = [
    [1, '1 ms'],
    [second, '1 s'],
    [hour, '1 h'],
    ...(wide
      ? ([
          [60 * second, '1 min'],
          [day, '1 d'],
        ] as const)
      : []),
  ];
  for (const side of [-1, 1] as const) {
    const [x0, x1] = side < 0 ? [middle - gap - reach, middle - gap] : [middle + gap, middle + gap + reach];
    drawAxis(group, side < 0 ? 'before' : 'after', {
      x0,
      x1,
      y: bottom,
      ticks: names.map(([ms, label]): Tick => ({ at: middle + side * along(ms), label })),
    });
  }
  const event = setting.fault === 'data' ? 'deletion' : 'failure';
  drawLabels(group, 'word', [
    title(
      y0,
      wide ? 'What is lost, and how long it takes, on a logarithmic scale' : 'What is lost, and how long it takes',
    ),
    { key: 'before', x: middle - gap, y: bottom + 38, anchor: 'end', text: `before the ${event}`, look: 'quiet' },
    {
      key: 'after',
      x: middle + gap,
      y: bottom + 38,
      text: wide ? 'after it' : 'after it, log scale',
      look: 'quiet',
    },
    ...outcomes.flatMap((outcome, index) => wayWords(outcome, frame, lanes[index] ?? 0, middle, wide)),
  ]);
}

/** Name, what the outside notices, what is lost and when it is back. */
function wayWords(outcome: Outcome, { after, setting }: Frame, y: number, middle: number, wide: boolean): Label[] {
  const { way, lost, steps, why } = outcome;
  const back = steps.at(-1)?.after;
  const age =
    lost === undefined ? 'all of it' : lost === 0 ? (after < 0 ? 'up to date' : 'no write lost') : spanWords(lost);
  const told = lost ? `${age} ${after < 0 ? 'old' : 'lost'}` : age;
  const line = wide ? y + 14 : y + 34;
  const name = wayNames[way];
  return [
    { key: way, x: 0, y: y + 14, text: name, look: 'strong' },
    {
      key: `${way}-lost`,
      x: middle - 10,
      y: line,
      anchor: 'end',
      text: told,
      look: after < 0 ? 'quiet' : 't-fault strong',
    },
    {
      key: `${way}-back`,
      x: middle + 10,
      y: line,
      text: why ? whyWords[why] : back === undefined ? '' : `back after ${spanWords(back)}`,
      look: back !== undefined && after >= back ? 'strong' : 'quiet',
    },
    {
      key: `${way}-note`,
      x: wide ? middle * 2 : textWidth(name, { size: 13, weight: 'semibold' }) + 8,
      y: y + 14,
      anchor: wide ? 'end' : 'start',
      text: why ? '' : notes(way, setting),
      look: 'quiet',
    },
  ];
}

interface Place {
  readonly y: number;
  readonly height: number;
  readonly before: Linear;
  readonly after: Linear;
  readonly ends: readonly [number, number];
  readonly wide: boolean;
}

function drawWay(root: Root, group: Group, { lost, steps }: Outcome, { after }: Frame, place: Place): void {
  const { y, height, ends } = place;
  const back = steps.at(-1)?.after;
  const zero = place.before(0);
  const safe = after < 0 || lost === 0 ? zero : lost === undefined ? ends[0] : place.before(lost);
  const runs = back === undefined ? ends[1] : place.after(back);
  const now = place.after(after);
  const block = (x0: number, x1: number): readonly Block[] => (x1 > x0 ? [{ x0, x1, y, height }] : []);
  drawBlocks(group, 'safe', block(ends[0], safe), { actor: 'domu1' });
  drawLost(root, group, 'lost', { x0: safe, x1: zero, y, height });
  // One piece for each thing that is waited for.
  const waits = steps.map((step, index) => {
    const x0 = place.after(steps[index - 1]?.after ?? 0);
    return { x0, x1: place.after(step.after), y, height, what: step.what };
  });
  const down = steps.length === 0 ? block(place.after(0), ends[1]) : waits;
  drawBlocks(group, 'down', after < 0 ? [] : down, { actor: 'fault', state: 'is-future' });
  const isBack = back !== undefined && after >= back;
  drawBlocks(group, 'again', isBack ? block(runs, ends[1]) : [], { actor: 'domu1' });
  // Words stand in a piece where they fit beside the line of this moment.
  const words = (key: string, x0: number, x1: number, text: string): Label[] => {
    const end = x0 + 6 + textWidth(text, { size: 13 });
    if (!place.wide || after < 0 || end + 4 > x1 || (now > x0 && now < end + 3)) return [];
    return [{ key, x: x0 + 6, y: y + 12.5, text }];
  };
  const labels = [
    ...words('safe', ends[0], safe, 'comes back'),
    ...waits.flatMap(({ x0, x1, what }) => words(what, x0, x1, delays[what])),
    ...(isBack ? words('again', runs, ends[1], 'runs again') : []),
  ];
  drawLabels(group, 'hop-label', labels);
}

/** Three rounds of Remus in proportion: epochs, checkpoints on their way, and what the outside has. */
function drawRounds(root: Root, frame: Frame, strip: Strip, y0: number, wide: boolean): void {
  const { setting, outcomes, after } = frame;
  const { remus } = setting;
  const group = part(root, 'rounds');
  const { x0, x1 } = strip;
  const period = model.remusPeriod(remus);
  const { taken } = model.checkpointsBefore(remus);
  // Time is counted from the last checkpoint before the failure.
  const at: Linear = (time) => x0 + ((x1 - x0) * (Math.min(time, period) + 2 * period)) / (3 * period);
  const height = 14;
  const rows = wide ? [34, 52, 70].map((y) => y0 + y) : [44, 78, 112].map((y) => y0 + y);
  const [runs = 0, ships = 0, out = 0] = rows;
  const rounds = [-2, -1, 0].map((round) => round * period);
  const row = (y: number, spans: readonly (readonly [number, number])[]): readonly Block[] =>
    spans
      .map(([from, to]) => ({ x0: at(from), x1: at(Math.min(to, taken)), y, height }))
      .filter((one) => one.x1 > one.x0);
  drawBlocks(
    group,
    'runs',
    row(
      runs,
      rounds.map((from) => [from, from + period]),
    ),
    { actor: 'domu1' },
  );
  drawBlocks(
    group,
    'ships',
    row(
      ships,
      rounds.map((from) => [from, from + remus.ack]),
    ),
    { actor: 'dom0' },
  );
  const bursts = rounds.map((from) => from + remus.ack).filter((time) => time <= taken);
  const seen = remus.held
    ? bursts.map((time): Block => ({ x0: at(time) - 2, x1: at(time) + 2, y: out, height }))
    : row(out, [[-2 * period, taken]]);
  drawBlocks(group, 'out', seen, { actor: 'domu1', state: 'is-plain' });
  const lost = after < 0 ? undefined : outcomes[3]?.lost;
  drawLost(root, group, 'lost', { x0: at(taken - (lost ?? 0)), x1: at(taken), y: runs, height });
  const bottom = out + height + 5;
  drawAxis(group, 'time', {
    x0,
    x1,
    y: bottom,
    ticks: [...rounds, period].map((time): Tick => ({
      at: at(time),
      label: time === period ? `${time} ms` : formatNumber(time),
    })),
  });
  const top = y0 + (wide ? 18 : 20);
  drawHandle(group, at(taken), {
    y: top,
    height: bottom - top,
    range: `${at(0)} ${at(period)} 0 100`,
    param: 'into',
  });
  const names = ['Guest runs', 'Checkpoint sent', 'Output leaves'];
  drawLabels(group, 'word', [
    title(y0, `Remus, magnified: rounds of ${period} ms`),
    beside(at(taken), top + 4.5, `${taken} ms into the round`, strip),
    ...rows.map((y, index): Label => ({
      key: names[index] ?? '',
      x: 0,
      y: wide ? y + 11.5 : y - 5,
      text: names[index] ?? '',
    })),
  ]);
}
