/** One request through a type-1 and a type-2 stack, hop by hop on one clock. */
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
import * as model from '../models/io/stack-paths.ts';
import { drawStacks, stageHeights, µs } from './stack-paths-drawing.ts';

export const about: About = {
  name: 'stack-paths',
  title: 'Neither hypervisor drives the device',
  question: 'Who handles a guest’s request on its way to the device, and what does each hop cost?',
  caption:
    'On both sides a driver handles the request, and on neither side is it the hypervisor’s. Under Xen it belongs to dom0, a guest with privileges; on the right to the operating system that was there first.',
  picture:
    'Two stacks side by side. Type 1: dom0, a guest and other guests above Xen, above the hardware. Type 2: host programs and VMApp above the host operating system, beside a guest above its VMM, all on the hardware. A dot in each is the request. Below, both ways are drawn hop by hop on one axis of time.',
  models: [
    'A packet sent, or a disk read, from the guest’s request until the guest runs on: who has it, in which order, at what cost.',
    'Type 1 is Xen with split drivers: event channel, switch to dom0, back end, grant, native driver, and the way back.',
    'Type 2 is VMware Workstation 2.0 as its authors drew and timed it: VMM, world switch, VMApp, system call, native driver, and the way back.',
    'The driver’s own work is one setting for both sides. Costs that are drawn plain open as published. Those that nobody published are hatched; they open equal, at a value with which both ways of the packet take about as long, so that neither side leads by our choice.',
    'A batch pays for work once a request, and once altogether for what its requests share: notifications, switches, interrupts, waiting. What you see is one request’s share.',
    'Load is one rule for both sides. There is one CPU; who is woken waits until every busy other has run for one turn.',
  ],
  leavesOut: [
    'Real schedulers: Credit2 and Linux often let a fresh waker go first, and their shares of time are far longer than a hop. The rule here is simpler than either.',
    'More than one CPU. A dom0 with a CPU of its own waits for nobody: set the busy others to 0 for that.',
    'Of the hosted packet: the eleven other port accesses around each send, and the interrupt that reports it sent. The same interrupt under Xen.',
    'Waiting of a batch’s first request for its last, caches, persistent grants, and devices handed to a guest whole.',
  ],
  sources: [
    { cite: 'sugerman2001', at: '§2.3, Figures 4 and 5; §3.2' },
    {
      cite: 'xen-git',
      at: 'common/event_channel.c, evtchn_send(); common/grant_table.c, do_grant_table_op(); 4.22',
    },
    { cite: 'dall-linaro2016', at: 'results, TCP_RR' },
  ],
  height: stageHeights,
  frameMs: 900,
};

const cost = { kind: 'number', place: 'assumption', unit: 'µs', min: 0, max: 50, step: 0.01 } as const;
const figure5 = { cite: 'sugerman2001', at: 'Figure 5' } as const;
const unpublished = { ...cost, default: 2, source: 'unpublished' } as const;

