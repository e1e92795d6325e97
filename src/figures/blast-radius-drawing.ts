/** Draws the host as boxes, and below it what the same fault does in every layout. */
import { select, type Selection } from 'd3-selection';
import { stageSize, type ActorName, type Root, type Stage } from '../figure/contract.ts';
import {
  guests,
  guestsIn,
  takenOut,
  type Layout,
  type Moment,
  type Part,
  type Setting,
  type State,
} from '../models/recovery/faults.ts';
import { hatch } from './marks/hatch.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { textWidth } from './marks/text.ts';

/** Heights of the stages in SVG units. */
export const stageHeights = { wide: 378, narrow: 594 } as const;

/** What the parts are called. */
export const names: Readonly<Record<Part, string>> = {
  app: 'application',
  g1: 'Guest 1',
  g2: 'Guest 2',
  g3: 'Guest 3',
  net: 'network driver',
  disk: 'disk driver',
  qemu: 'QEMU',
  xs: 'xenstored',
  tools: 'toolstack',
  dom0: 'dom0',
  xen: 'Xen',
  hw: 'hardware',
};

/** The same fault in another setting, at its worst; `there` is false where the layout has no such part. */
export interface Elsewhere {
  readonly at: number;
  readonly moment: Moment;
  readonly there: boolean;
}

/** What one drawing needs. */
export interface Scene {
  readonly moment: Moment;
  readonly setting: Setting;
  readonly layouts: readonly (Elsewhere & { readonly layout: Layout; readonly label: string })[];
  /** The moment to show when a click makes this part fail. */
  frameOf(fault: Part): number;
}

interface Spot {
  readonly part: Part;
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly actor: ActorName;
  readonly inner?: boolean;
  /** Its outline, where it is no rectangle. */
  readonly path?: string;
  /** Where hatching goes when it is down, clear of its words: x, y, width, height. */
  readonly free: readonly [number, number, number, number];
}

const gap = 8;
const rowHeight = 30;
const rowsTop = 34;
const hostBottom = 186;
const regular = { size: 13 } as const;
const guestActors: Readonly<Partial<Record<Part, ActorName>>> = { g1: 'domu1', g2: 'domu2', g3: 'domu3' };

/** A part on one line: hatching goes to the right of its name. */
function line(name: Part, x: number, y: number, width: number, actor: ActorName, height = rowHeight, from = 0): Spot {
  const text = textWidth(names[name], regular) > width - 20 ? 'app' : names[name];
  const words = Math.max(from, textWidth(text, { size: 13, weight: 'semibold' })) + 20;
  return {
    part: name,
    title: text,
    x,
    y,
    width,
    height,
    actor,
    inner: height === rowHeight && actor !== 'driver',
    free: [x + words, y + 6, width - words - 6, height - 12],
  };
}

/** Where everything stands. */
function spots(layout: Layout, stage: Stage): readonly Spot[] {
  const wide = stage === 'wide';
  const width = stageSize[stage] - 2;
  const low = wide ? 194 : 342;
  const bare = layout === 'dom0less';
  const column = wide ? 150 : 139;
  const right = wide ? 314 : 303;
  const all: Spot[] = [line('hw', 1, low + 48, width, 'hw', 40, 150), line('xen', 1, low, width, 'xen', 40)];
  const out = takenOut(layout);
  if (!bare) {
    const step = out.length > 0 && out.length < 4 ? `V${rowsTop + out.length * 38 - gap / 2}H${right}` : '';
    all.push({
      part: 'dom0',
      title: names.dom0,
      x: 1,
      y: 1,
      width: column - 1,
      height: hostBottom - 1,
      actor: 'dom0',
      path: `M1,1H${out.length > 0 ? column : right}${step}V${hostBottom}H1z`,
      free: [9, 52, column - 17, 88],
    });
    (['net', 'disk', 'qemu', 'xs'] as const).forEach((name, row) => {
      const actor = out.includes(name) ? 'driver' : 'dom0';
      all.push(line(name, column + gap, rowsTop + row * 38, right - column - 2 * gap, actor));
    });
    all.push(line('tools', 9, 148, column - 17, 'dom0'));
  }
  guests.forEach((guest, index) => {
    const actor = guestActors[guest] ?? 'domu1';
    const stacked = bare && !wide;
    const left = wide && !bare ? right + gap : 1;
    const size = stacked ? width : (width + 1 - left - 2 * gap) / 3;
    const x = stacked ? 1 : left + index * (size + gap);
    const y = stacked ? 1 + index * 112 : wide ? 1 : hostBottom + gap;
    const height = stacked ? 104 : wide ? hostBottom - 1 : 140;
    const inside = stacked
      ? { x: x + 150, y: y + height - 38, width: size - 158 }
      : { x: x + gap, y: y + height - 38, width: size - 16 };
    const holds = (bare && index < 2 ? 1 : 0) + (index === 0 ? 1 : 0);
    const bottom = stacked ? y + height - gap : inside.y + rowHeight - holds * 38;
    all.push({
      part: guest,
      title: names[guest],
      x,
      y,
      width: size,
      height,
      actor,
      free: [x + gap, y + 70, stacked ? 130 : size - 16, bottom - y - 70],
    });
    if (bare && index < 2)
      all.push(line(index === 0 ? 'net' : 'disk', inside.x, inside.y - (index === 0 ? 38 : 0), inside.width, actor));
    if (index === 0) all.push(line('app', inside.x, inside.y, inside.width, actor));
  });
  return all;
}

