/** The kinds of x86 guests by aspect, and which of them a set of constraints leaves. */
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
import { judge, type Constraint, type GuestTypes, type Judged } from '../models/cpu/guest-types.ts';
import { drawTypes, stageHeights } from './guest-types-drawing.ts';

interface Moment {
  readonly judged: readonly Judged[];
  readonly data: GuestTypes;
  /** The constraints, in words. */
  readonly asked: string;
}

export const about: About = {
  name: 'guest-types',
  title: 'PVH leaves page tables to the CPU, and asks Xen for devices',
  question: 'What kinds of guests does Xen run on x86, who does what for each, and which of them fit?',
  caption:
    'Each cell says who does the work: the guest itself, which knows of Xen, or the CPU, Xen, or QEMU. At the right stands which kinds your constraints leave, and what excludes the others.',
  picture:
    'A table with the five kinds of x86 guests as rows: how each boots, runs, keeps page tables, gets interrupts and reaches devices, and whether the chosen constraints leave it.',
  models: [
    'What each kind needs and has is data, with its place in the documents and the source of Xen 4.22. The chooser’s rules read those data; each rule has its place in them too.',
    'A rule excludes a kind, or lets it stay under a condition. Some constraints change others: with a passed-through device nothing migrates, and only 64-bit PV is open to Meltdown.',
  ],
  leavesOut: [
    'dom0, whose kind is a choice of the host: PV by default, or PVH with caveats. Arm, which has one kind of guest.',
    'What a given release of an operating system supports, and how fast it is.',
    'Nested virtualization, and guests started without a toolstack.',
  ],
  sources: [
    { cite: 'xen-support-md', at: 'Guest Type; x86/PCI Device Passthrough; Shadow paging' },
    { cite: 'xen-git', at: 'docs/man/xl.cfg.5.pod.in; docs/misc/pvh.pandoc; tools/libs/light/libxl_x86.c; 4.22' },
    { cite: 'xsa-254-faq' },
  ],
  height: stageHeights,
  data: 'guest-types.yaml',
};

export const params = {
  asked: {
    kind: 'set',
    label: 'It has to be',
    place: 'view',
    options: [
      { value: 'noVtx', label: 'without VT-x or SVM' },
      { value: 'noQemu', label: 'without any QEMU' },
      { value: 'windows', label: 'unmodified Windows' },
      { value: 'pvOnly', label: 'a kernel ported to PV alone' },
      { value: 'bits32', label: 'a 32-bit kernel' },
      { value: 'firmware', label: 'booted by BIOS or UEFI' },
      { value: 'pci', label: 'given a PCI device' },
      { value: 'migrate', label: 'migrated live' },
      { value: 'meltdown', label: 'safe on a CPU with Meltdown' },
    ],
    default: ['noQemu'],
  },
  aspect: {
    kind: 'choice',
    label: 'Read about',
    place: 'view',
    options: [
      { value: 'boot', label: 'How it boots' },
      { value: 'cpu', label: 'Privileged instructions' },
      { value: 'tables', label: 'Page tables' },
      { value: 'irq', label: 'Interrupts and timers' },
      { value: 'io', label: 'Disk and network' },
      { value: 'devices', label: 'Emulated devices' },
      { value: 'vtx', label: 'Needs VT-x or SVM' },
      { value: 'qemu', label: 'Needs QEMU' },
      { value: 'pci', label: 'PCI devices passed through' },
      { value: 'status', label: 'Support in Xen 4.22' },
      { value: 'meltdown', label: 'Meltdown against Xen' },
    ],
    default: 'tables',
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'windows',
    label: 'Windows with a device of its own',
    says: 'A kernel that nobody ports, and a PCI device passed through.',
    values: { asked: ['windows', 'pci'], aspect: 'boot' },
  },
  {
    name: 'old-kernel',
    label: 'An old PV kernel, safe from Meltdown',
    says: 'A 32-bit kernel that knows PV alone, on a CPU with the flaw.',
    values: { asked: ['pvOnly', 'bits32', 'meltdown'], aspect: 'status' },
  },
  {
    name: 'old-cpu',
    label: 'A CPU of 2004',
    says: 'No VT-x, no SVM: what Xen began with.',
    values: { asked: ['noVtx'], aspect: 'cpu' },
  },
];

