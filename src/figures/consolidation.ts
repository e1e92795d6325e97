/** A rack of servers packed as VMs onto fewer hosts: which resource binds, how near the best it is, what a lost host does. */
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
import type { Server } from '../models/capacity/packing.ts';
import { drawConsolidation } from './consolidation-drawing.ts';
import { framesOf, meanLoad, setupOf, type Frame } from './consolidation-frames.ts';
import { letter, stageHeights } from './consolidation-scene.ts';
import { binding, hostCount, sentence } from './consolidation-words.ts';

export const about: About = {
  name: 'consolidation',
  title: 'Twelve servers fit on four hosts, and memory says how many',
  question: 'How few hosts can take a rack of servers as VMs, which resource decides, and what if a host is lost?',
  caption:
    'Each server becomes a VM on a host; the boxes of the rack are hardly filled, and the hosts are. As it opens, the hosts’ memory is full before their CPU is: for the CPU alone, three hosts would do.',
  picture:
    'Twelve servers with their load over a day and their memory. Beside or below them the hosts, one below the other: a bar of memory that the VMs fill after dom0, and a chart of the CPU by the hour, with a line where the headroom begins. Below, how many hosts memory alone and CPU alone would need, the fewest possible, and how many were taken.',
  models: [
    'The rack is an example: nobody published these twelve servers. Their mean load lies where a report of 2014 has that of servers, at 12 to 18 % of their CPU.',
    'A VM keeps its memory all day; its CPU load changes by the hour. CPU is added up as the sum of all peaks, or hour by hour.',
    'First fit asks the hosts in their order, best fit takes the one with the least room left. The VMs come largest first, by the larger of their two shares of a host, and are not moved again.',
    'The fewest possible is exact: every way to share out the twelve is covered.',
    'The VMs of a lost host are started on the others, largest memory first, where most memory is free, as xapi plans it. xapi counts memory alone; here the CPU must fit too. Then the headroom may be used.',
    'dom0 takes the memory that Citrix Hypervisor gives it: 1 GiB and 5 % of the host’s, at most 8 GiB.',
  ],
  leavesOut: [
    'Live migration to follow the hours, memory promised twice, NUMA, network, disk, and the CPU time of dom0 and Xen.',
    'What a core is worth: old and new ones count as equal. Rules about who may share a host.',
    'How long restarts take, and what a VM loses with its host.',
  ],
  sources: [
    { cite: 'panigrahy2011', at: 'abstract' },
    { cite: 'dosa2007', at: 'abstract' },
    { cite: 'speitkamp-bichler2010', at: 'abstract' },
    { cite: 'xen-api', at: 'ocaml/xapi/binpack.ml' },
    { cite: 'citrix-memory' },
    { cite: 'nrdc2014' },
  ],
  height: stageHeights,
  frameMs: 900,
  data: 'racks.yaml',
};

export const params = {
  memory: {
    kind: 'number',
    place: 'view',
    source: 'unpublished',
    label: 'Memory of a host',
    unit: 'GiB',
    min: 16,
    max: 256,
    step: 16,
    default: 64,
  },
  by: {
    kind: 'choice',
    label: 'CPU is added up',
    help: 'Every VM’s own peak, as if all came at once; or what the day really adds up to.',
    place: 'view',
    options: [
      { value: 'peak', label: 'by peaks' },
      { value: 'hours', label: 'by the hour' },
    ],
    default: 'peak',
  },
  headroom: {
    kind: 'number',
    place: 'view',
    source: 'unpublished',
    label: 'Headroom',
    help: 'The part of a host that packing leaves free.',
    unit: '%',
    min: 0,
    max: 60,
    step: 5,
    default: 20,
  },
  lost: {
    kind: 'number',
    label: 'Host to lose',
    help: 'After the packing. 0: none. A click on a host loses it.',
    place: 'view',
    unit: '',
    min: 0,
    max: 12,
    step: 1,
    default: 0,
  },
  cores: {
    kind: 'number',
    place: 'assumption',
    source: 'unpublished',
    label: 'CPU of a host',
    unit: 'cores',
    min: 4,
    max: 64,
    step: 4,
    default: 16,
  },
  growth: {
    kind: 'number',
    place: 'assumption',
    source: 'unpublished',
    label: 'CPU load, of today’s',
    unit: '%',
    min: 50,
    max: 200,
    step: 10,
    default: 100,
  },
  heuristic: {
    kind: 'choice',
    label: 'Which host takes a VM',
    place: 'assumption',
    options: [
      { value: 'ffd', label: 'first fit' },
      { value: 'bfd', label: 'best fit' },
    ],
    default: 'ffd',
  },
  dom0: {
    kind: 'switch',
    label: 'dom0 takes its memory',
    place: 'assumption',
    default: true,
    source: { cite: 'citrix-memory' },
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'memory-binds',
    label: 'Memory binds',
    says: 'As the figure opens: hosts of 64 GiB.',
    values: {},
    frame: 'last',
  },
  {
    name: 'cpu-binds',
    label: 'CPU binds',
    says: 'Twice the memory in each host. Now the sum of the peaks decides.',
    values: { memory: 128 },
    frame: 'last',
  },
  {
    name: 'by-the-hour',
    label: 'By the hour',
    says: 'The same hosts, but nights and days share the CPU.',
    values: { memory: 128, by: 'hours' },
    frame: 'last',
  },
  {
    name: 'host-lost',
    label: 'A host is lost',
    says: 'Two hosts were enough until one of them dies.',
    values: { memory: 128, by: 'hours', lost: 1 },
    frame: 'last',
  },
];

