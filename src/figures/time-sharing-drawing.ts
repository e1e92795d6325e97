/** The picture of time-sharing: one trap to scale, the slices, the curve of what a guest keeps, and the sums. */
import type { ActorName, Root, Stage, Values } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import * as model from '../models/cpu/time-sharing.ts';
import type { GuestName, Setup, Slice, Spent } from '../models/cpu/time-sharing.ts';
import { drawAxis, type Tick } from './marks/axis.ts';
import { cutBlocks, drawBlocks, type Block } from './marks/blocks.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { drawLane } from './marks/lane.ts';
import { textWidth } from './marks/text.ts';

/** One moment: what has been spent up to it, and the slices of the whole run. */
export interface Frame {
  readonly setup: Setup;
  readonly slices: readonly Slice[];
  readonly spent: Spent;
  /** In cycles. */
  readonly time: number;
  readonly timeMs: number;
  readonly windowMs: number;
}

/** Heights of the two stages in SVG units. */
export const stageHeights = { wide: 468, narrow: 684 };

interface Span {
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly height: number;
}

interface Layout {
  readonly strip: Span;
  readonly slices: Span & { readonly tickMs: number };
  readonly curve: Span;
  readonly bars: Span;
}

const layouts: Readonly<Record<Stage, Layout>> = {
  wide: {
    strip: { x0: 1, x1: 719, y: 22, height: 30 },
    slices: { x0: 48, x1: 696, y: 98, height: 92, tickMs: 10 },
    curve: { x0: 54, x1: 396, y: 286, height: 136 },
    bars: { x0: 452, x1: 719, y: 262, height: 48 },
  },
  narrow: {
    strip: { x0: 1, x1: 303, y: 22, height: 30 },
    slices: { x0: 48, x1: 282, y: 98, height: 92, tickMs: 20 },
    curve: { x0: 54, x1: 286, y: 286, height: 146 },
    bars: { x0: 1, x1: 303, y: 514, height: 48 },
  },
};

const actorOf: Readonly<Record<GuestName, ActorName>> = { A: 'domu1', B: 'domu2' };
const most = 100;

/** Draws one moment for one stage. */
export function drawSharing(root: Root, frame: Frame, values: Values, stage: Stage): void {
  const layout = layouts[stage];
  drawStrip(root, layout.strip, values);
  drawSlices(root, layout.slices, frame);
  drawCurve(root, layout.curve, frame);
  drawSums(root, layout.bars, frame);
}

function title(key: string, x: number, y: number, text: string): Label {
  return { key, x, y, text, look: 'strong' };
}

/** The longest of some wordings that fits; none where not even the last does. */
function fitting(wordings: readonly string[], width: number): string {
  return wordings.find((wording) => textWidth(wording, { size: 13 }) <= width - 12) ?? '';
}

/** From one trap of guest A to the next, to scale: its own instructions, the round trip, the emulation. */
function drawStrip(root: Root, { x0, x1, y, height }: Span, values: Values): void {
  const group = part(root, 'strip');
  const sensitive = Number(values['sensitive']);
  const roundTrip = sensitive === 0 ? 0 : Number(values['roundTrip']);
  const emulation = sensitive === 0 ? 0 : Number(values['emulation']);
  const count = sensitive === 0 ? model.per : model.per / sensitive - 1;
  const own = count * Number(values['ordinary']);
  const cycles = own + roundTrip + emulation;
  const scale = (x1 - x0) / cycles;
  const instructions = formatNumber(count);
  const from = [x0, x0 + own * scale, x0 + (own + roundTrip) * scale, x1] as const;
  const piece = (at: 0 | 1 | 2, actor: ActorName, wordings: readonly string[]) => {
    const [start, end] = [from[at], from[(at + 1) as 1 | 2 | 3]];
    return { key: String(at), x0: start, x1: end, actor, label: fitting(wordings, end - start) };
  };
  const direct =
    sensitive === 0
      ? ['every instruction runs directly', 'all run directly']
      : [
          `${instructions} instructions run directly`,
          `${instructions} run directly`,
          `${instructions} direct`,
          instructions,
        ];
  const [there, here] = [formatNumber(roundTrip), formatNumber(emulation)];
  const entering = piece(1, 'xen', roundTrip === 0 ? [] : [`round trip ${there}`]);
  const emulating = piece(2, 'xen', emulation === 0 ? [] : [`emulation ${here}`]);
  // A piece of the hypervisor that is too short for its words has them below, where they end with it if they can.
  const below = (key: string, end: number, text: string): Label => {
    const x = Math.max(end, x0 + textWidth(text, { size: 13 }));
    return { key, x, y: y + height + 15, anchor: 'end', text };
  };
  const emulationBelow = emulation > 0 && emulating.label === '' ? [below('emulation', x1, `emulation ${here}`)] : [];
  const room = emulationBelow.map(({ text }) => x1 - textWidth(text, { size: 13 }) - 14);
  const tripBelow =
    roundTrip > 0 && entering.label === ''
      ? [below('round-trip', Math.min(from[2], ...room), `round trip ${there}`)]
      : [];
  drawLane(group, 'piece', [piece(0, 'domu1', direct), entering, emulating], { y, height });
  const says =
    sensitive === 0 ? 'Guest A has nothing that traps' : `Guest A, from trap to trap: ${formatNumber(cycles)} cycles`;
  drawLabels(group, 'word', [title('strip', x0 - 1, y - 9, says), ...tripBelow, ...emulationBelow]);
}

