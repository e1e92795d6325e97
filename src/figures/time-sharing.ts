/** The same machine over a longer time: how much of the CPU the guests keep, and what traps and switches take. */
import type {
  About,
  Column,
  FigureTask,
  Frames,
  Initial,
  Params,
  Preset,
  Readout,
  Root,
  Stage,
  ValuesOf,
} from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import * as model from '../models/cpu/time-sharing.ts';
import { drawSharing, stageHeights, type Frame } from './time-sharing-drawing.ts';

export const about: About = {
  name: 'time-sharing',
  title: 'A rare sensitive instruction can cost a guest half its time',
  question: 'How much of the CPU do the guests keep, and what do traps and switches take?',
  caption:
    'Every column is a time slice: below, what the guest computed itself; above, what the hypervisor spent on its traps. As it opens, guest A has one sensitive instruction in a thousand and keeps half of its slices; guest B has one in ten thousand and keeps nine tenths.',
  picture:
    'At the top, the cycles from one trap of guest A to the next. In the middle, the time slices of both guests, each split into the guest’s own share and the hypervisor’s. Below, a curve of the share that a guest keeps against its share of sensitive instructions, and bars of the totals.',
  models: [
    'Two guests take turns on one CPU; the timer ends each slice, and the hypervisor switches to the other guest.',
    'Ordinary instructions cost the guest their cycles. Every sensitive one costs a round trip into the hypervisor and its emulation, within the guest’s own slice. Sensitive instructions are spread evenly.',
    'The default round trip is the hardware round trip of a VM exit on Intel’s Sandy Bridge (2011): an exit by VT-x, from a series of six processors measured in one way. A trap out of ring 1 takes another path, and no such series of it is known to us.',
    'Nobody published the other prices. The emulation is set so that a trap costs a thousand cycles in all; the cost of an ordinary instruction, of a switch, and the clock are round numbers to change.',
  ],
  leavesOut: [
    'Caches and address translation: what a trap or a switch costs by emptying them.',
    'Guests that wait for something, interrupts for guests, weights, and more than one CPU.',
    'Bursts: the sensitive instructions of a real kernel need not come evenly.',
  ],
  sources: [
    { cite: 'popek-goldberg1974', at: '§5, efficiency' },
    { cite: 'agesen2012', at: 'Table 1' },
    { cite: 'sosp2003', at: 'pp. 10 and 12, time slice' },
  ],
  height: stageHeights,
  frameMs: 60,
};

