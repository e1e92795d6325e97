/** Draws the two stacks with a request in each, and below them both ways on one axis of time. */
import { select } from 'd3-selection';
import { stageSize, type Root, type Stage } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import type { Hop, Moment, Path } from '../models/io/stack-paths.ts';
import { drawAxis, type Tick } from './marks/axis.ts';
import { drawBox } from './marks/box.ts';
import { hatch } from './marks/hatch.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { textWidth } from './marks/text.ts';
import { drawToken } from './marks/token.ts';
import {
  hostedStack,
  splitDriverStack,
  stackHeight,
  type Stack,
  type StackBox,
  type Wording,
} from './stack-paths-layout.ts';

/** Heights of the stages in SVG units. */
export const stageHeights = { wide: stackHeight + 178, narrow: 2 * stackHeight + 241 } as const;

/** A moment in µs as it is printed. */
export function µs(ns: number): string {
  return `${formatNumber(ns / 1000, 2)}\u00a0µs`;
}

/** Draws one moment. */
export function drawStacks(root: Root, moment: Moment, wording: Wording, stage: Stage): void {
  const wide = stage === 'wide';
  const second = wide ? { x: 352, y: 0 } : { x: 1, y: stackHeight + 20 };
  drawStack(root, 'stack1', splitDriverStack(stage, 1, 0, wording), moment.hop1, ['Type 1', 'Xen, split drivers']);
  drawStack(
    root,
    'stack2',
    hostedStack(stage, second.x, second.y, wording),
    moment.hop2,
    ['Type 2', 'VMware Workstation'],
    second,
  );
  drawTimes(root, moment, wording.batch, stage);
}

function drawStack(
  root: Root,
  name: string,
  stack: Stack,
  hop: Hop | undefined,
  [title, what]: readonly [string, string],
  { x, y } = { x: 0, y: 0 },
): void {
  const group = part(root, name);
  const holder = hop ? stack.holder(hop) : 'front';
  keyed(group, 'g', 'box', stack.boxes, (box) => box.key).each(function (box) {
    const { title: _title, note: _note, look, ...shape } = box;
    drawBox(select(this), { ...shape, state: [look, box.key === holder ? 'is-on' : ''].filter(Boolean).join(' ') });
  });
  drawLabels(group, 'words', [
    { key: 'title', x, y: y + 14, text: title, look: 'strong' },
    {
      key: 'what',
      x: x + textWidth(`${title} `, { size: 13, weight: 'semibold' }) + 2,
      y: y + 14,
      text: what,
      look: 'quiet',
    },
    ...stack.boxes.flatMap(boxWords),
  ]);
  part(group, 'route', 'path').attr('d', stack.route);
  keyed(group, 'circle', 'port', stack.ports, (_, index) => index)
    .attr('r', 4)
    .attr('cx', ([cx]) => round(cx))
    .attr('cy', ([, cy]) => round(cy));
  const [tx, ty] = hop ? stack.token(hop) : stack.home;
  drawToken(group, 'request', { x: tx, y: ty });
}

function boxWords({ key, x, y, width, height, title, note, look, textAt }: StackBox): readonly Label[] {
  if (look === 'is-inner') return [{ key, x: x + width / 2, y: y + height / 2 + 4.5, text: title, anchor: 'middle' }];
  const [left, top] = textAt ?? [x + 10, y + 20];
  const name: Label = { key, x: left, y: top, text: title, look: 'strong' };
  return note ? [name, { key: `${key}-note`, x: left, y: top + 16, text: note, look: 'quiet' }] : [name];
}