export const params = {
  request: {
    kind: 'choice',
    label: 'Request',
    place: 'view',
    options: [
      { value: 'packet', label: 'send a packet' },
      { value: 'read', label: 'read the disk' },
    ],
    default: 'packet',
  },
  busy: {
    kind: 'number',
    label: 'Busy others',
    help: 'Guests beside this one under Xen; programs beside the virtual machine on the host.',
    place: 'view',
    unit: '',
    min: 0,
    max: 8,
    step: 1,
    default: 0,
  },
  batch: {
    kind: 'number',
    label: 'Requests in a batch',
    help: 'So many requests share one notification, or one world switch.',
    place: 'view',
    unit: '',
    min: 1,
    max: 32,
    step: 1,
    default: 1,
  },
  worldSwitch: {
    ...cost,
    label: 'World switch',
    help: 'From the VMM’s world to the host’s, or back.',
    place: 'view',
    max: 20,
    default: { number: 'sugerman2001.world-switch' },
    source: figure5,
  },
  driver: {
    ...cost,
    label: 'Driver',
    help: 'The native driver with the stack above it: the same work in dom0 and in the host.',
    max: 100,
    default: { number: 'sugerman2001.vmnet-driver' },
    source: figure5,
  },
  exit: { ...cost, label: 'VMM intercepts', default: { number: 'sugerman2001.out-instruction' }, source: figure5 },
  before: {
    ...cost,
    label: 'VMApp, before its call',
    default: { number: 'sugerman2001.vmapp-before' },
    source: figure5,
  },
  after: { ...cost, label: 'VMApp, after its call', default: { number: 'sugerman2001.vmapp-after' }, source: figure5 },
  resume: {
    ...cost,
    label: 'VMM returns to the guest',
    default: { number: 'sugerman2001.resume-guest' },
    source: figure5,
  },
  event: { ...unpublished, label: 'Xen marks an event' },
  domainSwitch: { ...unpublished, label: 'Xen switches domains' },
  backend: { ...unpublished, label: 'Back end, each time' },
  grant: { ...unpublished, label: 'Xen checks a grant' },
  turn: { ...unpublished, label: 'Turn of a busy other', max: 100, step: 1, default: 5 },
  guestWork: { ...unpublished, label: 'Guest’s part of a read, each time' },
  interrupt: { ...unpublished, label: 'Interrupt of the disk' },
  device: { ...unpublished, label: 'Disk', max: 200, default: 20 },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'packet-2001',
    label: 'Network packet sent, hosted, 2001',
    says: 'The right side is what Sugerman and others timed on a 733 MHz Pentium III: from the guest’s OUT instruction to its next one. They timed no Xen, and nobody published such a list for it: the left side is hatched, and its costs are yours to set.',
    values: {},
  },
  {
    name: 'disk-read',
    label: 'Disk read',
    says: 'Nobody published the hops of a disk read for either side. Every hop opens at the same cost, so that the picture compares how many there are, and the sliders are yours.',
    values: { request: 'read', worldSwitch: 2, driver: 2, exit: 2, before: 2, after: 2, resume: 2 },
  },
];

/** Opens where each request is in a driver: dom0’s, and the host’s. */
export const initial: Initial = { frame: 7 };

export function moments(frames: Frames<model.Moment>): readonly number[] {
  const all = Array.from({ length: frames.length }, (_, index) => frames.at(index));
  const driving = all.findIndex((moment) => moment?.hop1?.key === 'driver' && moment.hop2?.key === 'driver');
  return [Math.max(0, driving), frames.length - 1];
}

export function run(values: Values): readonly model.Moment[] {
  return model.run(setting(values));
}

export function draw(root: Root, moment: model.Moment, values: Values, stage: Stage): void {
  drawStacks(root, moment, setting(values), stage);
}

export function describe({ ns, hop1, hop2 }: model.Moment): string {
  const after = ns === 0 ? 'At the start' : `After ${µs(ns)}`;
  return `${after}, type 1: ${hop1?.does ?? 'domU1 runs on'}. Type 2: ${hop2?.does ?? 'the guest runs on'}.`;
}

export function readouts({ type1, type2 }: model.Moment): readonly Readout[] {
  const time = (ns: number): Pick<Readout, 'value' | 'unit' | 'digits'> => ({
    value: ns / 1000,
    unit: 'µs',
    digits: 2,
  });
  const crossed = (crossings: number): Pick<Readout, 'value' | 'digits'> => ({
    value: crossings,
    digits: count(crossings).split('.')[1]?.length ?? 0,
  });
  return [
    { id: 'type1', label: 'Type 1, a request', ...time(type1.totalNs) },
    { id: 'type2', label: 'Type 2, a request', ...time(type2.totalNs) },
    { id: 'cpu1', label: 'Type 1, CPU used', ...time(type1.cpuNs) },
    { id: 'cpu2', label: 'Type 2, CPU used', ...time(type2.cpuNs) },
    { id: 'crossings1', label: 'Type 1, boundaries', ...crossed(type1.crossings) },
    { id: 'crossings2', label: 'Type 2, boundaries', ...crossed(type2.crossings) },
  ];
}

