/** Where kernel, hypervisor and user stand, and what the processor asks before it lets an access through. */
import type {
  About,
  Column,
  FigureTask,
  Initial,
  Params,
  Preset,
  Readout,
  Root,
  Stage,
  ValuesOf,
  Frames,
} from '../figure/contract.ts';
import { attempt, type Check, type Question } from '../models/cpu/rings.ts';
import { drawRings, stageHeights, type Moment } from './rings-drawing.ts';
import { labelOf, levelName, parties, says, targets, verdictWords } from './rings-words.ts';

export const about: About = {
  name: 'rings',
  title: 'Three parties, and page tables that know only two',
  question: 'Where do program, kernel and hypervisor stand, and what keeps each out of the memory of the others?',
  caption:
    'A page-table entry knows user and supervisor. Program, kernel and hypervisor are three, and each layout has another way to keep the third apart: a limit, a second table, a mode for guests.',
  picture:
    'Privilege levels as bands, with program, kernel and Xen in them; the memory that the asking party’s page table shows; the five checks of the processor, with what comes of them.',
  models: [
    'A layout is the state of a machine: privilege levels, segment limits, the bits with which each page table maps each kind of page, and whether a second stage of translation is on. The verdict is what the checks leave.',
    'The checks are made in the processor’s order, up to the first that stops. A kernel whose page tables nobody checks may map what it likes, as far as it has an address for it.',
    'Meltdown changes one rule: a read gets past the U/S bit. Xen’s memory maps all of the machine’s, so who reads it reads every guest.',
    'The two layouts marked ‘not Xen’ are what a 64-bit Xen would be without the ring, or without the second table.',
  ],
  leavesOut: [
    'What Xen shows to guests on purpose, and the little that stays mapped with XPTI; the limits that some of AMD’s processors can check in 64-bit mode.',
    'SMEP, SMAP, NX, protection keys; shadow paging; devices that write memory; encrypted guests.',
    'Flaws other than Meltdown: L1TF reads past EPT. Cores of Arm that have Meltdown. Whether Meltdown gets past a segment limit nobody has published; here the limit holds.',
    'How long any of it takes.',
  ],
  sources: [
    { cite: 'sosp2003', at: '§2.1.1, Table 1' },
    { cite: 'intel-sdm', at: 'vol. 3A, 4.6, 5.3, 5.6, 5.9' },
    { cite: 'xen-git', at: 'arch/x86/include/asm/{config,regs}.h; arch/x86/pv/{mm.h,emul-priv-op.c}; 4.22' },
    { cite: 'xsa-254-faq' },
  ],
  height: stageHeights,
  frameMs: 900,
};

export const params = {
  layout: {
    kind: 'choice',
    label: 'Layout',
    place: 'view',
    options: [
      { value: 'native', label: 'native' },
      { value: 'pv32', label: 'PV, 32-bit (2003)' },
      { value: 'compat', label: 'PV, 32-bit on 64-bit Xen' },
      { value: 'ring1', label: '64-bit, kernel in ring 1 (not Xen)' },
      { value: 'oneRoot', label: '64-bit, one page table (not Xen)' },
      { value: 'pv64', label: 'PV, 64-bit' },
      { value: 'hvm', label: 'VT-x or SVM' },
      { value: 'arm', label: 'Arm' },
    ],
    default: 'pv64',
  },
  from: {
    kind: 'choice',
    label: 'Who',
    place: 'view',
    options: parties,
    default: 'user',
  },
  to: {
    kind: 'choice',
    label: 'Reaches for',
    help: 'Memory is read; the page-table entry is written.',
    place: 'view',
    options: targets,
    default: 'kernel',
  },
  cpu: {
    kind: 'choice',
    label: 'Processor',
    help: 'Meltdown: a read gets past the U/S bit. XPTI is Xen’s answer.',
    place: 'view',
    options: [
      { value: 'sound', label: 'sound' },
      { value: 'meltdown', label: 'Meltdown' },
      { value: 'xpti', label: 'Meltdown, XPTI on' },
    ],
    default: 'sound',
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'pv32',
    label: 'PV on 32 bits',
    says: 'Kernel in ring 1, kept out of Xen’s memory by the limit of its segments.',
    values: { layout: 'pv32', from: 'kernel', to: 'xen' },
  },
  {
    name: 'ring1',
    label: 'Why not ring 1',
    says: 'What if a 64-bit kernel stood in ring 1? No limit is checked, and ring 1 is supervisor to paging.',
    values: { layout: 'ring1', from: 'kernel', to: 'xen' },
  },
  {
    name: 'meltdown',
    label: 'Meltdown, January 2018',
    says: 'A program of a 64-bit PV guest reads Xen’s memory. On hardware with a guest mode it reads its own kernel at most.',
    values: { from: 'user', to: 'xen', cpu: 'meltdown' },
  },
];

