/** The CPU lab: a program of the reader's, run by the bare machine or under a hypervisor, step by step. */
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
import { assemble } from '../models/x86/assembler.ts';
import { costsFrom, type MachineName } from '../models/x86/costs.ts';
import { samples } from '../models/x86/samples/index.ts';
import type { TechniqueName } from '../models/x86/techniques/technique.ts';
import { drawLab, labHeight } from './cpu-lab-drawing.ts';
import { isWaiting, loadMore, openLab, type Lab, type Moment } from './cpu-lab-run.ts';
import { names } from './cpu-lab-side.ts';
import { criticalTask, pillTask, translationTask } from './cpu-lab-tasks.ts';
import { differenceOf, instructionOf, readoutsOf, sentenceOf } from './cpu-lab-words.ts';
import { costParams, machineParam, programCostParams } from './marks/cost-inputs.ts';

const [opening] = samples;
const techniques = Object.entries(names).map(([value, label]) => ({ value, label }));
const { vmreads: _, ...costs } = costParams;

export const about: About = {
  name: 'cpu-lab',
  title: 'Run a guest’s kernel where it was not written to run',
  question:
    'What does each way to virtualize an x86 do to a program, instruction by instruction, and what does it cost?',
  caption:
    'Each cell of the lane is a step and stands in the row of who has the CPU. Below it the state that the guest believes in; what the last step has changed is marked. A cross marks the first instruction after which the guest is not what the bare machine would be. A page’s r, w and u say that it can be read, be written, and be used in ring 3; the TLB holds it or not. Change the program, step, or run to a breakpoint.',
  picture: 'Who has had the CPU, the program, and registers, flags, rings, pages and memory of a guest',
  models: [
    'An assembler and a processor of 32-bit protected mode: privilege, IOPL, segments, paging with a TLB, interrupts and faults, as the architecture manual gives them.',
    'Seven ways to run it: the bare machine; trap and emulate in ring 1; binary translation with a translation cache; Xen’s paravirtualization in its 32-bit and its 64-bit layout, where the program is ported by rule and registers stay 32 bits wide; VT-x with shadow page tables, and with nested paging.',
    'Each run is held against a bare machine after every step of the guest: registers, flags, selectors, system registers, console and memory.',
    'Cycles are what was counted times a cost, each under Assumptions: published ones, most of NetBurst CPUs of 2003 to 2006, and sliders where nobody has published one. The CPU that you choose changes exits, VMREAD and VMWRITE only.',
  ],
  leavesOut: [
    'Real mode, the FPU, task gates, caches, pipelines, more than one CPU and more than one guest.',
    'Instructions of hypervisors: they are no IA-32 code here, and what their work costs is the cost model’s.',
    'Console, timer and disk are made up for the lab; the timer counts retired instructions, so that all runs meet its interrupts at the same one.',
  ],
  sources: [
    { cite: 'adams-agesen2006', at: '§2 to 4' },
    { cite: 'agesen2012', at: 'Table 1' },
  ],
  height: { wide: 585, narrow: 852 },
  frameMs: 400,
};

export const params = {
  program: {
    kind: 'text',
    label: 'Program',
    help: 'Intel syntax, at most 200 lines; it starts at the label start, in ring 0, and ends at hlt with interrupts off.',
    place: 'view',
    default: opening?.text ?? '',
    longest: 12_000,
    rows: 16,
    named: Object.fromEntries(samples.map(({ name, text }) => [name, text])),
    mark: (text: string) => assemble(text),
  },
  breakpoints: { kind: 'lines', of: 'program', label: 'Breakpoints', place: 'view', default: [] },
  technique: {
    kind: 'choice',
    label: 'Run it by',
    place: 'view',
    options: techniques,
    default: 'trap-and-emulate',
  },
  beside: {
    kind: 'choice',
    label: 'Beside it',
    help: 'The same program, side by side where both guests have done as many steps.',
    place: 'view',
    options: [{ value: 'none', label: 'nothing' }, ...techniques],
    default: 'none',
  },
  machine: machineParam,
  ...costs,
  ...programCostParams,
} as const satisfies Params;

type LabValues = ValuesOf<typeof params>;

export const presets: readonly Preset[] = samples.map(({ name, title, says, text }) => ({
  name,
  label: title,
  says,
  values: { program: text },
  frame: 0,
}));

export const initial: Initial = { frame: 16 };

export const moments = (frames: Frames<Moment>): readonly number[] => {
  const lab = frames as Lab;
  const wrong = lab.runs[0]?.divergence;
  return [...new Set([0, wrong ? lab.indexOf(0, wrong.step) : Math.floor(frames.length / 2), frames.length - 1])];
};

function settingsOf({ technique, beside }: LabValues) {
  return { technique: technique as TechniqueName, beside: beside as TechniqueName | 'none' };
}

export function run(values: LabValues): Lab {
  const { program, technique: _one, beside: _other, breakpoints, machine, ...set } = values;
  const costs = costsFrom({ ...set, machine: machine as MachineName });
  return openLab({ program, breakpoints, ...settingsOf(values), costs });
}

export const more = (values?: LabValues): Promise<void> | undefined =>
  values === undefined || isWaiting(settingsOf(values)) ? loadMore() : undefined;

export const stop = (frames: Frames<Moment>, { breakpoints }: LabValues, index: number): number =>
  (frames as Lab).nextStop(index, breakpoints);

export const lineOf = ({ problem, sides }: Moment): number | undefined => problem?.line ?? sides[0]?.line;

export const heightOf = labHeight;

export function draw(root: Root, moment: Moment, values: LabValues, stage: Stage): void {
  drawLab(root, moment, values, stage);
}

export const describe = (moment: Moment): string => sentenceOf(moment);

export const readouts = (moment: Moment): readonly Readout[] => readoutsOf(moment);

/** One row of the CSV: a run as a whole, or a line of the program in it. */
interface Row {
  readonly technique: string;
  readonly what: string;
  readonly value: number | string;
}

export const columns: readonly Column<Row>[] = [
  { name: 'technique', value: ({ technique }) => technique },
  { name: 'what', value: ({ what }) => what },
  { name: 'value', value: ({ value }) => value },
];

export function rows(frames: Frames<Moment>): readonly Row[] {
  const last = frames.at(frames.length - 1);
  if (!last || last.problem) return [{ technique: '–', what: 'problem', value: last?.problem?.says ?? '' }];
  return last.sides.flatMap((side) => [
    { technique: side.technique, what: 'steps', value: side.run.length },
    { technique: side.technique, what: 'end', value: side.run.stop.says },
    { technique: side.technique, what: 'console', value: side.console },
    { technique: side.technique, what: 'first divergence', value: differenceOf(side.run) },
    {
      technique: side.technique,
      what: 'instruction of the divergence',
      value: instructionOf(last.text, side.run.divergence?.line) || 'none',
    },
    { technique: side.technique, what: 'cycles', value: Math.round(side.cycles) },
    ...Object.entries(side.counters).map(([what, value]) => ({
      technique: side.technique,
      what,
      value: Number(value),
    })),
  ]);
}

export const tasks: readonly FigureTask<Moment, LabValues>[] = [criticalTask, translationTask, pillTask];