/** Draws one moment. */
export function drawHost(root: Root, scene: Scene, stage: Stage): void {
  const { moment, setting } = scene;
  const { layout, fault, iommu } = setting;
  const patterns = { fault: hatch(root, 'a-fault'), ink: hatch(root, 'ink') };
  const group = part(root, 'host');
  const all = spots(layout, stage);
  keyed(group, 'g', 'box', all, (spot) => spot.part).each(function (spot) {
    const state = moment.states.get(spot.part) ?? 'runs';
    drawSpot(select(this), spot, state, spot.part === fault ? patterns.fault : patterns.ink, spot.part === fault);
    select(this).attr('data-set', `fault=${spot.part};frame=${scene.frameOf(spot.part)}`);
  });
  const find = (name: Part): Spot | undefined => all.find((spot) => spot.part === name);
  const net = find('net');
  const hw = find('hw');
  const out = takenOut(layout).length;
  const apart = out > 2 ? 'driver, stub domains' : 'driver domains';
  drawLabels(group, 'words', [
    ...all.flatMap((spot) => spotWords(spot, moment, layout)),
    ...(net && out > 0 ? [{ key: 'out', x: net.x, y: 22, text: apart, look: 't-driver strong' }] : []),
    ...(hw
      ? [{ key: 'iommu', x: hw.x + 80, y: hw.y + 25, text: iommu ? 'with IOMMU' : 'without IOMMU', look: 'quiet' }]
      : []),
  ]);
  drawElsewhere(root, scene, stage, patterns.ink);
}

type Group = Selection<SVGElement, unknown, null, undefined>;

function drawSpot(group: Group, spot: Spot, state: State, pattern: string, failed: boolean): void {
  // What was taken out of dom0 is what the picture is about: it is drawn stronger than all else.
  const look = state === 'waits' ? ' is-dashed' : spot.inner ? ' is-inner' : spot.actor === 'driver' ? ' is-on' : '';
  group.attr('class', `box a-${spot.actor}${look}`);
  const { x, y, width, height } = spot;
  part(group, 'box-shape', 'path').attr('d', spot.path ?? outline(x, y, width, height));
  const down = state === 'down';
  part(group, 'down', 'path')
    .attr('d', down ? outline(...spot.free) : '')
    .attr('fill', pattern);
  const [left, top, across, tall] = spot.free;
  const [cx, cy] = [left + across / 2, top + tall / 2];
  part(group, 'cross', 'path').attr('d', down && failed ? `M${round(cx - 7)},${round(cy - 7)}l14,14m0,-14l-14,14` : '');
}

function outline(x: number, y: number, width: number, height: number): string {
  return `M${round(x)},${round(y)}h${round(width)}v${round(height)}h${-round(width)}z`;
}