export const initial: Initial = { frame: 'last' };

export function moments(frames: Frames<Frame>): readonly number[] {
  return [Math.min(4, frames.length - 1), frames.length - 1];
}

export function run(values: Values, servers: readonly Server[]): readonly Frame[] {
  return framesOf(values, servers);
}

export function draw(root: Root, frame: Frame, _: Values, stage: Stage): void {
  drawConsolidation(root, frame, stage);
}

export function describe(frame: Frame): string {
  return sentence(frame);
}

export function readouts(frame: Frame): readonly Readout[] {
  const { bounds, optimum, down } = frame.setup;
  return [
    { id: 'hosts', label: 'Hosts taken', value: frame.hosts.length },
    { id: 'optimum', label: 'Fewest possible', value: optimum },
    { id: 'bound', label: 'By the sums at least', value: Math.max(bounds.memory, bounds.cpu) },
    { id: 'binds', label: 'What binds', value: binding(frame) },
    { id: 'load', label: 'Mean CPU load', value: meanLoad(frame), unit: '%' },
    { id: 'down', label: 'VMs down after a loss', value: down },
  ];
}

export const columns: readonly Column<Frame>[] = [
  { name: 'hosts', value: ({ hosts }) => hosts.length },
  { name: 'VM', value: ({ step }) => (step ? letter(step.item) : '') },
  { name: 'hosts tried', value: ({ step }) => step?.tries.length ?? 0 },
  { name: 'what happens', value: sentence },
];

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'one-too-many',
    title: 'Catch the heuristic',
    text: 'Find a setting in which first fit or best fit takes one host more than the fewest possible.',
    check({ frame: { setup } }) {
      const { packed, optimum } = setup;
      const done = packed.length > optimum;
      const fewest = done ? `${optimum} would do` : 'no packing does with fewer';
      return { done, says: `It takes ${hostCount(packed.length)}; ${fewest}.` };
    },
    answer: { values: { by: 'hours', headroom: 35 }, frame: 'last' },
  },
  {
    name: 'spare-host',
    title: 'Survive the loss of any host',
    text: 'With hosts of 128 GiB and CPU by the hour: find the smallest headroom at which every VM can be restarted, whichever host is lost.',
    check({ frame: { setup }, values }) {
      const { memory, by, headroom } = values;
      if (memory !== 128 || by !== 'hours') return { done: false, says: 'First: 128 GiB, CPU by the hour.' };
      if (setup.worst > 0) return { done: false, says: `${setup.worst} VMs would stay down with the worst host.` };
      const done = headroom < 5 || setupOf({ ...values, headroom: headroom - 5 }, setup.servers).worst > 0;
      const says = `Any one of ${hostCount(setup.packed.length)} may be lost`;
      return { done, says: done ? `${says}, at ${headroom} %.` : `${says}, but with less headroom too.` };
    },
    answer: { values: { memory: 128, by: 'hours', headroom: 35 }, frame: 'last' },
  },
];
