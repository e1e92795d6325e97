/** The picture of consolidation’s savings: machines, bars with their uncertainty, and the way there server by server. */
import type { ActorName, Root, Stage } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import type { Estimate, Plan, Step } from '../models/capacity/energy.ts';
import { drawAxis } from './marks/axis.ts';
import { drawBlocks, type Block } from './marks/blocks.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { wrapText } from './marks/text.ts';

/** One moment, or what is wrong with the inputs. */
export interface Frame {
  readonly fault?: string;
  readonly plan?: Plan;
  readonly steps?: readonly Step[];
  readonly step?: Step;
  /** Intensity and year of the grid in words. */
  readonly grid?: string;
}

/** Heights of the two stages in SVG units. */
export const stageHeights = { wide: 376, narrow: 654 };

interface Layout {
  readonly width: number;
  /** Left end, width and top of the machines: servers, hosts. */
  readonly servers: readonly [number, number, number];
  readonly hosts: readonly [number, number, number];
  readonly bars: { readonly y: number; readonly x1: number };
  readonly curve: { readonly x0: number; readonly x1: number; readonly y: number; readonly height: number };
}

const layouts: Readonly<Record<Stage, Layout>> = {
  wide: {
    width: 720,
    servers: [0, 420, 0],
    hosts: [460, 260, 0],
    bars: { y: 88, x1: 300 },
    curve: { x0: 504, x1: 710, y: 116, height: 216 },
  },
  narrow: {
    width: 304,
    servers: [0, 304, 0],
    hosts: [0, 304, 72],
    bars: { y: 160, x1: 150 },
    curve: { x0: 44, x1: 294, y: 486, height: 124 },
  },
};

/** A number with the digits that its size deserves. */
function short(value: number): string {
  return formatNumber(value, Math.abs(value) < 100 ? 1 : 0);
}

/** The central value, or an end, of energy in MWh. */
export function inTens(energy: Estimate<number>, end: keyof Estimate<number> = 'central'): string {
  return short(energy[end] / 1000);
}

/** Both ends of energy in MWh. */
export function rangeWords(energy: Estimate<number>): string {
  return `${inTens(energy, 'low')} to ${inTens(energy, 'high')}`;
}

/** Draws one moment for one stage. */
export function drawEnergy(root: Root, frame: Frame, stage: Stage): void {
  const { fault = '', plan, step, steps, grid = '' } = frame;
  drawLabels(
    root,
    'word',
    wrapText(fault, layouts[stage].width, { size: 13 }).map((text, line) => ({
      key: `fault-${line}`,
      x: 0,
      y: 14 + 18 * line,
      text,
      look: 'strong',
    })),
  );
  const scene = keyed(root, 'g', 'scene', fault === '' ? [0] : [], String);
  if (!plan || !step || !steps) return;
  scene.each(function () {
    const group = part(root, 'scene');
    const layout = layouts[stage];
    drawMachines(group, layout, plan, step);
    drawBars(group, layout, step, steps, grid);
    drawCurve(group, layout.curve, step, steps);
  });
}

type Group = ReturnType<typeof part>;

/** Cells of equal size in up to three rows. */
function cells(count: number, [x0, width, top]: Layout['servers']): readonly Block[] {
  const rows = count > 40 ? 3 : count > 20 ? 2 : 1;
  const columns = Math.ceil(count / rows);
  const pitch = Math.min(44 / rows, width / columns);
  const height = 44 / rows - 2;
  return Array.from({ length: count }, (_, index) => {
    const x = x0 + 1 + pitch * (index % columns);
    return { x0: x, x1: x + pitch * 0.84, y: top + 22 + (44 / rows) * Math.floor(index / columns), height };
  });
}

/** Fills cells from below to a load. */
function filled(blocks: readonly Block[], load: number): readonly Block[] {
  return blocks.map((block) => ({
    ...block,
    y: block.y + block.height * (1 - load),
    height: block.height * load,
  }));
}

function drawMachines(group: Group, { servers, hosts }: Layout, { servers: count, load }: Plan, step: Step): void {
  const all = cells(count, servers);
  const left = all.slice(step.moved);
  const running = cells(step.hosts, hosts);
  const part = (name: string, actor: ActorName, blocks: readonly Block[], state?: string): void =>
    drawBlocks(group, name, blocks, { actor, state });
  part('off', 'hw', all.slice(0, step.moved), 'is-future');
  part('on', 'hw', [...left, ...running]);
  part('busy', 'domu1', [...filled(left, load.central), ...filled(running, step.hostLoad)], 'is-on is-plain');
  const head = (key: string, [x, , top]: Layout['servers'], text: string): Label => ({
    key,
    x,
    y: top + 14,
    text,
    look: 'strong',
  });
  const busy = (machines: number, name: string, share: number): string =>
    `${machines} ${name}${machines === 1 ? '' : 's'}, ${formatNumber(100 * share)} % busy`;
  drawLabels(group, 'head', [
    head(
      'servers',
      servers,
      left.length > 0 ? busy(left.length, 'server', load.central) : `All ${count} servers are off`,
    ),
    head('hosts', hosts, step.hosts > 0 ? busy(step.hosts, 'host', step.hostLoad) : 'No host yet'),
  ]);
}

