/** A host with a fault in one of its parts: what goes down, what waits, what runs on, and what a restart brings back. */
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
import * as model from '../models/recovery/faults.ts';
import type { Layout, Moment, Part, State } from '../models/recovery/faults.ts';
import { drawHost, stageHeights, names, type Elsewhere } from './blast-radius-drawing.ts';

export const about: About = {
  name: 'blast-radius',
  title: 'A driver outside dom0 takes no guest down with it',
  question: 'When one part of a Xen host crashes, what goes down with it, and what does starting it again bring back?',
  caption:
    'As it opens, the network driver has crashed in a driver domain of its own: three guests are without network, and none is down. Below, the same fault in the other layouts. With all in dom0 it ends in a reboot of the machine.',
  picture:
    'A host as boxes: dom0 with what it holds, driver and stub domains, three guests, Xen, hardware. What has failed is hatched with a cross, what went down with it is hatched, what waits is dashed. Below, three small boxes for the guests in each of four layouts.',
  models: [
    'Who needs whom on the host, and what a crash passes on: it takes down what runs on it, makes wait what asks it for something, or leaves guests running that nobody can manage.',
    'A driver inside dom0 is part of its kernel. When dom0’s kernel crashes, Xen reboots the machine, because dom0 is its hardware domain.',
    'Guests 1 and 2 have split drivers only. Guest 3 has emulated devices too, and stops at the next touch of one when its QEMU is gone.',
    'Restart: a driver domain starts alone and the toolstack connects its network again; a disk that is in use cannot be detached, so its guests boot; xenstored and all below it cost a reboot.',
    'dom0less is the Arm form without any dom0. Guests 1 and 2 drive their own devices, and the guide asks for a reboot of the platform when one of them crashes.',
    'Without an IOMMU the worst case is drawn: the failing driver’s device writes into Xen’s memory.',
  ],
  leavesOut: [
    'Break-ins. A stub domain is there for them, and its gain does not show here.',
    'How long anything takes. Nobody publishes these times for Xen 4.22.',
    'Faults that do harm before they crash, or never crash; a kernel that goes on after an oops.',
    'The disk from which dom0 itself runs, and a hardware domain that is not dom0.',
  ],
  sources: [
    { cite: 'xen-git', at: 'common/shutdown.c, hwdom_shutdown(); common/ioreq.c, wait_for_io(); 4.22.0' },
    { cite: 'xen-git', at: 'tools/hotplug/Linux/init.d/xencommons.in; docs/man/xl.1.pod.in, block-detach; 4.22.0' },
    { cite: 'xen-git', at: 'docs/features/dom0less.pandoc, Limitations; docs/misc/xenstore.txt, live-update; 4.22.0' },
    { cite: 'xen-support-md', at: 'Driver Domains; Xenstore; x86/PCI Device Passthrough' },
    { cite: 'qubes-firewall', at: 'Reconnecting qubes after a net qube reboot' },
    { cite: 'xcp-docs', at: 'management/updates, on restarting the toolstack' },
    { cite: 'xen-hackathon2016' },
  ],
  height: stageHeights,
  frameMs: 1200,
};

const option = (value: Part): { value: string; label: string } => ({ value, label: names[value] });

export const params = {
  layout: {
    kind: 'choice',
    label: 'Layout',
    place: 'view',
    options: [
      { value: 'dom0', label: 'all in dom0' },
      { value: 'drivers', label: 'driver domains' },
      { value: 'stubs', label: 'stub domains too' },
      { value: 'dom0less', label: 'dom0less' },
    ],
    default: 'drivers',
  },
  fault: {
    kind: 'choice',
    label: 'What fails',
    help: 'A click on a box does the same.',
    place: 'view',
    options: (['app', 'g1', 'g2', 'g3', 'net', 'disk', 'qemu', 'xs', 'tools', 'dom0', 'xen', 'hw'] as const).map(
      option,
    ),
    default: 'net',
  },
  iommu: {
    kind: 'switch',
    label: 'IOMMU',
    help: 'On: a device reaches only the memory of the domain that drives it.',
    place: 'view',
    default: true,
  },
  reconnect: {
    kind: 'switch',
    label: 'Disks reconnect',
    help: 'Guests find a restarted disk driver domain by themselves, as in research systems.',
    place: 'view',
    default: false,
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'driver-domain',
    label: 'Network driver, in a driver domain',
    says: 'A domain of its own drives the network card. Its crash takes the network away, and a restart of that domain brings it back.',
    values: {},
    frame: 3,
  },
  {
    name: 'all-in-dom0',
    label: 'Network driver, all in dom0',
    says: 'The usual host. A driver is part of dom0’s kernel, and a crash there ends in a reboot of the machine.',
    values: { layout: 'dom0' },
    frame: 4,
  },
  {
    name: 'xenstored',
    label: 'xenstored',
    says: 'All guests keep running with all their devices. Control over them is gone until the machine reboots.',
    values: { fault: 'xs' },
    frame: 2,
  },
  {
    name: 'dom0less',
    label: 'Network driver, dom0less',
    says: 'The driver sits in the one guest that uses the card. Only that guest goes down; there is nothing that could start it again alone.',
    values: { layout: 'dom0less' },
    frame: 3,
  },
];

/** Opens where the fault has gone as far as it goes. */
export const initial: Initial = { frame: 3 };

export function moments(frames: Frames<Moment>): readonly number[] {
  const worst = model.worst(Array.from({ length: frames.length }, (_, index) => frames.at(index) as Moment));
  return [...new Set([worst, frames.length - 1])];
}

