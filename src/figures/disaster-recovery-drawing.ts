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
import * as say from './disaster-recovery-words.ts';
import { clock, spanWords, wayNames } from './disaster-recovery-words.ts';

/** One moment with what was set. */
export interface Frame extends Moment {
  readonly setting: Setting;
}

/** Heights of the two stages in SVG units. */
export const stageHeights = { wide: 546, narrow: 694 };

const hour = 3_600_000;
const day = 24 * hour;
const height = 16;

type Scale = (time: number) => number;
type Group = Selection<SVGElement, unknown, null, undefined>;

/** Draws one moment. */
export function drawRecovery(root: Root, frame: Frame, stage: Stage): void {
  const wide = stage === 'wide';
  drawDay(root, frame, wide);
  drawWays(root, frame, wide);
  drawRounds(root, frame, wide);
}

/** What is lost, hatched. */
function drawLost(root: Root, group: Group, name: string, x0: number, x1: number, y: number): void {
  part(group, name, 'rect')
    .attr('x', round(x0))
    .attr('y', round(y))
    .attr('width', round(Math.max(0, x1 - x0)))
    .attr('height', height)
    .attr('fill', hatch(root, 'a-fault'));
}

/** A strip of time in proportion: its rows by name, its ticks, and the failure as a line that can be dragged. */
interface Strip {
  readonly name: string;
  readonly y: number;
  readonly title: string;
  readonly rows: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly (readonly [time: number, label: string])[];
  readonly failure: number;
  /** In full, and where there is no room for that. */
  readonly says: readonly [full: string, short: string];
  readonly param: string;
  /** The parameter's value at the end; it is 0 at the time 0. */
  readonly last: number;
}

function drawStrip(
  root: Root,
  strip: Strip,
  wide: boolean,
): { readonly group: Group; readonly rows: readonly number[]; readonly at: Scale } {
  const { y, from, to } = strip;
  const [x0, x1] = wide ? [124, 692] : [20, 276];
  const at: Scale = (time) => x0 + ((x1 - x0) * (Math.min(Math.max(time, from), to) - from)) / (to - from);
  const group = part(root, strip.name);
  const rows = strip.rows.map((_, index) => y + (wide ? 34 + 22 * index : 48 + 36 * index));
  const x = at(strip.failure);
  const top = y + 18;
  const bottom = (rows.at(-1) ?? 0) + height + 5;
  part(group, 'rule', 'path').attr('d', rows.map((row) => `M${x0},${row + height}H${x1}`).join(''));
  drawAxis(group, 'time', {
    x0,
    x1,
    y: bottom,
    ticks: strip.ticks.map(([time, label]): Tick => ({ at: at(time), label })),
  });
  const handle = part(group, 'handle a-fault')
    .attr('transform', `translate(${round(x)},${top})`)
    .attr('data-drag', strip.param)
    .attr('data-drag-axis', 'x')
    .attr('data-drag-range', `${at(0)} ${x1} 0 ${strip.last}`);
  part(handle, 'cross', 'path').attr('d', rows.map((row) => `M0,${row - top - 2}v${height + 4}`).join(''));
  part(handle, 'hit', 'circle').attr('r', 16);
  part(handle, 'point', 'circle').attr('r', 7);
  const room = x1 + 26 - x;
  const long = (text: string): number => 12 + textWidth(text, { size: 13 });
  const says = strip.says[long(strip.says[0]) < Math.max(room, x) ? 0 : 1];
  const left = long(says) > room;
  drawLabels(group, 'word', [
    { key: 'title', x: 0, y, text: strip.title, look: 'strong' },
    { key: 'says', x: left ? x - 12 : x + 12, y: top + 4.5, anchor: left ? 'end' : 'start', text: says },
    ...rows.map((row, index): Label => {
      const text = strip.rows[index] ?? '';
      return { key: text, x: 0, y: wide ? row + 12.5 : row - 5, text };
    }),
  ]);
  return { group, rows, at };
}