/** How many equal parts of the window the strip may show, one after the other. */
const parts = [1, 2, 3, 4, 6, 10] as const;
const narrowest = 8;

/** The part of the window that is drawn, in cycles: all of it, or as much around now as leaves columns that can be told apart. */
function shown({ setup, time }: Frame, width: number): { readonly from: number; readonly span: number } {
  const column = (width * (setup.slice + setup.switchCost)) / setup.end;
  const span = setup.end / (parts.find((count) => column * count >= narrowest) ?? 10);
  return { from: Math.min(Math.floor(time / span) * span, setup.end - span), span };
}

/** Every slice as a column: the guest's own share below, its traps above, the switch after it. */
function drawSlices(root: Root, { x0, x1, y, height, tickMs }: Layout['slices'], frame: Frame): void {
  const { setup, windowMs } = frame;
  const group = part(root, 'slices');
  const { from, span } = shown(frame, x1 - x0);
  const at = (cycles: number): number => x0 + (x1 - x0) * Math.max(0, Math.min((cycles - from) / span, 1));
  const slices = frame.slices.filter(({ start, done }) => done > from && start < from + span);
  const columns = slices.map((slice) => {
    const cycles = slice.end - slice.start;
    const own = cycles === 0 ? 0 : model.spentIn(slice, slice.end, setup).direct[slice.guest] / cycles;
    return { slice, x0: at(slice.start), x1: at(slice.end), own: own * height };
  });
  const blocks = (guest: GuestName): readonly Block[] =>
    columns
      .filter(({ slice }) => slice.guest === guest)
      .map((column) => ({ x0: column.x0, x1: column.x1, y: y + height - column.own, height: round(column.own) }));
  const traps = columns.map((column): Block => ({
    x0: column.x0,
    x1: column.x1,
    y,
    height: round(height - column.own),
  }));
  const switches = slices.map((slice): Block => ({ x0: at(slice.end), x1: at(slice.done), y, height }));
  const now = at(frame.time);
  const layers: readonly (readonly [string, ActorName, readonly Block[]])[] = [
    ['A', 'domu1', blocks('A')],
    ['B', 'domu2', blocks('B')],
    ['hypervisor', 'xen', [...traps, ...switches].filter((block) => block.height > 0 && block.x1 > block.x0)],
  ];
  for (const [name, actor, all] of layers) {
    const [past, future] = cutBlocks(all, now);
    drawBlocks(group, `future-${name}`, future, { actor, state: 'is-future' });
    drawBlocks(group, `past-${name}`, past, { actor });
  }
  const line = part(group, 'now', 'line').attr('x1', round(now)).attr('x2', round(now));
  line.attr('y1', y - 5).attr('y2', y + height + 5);
  const whole = span === setup.end;
  const spanMs = (windowMs * span) / setup.end;
  const steps = whole ? windowMs / tickMs : 2;
  const ticks = Array.from({ length: steps + 1 }, (_, index): Tick => {
    const ms = (windowMs * from) / setup.end + (spanMs * index) / steps;
    return { at: x0 + ((x1 - x0) * index) / steps, label: index === steps ? `${ms} ms` : String(ms) };
  });
  drawAxis(group, 'time', { x0, x1, y: y + height + 5, ticks });
  const letters = columns.flatMap((column, index): readonly Label[] => {
    const x = (column.x0 + column.x1) / 2;
    if (column.x1 - column.x0 < 16 || Math.abs(x - now) < 9) return [];
    // A share too low for the letter has it on its top.
    const over = column.own < 22 ? column.own : 0;
    return [
      { key: String(index), x, y: y + height - 7 - over, anchor: 'middle', text: column.slice.guest, look: 'strong' },
    ];
  });
  drawLabels(part(group, 'letters'), 'word', letters);
  drawLabels(group, 'word', [
    title('slices', 0, y - 12, `${whole ? 'Each slice' : `${spanMs} ms`}: the guest below, the hypervisor above`),
    ...shareTicks('slices', x0 - 8, y, height),
  ]);
}