export const initial: Initial = { frame: 0 };

export function moments(): readonly number[] {
  return [0];
}

/** One moment: there is no time in it. */
export function run({ asked }: Values, data: GuestTypes): readonly Moment[] {
  const chosen = params.asked.options.filter(({ value }) => asked.includes(value));
  const constraints = chosen.map(({ value }): Constraint => value);
  return [{ data, asked: chosen.map(({ label }) => label).join(', '), judged: judge(data.types, constraints) }];
}

/** The words that are drawn, and in sentences what is told of the chosen aspect. */
export function first({ aspects, types }: GuestTypes, { aspect }: Values): GuestTypes {
  return {
    aspects,
    types: types.map((type) => ({
      ...type,
      cells: Object.fromEntries(
        aspects.flatMap(({ id, short }) => {
          const cell = type.cells[id];
          return cell && (short || id === aspect)
            ? [[id, id === aspect ? cell : { by: cell.by, word: cell.word }] as const]
            : [];
        }),
      ),
    })),
  };
}

export function draw(root: Root, { judged, data }: Moment, { aspect }: Values, stage: Stage): void {
  drawTypes(root, judged, data.aspects, aspect, stage);
}

const names = (judged: readonly Judged[]): string => judged.map(({ type }) => type.name).join(', ') || 'none';

export function describe({ judged, asked }: Moment): string {
  const left = judged.filter(({ out }) => !out);
  const conditions = left.flatMap(({ type, findings }) => findings.map(({ says }) => `${type.name} ${says}`));
  const start = asked ? `It has to be ${asked}.` : 'Nothing is asked yet.';
  return `${start} Left: ${names(left)}.${conditions.length > 0 ? ` But ${conditions.join('; ')}.` : ''}`;
}

export function readouts({ judged }: Moment): readonly Readout[] {
  const left = judged.filter(({ out }) => !out);
  return [
    { id: 'left', label: 'Kinds left', value: left.length },
    { id: 'which', label: 'Which', value: names(left) },
    {
      id: 'conditions',
      label: 'Of these under a condition',
      value: left.filter(({ findings }) => findings.length).length,
    },
  ];
}

interface Row {
  readonly type: string;
  readonly aspect: string;
  readonly by: string;
  readonly says: string;
  readonly source: string;
}

export const columns: readonly Column<Row>[] = [
  { name: 'guest', value: ({ type }) => type },
  { name: 'aspect', value: ({ aspect }) => aspect },
  { name: 'done by', value: ({ by }) => by },
  { name: 'what', value: ({ says }) => says },
  { name: 'source', value: ({ source }) => source },
];

export function rows(frames: Frames<Moment>): readonly Row[] {
  const { types = [], aspects = [] } = frames.at(0)?.data ?? {};
  return types.flatMap((type) =>
    aspects.map(({ id, name }): Row => {
      const { by = 'nobody', says = '', cited = '' } = type.cells[id] ?? {};
      return { type: type.name, aspect: name, by, says, source: cited };
    }),
  );
}

export const tasks: readonly FigureTask<Moment, Values>[] = [
  {
    name: 'only-shim',
    title: 'A place for the shim',
    text: 'Find constraints under which PV in PVH alone stays without a condition.',
    check({ frame }) {
      const left = frame.judged.filter(({ findings }) => findings.length === 0);
      return left.length === 1 && left[0]?.type.id === 'shim'
        ? { done: true, says: 'PV stays too, but only under a condition.' }
        : { done: false, says: `Without a condition stay: ${names(left)}.` };
    },
    answer: { values: { asked: ['pvOnly', 'bits32'] } },
  },
  {
    name: 'nothing-left',
    title: 'Two that exclude each other',
    text: 'Find two constraints, each of which leaves some kind of guest, and which leave none together.',
    check({ values, frame }) {
      if (values.asked.length !== 2) return { done: false, says: 'Choose two.' };
      const left = frame.judged.filter(({ out }) => !out);
      return left.length === 0
        ? { done: true, says: 'Each can be had, and not both in one guest.' }
        : { done: false, says: `Left: ${names(left)}.` };
    },
    answer: { values: { asked: ['pci', 'migrate'] } },
  },
];
