/** Overhead of binary translation, paravirtualization and hardware assistance: rates of events times their costs. */
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
import { eventNames, overhead, partsOf, type EventName, type Rates } from '../models/cpu/overhead.ts';
import { costsFrom, type MachineName } from '../models/x86/costs.ts';
import { costParams, machineParam } from './marks/cost-inputs.ts';
import {
  crossingsOf,
  drawOverhead,
  events,
  height,
  percentWords,
  rateWords,
  techniques,
  type Frame,
} from './overhead-drawing.ts';

export const about: About = {
  name: 'overhead',
  title: 'No way to virtualize is the cheapest for every program',
  question: 'What does each technique cost a program that does this much of that?',
  caption:
    'The rate of one event grows to the right, the overhead upwards; both scales go by factors. Where two curves cross, the better technique changes. The bars below say what the overhead is made of at the marked rate.',
  picture: 'Curves of overhead for four techniques, and bars of what it is made of',
  models: [
    'For each event its rate times its extra cost, summed, over the bare machine’s time. Costs are put together from primitives; each stands under Assumptions with its source.',
    'Xen PV is the classic 32-bit interface: the kernel in ring 1, system calls straight to it, page-table updates in batches. In Xen today 32-bit PV is security-supported inside the PV shim only; 64-bit PV pays for system calls, too.',
    'Shadow and nested paging run on VT-x. Nested paging came to Intel’s CPUs with Nehalem; before it the curve is missing.',
    'A TLB miss reads 4 page-table entries, and more under nested paging.',
  ],
  leavesOut: [
    'Devices, driver domains and disks; translating code for the first time; slower calls and returns of translated code.',
    'Hidden faults of shadow paging, which exit, too; caches of page walks.',
    'CPUs since 2006, but for their exits: orders of magnitude, no forecast.',
  ],
  sources: [
    { cite: 'adams-agesen2006', at: '§§3, 4, 6.3 and Table 1' },
    { cite: 'sosp2003', at: '§§2, 3.3 and 4.2' },
    { cite: 'agesen2012', at: 'Table 1' },
    { cite: 'bhargava2008', at: 'Tables 1 and 2' },
    { cite: 'xen-support-md', at: 'x86/PV' },
  ],
  height,
  frameMs: 160,
};

const rate = {
  kind: 'number',
  unit: '',
  min: 0,
  max: 20000,
  step: 1,
  place: 'assumption',
  source: 'unpublished',
} as const;

export const params = {
  vary: {
    kind: 'choice',
    label: 'Rate that grows',
    help: 'The others stay as they are set under Assumptions.',
    options: eventNames.map((value) => ({ value, label: events[value] })),
    default: 'updates',
    place: 'view',
  },
  machine: { ...machineParam, default: 'nehalem' },
  batch: {
    kind: 'number',
    label: 'Updates in a hypercall',
    unit: '',
    min: 1,
    max: 2048,
    step: 1,
    default: 16,
    place: 'view',
    source: 'unpublished',
  },
  syscalls: { ...rate, label: 'System calls per million instructions', default: 100 },
  updates: { ...rate, label: 'Page-table updates per million', default: 100 },
  faults: { ...rate, label: 'Page faults per million', default: 10 },
  switches: { ...rate, label: 'Context switches per million', default: 5 },
  io: { ...rate, label: 'Device accesses per million', default: 5 },
  interrupts: { ...rate, label: 'Interrupts per million', default: 5 },
  misses: { ...rate, label: 'TLB misses per million', default: 200 },
  nestedReads: {
    kind: 'number',
    unit: '',
    step: 1,
    place: 'assumption',
    label: 'Entries read in a nested walk',
    min: 4,
    max: 24,
    default: { number: 'bhargava2008.nested-reads' },
  },
  ...costParams,
} as const satisfies Params;

type Values = ValuesOf<typeof params>;

const none = { syscalls: 0, updates: 0, faults: 0, switches: 0, io: 0, interrupts: 0, misses: 0 };
const suites = ['MiscServer', 'WebServer', 'JavaServer', 'IntCpu', 'FpCpu'];

export const presets: readonly Preset[] = [
  ...suites.map((suite): Preset => {
    const name = suite.replace(/Server|Cpu/, '').toLowerCase();
    return {
      name,
      label: `TLB misses of ${suite}`,
      says: 'Only their rate is published; all else is 0, and page-table updates grow. Where the curves cross, nested paging begins to pay.',
      values: { ...none, misses: { number: `bhargava2008.misses-${name}` } },
      frame: 20,
    };
  }),
  {
    name: 'calls',
    label: 'Example: nothing but system calls',
    says: 'Our own rate. Translation pays for each call; the others go straight to the kernel.',
    values: { ...none, vary: 'syscalls' },
    frame: 30,
  },
  {
    name: 'processes',
    label: 'Example: making processes, Prescott',
    says: 'Our own rates. The first VT-x loses to translation where page tables change.',
    values: { ...none, syscalls: 50, faults: 100, switches: 20, machine: 'prescott' },
    frame: 30,
  },
];

