/** The picture of overhead: curves over the rate of one event, their crossings, and bars of what the overhead is made of. */
import { stageSize, type Root, type Stage } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import {
  crossing,
  eventNames,
  overhead,
  partsOf,
  type EventName,
  type Rates,
  type Setting,
  type TechniqueName,
} from '../models/cpu/overhead.ts';
import { drawAxis } from './marks/axis.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { textWidth } from './marks/text.ts';

/** Events by the names that the picture prints. */
export const events: Readonly<Record<EventName, string>> = {
  syscalls: 'System calls',
  updates: 'Page-table updates',
  faults: 'Page faults',
  switches: 'Context switches',
  io: 'Device accesses',
  interrupts: 'Interrupts',
  misses: 'TLB misses',
};

/** The techniques that are held against the bare machine, with the look of their lines. */
export const techniques: readonly { readonly id: TechniqueName; readonly name: string; readonly look: string }[] = [
  { id: 'translation', name: 'translation', look: '' },
  { id: 'pv', name: 'Xen PV', look: ' is-own a-xen' },
  { id: 'shadow', name: 'shadow paging', look: ' by-idea' },
  { id: 'nested', name: 'nested paging', look: ' by-people' },
];

/** One step of the growing rate. */
export interface Frame {
  readonly at: number;
  readonly event: EventName;
  readonly rates: Rates;
  readonly setting: Setting;
  readonly shown: typeof techniques;
  /** Overhead by technique as in `shown`, at every step: the same in all frames of a run. */
  readonly curves: readonly (readonly number[])[];
  readonly crossings: readonly Crossing[];
}

/** Where two curves cross within the picture. */
export interface Crossing {
  readonly key: string;
  readonly names: string;
  readonly rate: number;
  readonly step: number;
  readonly share: number;
}

/** Heights of the stages in SVG units. */
export const height = { wide: 472, narrow: 560 } as const;
const layouts = {
  wide: { left: 62, right: 552, top: 44, bottom: 280, bars: 348, bar: 132, step: 29 },
  narrow: { left: 62, right: 288, top: 44, bottom: 270, bars: 338, bar: 0, step: 54 },
} as const;
/** The axis of overhead goes by factors, from a thousandth to a hundred times the bare machine's time. */
const [least, most] = [1e-3, 1e2];

/** A share in per cent, in as many digits as tell something. */
export function percentWords(share: number): string {
  const percent = 100 * share;
  return `${formatNumber(percent, Math.abs(percent) < 9.95 ? 1 : 0)}\u202f%`;
}

/** A rate in two digits. */
export function rateWords(rate: number): string {
  return formatNumber(Number(rate.toPrecision(2)), rate < 9.95 ? 1 : 0);
}

/** All crossings within the picture. */
export function crossingsOf(
  { event, rates, setting, shown }: Pick<Frame, 'event' | 'rates' | 'setting' | 'shown'>,
  steps: number,
): readonly Crossing[] {
  return shown.flatMap((one, index) =>
    shown.slice(index + 1).flatMap((other) => {
      const rate = crossing(one.id, other.id, event, rates, setting) ?? NaN;
      const step = 10 * Math.log10(rate);
      const share = overhead(one.id, { ...rates, [event]: rate }, setting);
      const seen = step >= 0 && step <= steps - 1 && share >= least && share <= most;
      return seen ? [{ key: `${one.id}-${other.id}`, names: `${one.name} and ${other.name}`, rate, step, share }] : [];
    }),
  );
}