function shareTicks(key: string, end: number, y: number, height: number): readonly Label[] {
  const tick = (share: number): Label => ({
    key: `${key}-${share}`,
    x: end,
    y: y + height - (share / 100) * height + (share === 100 ? 9 : share === 0 ? 0 : 4.5),
    anchor: 'end',
    text: share === 100 ? '100 %' : String(share),
    look: 'quiet',
  });
  return [tick(0), tick(50), tick(100)];
}

/** What a guest keeps of its slices against its share of sensitive instructions; both guests stand on the curve. */
function drawCurve(root: Root, { x0, x1, y, height }: Span, { setup }: Frame): void {
  const group = part(root, 'keeps');
  const x = (sensitive: number): number => x0 + ((x1 - x0) * sensitive) / most;
  const place = (sensitive: number): readonly [number, number] => [
    round(x(sensitive)),
    round(y + height * (1 - model.directShare({ ...setup.work.A, sensitive }))),
  ];
  // More points where the curve bends.
  const line = Array.from({ length: 41 }, (_, index) => place(most * (index / 40) ** 2));
  drawAxis(group, 'share', {
    x0,
    x1,
    y: y + height,
    ticks: [0, 20, 40, 60, 80, 100].map((sensitive) => ({ at: x(sensitive), label: String(sensitive) })),
    title: `sensitive in ${formatNumber(model.per)} instructions`,
  });
  part(group, 'curve', 'path').attr('d', `M${line.map((point) => point.join(',')).join('L')}`);
  const guests = (['B', 'A'] as const).map((name) => {
    const [cx, cy] = place(setup.work[name].sensitive);
    return { name, cx, cy };
  });
  const [b, a] = guests as [(typeof guests)[0], (typeof guests)[0]];
  // Guest A's point stands in front; where it covers guest B's, only one letter is drawn.
  const covered = Math.hypot(a.cx - b.cx, a.cy - b.cy) < 16;
  const points = keyed(
    part(group, 'points'),
    'g',
    'handle',
    guests,
    ({ name }) => name,
    (entered) => {
      entered.append('circle').attr('class', 'hit').attr('r', 16);
      entered.append('circle').attr('class', 'point').attr('r', 9);
      entered.append('text').attr('class', 'on-point').attr('text-anchor', 'middle').attr('y', 4.5);
    },
  )
    .attr('class', ({ name }) => `handle a-${actorOf[name]}`)
    .attr('transform', ({ cx, cy }) => `translate(${cx},${cy})`)
    .attr('data-drag', ({ name }) => (name === 'A' ? 'sensitive' : 'sensitiveB'))
    .attr('data-drag-axis', 'x')
    .attr('data-drag-range', `${x0} ${x1} 0 ${most}`);
  points.select('text').text(({ name }) => (name === 'B' && covered ? '' : name));
  const keeps = (name: GuestName): string =>
    `${name} keeps ${formatNumber(100 * model.directShare(setup.work[name]))} %`;
  drawLabels(group, 'word', [
    title('curve', 0, y - 40, 'What a guest keeps of its slices'),
    { key: 'a', x: x0, y: y - 19, text: keeps('A'), look: 't-domu1 strong' },
    { key: 'b', x: x0 + 110, y: y - 19, text: keeps('B'), look: 't-domu2 strong' },
    ...shareTicks('curve', x0 - 13, y, height),
  ]);
}

/** The sums up to this moment, as bars on one scale. */
function drawSums(root: Root, { x0, x1, y, height }: Span, { spent, time }: Frame): void {
  const group = part(root, 'sums');
  const rows: readonly (readonly [string, string, ActorName, number])[] = [
    ['a', 'Guest A, directly', 'domu1', spent.direct.A],
    ['b', 'Guest B, directly', 'domu2', spent.direct.B],
    ['traps', 'Hypervisor, for traps', 'xen', spent.trapping.A + spent.trapping.B],
    ['switches', 'Hypervisor, switching', 'xen', spent.switching],
  ];
  rows.forEach(([key, , actor, cycles], row) => {
    const bar = { x0, y: y + height * row, height: 12 };
    const share = time === 0 ? 0 : cycles / time;
    drawBlocks(group, `whole-${key}`, [{ ...bar, x1 }], { actor, state: 'is-future' });
    drawBlocks(group, `sum-${key}`, share === 0 ? [] : [{ ...bar, x1: x0 + (x1 - x0) * share }], {
      actor,
      state: 'is-on',
    });
  });
  drawLabels(
    group,
    'word',
    rows.flatMap(([key, text, actor, cycles], row): readonly Label[] => {
      const share = time === 0 ? 0 : (100 * cycles) / time;
      return [
        { key, x: x0 - 1, y: y - 8 + height * row, text, look: `t-${actor} strong` },
        { key: `${key}-share`, x: x1, y: y - 8 + height * row, anchor: 'end', text: `${formatNumber(share, 1)} %` },
      ];
    }),
  );
}