/** A whole day: images and snapshots on their way, and how far back the one that counts lies. */
function drawDay(root: Root, { setting, outcomes, after }: Frame, wide: boolean): void {
  const { failure } = setting;
  const { group, rows, at } = drawStrip(
    root,
    {
      name: 'day',
      y: 14,
      title: 'A copy counts once all of it has arrived',
      rows: [wayNames.image, wayNames.snapshots],
      from: 0,
      to: day,
      ticks: [0, 6, 12, 18, 24].map((hours) => [hours * hour, clock(hours * hour)]),
      failure,
      says: say.failureWords(setting, after < 0 ? 0 : outcomes[0]?.lost),
      param: 'hour',
      last: 24,
    },
    wide,
  );
  rows.forEach((y, index) => {
    const copies = index === 0 ? setting.image : setting.snapshots;
    const [before, later] = cutBlocks(underWay(copies, at, y), at(failure));
    drawBlocks(group, `later${index}`, later, { actor: 'domu1', state: 'is-future is-plain' });
    drawBlocks(group, `copies${index}`, before, { actor: 'domu1', state: 'is-plain' });
    const lost = after < 0 ? 0 : (outcomes[index]?.lost ?? 0);
    drawLost(root, group, `lost${index}`, at(failure - lost), at(failure), y);
  });
}

/** Each copy of a day from the moment it is taken until it has arrived. */
function underWay({ taken, period, transfer }: Copies, at: Scale, y: number): readonly Block[] {
  const first = (taken % period) - period;
  return Array.from({ length: day / period + 2 }, (_, index): Block => {
    const from = first + index * period;
    return { x0: at(from), x1: at(from + Math.min(transfer, period)), y, height };
  });
}

/** The four ways: to the left what is lost, to the right how long it takes, each on a scale of magnitudes. */
function drawWays(root: Root, frame: Frame, wide: boolean): void {
  const { outcomes, after, setting } = frame;
  const group = part(root, 'ways');
  const y0 = wide ? 154 : 186;
  const middle = stageSize[wide ? 'wide' : 'narrow'] / 2;
  const gap = 20;
  // From 1 ms to eleven days.
  const along: Scale = (ms) => gap + ((middle - gap - 4) * Math.min(Math.log10(Math.max(ms, 1)), 9)) / 9;
  const bars = outcomes.map((_, index) => y0 + (wide ? 30 + 50 * index : 50 + 66 * index));
  outcomes.forEach((outcome, index) => {
    drawWay(root, part(group, outcome.way), outcome, after, { y: bars[index] ?? 0, middle, along });
  });
  const line = (at: number): string => bars.map((y) => `M${round(at)},${y - 2}v${height + 4}`).join('');
  part(group, 'cross', 'path').attr('d', after < 0 ? '' : line(middle));
  part(group, 'now', 'path').attr('d', after < 1 ? '' : line(middle + along(after)));
  const bottom = (bars[3] ?? 0) + height + 5;
  const ticks = Object.entries({ '1 ms': 1, '1 s': 1000, '1 h': hour, '1 min': hour / 60, '1 d': day });
  for (const side of [-1, 1])
    drawAxis(group, `side${side}`, {
      x0: middle + side * along(0),
      x1: middle + side * along(Infinity),
      y: bottom,
      ticks: ticks.slice(0, wide ? 5 : 3).map(([label, ms]): Tick => ({ at: middle + side * along(ms), label })),
    });
  drawLabels(group, 'word', [
    { key: 'title', x: 0, y: y0, text: 'What is lost, and how long it takes', look: 'strong' },
    {
      key: 'before',
      x: middle - gap,
      y: bottom + 38,
      anchor: 'end',
      text: `before the ${setting.fault === 'data' ? 'deletion' : 'failure'}`,
      look: 'quiet',
    },
    { key: 'after', x: middle + gap, y: bottom + 38, text: 'after it (log scales)', look: 'quiet' },
    ...outcomes.flatMap((outcome, index) => wayWords(outcome, frame, bars[index] ?? 0, middle, wide)),
  ]);
}

/** Name, what the outside notices, what is lost and when it is back. */
function wayWords(outcome: Outcome, { after, setting }: Frame, bar: number, middle: number, wide: boolean): Label[] {
  const { way, lost, back, why } = outcome;
  const text = wayNames[way];
  const y = bar - 8;
  const top = wide ? y : y - 20;
  return [
    { key: way, x: 0, y: top, text, look: 'strong' },
    {
      key: `${way}-lost`,
      x: middle - 10,
      y,
      anchor: 'end',
      text: say.lossWords(outcome, setting.fault, after < 0),
      look: after < 0 ? 'quiet' : lost ? 't-fault strong' : 'strong',
    },
    {
      key: `${way}-back`,
      x: middle + 10,
      y,
      text: why ? say.whyWords[why] : after < 0 ? '' : `back after ${spanWords(back)}`,
      look: after < back ? 'quiet' : 'strong',
    },
    {
      key: `${way}-note`,
      x: wide ? middle * 2 : textWidth(text, { size: 13, weight: 'semibold' }) + 8,
      y: top,
      anchor: wide ? 'end' : 'start',
      text: why || after < 0 ? '' : say.note(way, setting),
      look: 'quiet',
    },
  ];
}