function drawTimes(root: Root, moment: Moment, batch: number, stage: Stage): void {
  const wide = stage === 'wide';
  const width = stageSize[stage];
  const group = part(root, 'times');
  const y0 = wide ? stackHeight + 18 : 2 * stackHeight + 40;
  const x0 = wide ? 54 : 6;
  const x1 = wide ? width - 92 : width - 20;
  const lane1 = y0 + (wide ? 30 : 52);
  const lane2 = lane1 + 34;
  const lane = 26;
  // An axis of nothing is one of 1 µs.
  const longest = Math.max(1000, moment.type1.totalNs, moment.type2.totalNs);
  const at = (ns: number): number => x0 + ((x1 - x0) * ns) / longest;

  part(group, 'rule', 'line').attr('x1', 0).attr('x2', width).attr('y1', y0).attr('y2', y0);
  drawAxis(group, 'time', { x0, x1, y: lane2 + lane + 4, ticks: ticks(longest, at, wide ? 8 : 5) });
  drawWay(root, 'way1', moment.type1, moment, { at, y: lane1, height: lane });
  drawWay(root, 'way2', moment.type2, moment, { at, y: lane2, height: lane });
  part(group, 'now', 'line')
    .attr('x1', round(at(moment.ns)))
    .attr('x2', round(at(moment.ns)))
    .attr('y1', lane1 - 4)
    .attr('y2', lane2 + lane + 4);

  const now1 = `${µs(moment.ns)}, type 1: ${moment.hop1?.label ?? 'domU1 runs on'}`;
  const now2 = `type 2: ${moment.hop2?.label ?? 'the guest runs on'}`;
  const unit = batch === 1 ? 'time of one request, µs' : `one request’s share of a batch of ${batch}, µs`;
  const below = lane2 + lane + 4;
  // A total stands behind its lane, or behind the now line where that would cross it.
  const after = (ns: number, text: string): number => {
    const [x, now] = [at(ns) + 8, at(moment.ns)];
    return now > at(ns) && now < x + textWidth(text, { size: 13, weight: 'semibold' }) + 6 ? now + 8 : x;
  };
  const strong = (key: string, x: number, y: number, text: string): Label => ({ key, x, y, text, look: 'strong' });
  const names = (
    [
      [moment.type1, 'Type 1', lane1, 'start'],
      [moment.type2, 'Type 2', lane2, 'end'],
    ] as const
  ).flatMap(([{ totalNs }, type, beside, anchor]): readonly Label[] =>
    wide
      ? [
          strong(type, 0, beside + 17, type),
          strong(`${type}-total`, after(totalNs, µs(totalNs)), beside + 17, µs(totalNs)),
        ]
      : [{ ...strong(type, anchor === 'end' ? width : 0, y0 + 20, `${type}: ${µs(totalNs)}`), anchor }],
  );
  drawLabels(group, 'words', [
    { key: 'now1', x: from(at(moment.ns), now1, width), y: lane1 - 10, text: now1 },
    { key: 'now2', x: from(at(moment.ns), now2, width), y: below + 40, text: now2 },
    ...names,
    {
      key: 'hatched',
      x: wide ? x0 : 0,
      y: below + 62,
      text: 'hatched: nobody published this cost',
      look: 'quiet',
    },
    wide
      ? { key: 'unit', x: width, y: below + 62, text: unit, anchor: 'end', look: 'quiet' }
      : { key: 'unit', x: 0, y: below + 79, text: unit, look: 'quiet' },
  ]);
}

function drawWay(
  root: Root,
  name: string,
  way: Path,
  { ns, times, hop1, hop2 }: Moment,
  place: { readonly at: (ns: number) => number; readonly y: number; readonly height: number },
): void {
  const group = part(part(root, 'times'), name);
  const published = way.hops.every((hop) => hop.published);
  part(group, 'unpublished', 'rect')
    .attr('x', round(place.at(0)))
    .attr('y', place.y)
    .attr('width', published ? 0 : round(place.at(way.totalNs) - place.at(0)))
    .attr('height', place.height)
    .attr('fill', hatch(root, 'a-blank'));
  const place0 = (hop: Hop): number => place.at(hop.startNs);
  const wide = (hop: Hop): number => place.at(hop.startNs + hop.ns) - place0(hop);
  keyed(group, 'rect', 'segment-shape', way.hops, (hop) => hop.key)
    .attr(
      'class',
      (hop) =>
        `segment-shape a-${hop.owner}${hop === hop1 || hop === hop2 ? ' is-on' : hop.startNs > ns ? ' is-future' : ''}`,
    )
    .attr('x', (hop) => round(place0(hop)))
    .attr('y', place.y)
    .attr('width', (hop) => round(wide(hop)))
    .attr('height', place.height)
    .attr('data-set', (hop) => `frame=${times.indexOf(hop.startNs)}`);
  const labels = way.hops.flatMap((hop): Label[] => {
    const x = middle(hop.label, place0(hop), place0(hop) + wide(hop), place.at(ns));
    const y = place.y + place.height / 2 + 4.5;
    return x === undefined ? [] : [{ key: hop.key, x, y, text: hop.label, anchor: 'middle' }];
  });
  drawLabels(group, 'hop-label', labels);
}

/** The middle of a segment for its label, or of a part beside the now line; undefined where there is no room. */
function middle(text: string, x0: number, x1: number, now: number): number | undefined {
  const needs = Math.max(40, textWidth(text, { size: 13 }) + 5);
  const parts = [
    [x0, x1],
    ...(now > x0 && now < x1
      ? [
          [x0, now],
          [now, x1],
        ]
      : []),
  ] as [number, number][];
  const centres = parts.filter(([from, to]) => to - from >= needs).map(([from, to]) => (from + to) / 2);
  return centres.find((centre) => Math.abs(centre - now) >= needs / 2 - 0.1);
}

/** Where text at the now line begins: there, or as far to the left as it needs. */
function from(x: number, text: string, end: number): number {
  return Math.max(0, Math.min(x, end - textWidth(text, { size: 13 })));
}

function ticks(longestNs: number, at: (ns: number) => number, most: number): readonly Tick[] {
  const rough = longestNs / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const marks: Tick[] = [];
  for (let index = 0; index * step <= longestNs; index++)
    marks.push({
      at: at(index * step),
      label: index === 0 ? '0' : formatNumber((index * step) / 1000, step < 1000 ? 1 : 0),
    });
  return marks;
}