interface Row extends model.Hop {
  readonly stack: string;
  readonly number: number;
}

export const columns: readonly Column<Row>[] = [
  { name: 'stack', value: (row) => row.stack },
  { name: 'hop', value: (row) => row.number },
  { name: 'who has the CPU', value: (row) => row.owner },
  { name: 'what happens', value: (row) => row.does },
  { name: 'start (µs)', value: (row) => row.startNs / 1000 },
  { name: 'time of one request (µs)', value: (row) => row.ns / 1000 },
  { name: 'CPU of the request', value: (row) => (row.cpu ? 'yes' : 'no') },
  { name: 'shared by the batch', value: (row) => (row.once ? 'yes' : 'no') },
  { name: 'crossings of one request', value: (row) => Number(row.crossings.toFixed(4)) },
  { name: 'cost published', value: (row) => (row.published ? 'yes' : 'no') },
];

export function rows(frames: Frames<model.Moment>): readonly Row[] {
  const first = frames.at(0);
  if (!first) return [];
  const of = (stack: string, { hops }: model.Path): Row[] =>
    hops.map((hop, index) => ({ ...hop, stack, number: index + 1 }));
  return [...of('type 1', first.type1), ...of('type 2', first.type2)];
}

export const tasks: readonly FigureTask<model.Moment, Values>[] = [
  {
    name: 'hosted-first',
    title: 'Make the type-2 path the faster one',
    text: 'With nobody else busy: find a setting in which a request on the right takes at most three quarters of its time on the left.',
    check({ frame: { type1, type2 }, values }) {
      if (values.busy > 0)
        return {
          done: false,
          says: `${values.busy === 1 ? 'One other is' : `${values.busy} others are`} busy; find it with none.`,
        };
      const most = (type1.totalNs * 3) / 4;
      if (type2.totalNs <= most && type1.totalNs > 0)
        return { done: true, says: `${µs(type2.totalNs)} on the right, ${µs(type1.totalNs)} on the left.` };
      return {
        done: false,
        says: `The right side takes ${µs(type2.totalNs)}, and ${µs(most)} would be three quarters of the left.`,
      };
    },
    answer: { values: { domainSwitch: 10 } },
  },
  {
    name: 'halve-hosting',
    title: 'Halve the price of being hosted',
    text: 'World switches and VMApp are what a packet pays for being hosted. Find the smallest batch that halves it.',
    check({ frame, values }) {
      const now = hosting(frame.type2);
      const half = hosting(model.hostedPath({ ...setting(values), batch: 1 })) / 2;
      const less =
        values.batch > 1 ? hosting(model.hostedPath({ ...setting(values), batch: values.batch - 1 })) : 2 * half;
      if (now <= half && less <= half)
        return { done: false, says: `${µs(now)} is left, less than half; a smaller batch does it too.` };
      if (now <= half && half > 0)
        return {
          done: true,
          says: `${µs(now)} is left of ${µs(2 * half)}, at ${count(values.batch)} requests a batch.`,
        };
      return { done: false, says: `${µs(now)} is left, and half would be ${µs(half)}.` };
    },
    answer: { values: { batch: 4 } },
  },
];

function hosting({ hops }: model.Path): number {
  const hosted = hops.filter((hop) => hop.place === 'wall' || (hop.place === 'vmapp' && hop.cpu));
  return hosted.reduce((sum, hop) => sum + hop.ns, 0);
}

function setting(values: Values): model.Setting {
  return { ...values, request: values.request === 'read' ? 'read' : 'packet' };
}

function count(number: number): string {
  return String(Math.round(number * 100) / 100);
}