export const initial: Initial = { frame: 20 };

export function moments(): readonly number[] {
  return [10, 20, 35];
}

const steps = 43;

export function run(values: Values): Frames<Frame> {
  const event = eventNames.find((name) => name === values.vary) ?? 'updates';
  const { batch, nestedReads, vmreads, machine } = values;
  const setting = {
    costs: costsFrom({ ...values, machine: machine as MachineName }),
    batch,
    nativeReads: 4,
    nestedReads,
    vmreads,
  };
  const shown = techniques.filter(({ id }) => id !== 'nested' || !['prescott', 'merom', 'penryn'].includes(machine));
  const all = Array.from({ length: steps }, (_, at) => rates(values, event, at));
  const curves = shown.map(({ id }) => all.map((now) => overhead(id, now, setting)));
  const crossings = crossingsOf({ event, rates: rates(values, event, 0), setting, shown }, steps);
  const frame = (at: number): Frame => ({
    at,
    event,
    setting,
    rates: rates(values, event, at),
    shown,
    curves,
    crossings,
  });
  return Array.from({ length: steps }, (_, at) => frame(at));
}

/** Rates at a step: ten steps are a factor of ten. */
function rates(values: Values, event: EventName, at: number): Rates {
  const all = Object.fromEntries(eventNames.map((name) => [name, values[name]])) as Record<EventName, number>;
  return { ...all, [event]: 10 ** (at / 10) };
}

export function draw(root: Root, frame: Frame, _values: Values, stage: Stage): void {
  drawOverhead(root, frame, stage, steps);
}

/** The name of an event in the middle of a sentence. */
function inSentence(event: EventName): string {
  return events[event].replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

export function describe(frame: Frame): string {
  const { event, rates: now, setting, shown } = frame;
  const crossings = [...frame.crossings].sort((a, b) => a.rate - b.rate);
  const ranked = shown
    .map(({ id, name }) => ({ id, name, share: overhead(id, now, setting) }))
    .sort((a, b) => a.share - b.share);
  const [dearest] = ranked.slice(-1);
  const parts = dearest ? partsOf(dearest.id, now, setting) : undefined;
  const [largest] = parts ? [...eventNames].sort((a, b) => parts[b] - parts[a]) : [];
  return [
    `${rateWords(now[event])} ${inSentence(event)} per million instructions add:`,
    `${ranked.map(({ name, share }) => `${name} ${percentWords(share)}`).join(', ')}.`,
    dearest && parts && largest && parts[largest] > 0
      ? `Most of what ${dearest.name} adds are ${inSentence(largest)}.`
      : 'None adds anything.',
    crossings.length > 0
      ? `Curves cross at ${crossings.map(({ names, rate: at }) => `${rateWords(at)} (${names})`).join(', ')}.`
      : 'No curves cross.',
  ].join(' ');
}

export function readouts({ rates: now, event, setting, shown }: Frame): readonly Readout[] {
  return [
    { id: 'rate', label: 'Rate that grows, per million', value: now[event] },
    ...techniques.map(({ id, name }): Readout => {
      const known = shown.some((one) => one.id === id);
      return {
        id,
        label: name,
        value: known ? 100 * overhead(id, now, setting) : '–',
        unit: known ? '%' : '',
        digits: 1,
      };
    }),
  ];
}

export const columns: readonly Column<Frame>[] = [
  { name: 'event', value: ({ event }) => event },
  { name: 'per million instructions', value: ({ rates: now, event }) => Number(now[event].toPrecision(5)) },
  ...techniques.map(({ id, name }) => ({
    name: `${name} (%)`,
    value: ({ rates: now, setting }: Frame) => Number((100 * overhead(id, now, setting)).toPrecision(5)),
  })),
];

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'translation-wins',
    title: 'Software beats hardware',
    text: 'Find a program to which translation adds less than a fifth of what shadow paging adds.',
    check({ frame: { rates: now, setting } }) {
      const [software, hardware] = [overhead('translation', now, setting), overhead('shadow', now, setting)];
      return {
        done: hardware > 0 && software < hardware / 5,
        says: `Translation adds ${percentWords(software)}, shadow paging ${percentWords(hardware)}.`,
      };
    },
    answer: { values: { syscalls: 0, machine: 'prescott' }, frame: 35 },
  },
  {
    name: 'nested-loses',
    title: 'Nested paging loses',
    text: 'Find a program, on a CPU that has nested paging, to which it adds more than shadow paging does.',
    check({ frame: { rates: now, setting, shown } }) {
      if (!shown.some(({ id }) => id === 'nested')) return { done: false, says: 'This CPU has no nested paging.' };
      const [nested, shadow] = [overhead('nested', now, setting), overhead('shadow', now, setting)];
      return {
        done: nested > shadow,
        says: `Nested paging adds ${percentWords(nested)}, shadow paging ${percentWords(shadow)}.`,
      };
    },
    answer: { values: { vary: 'misses' }, frame: 35 },
  },
];
