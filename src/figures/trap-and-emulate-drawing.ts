/** The picture of trap-and-emulate: guests above, the hypervisor's modules and virtual states, the hardware, and the lanes. */
import { select } from 'd3-selection';
import type { ActorName, Root, Stage } from '../figure/contract.ts';
import * as model from '../models/cpu/trap-and-emulate.ts';
import type { GuestName, Holder, Machine } from '../models/cpu/trap-and-emulate.ts';
import { cutBlocks, drawBlocks, type Block } from './marks/blocks.ts';
import { drawBox, type Box } from './marks/box.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { drawToken } from './marks/token.ts';
import { words } from './trap-and-emulate-words.ts';

/** One moment of a run: the machine, what was given, and who has the CPU after every step of the whole run. */
export interface Frame {
  readonly machine: Machine;
  readonly setup: model.Setup;
  readonly holders: readonly Holder[];
}

/** Heights of the two stages in SVG units. */
export const stageHeights = { wide: 500, narrow: 664 };

/** A rectangle in SVG units. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything stands in one stage. */
export interface Layout {
  readonly guests: Readonly<Record<GuestName, Place>>;
  /** The lane between the guests that the CPU goes through. */
  readonly gutter: number;
  readonly hypervisor: Place;
  readonly modules: Readonly<Record<'interpreter' | 'dispatcher' | 'allocator', Place>>;
  readonly states: Readonly<Record<GuestName, Place>>;
  readonly hardware: Place;
  readonly cpu: Place;
  readonly timer: Place;
  readonly port: Place;
  readonly lanes: { readonly x0: number; readonly x1: number; readonly y: number };
}

const place = (x: number, y: number, width: number, height: number): Place => ({ x, y, width, height });

const layouts: Readonly<Record<Stage, Layout>> = {
  wide: {
    guests: { A: place(1, 1, 344, 180), B: place(375, 1, 344, 180) },
    gutter: 360,
    hypervisor: place(1, 197, 718, 98),
    modules: {
      interpreter: place(196, 227, 102, 50),
      dispatcher: place(309, 227, 102, 50),
      allocator: place(422, 227, 102, 50),
    },
    states: { A: place(13, 227, 170, 50), B: place(537, 227, 170, 50) },
    hardware: place(1, 311, 718, 90),
    cpu: place(13, 339, 170, 50),
    timer: place(196, 339, 328, 50),
    port: place(537, 339, 170, 50),
    lanes: { x0: 88, x1: 719, y: 420 },
  },
  narrow: {
    guests: { A: place(1, 1, 141, 180), B: place(162, 1, 141, 180) },
    gutter: 152,
    hypervisor: place(1, 197, 302, 178),
    modules: {
      interpreter: place(10, 227, 90, 50),
      dispatcher: place(107, 227, 90, 50),
      allocator: place(204, 227, 90, 50),
    },
    states: { A: place(10, 297, 134, 68), B: place(160, 297, 134, 68) },
    hardware: place(1, 391, 302, 150),
    cpu: place(10, 479, 134, 52),
    timer: place(10, 419, 284, 52),
    port: place(160, 479, 134, 52),
    lanes: { x0: 84, x1: 303, y: 560 },
  },
};

const actorOf: Readonly<Record<Holder, ActorName>> = { A: 'domu1', B: 'domu2', hypervisor: 'xen' };
const names = ['A', 'B'] as const;
const lineY = (guest: Place, index: number): number => guest.y + 52 + 22 * index;

/** Draws one moment for one stage. */
export function drawMachine(root: Root, frame: Frame, stage: Stage): void {
  const layout = layouts[stage];
  keyed(part(root, 'boxes'), 'g', 'box', boxes(layout, frame), (box) => box.key).each(function (box) {
    drawBox(select(this), box);
  });
  drawStreams(root, layout, frame, stage);
  drawRoute(root, layout, frame.machine);
  drawPlaces(root, layout, frame.machine);
  drawCells(root, layout, frame);
  drawLanes(root, layout, frame);
  drawLabels(part(root, 'words'), 'word', words(layout, frame, stage));
  drawToken(root, 'cpu', tokenPlace(layout, frame.machine));
}

type ModuleName = keyof Layout['modules'];

/** The module that works in this step; undefined while a guest has the CPU. */
function activeModule({ phase }: Machine): ModuleName | undefined {
  if (phase === 'emulate') return 'interpreter';
  if (phase === 'switch') return 'allocator';
  return phase === 'execute' || phase === 'return' ? undefined : 'dispatcher';
}

