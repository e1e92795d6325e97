/** The instructions of x86 that are sensitive and do not trap, each run on a bare machine and in ring 1. */
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
import { isSilent, privileged, sensitive, tryRow, type Trial } from '../models/x86/sensitive.ts';
import { drawTrials, stageHeights } from './sensitive-instructions-drawing.ts';

/** The list that holds the chosen instruction, every row of it tried. */
export interface Frame {
  readonly trials: readonly Trial[];
  readonly chosen: Trial;
}

export const about: About = {
  name: 'sensitive-instructions',
  title: 'What x86 does not report',
  question: 'Which instructions behave differently in ring 1, and tell nobody?',
  caption:
    'Each row was run twice: on the bare machine in ring 0, and in ring 1 under a hypervisor that traps and emulates. Where the two outcomes differ and no trap came, the guest has been deceived and the hypervisor does not know.',
  picture:
    'A table of instructions: what each shows or changes, its outcome on the bare machine, its outcome in ring 1, and whether it came to the hypervisor.',
  models: [
    'Every row is a short program of IA-32 machine code with a handler for #GP; both outcomes are read from the registers when the program halts.',
    'In ring 1 the real GDT, IDT and TSS are the hypervisor’s, from 0xfc000000 on; the guest’s descriptors stand in that GDT with their DPL raised from 0 to 1 and their limits cut.',
    'The rows are the 18 mnemonics usually listed after Robin and Irvine, in their order; IRET is added by this book.',
  ],
  leavesOut: [
    'Other circumstances: each row shows one in which the instruction makes a difference, if it makes any.',
    'Variants: PUSHF and POPF stand for their 32-bit forms, MOV for stores and loads of segment registers, POP for all segments.',
    'Processors with UMIP, on which SGDT, SIDT, SLDT, SMSW and STR fault outside ring 0 if the system asks for it.',
  ],
  sources: [
    { cite: 'robin-irvine2000' },
    { cite: 'intel-sdm', at: 'vol. 2, each instruction, ‘Operation’; vol. 3A, §5.5 to 5.9' },
    { cite: 'adams-agesen2006', at: '§3.1' },
  ],
  height: stageHeights,
};

const all = [...sensitive, ...privileged];

export const params = {
  instruction: {
    kind: 'choice',
    label: 'Instruction',
    help: 'The last eight are privileged and stand in a list of their own.',
    place: 'view',
    options: all.map(({ name, text }) => ({ value: name, label: text })),
    default: 'popf',
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'sensitive',
    label: 'Sensitive, not privileged',
    says: 'The instructions that Popek and Goldberg’s condition forbids.',
    values: { instruction: 'popf' },
  },
  {
    name: 'privileged',
    label: 'Privileged, for comparison',
    says: 'Instructions that trap: the hypervisor carries them out, and both outcomes agree.',
    values: { instruction: 'cli' },
  },
];

export const initial: Initial = { frame: 0 };

export function moments(): readonly number[] {
  return [0];
}

export function run(values: Values): Frames<Frame> {
  const row = all.find(({ name }) => name === values.instruction) ?? all[0]!;
  const list = row.group === 'privileged' ? privileged : sensitive;
  return [{ trials: list.map(tryRow), chosen: tryRow(row) }];
}

export function draw(root: Root, frame: Frame, _values: Values, stage: Stage): void {
  drawTrials(root, frame.trials, frame.chosen, stage);
}

export function describe({ chosen }: Frame): string {
  const { row, bare, deprivileged, trapped } = chosen;
  const first = `${row.text} (${row.about}): on the bare machine ${bare}, in ring 1 ${deprivileged}.`;
  if (trapped) return `${first} It trapped, and the hypervisor carried it out on the guest’s virtual state.`;
  return `${first} No trap came, so the hypervisor cannot know.`;
}

export function readouts({ trials, chosen }: Frame): readonly Readout[] {
  return [
    { id: 'rows', label: 'Instructions in the list', value: trials.length },
    { id: 'silent', label: 'Different, and no trap', value: trials.filter(isSilent).length, actor: 'fault' },
    {
      id: 'trapped',
      label: 'Came to the hypervisor',
      value: trials.filter(({ trapped }) => trapped).length,
      actor: 'xen',
    },
    { id: 'bare', label: 'Chosen, bare machine', value: chosen.bare, actor: 'hw' },
    { id: 'ring1', label: 'Chosen, in ring 1', value: chosen.deprivileged, actor: 'domu1' },
  ];
}

export const columns: readonly Column<Trial>[] = [
  { name: 'instruction', value: ({ row }) => row.text },
  { name: 'shows or changes', value: ({ row }) => row.about },
  { name: 'bare machine', value: ({ bare }) => bare },
  { name: 'ring 1', value: ({ deprivileged }) => deprivileged },
  { name: 'trapped', value: ({ trapped }) => (trapped ? 'yes' : 'no') },
];

export function rows(frames: Frames<Frame>): readonly Trial[] {
  return frames.at(0)?.trials ?? [];
}

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'odd-one',
    title: 'The one that is caught',
    text: 'One of the eighteen mnemonics is sensitive, and yet this hypervisor gets to see it. Choose it.',
    check({ frame }) {
      const { row, trapped } = frame.chosen;
      if (row.group === 'privileged')
        return { done: false, says: `${row.text} is privileged, so that it is none of the eighteen.` };
      if (!trapped) return { done: false, says: `${row.text} ran in ring 1 and no trap came.` };
      return {
        done: true,
        says: 'INT n goes through the IDT, which belongs to the hypervisor. It closes the gates, and every INT n comes to it.',
      };
    },
    answer: { values: { instruction: 'int' } },
  },
];
