/** Two guests on one CPU: what runs by itself, what traps, and what the hypervisor then does. */
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
import * as model from '../models/cpu/trap-and-emulate.ts';
import { drawMachine, stageHeights, type Frame } from './trap-and-emulate-drawing.ts';

export const about: About = {
  name: 'trap-and-emulate',
  title: 'A guest runs by itself until it touches the machine',
  question: 'Which instructions of a guest does the hypervisor see, and what does it do with them?',
  caption:
    'As it opens, guest A has just come to cli, ‘take no interrupts’. The dot is the CPU: it runs the guests’ ordinary instructions itself, and enters the hypervisor only at a sensitive one or when the timer fires.',
  picture:
    'Two guests with their streams of instructions stand above the hypervisor, which keeps a virtual state for each; below it is the hardware with ring, interrupt flag, timer and port. A lane shows who has had the CPU.',
  models: [
    'Each guest is a short loop of x86 instructions: ordinary ones work on registers, the sensitive ones are cli, sti and out.',
    'In ring 1, with an I/O privilege level of 0 and no port permitted, cli, sti and out raise #GP(0); the dispatcher is entered, an interpreter routine applies the instruction to the guest’s virtual interrupt flag or port, and the guest goes on at its next instruction.',
    'The timer counts instructions of the guests, trapped ones too. Its interrupt is taken between two instructions, and only while the real interrupt flag is 1; after sti one more instruction is finished first.',
    'Two instructions in five of guest A are sensitive, so that something happens; that share is not taken from any kernel.',
  ],
  leavesOut: [
    'Memory: page tables, their virtualization, and the protection of the hypervisor’s own pages. A guest in ring 0 could overwrite it as well.',
    'The sensitive instructions of x86 that do not trap outside ring 0, such as popf, pushf and sgdt.',
    'Interrupts for the guests: a virtual flag is kept, and nothing waits for it.',
    'What a trap costs. The hypervisor’s steps take no time off the slice here.',
  ],
  sources: [
    { cite: 'popek-goldberg1974', at: '§4, modules of a control program; §5, properties' },
    { cite: 'sosp2003', at: '§2.1.2, CPU' },
    { cite: 'intel-sdm', at: 'vol. 2, CLI, STI, OUT' },
    { cite: 'xen-git', at: 'arch/x86/pv/emul-priv-op.c, pv_emulate_privileged_op(), 4.22' },
  ],
  height: stageHeights,
  frameMs: 800,
};

export const params = {
  deprivileged: {
    kind: 'switch',
    label: 'Guest A deprivileged',
    help: 'On: guest A’s kernel runs in ring 1, below the hypervisor. Off: it runs in ring 0, as on a machine of its own.',
    place: 'view',
    default: true,
  },
  sensitive: {
    kind: 'set',
    label: 'Sensitive instructions in guest A’s loop',
    help: 'cli clears the interrupt flag, sti sets it, out sends a byte to a device.',
    place: 'view',
    options: [
      { value: 'cli', label: 'cli' },
      { value: 'out', label: 'out' },
      { value: 'sti', label: 'sti' },
    ],
    default: ['cli', 'out'],
  },
  slice: {
    kind: 'number',
    label: 'Time slice',
    help: 'After how many instructions of a guest the timer fires.',
    place: 'view',
    unit: 'instructions',
    min: 1,
    max: 12,
    step: 1,
    default: 6,
    source: 'unpublished',
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'deprivileged',
    label: 'Both in ring 1',
    says: 'Both kernels are deprivileged: their sensitive instructions trap, and the timer always gets through.',
    values: {},
    frame: 15,
  },
  {
    name: 'ring-0',
    label: 'Guest A in ring 0',
    says: 'Nothing of guest A traps any more: its cli clears the real interrupt flag, and the timer can no longer take the CPU away.',
    values: { deprivileged: false },
    frame: 'last',
  },
  {
    name: 'good-citizen',
    label: 'Ring 0, with sti',
    says: 'Guest A sets the flag again in every round. Guest B runs, but only because guest A lets it.',
    values: { deprivileged: false, sensitive: ['cli', 'out', 'sti'] },
    frame: 'last',
  },
];

/** Opens where guest A’s first cli is being emulated. */
export const initial: Initial = { frame: 15 };

/** Steps after the start that one run shows. */
const steps = 60;

export function moments(frames: Frames<Frame>): readonly number[] {
  const last = frames.length - 1;
  const opening = Math.min(initial.frame as number, last);
  // Between them the timer takes the CPU from guest A, whose virtual IF is 0 while the real one is 1.
  for (let index = opening + 1; index < last; index++) {
    const machine = frames.at(index)?.machine;
    if (machine?.phase === 'timer' && machine.guest === 'A') return [opening, index, last];
  }
  return [opening, last];
}

export function run(values: Values): readonly Frame[] {
  const setup: model.Setup = {
    programs: { A: model.programA(values.sensitive), B: model.programB },
    rings: { A: values.deprivileged ? 1 : 0, B: 1 },
    slice: values.slice,
  };
  const states = model.run(setup, steps);
  const holders = states.map((state) => state.holder);
  return states.map((machine) => ({ machine, setup, holders }));
}

export function draw(root: Root, frame: Frame, _values: Values, stage: Stage): void {
  drawMachine(root, frame, stage);
}