const moduleWords: Readonly<Record<ModuleName, { readonly title: string; readonly note: string }>> = {
  interpreter: { title: 'Interpreter', note: 'emulates' },
  dispatcher: { title: 'Dispatcher', note: 'decides' },
  allocator: { title: 'Allocator', note: 'switches' },
};

function boxes(layout: Layout, { machine, setup }: Frame): readonly Box[] {
  const inner = (on: boolean): string => (on ? 'is-inner is-on' : 'is-inner');
  const module = (name: ModuleName): Box => ({
    key: name,
    ...layout.modules[name],
    actor: 'xen',
    ...moduleWords[name],
    state: inner(activeModule(machine) === name),
  });
  const state = (name: GuestName): Box => ({
    key: `state-${name}`,
    ...layout.states[name],
    actor: actorOf[name],
    title: `${name}’s virtual state`,
    state: setup.rings[name] === 0 ? 'is-dashed' : inner(machine.phase === 'emulate' && machine.guest === name),
  });
  return [
    ...names.map((name): Box => ({ key: name, ...layout.guests[name], actor: actorOf[name], title: `Guest ${name}` })),
    { key: 'hypervisor', ...layout.hypervisor, actor: 'xen', title: 'Hypervisor' },
    module('interpreter'),
    module('dispatcher'),
    module('allocator'),
    state('A'),
    state('B'),
    { key: 'hardware', ...layout.hardware, actor: 'hw', title: 'Hardware' },
    { key: 'cpu', ...layout.cpu, actor: 'hw', title: 'CPU', state: 'is-inner' },
    { key: 'timer', ...layout.timer, actor: 'hw', title: 'Timer', state: inner(machine.phase === 'timer') },
    { key: 'port', ...layout.port, actor: 'hw', title: 'Port 0x80', state: 'is-inner' },
  ];
}

/** The instructions of both guests, each with how the CPU treats it, and a bar behind the one that the step is about. */
function drawStreams(root: Root, layout: Layout, { machine, setup }: Frame, stage: Stage): void {
  const guest = layout.guests[machine.guest];
  part(root, 'at-line', 'rect')
    .attr('class', `at-line a-${actorOf[machine.guest]}`)
    .attr('x', guest.x + 6)
    .attr('y', lineY(guest, machine.at) - 16)
    .attr('width', guest.width - 12)
    .attr('height', 22)
    .attr('rx', 3);
  const lines = names.flatMap((name) =>
    setup.programs[name].flatMap((instruction, index): readonly Label[] => {
      const { x, width } = layout.guests[name];
      const y = lineY(layout.guests[name], index);
      const traps = model.faults(instruction, setup.rings[name]);
      const fate = traps ? { text: 'traps', look: 't-xen strong' } : directly(instruction);
      const tone = model.isSensitive(instruction) ? ` ${fate.look}` : '';
      const code = {
        key: `${name}${index}`,
        x: x + codeX[name],
        y,
        text: model.mnemonic(instruction),
        look: `mono${tone}`,
      };
      const end = x + width - (name === 'A' ? 34 : 14);
      return stage === 'wide' ? [code, { key: `${name}${index}-fate`, x: end, y, anchor: 'end', ...fate }] : [code];
    }),
  );
  drawLabels(part(root, 'lines'), 'line', lines);
}

// Guest A's dot stands at its right edge and guest B's at its left, beside the lane between them.
const codeX: Readonly<Record<GuestName, number>> = { A: 12, B: 30 };

function directly(instruction: model.Instruction): { readonly text: string; readonly look: string } {
  if (instruction.op === 'cli') return { text: 'clears the real IF', look: 't-fault strong' };
  if (instruction.op === 'sti') return { text: 'sets the real IF', look: 't-hw strong' };
  if (instruction.op === 'out') return { text: 'reaches the real port', look: 't-fault strong' };
  return { text: 'runs directly', look: 'quiet' };
}