/** Draws one frame of one stage; the rate grows over `steps`, ten for a factor of ten. */
export function drawOverhead(root: Root, frame: Frame, stage: Stage, steps: number): void {
  const { left, right, top, bottom } = layouts[stage];
  const { event, shown, at, curves } = frame;
  const x = (step: number): number => left + (step / (steps - 1)) * (right - left);
  const y = (share: number): number => {
    const place = Math.log(Math.max(least, share) / least) / Math.log(most / least);
    return bottom - Math.min(1, place) * (bottom - top);
  };

  drawAxis(root, 'rate', {
    x0: left,
    x1: right,
    y: bottom,
    title: `${events[event]} per million instructions`,
    ticks: [0, 10, 20, 30, 40].map((step) => ({ at: x(step), label: formatNumber(10 ** (step / 10)) })),
  });
  const levels = [1e-3, 1e-2, 1e-1, 1, 10, 100];
  keyed(part(root, 'levels'), 'path', 'rule', levels, String).attr(
    'd',
    (share) => `M${left},${round(y(share))}H${right}`,
  );
  drawLabels(part(root, 'level-names'), 'level', [
    { key: 'title', x: 0, y: 14, text: 'Added to the bare machine’s time', look: 'strong' },
    ...levels.slice(1).map((share): Label => ({
      key: String(share),
      x: left - 6,
      y: y(share) + 4.5,
      text: `${formatNumber(100 * share)}\u202f%`,
      anchor: 'end',
      look: 'quiet',
    })),
  ]);

  part(root, 'now', 'path').attr('d', `M${round(x(at))},${top}V${bottom}`);
  // Every other step will do: between two of them a curve is as good as straight.
  const samples = Array.from({ length: (steps + 1) / 2 }, (_, index) => 2 * index);
  keyed(part(root, 'curves'), 'path', 'curve', shown, ({ id }) => id)
    .attr('class', ({ look }) => `curve${look}`)
    .attr(
      'd',
      (_, index) => `M${samples.map((step) => `${round(x(step))},${round(y(curves[index]?.[step] ?? 0))}`).join('L')}`,
    );

  const crossings = frame.crossings.map((one) => ({ ...one, x: x(one.step), y: y(one.share) }));
  keyed(part(root, 'crossings'), 'circle', 'ring', crossings, ({ key }) => key)
    .attr('r', 5)
    .attr('cx', (one) => round(one.x))
    .attr('cy', (one) => round(one.y));

  const ends = shown
    .map(({ id, name }, index) => ({ id, name, share: curves[index]?.[at] ?? 0 }))
    .map((end) => ({ ...end, y: y(end.share) }))
    .sort((a, b) => a.y - b.y);
  keyed(part(root, 'points'), 'circle', 'point', ends, ({ id }) => id)
    .attr('class', ({ id }) => `point${id === 'pv' ? ' a-xen' : ''}`)
    .attr('r', 5)
    .attr('cx', round(x(at)))
    .attr('cy', (end) => round(end.y));
  if (stage === 'wide') {
    let last = top - 10;
    const room = ends.map((end, index) => {
      last = Math.max(end.y, last + 17);
      return { ...end, at: Math.min(last, bottom - (ends.length - 1 - index) * 17) };
    });
    drawLabels(
      part(root, 'ends'),
      'end',
      room.map(({ id, name, share, at: down }) => ({
        key: id,
        x: right + 22,
        y: down + 4.5,
        text: `${name} ${percentWords(share)}`,
        look: id === 'pv' ? 'strong t-xen' : '',
      })),
    );
    keyed(part(root, 'leaders'), 'path', 'leader', room, ({ id }) => id).attr(
      'd',
      (end) => `M${round(x(at) + 6)},${round(end.y)}H${right}L${right + 18},${round(end.at)}`,
    );
  }
  drawBars(root, frame, stage);
}

/** What each overhead is made of at the marked rate: bars on one scale, from 0. */
function drawBars(root: Root, { rates, setting, shown }: Frame, stage: Stage): void {
  const { bars, bar, step } = layouts[stage];
  const width = stageSize[stage];
  const rows = shown.map((one, index) => {
    const parts = partsOf(one.id, rates, setting);
    // What a technique saves (translated port accesses do) makes no bar.
    const added = eventNames.filter((name) => parts[name] > 0);
    return { ...one, parts, added, sum: added.reduce((sum, name) => sum + parts[name], 0), y: bars + index * step };
  });
  const largest = Math.max(1e-9, ...rows.map(({ sum }) => sum));
  const segments = rows.flatMap(({ id, look, parts, added, y }) => {
    let x = bar;
    return added.flatMap((name) => {
      const wide = (parts[name] / largest) * (width - bar);
      const from = x;
      x += wide;
      return wide < 0.5
        ? []
        : [{ key: `${id}-${name}`, name, xen: look.includes('xen'), x: from, y: y + (bar ? 0 : 20), wide }];
    });
  });
  keyed(part(root, 'segments'), 'rect', 'segment-shape', segments, ({ key }) => key)
    .attr('class', ({ xen }) => `segment-shape${xen ? ' a-xen' : ''}`)
    .attr('x', ({ x }) => round(x))
    .attr('y', ({ y }) => y)
    .attr('width', ({ wide }) => round(wide))
    .attr('height', 22);
  // The narrow picture has no room beside its curves: their looks stand here.
  keyed(part(root, 'samples'), 'path', 'curve', bar ? [] : rows, ({ id }) => id)
    .attr('class', ({ look }) => `curve${look}`)
    .attr('d', ({ y }) => `M0,${y + 9.5}h22`);
  const inside = segments.filter(({ name, wide }) => textWidth(events[name], { size: 13 }) + 10 < wide);
  drawLabels(part(root, 'bar-words'), 'bar-word', [
    ...inside.map(({ key, name, x, y }) => ({ key, x: x + 6, y: y + 15.5, text: events[name] })),
    ...rows.map(({ id, name, y }) => ({
      key: id,
      x: bar ? 0 : 30,
      y: y + (bar ? 15.5 : 14),
      text: bar ? name : `${name} ${percentWords(overhead(id, rates, setting))}`,
      look: id === 'pv' ? 'strong t-xen' : '',
    })),
  ]);
}