const kinds: Readonly<Partial<Record<Part, string>>> = { g3: 'with QEMU', dom0: 'kernel' };
const words: Readonly<Record<State, string>> = {
  runs: 'runs',
  unmanaged: 'no control',
  waits: 'no QEMU',
  down: 'down',
  boots: 'boots',
};

function spotWords(spot: Spot, { states, lost }: Moment, layout: Layout): readonly Label[] {
  const { part: name, x, y, height } = spot;
  const state = states.get(name) ?? 'runs';
  const tall = height > 40;
  const first: Label = {
    key: name,
    x: x + 10,
    y: y + (tall ? 21 : height / 2 + 4.5),
    text: name === 'hw' ? 'Hardware' : spot.title,
    look: height === rowHeight ? '' : 'strong',
  };
  const starts = state === 'boots' ? 'starts' : state === 'waits' ? 'waits' : '';
  if (!tall)
    return starts && textWidth(spot.title + starts, regular) + 30 <= spot.width
      ? [first, { key: `${name}-state`, x: x + spot.width - 8, y: first.y, text: starts, anchor: 'end' }]
      : [first];
  const kind = name === 'dom0' || layout !== 'dom0less' ? (kinds[name] ?? 'split drivers') : 'Arm';
  const device = lost.includes('net') ? 'no network' : lost.includes('disk') ? 'no disk' : words.waits;
  const says = name === 'dom0' ? '' : state === 'waits' ? device : words[state];
  return [
    first,
    { key: `${name}-kind`, x: x + 10, y: y + 39, text: kind, look: 'quiet' },
    ...(says ? [{ key: `${name}-state`, x: x + 10, y: y + 60, text: says }] : []),
  ];
}

function drawElsewhere(root: Root, { layouts, setting }: Scene, stage: Stage, pattern: string): void {
  const wide = stage === 'wide';
  const group = part(root, 'elsewhere');
  const top = wide ? 306 : 454;
  const across = wide ? 4 : 2;
  const step = (stageSize[stage] + gap) / across;
  const cells = layouts.map((one, index) => ({
    ...one,
    x: (index % across) * step,
    y: top + 12 + Math.floor(index / across) * 66,
  }));
  keyed(group, 'g', 'cell-of', cells, ({ layout }) => layout).each(function (shown) {
    const { x, y, layout, label, at, moment, there } = shown;
    const cell = select(this).attr('data-set', `layout=${layout};frame=${at}`);
    part(cell, 'hit', 'rect')
      .attr('x', round(x))
      .attr('y', y)
      .attr('width', round(step - gap))
      .attr('height', 58);
    part(cell, 'now', 'path').attr('d', layout === setting.layout ? `M${round(x)},${y + 4}v52` : '');
    keyed(cell, 'g', 'box', guests, (guest) => guest).each(function (guest, index) {
      const state = moment.states.get(guest) ?? 'runs';
      const group = select(this).attr('class', `box a-${guestActors[guest]}${state === 'waits' ? ' is-dashed' : ''}`);
      const shape = outline(x + 8 + index * 20, y + 26, 15, 15);
      part(group, 'box-shape', 'path').attr('d', shape);
      part(group, 'down', 'path')
        .attr('d', state === 'down' ? shape : '')
        .attr('fill', pattern);
    });
    const booted = guests.filter((guest) => moment.afresh.has(guest)).length;
    drawLabels(cell, 'words', [
      { key: 'name', x: x + 8, y: y + 17, text: label, look: layout === setting.layout ? 'strong' : '' },
      { key: 'state', x: x + 72, y: y + 38, text: there ? summary(moment) : 'not there' },
      {
        key: 'boot',
        x: x + 8,
        y: y + 57,
        text: there ? (booted === 0 ? 'none must boot' : `${booted} must boot`) : '',
        look: 'quiet',
      },
    ]);
  });
  drawLabels(group, 'words', [
    { key: 'title', x: 0, y: top, text: 'The same fault in each layout, at its worst', look: 'strong' },
  ]);
}

function summary(moment: Moment): string {
  for (const [state, word] of [
    ['down', 'down'],
    ['waits', 'waiting'],
    ['unmanaged', 'no control'],
  ] as const) {
    const count = guestsIn(moment, state);
    if (count > 0) return state === 'unmanaged' ? word : `${count} ${word}`;
  }
  return 'all run';
}