/** The way that the CPU has come: from an instruction to the dispatcher, from there to a module, or back to a guest. */
function drawRoute(root: Root, layout: Layout, machine: Machine): void {
  const { gutter, modules, states, timer } = layout;
  const { phase, guest } = machine;
  const lineEnd = dotIn(layout, machine.guest, machine.at);
  const top = modules.dispatcher.y;
  const bottom = top + modules.dispatcher.height;
  const entry = `M${lineEnd.x},${lineEnd.y}H${gutter}V${top}`;
  const interpreter = middle(modules.interpreter);
  const target = states[guest];
  const below = bottom + 10;
  const across = `M${modules.dispatcher.x},${top + 25}H${modules.interpreter.x + modules.interpreter.width}`;
  const effect = `M${interpreter},${bottom}V${below}H${middle(target)}V${target.y > bottom ? target.y : bottom}`;
  const paths: Partial<Record<model.Phase, string>> = {
    trap: entry,
    emulate: entry + across + effect,
    return: entry,
    timer: `M${gutter},${timer.y}V${bottom}`,
  };
  part(root, 'route way', 'path').attr('d', paths[phase] ?? null);
  const masked = machine.timer.pending && machine.real.interruptFlag === 0;
  const y = layout.hardware.y + 14;
  part(root, 'cross', 'path').attr(
    'd',
    masked ? `M${gutter - 6},${y - 6}l12,12m0,-12l-12,12M${gutter},${timer.y}V${y + 8}` : null,
  );
}

function middle({ x, width }: Place): number {
  return x + width / 2;
}

function dotIn(layout: Layout, guest: GuestName, line: number): { readonly x: number; readonly y: number } {
  const { x, width } = layout.guests[guest];
  return { x: guest === 'A' ? x + width - 16 : x + 16, y: lineY(layout.guests[guest], line) - 5 };
}

function tokenPlace(layout: Layout, machine: Machine): { readonly x: number; readonly y: number } {
  const name = activeModule(machine);
  if (!name) return dotIn(layout, machine.guest, machine.at);
  const { x, y, width } = layout.modules[name];
  return { x: x + width - 13, y: y + 34 };
}

/** Where each guest stands: the place it goes on from, or the instruction that has trapped. */
function drawPlaces(root: Root, layout: Layout, machine: Machine): void {
  const waiting = names.filter((name) => name !== machine.holder);
  keyed(part(root, 'places'), 'circle', 'port', waiting, (name) => name)
    .attr('cx', (name) => dotIn(layout, name, 0).x)
    .attr('cy', (name) => dotIn(layout, name, name === machine.guest ? machine.at : machine.saved[name].pc).y)
    .attr('r', 4.5);
}

/** The timer's slice as cells, filled as instructions are counted. */
function drawCells(root: Root, layout: Layout, { machine, setup }: Frame): void {
  const { x, y, width } = layout.timer;
  const cells = Array.from({ length: setup.slice }, (_, index) => ({
    key: index,
    x: x + width - 12 - 12 * (setup.slice - index),
    full: index < machine.timer.count,
  }));
  keyed(part(root, 'cells'), 'rect', 'cell', cells, (cell) => cell.key)
    .attr('class', (cell) => `cell a-hw${cell.full ? ' is-full' : ''}`)
    .attr('x', (cell) => cell.x)
    .attr('y', y + 10)
    .attr('width', 9)
    .attr('height', 12);
}

/** Who has had the CPU, step by step, and faintly who will have it. */
function drawLanes(root: Root, layout: Layout, { machine, holders }: Frame): void {
  const { x0, x1, y } = layout.lanes;
  const width = (x1 - x0) / holders.length;
  const now = x0 + (machine.step + 1) * width;
  const lanes = part(root, 'lanes');
  (['A', 'hypervisor', 'B'] as const).forEach((holder, row) => {
    const blocks = stretches(holders, holder).map(([from, to]): Block => ({
      x0: x0 + from * width,
      x1: x0 + to * width,
      y: y + 20 * row,
      height: 15,
    }));
    const [past, future] = cutBlocks(blocks, now);
    drawBlocks(lanes, `future-${holder}`, future, { actor: actorOf[holder], state: 'is-future' });
    drawBlocks(lanes, `past-${holder}`, past, { actor: actorOf[holder], state: 'is-on' });
  });
  part(lanes, 'now', 'line')
    .attr('x1', round(now))
    .attr('x2', round(now))
    .attr('y1', y - 4)
    .attr('y2', y + 59);
}

/** Runs of steps that one holder has the CPU: [first, one past the last]. */
function stretches(holders: readonly Holder[], holder: Holder): readonly (readonly [number, number])[] {
  const starts = holders.flatMap((who, step) => (who === holder && holders[step - 1] !== holder ? [step] : []));
  return starts.map((from) => {
    const length = holders.slice(from).findIndex((who) => who !== holder);
    return [from, length === -1 ? holders.length : from + length];
  });
}