export function run(values: Values): readonly Moment[] {
  return model.run(setting(values));
}

export function draw(root: Root, moment: Moment, values: Values, stage: Stage): void {
  const now = setting(values);
  const other = (change: Partial<model.Setting>): Elsewhere => {
    const all = model.run({ ...now, ...change });
    const at = model.worst(all);
    return { at, moment: all[at] as Moment, there: all.length > 1 };
  };
  const layouts = params.layout.options.map(({ value, label }) => ({
    layout: value,
    label,
    ...other({ layout: value }),
  }));
  drawHost(root, { moment, setting: now, layouts, frameOf: (fault) => other({ fault }).at }, stage);
}

const list = (parts: readonly Part[]): string => parts.map((part) => names[part]).join(', ');

export function describe({ phase, states, machine, afresh, lost }: Moment, values: Values): string {
  const { layout, fault, iommu } = setting(values);
  const of = (...wanted: readonly State[]): readonly Part[] =>
    [...states].filter(([, state]) => wanted.includes(state)).map(([part]) => part);
  const booted = model.guests.filter((guest) => afresh.has(guest)).length;
  if (phase === 'before')
    return states.has(fault) ? `All runs. Next, this fails: ${names[fault]}.` : `This layout has no ${names[fault]}.`;
  if (phase === 'after')
    return booted > 0
      ? `All runs again. ${booted} of 3 guests had to boot, and lost what they held in memory.`
      : 'All runs again, and no guest had to boot.';
  if (phase === 'restart')
    return `${machine ? 'The machine starts again' : of('boots').includes(fault) ? 'Only what failed starts again' : 'The guests whose disk it is have to boot'}. Starting: ${list(of('boots'))}.`;
  const isXenDown = states.get('xen') === 'down';
  const down = `Down: ${isXenDown ? 'Xen and all that runs on it' : list(of('down'))}.`;
  const why =
    !isXenDown || fault === 'xen'
      ? ''
      : fault === 'hw'
        ? ' Xen has nothing to run on.'
        : states.get('dom0') === 'down' && (iommu || fault === 'dom0')
          ? ' Xen has seen its hardware domain crash, and reboots the machine.'
          : ' Nothing kept the device out of Xen’s memory.';
  const waits = of('waits').filter((part) => model.guests.includes(part)).length;
  const without = waits > 0 ? ` ${waits} of 3 guests without ${lost.map((part) => lacks[part]).join(' and ')}.` : '';
  const control = !isXenDown && of('unmanaged').length > 0 ? ' Guests run on; nobody can manage them.' : '';
  const alone = layout === 'dom0less' && phase === 'spread' ? ' Nothing here could start a guest alone.' : '';
  return `${down}${why}${without}${control}${alone}`;
}

const lacks: Readonly<Partial<Record<Part, string>>> = { net: 'network', disk: 'disk', qemu: 'emulated devices' };

export function readouts(moment: Moment): readonly Readout[] {
  return [
    { id: 'down', label: 'Guests down', value: model.guestsIn(moment, 'down', 'boots') },
    { id: 'waiting', label: 'Guests without a device', value: model.guestsIn(moment, 'waits') },
    { id: 'managed', label: 'Guests that can be managed', value: model.guestsManaged(moment) },
    {
      id: 'boot',
      label: 'Guests that must boot',
      value: model.guests.filter((guest) => moment.afresh.has(guest)).length,
    },
  ];
}

interface Row {
  readonly moment: number;
  readonly phase: string;
  readonly part: Part;
  readonly state: State;
}

export const columns: readonly Column<Row>[] = [
  { name: 'moment', value: (row) => row.moment },
  { name: 'phase', value: (row) => row.phase },
  { name: 'part', value: (row) => names[row.part] },
  { name: 'state', value: (row) => row.state },
];

export function rows(frames: Frames<Moment>): readonly Row[] {
  return Array.from({ length: frames.length }, (_, moment) => {
    const { phase, states } = frames.at(moment) as Moment;
    return [...states].map(([part, state]) => ({ moment, phase, part, state }));
  }).flat();
}

function atWorst(values: Values): Moment {
  const all = model.run(setting(values));
  return all[model.worst(all)] as Moment;
}

export const tasks: readonly FigureTask<Moment, Values>[] = [
  {
    name: 'quiet-fault',
    title: 'Find the fault that hurts later',
    text: 'One part can crash while all guests keep running with all their devices, and yet all of them have to boot in the end. Which?',
    check({ values }) {
      const moment = atWorst(values);
      const hurt = model.guestsIn(moment, 'down', 'waits');
      const boot = model.guests.filter((guest) => moment.afresh.has(guest)).length;
      return {
        done: hurt === 0 && boot === 3,
        says: `This fault leaves ${3 - hurt} of 3 guests running with all devices, and ${boot} must boot.`,
      };
    },
    answer: { values: { fault: 'xs' }, frame: 2 },
  },
  {
    name: 'undo',
    title: 'Undo the driver domain',
    text: 'The network driver stays in its driver domain, and fails. Let it take all three guests down nevertheless.',
    check({ values }) {
      const placed = values.fault === 'net' && ['drivers', 'stubs'].includes(values.layout);
      const down = model.guestsIn(atWorst(values), 'down');
      if (!placed) return { done: false, says: 'What fails must be the network driver, in a driver domain.' };
      return { done: down === 3, says: `This takes ${down} of 3 guests down.` };
    },
    answer: { values: { iommu: false }, frame: 3 },
  },
];

function setting(values: Values): model.Setting {
  return { ...values, layout: values.layout as Layout, fault: values.fault as Part };
}