export function describe(frame: Frame): string {
  const { machine, setup } = frame;
  const guest = `guest ${machine.guest}`;
  const Guest = `Guest ${machine.guest}`;
  const instruction = setup.programs[machine.guest][machine.at] as model.Instruction;
  const code = model.mnemonic(instruction);
  switch (machine.phase) {
    case 'start':
      return 'The hypervisor has set up both guests and the timer, and is about to enter guest B.';
    case 'execute':
      return describeExecution(frame, code, model.isSensitive(instruction));
    case 'trap':
      return `${Guest} comes to ${code}, which ring 1 may not execute. The CPU raises #GP and enters the hypervisor in ring 0.`;
    case 'emulate': {
      const { interruptFlag, port } = machine.virtual[machine.guest];
      if (instruction.op === 'out')
        return `The hypervisor applies ${code} to ${guest}’s virtual port, which now holds ${hex(port)}. The real port is left alone.`;
      return `The hypervisor applies ${code} to ${guest}’s virtual state: its virtual IF is ${interruptFlag}, the real IF stays ${machine.real.interruptFlag}.`;
    }
    case 'return':
      return `The hypervisor returns: ${guest} goes on in ring ${machine.ring} at ${code}.`;
    case 'timer':
      return `The timer has counted its ${setup.slice} instructions. The real IF is 1, so its interrupt takes the CPU from ${guest} and enters the hypervisor.`;
    case 'switch':
      return `The hypervisor has put the other guest’s registers away, loaded ${guest}’s, and set the timer anew.`;
  }
}

function describeExecution({ machine }: Frame, code: string, sensitive: boolean): string {
  const first = `Guest ${machine.guest} has run ${code} ${sensitive ? 'on the real machine, in ring 0' : 'directly'}; the hypervisor had no part in it.`;
  if (!machine.timer.pending || machine.real.interruptFlag === 1) return first;
  return `${first} The timer has expired and waits: the real IF is 0, and guest B cannot have the CPU.`;
}

function hex(port: number | undefined): string {
  return port === undefined ? 'nothing' : `0x${port.toString(16).padStart(2, '0')}`;
}

export function readouts({ machine, setup }: Frame): readonly Readout[] {
  const { A, B } = machine.counts;
  const inUse = setup.rings.A === 1;
  return [
    { id: 'direct', label: 'Instructions, direct', value: A.direct + B.direct },
    { id: 'trapped', label: 'Instructions, trapped', value: A.trapped + B.trapped, actor: 'xen' },
    { id: 'guestB', label: 'Instructions, guest B', value: B.direct + B.trapped, actor: 'domu2' },
    { id: 'realIf', label: 'Real IF', value: machine.real.interruptFlag, actor: 'hw' },
    {
      id: 'virtualIfA',
      label: 'A’s virtual IF',
      value: inUse ? machine.virtual.A.interruptFlag : 'not in use',
      actor: 'domu1',
    },
  ];
}

export const columns: readonly Column<Frame>[] = [
  { name: 'step', value: ({ machine }) => machine.step },
  { name: 'phase', value: ({ machine }) => machine.phase },
  { name: 'who has the CPU', value: ({ machine }) => machine.holder },
  { name: 'guest', value: ({ machine }) => machine.guest },
  {
    name: 'instruction',
    value: ({ machine, setup }) => model.mnemonic(setup.programs[machine.guest][machine.at] as model.Instruction),
  },
  { name: 'ring', value: ({ machine }) => machine.ring },
  { name: 'real IF', value: ({ machine }) => machine.real.interruptFlag },
  { name: 'virtual IF of A', value: ({ machine }) => machine.virtual.A.interruptFlag },
  { name: 'virtual IF of B', value: ({ machine }) => machine.virtual.B.interruptFlag },
  { name: 'timer (instructions)', value: ({ machine }) => machine.timer.count },
  { name: 'A direct (instructions)', value: ({ machine }) => machine.counts.A.direct },
  { name: 'A trapped (instructions)', value: ({ machine }) => machine.counts.A.trapped },
  { name: 'B direct (instructions)', value: ({ machine }) => machine.counts.B.direct },
  { name: 'B trapped (instructions)', value: ({ machine }) => machine.counts.B.trapped },
];

/** How many instructions of guest B have run at the end of a run. */
function instructionsOfB(frames: Frames<Frame>): number {
  const count = frames.at(frames.length - 1)?.machine.counts.B;
  return count ? count.direct + count.trapped : 0;
}

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'starve',
    title: 'Starve guest B',
    text: 'Find a setting in which the CPU never comes back to guest B after its first slice.',
    check({ frames, values }) {
      const count = instructionsOfB(frames);
      const done = count <= values.slice && frames.length > 1;
      if (done)
        return {
          done,
          says: `Guest B has run ${count} instructions in all. The real IF is 0, and no timer can end guest A’s turn.`,
        };
      return {
        done,
        says: `Guest B still gets ${count} instructions by the end. As long as the real IF is 1, the timer takes the CPU back.`,
      };
    },
    answer: { values: { deprivileged: false }, frame: 'last' },
  },
  {
    name: 'at-mercy',
    title: 'Let guest B run at guest A’s mercy',
    text: 'Guest A is in ring 0 and clears the interrupt flag. Let guest B have the CPU again nevertheless, by changing what guest A does.',
    check({ frames, values }) {
      const count = instructionsOfB(frames);
      if (values.deprivileged)
        return { done: false, says: 'Guest A still runs in ring 1: switch ‘Guest A deprivileged’ off.' };
      if (!values.sensitive.includes('cli')) return { done: false, says: 'Guest A has no cli any more. Leave it in.' };
      const done = count > values.slice;
      if (!done) return { done, says: `Guest B has had ${count} instructions and gets no more.` };
      return { done, says: `Guest B gets ${count} instructions, because guest A executes sti. Nothing forces it to.` };
    },
    answer: { values: { deprivileged: false, sensitive: ['cli', 'out', 'sti'] }, frame: 'last' },
  },
];