export const params = {
  sensitive: {
    kind: 'number',
    label: 'Traps of A',
    help: 'How many of ten thousand instructions of guest A are sensitive.',
    place: 'view',
    unit: 'in 10\u202f000',
    min: 0,
    max: 100,
    step: 1,
    default: 10,
    source: 'unpublished',
  },
  sensitiveB: {
    kind: 'number',
    label: 'Traps of B',
    help: 'How many of ten thousand instructions of guest B are sensitive.',
    place: 'view',
    unit: 'in 10\u202f000',
    min: 0,
    max: 100,
    step: 1,
    default: 1,
    source: 'unpublished',
  },
  roundTrip: {
    kind: 'number',
    label: 'Round trip',
    help: 'Of a trap, from the guest into the hypervisor and back. The default is a VM exit in hardware on Sandy Bridge.',
    place: 'view',
    unit: 'cycles',
    min: 0,
    max: 5000,
    step: 1,
    default: { number: 'agesen2012.exit-sandy-bridge' },
    source: { cite: 'agesen2012', at: 'Table 1' },
  },
  slice: {
    kind: 'number',
    label: 'Time slice',
    help: 'After how long the timer takes the CPU from a guest. The default is Xen’s of 2003.',
    place: 'view',
    unit: 'ms',
    min: 0.2,
    max: 30,
    step: 0.2,
    default: { number: 'sosp2003.time-slice' },
    source: { cite: 'sosp2003', at: 'pp. 10 and 12' },
  },
  emulation: {
    kind: 'number',
    label: 'Emulation of one instruction',
    help: 'What the hypervisor does between entry and return.',
    place: 'assumption',
    unit: 'cycles',
    min: 0,
    max: 5000,
    step: 1,
    default: 216,
    source: 'unpublished',
  },
  switchCost: {
    kind: 'number',
    label: 'Switch to the other guest',
    help: 'Put the loss from cold caches in here as well.',
    place: 'assumption',
    unit: 'cycles',
    min: 0,
    max: 300_000,
    step: 1000,
    default: 30_000,
    source: 'unpublished',
  },
  ordinary: {
    kind: 'number',
    label: 'An ordinary instruction',
    place: 'assumption',
    unit: 'cycles',
    min: 1,
    max: 10,
    step: 1,
    default: 1,
    source: 'unpublished',
  },
  clock: {
    kind: 'number',
    label: 'Clock',
    help: 'Turns milliseconds into cycles.',
    place: 'assumption',
    unit: 'GHz',
    min: 0.5,
    max: 5,
    step: 0.1,
    default: 3,
    source: 'unpublished',
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

const generation = (name: string, label: string, when: string): Preset => ({
  name,
  label: `VM exit on ${label}, ${when}`,
  says: `Only the round trip is published: a VM exit and entry in hardware on Intel’s ${label}. Everything else stays as this figure opens.`,
  values: { roundTrip: { number: `agesen2012.exit-${name}` } },
  frame: 'last',
});

export const presets: readonly Preset[] = [
  generation('prescott', 'Prescott', '2005'),
  generation('merom', 'Merom', '2006'),
  generation('penryn', 'Penryn', '2008'),
  generation('nehalem', 'Nehalem', '2009'),
  generation('westmere', 'Westmere', '2010'),
  generation('sandy-bridge', 'Sandy Bridge', '2011'),
];

export const initial: Initial = { frame: 'last' };

/** How long the picture's window is, in ms, and how many moments of it there are. */
const windowMs = 60;
const momentCount = 121;

export function moments(frames: Frames<Frame>): readonly number[] {
  return [Math.round((frames.length - 1) / 2), frames.length - 1];
}

export function run(values: Values): readonly Frame[] {
  const perMs = Math.round(values.clock * 1e6);
  const trap = values.roundTrip + values.emulation;
  const work = (sensitive: number): model.Work => ({ sensitive, ordinary: values.ordinary, trap });
  const setup: model.Setup = {
    work: { A: work(values.sensitive), B: work(values.sensitiveB) },
    slice: Math.round(values.slice * perMs),
    switchCost: values.switchCost,
    end: windowMs * perMs,
  };
  const { slices, spent } = model.run(setup, momentCount);
  return spent.map((sums, moment) => {
    const time = model.momentTime(moment, momentCount, setup.end);
    return { setup, slices, spent: sums, time, timeMs: time / perMs, windowMs };
  });
}

export function draw(root: Root, frame: Frame, values: Values, stage: Stage): void {
  drawSharing(root, frame, values, stage);
}

/** The percentage of the time so far that went somewhere; 0 before anything ran. */
function percent(cycles: number, { time }: Frame): number {
  return time === 0 ? 0 : (100 * cycles) / time;
}

function hypervisorCycles({ spent }: Frame): number {
  return spent.trapping.A + spent.trapping.B + spent.switching;
}

export function describe(frame: Frame, values: Values): string {
  if (frame.time === 0) return 'Nothing has run yet. Guest A has the first slice.';
  const { direct } = frame.spent;
  const share = (cycles: number): string => `${formatNumber(percent(cycles, frame), 1)} %`;
  const trap = formatNumber(values.roundTrip + values.emulation);
  const cost =
    values.sensitive === 0
      ? 'Guest A has no sensitive instruction.'
      : `A trap costs ${trap} cycles, and ${values.sensitive} in ${formatNumber(model.per)} of guest A’s instructions are sensitive.`;
  return `After ${formatNumber(frame.timeMs, 1)} ms, guest A has had ${share(direct.A)} of the CPU for its own instructions and guest B ${share(direct.B)}; the hypervisor took ${share(hypervisorCycles(frame))}. ${cost}`;
}

export function readouts(frame: Frame): readonly Readout[] {
  const { direct, switching, traps } = frame.spent;
  const seconds = frame.timeMs / 1000;
  const part = (id: string, label: string, cycles: number, actor: Readout['actor']): Readout => ({
    id,
    label,
    value: percent(cycles, frame),
    unit: '%',
    digits: 1,
    actor,
  });
  return [
    part('guestA', 'Guest A, directly', direct.A, 'domu1'),
    part('guestB', 'Guest B, directly', direct.B, 'domu2'),
    part('hypervisor', 'Hypervisor', hypervisorCycles(frame), 'xen'),
    part('switching', 'of it, switching', switching, 'xen'),
    { id: 'traps', label: 'Traps per second', value: seconds === 0 ? 0 : traps / seconds },
  ];
}

export const columns: readonly Column<Frame>[] = [
  { name: 'time (ms)', value: ({ timeMs }) => timeMs },
  { name: 'guest A direct (cycles)', value: ({ spent }) => spent.direct.A },
  { name: 'guest B direct (cycles)', value: ({ spent }) => spent.direct.B },
  { name: 'traps of guest A (cycles)', value: ({ spent }) => spent.trapping.A },
  { name: 'traps of guest B (cycles)', value: ({ spent }) => spent.trapping.B },
  { name: 'switching (cycles)', value: ({ spent }) => spent.switching },
  { name: 'traps', value: ({ spent }) => spent.traps },
];

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'two-thirds',
    title: 'Keep two thirds',
    text: 'Find the largest share of sensitive instructions at which guest A still keeps two thirds of its slices.',
    check({ values, frame }) {
      const work = frame.setup.work.A;
      const kept = (sensitive: number): number => model.directShare({ ...work, sensitive });
      const now = `${formatNumber(100 * kept(values.sensitive), 1)} %`;
      if (kept(values.sensitive) < 2 / 3)
        return { done: false, says: `Guest A keeps ${now} of its slices. That is less than two thirds.` };
      const largest = values.sensitive === 100 || kept(values.sensitive + 1) < 2 / 3;
      if (!largest)
        return {
          done: false,
          says: `Guest A keeps ${now}. It could have more sensitive instructions and still keep two thirds.`,
        };
      return {
        done: true,
        says: `At ${values.sensitive} in ${formatNumber(model.per)} guest A keeps ${now}; one more would be too many.`,
      };
    },
    answer: { values: { sensitive: 4 }, frame: 'last' },
  },
  {
    name: 'switching',
    title: 'Make switching the larger cost',
    text: 'Find a setting in which the hypervisor spends more time on switching guests than on their traps, and more than a hundredth of the CPU in all.',
    check({ frames }) {
      const frame = frames.at(frames.length - 1);
      if (!frame) return { done: false, says: 'Nothing has run.' };
      const switching = percent(frame.spent.switching, frame);
      const trapping = percent(frame.spent.trapping.A + frame.spent.trapping.B, frame);
      const done = switching > trapping && switching > 1;
      return {
        done,
        says: `Switching takes ${formatNumber(switching, 1)} % of the CPU, traps take ${formatNumber(trapping, 1)} %.${done ? '' : ' Shorter slices are switched more often.'}`,
      };
    },
    answer: { values: { sensitive: 0, sensitiveB: 0, slice: 0.2 }, frame: 'last' },
  },
];