interface Place {
  readonly y: number;
  readonly middle: number;
  readonly along: Scale;
}

function drawWay(root: Root, group: Group, { lost, steps, back }: Outcome, after: number, place: Place): void {
  const { y, middle, along } = place;
  const block = (x0: number, x1: number): Block => ({ x0, x1, y, height });
  const zero = middle - along(0);
  const safe = after < 0 || lost === 0 ? zero : middle - along(lost);
  drawBlocks(group, 'safe', lost < Infinity ? [block(middle - along(Infinity), safe)] : [], { actor: 'domu1' });
  drawLost(root, group, 'lost', safe, zero, y);
  drawBlocks(group, 'down', after < 0 ? [] : [block(middle + along(0), middle + along(back))], {
    actor: 'fault',
    state: 'is-future',
  });
  const waits = steps.map((step, index) => ({
    ...block(middle + along(steps[index - 1]?.after ?? 0), middle + along(step.after)),
    text: say.delays[step.what],
  }));
  const ends = after < 0 ? [] : waits.slice(1);
  part(group, 'steps axis-line', 'path').attr('d', ends.map(({ x0 }) => `M${round(x0)},${y}v${height}`).join(''));
  drawBlocks(group, 'again', after < back ? [] : [block(middle + along(back), middle + along(Infinity))], {
    actor: 'domu1',
  });
  // Words stand in a piece where they fit beside the line of this moment.
  const now = middle + along(after);
  const labels = waits.flatMap(({ x0, x1, text }): Label[] => {
    const to = x0 + 6 + textWidth(text, { size: 13 });
    return after < 0 || to + 4 > x1 || (now > x0 && now < to + 3) ? [] : [{ key: text, x: x0 + 6, y: y + 12.5, text }];
  });
  drawLabels(group, 'hop-label', labels);
}

/** Three rounds of Remus: the guest, checkpoints on their way, and the output that leaves. */
function drawRounds(root: Root, { setting, outcomes, after }: Frame, wide: boolean): void {
  const { remus } = setting;
  const period = model.remusPeriod(remus);
  const failure = model.checkpointsBefore(remus).taken;
  // Time is counted from the last checkpoint before the failure.
  const starts = [-2 * period, -period, 0];
  const { group, rows, at } = drawStrip(
    root,
    {
      name: 'rounds',
      y: wide ? 424 : 528,
      title: `Remus, magnified: rounds of ${period} ms`,
      rows: ['Guest runs', 'Checkpoint sent', 'Output leaves'],
      from: -2 * period,
      to: period,
      ticks: [...starts, period].map((time) => [time, formatNumber(time) + (time > 0 ? ' ms' : '')]),
      failure,
      says: [`${failure} ms into the round`, `${failure} ms`],
      param: 'into',
      last: 100,
    },
    wide,
  );
  const [runs = 0, sent = 0, out = 0] = rows;
  const row = (y: number, length: number): readonly Block[] =>
    cutBlocks(
      starts.map((from) => ({ x0: at(from), x1: at(from + length), y, height })),
      at(failure),
    )[0];
  drawBlocks(group, 'runs', row(runs, period), { actor: 'domu1' });
  drawBlocks(group, 'sent', row(sent, remus.ack), { actor: 'dom0' });
  const bursts = starts.map((from) => from + remus.ack).filter((time) => time <= failure);
  drawBlocks(
    group,
    'out',
    remus.held ? bursts.map((time) => ({ x0: at(time) - 2, x1: at(time) + 2, y: out, height })) : row(out, period),
    { actor: 'domu1', state: 'is-plain' },
  );
  const lost = after < 0 || setting.fault === 'data' ? 0 : (outcomes[3]?.lost ?? 0);
  drawLost(root, group, 'lost', at(failure - lost), at(failure), runs);
}