const sides = ['before', 'after', 'saved'] as const;

function drawBars(group: Group, { bars }: Layout, step: Step, steps: readonly Step[], grid: string): void {
  const measures = [
    ['energy', 'Electricity, MWh a year', 1000],
    ['cost', 'Cost, thousand US$ a year', 1000],
    ['carbon', `Carbon, t a year (${grid})`, 1],
  ] as const;
  const x0 = 52;
  const blocks: Record<'idle' | 'work' | 'overhead' | 'saved', Block[]> = {
    idle: [],
    work: [],
    overhead: [],
    saved: [],
  };
  const labels: Label[] = [
    { key: 'idle', x: 176, y: bars.y + 14, text: 'idle', look: 't-hw strong' },
    { key: 'work', x: 212, y: bars.y + 14, text: 'guests’ work', look: 't-domu1 strong' },
  ];
  let whiskers = '';
  measures.forEach(([measure, title, unit], index) => {
    const top = bars.y + 95 * index;
    const most = Math.max(...steps.flatMap(({ before, after }) => [before[measure].high, after[measure].high]), 1e-9);
    const x = (value: number): number => round(x0 + ((bars.x1 - x0) * Math.max(0, value)) / most);
    labels.push({ key: measure, x: 0, y: top + 14, text: title, look: 'strong' });
    sides.forEach((side, row) => {
      const { low, central, high } = step[side][measure];
      const y = top + 24 + 22 * row;
      const block = (from: number, to: number): Block => ({ x0: x(from), x1: x(to), y, height: 16 });
      if (side === 'saved') blocks.saved.push(block(0, central));
      else {
        const { idle, work, overhead } = step.parts[side];
        const scale = central / (idle + work + overhead || 1);
        blocks.idle.push(block(0, idle * scale));
        blocks.work.push(block(idle * scale, (idle + work) * scale));
        blocks.overhead.push(block((idle + work) * scale, central));
      }
      const cap = (value: number): string => (value > 0 ? `M${x(value)},${y + 4}v8` : '');
      if (high > 0) whiskers += `M${x(low)},${y + 8}H${x(high)}${cap(low)}${cap(high)}`;
      const said = (value: number): string => short(value / unit);
      labels.push(
        { key: `${measure}-${side}`, x: 0, y: y + 13, text: side, look: 'quiet' },
        {
          key: `${measure}-${side}-value`,
          x: x(high) + 8,
          y: y + 13,
          text: `${said(central)} (${said(low)} to ${said(high)})`,
        },
      );
    });
  });
  drawBlocks(group, 'idle', blocks.idle, { actor: 'hw' });
  drawBlocks(group, 'work', blocks.work, { actor: 'domu1', state: 'is-on is-plain' });
  drawBlocks(group, 'overhead', blocks.overhead, { actor: 'xen', state: 'is-on is-plain' });
  drawBlocks(group, 'saved', blocks.saved, { actor: 'hw', state: 'is-future' });
  part(group, 'whiskers ring', 'path').attr('d', whiskers);
  drawLabels(group, 'word', labels);
}

function drawCurve(group: Group, { x0, x1, y, height }: Layout['curve'], step: Step, steps: readonly Step[]): void {
  const most = Math.max(...steps.map(({ after }) => after.energy.high), 1e-6);
  const before = step.before.energy;
  const last = steps.length - 1;
  const place = (index: number, energy: number): string =>
    `${round(x0 + ((x1 - x0) * index) / last)},${round(y + height * (1 - energy / most))}`;
  const line = (end: keyof Estimate<number>): readonly string[] =>
    steps.map(({ after }, index) => place(index, after.energy[end]));
  const curve = part(group, 'way');
  part(part(curve, 'sure a-hw is-future is-plain'), 'segment-shape', 'path').attr(
    'd',
    `M${[...line('low'), ...line('high').toReversed()].join('L')}Z`,
  );
  part(curve, 'rule', 'path').attr('d', `M${place(0, before.central)}H${x1}`);
  part(curve, 'curve', 'path').attr('d', `M${line('central').join('L')}`);
  const middle = Math.round(last / 2);
  const stops = last < 4 ? [0, last] : [0, middle, last];
  drawAxis(curve, 'moved', {
    x0,
    x1,
    y: y + height,
    ticks: stops.map((stop) => ({ at: x0 + ((x1 - x0) * stop) / last, label: String(stop) })),
    title: 'servers moved',
  });
  const [cx = 0, cy = 0] = place(step.moved, step.after.energy.central).split(',').map(Number);
  part(curve, 'point', 'circle').attr('r', 6).attr('cx', cx).attr('cy', cy);
  drawLabels(curve, 'word', [
    { key: 'title', x: x0 - 44, y: y - 14, text: 'Server by server, MWh a year', look: 'strong' },
    {
      key: 'before',
      x: x0 - 8,
      y: y + 5 + height * (1 - before.central / most),
      anchor: 'end',
      text: inTens(before),
      look: 'quiet',
    },
    { key: 'none', x: x0 - 8, y: y + height, anchor: 'end', text: '0', look: 'quiet' },
  ]);
}