export const initial: Initial = { frame: 'last' };

export function moments(frames: Frames<Moment>): readonly number[] {
  return [0, frames.length - 1];
}

/** One moment for each check that is made, after one in which nothing has been asked. */
export function run(values: Values): readonly Moment[] {
  const access = attempt(values as Question);
  const count = access.checks.filter(({ asked }) => asked).length;
  // Never one moment alone: what is chosen next keeps its share of the run, and is to be seen to its end.
  return Array.from({ length: Math.max(2, count + 1) }, (_, made) => ({ ...access, made, over: made >= count }));
}

export function draw(root: Root, moment: Moment, values: Values, stage: Stage): void {
  drawRings(root, moment, values as Question, stage);
}

export function describe(moment: Moment, values: Values): string {
  const { checks, made, layout, over } = moment;
  const question = values as Question;
  const start = `${labelOf(parties, values.from)} (${levelName(layout, question.from)}) → ${labelOf(targets, values.to)}:`;
  const last = checks.filter(({ asked }) => asked)[made - 1];
  const said = last ? ` ${says(last, moment, question)}.` : over ? '' : ' nothing has been asked yet.';
  return `${start}${said}${over ? ` ${verdictWords(moment).join(': ')}.` : ''}`;
}

export function readouts({ verdict, by, layout, handler, over }: Moment, { from }: Values): readonly Readout[] {
  return [
    { id: 'verdict', label: 'Verdict', value: over ? verdict : 'open' },
    { id: 'by', label: 'Stopped by', value: over ? (by ?? 'nothing') : 'open' },
    { id: 'level', label: 'Level of who asks', value: levelName(layout, from as Question['from']) },
    { id: 'told', label: 'Who is told', value: over && handler ? labelOf(parties, handler) : 'nobody' },
  ];
}

export const columns: readonly Column<Check>[] = [
  { name: 'check', value: ({ name }) => name },
  { name: 'made', value: ({ asked }) => String(asked) },
  { name: 'stopped by', value: ({ by }) => by ?? '' },
];

export function rows(frames: Frames<Moment>): readonly Check[] {
  return frames.at(0)?.checks ?? [];
}

export const tasks: readonly FigureTask<Moment, Values>[] = [
  {
    name: 'open-xen',
    title: 'Get at Xen without a flaw',
    text: 'On a sound processor, find the layout in which a guest’s kernel reads Xen’s memory and nothing stops it.',
    check({ values: { cpu, from, to }, frame: { verdict } }) {
      const asked = cpu === 'sound' && from === 'kernel' && to === 'xen';
      if (asked && verdict === 'allowed')
        return { done: true, says: 'Long mode checks no limit, and to paging ring 1 is as good as ring 0.' };
      return {
        done: false,
        says: asked ? `Verdict here: ${verdict}.` : 'Let the kernel reach for Xen’s memory, on a sound processor.',
      };
    },
    answer: { values: { layout: 'ring1', from: 'kernel', to: 'xen' } },
  },
];
