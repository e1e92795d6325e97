/**
 * Two guests on one x86 CPU under a hypervisor that traps and emulates.
 *
 * Where it stands: the three modules of a virtual machine monitor (dispatcher, allocator, interpreter routines) are those
 * of Popek & Goldberg 1974, §4; which instruction faults in which ring is the Intel SDM, vol. 2, under CLI, STI and OUT;
 * running guest kernels in ring 1 is Barham et al. 2003, §2.1.2 and 'privileged instructions are failed by the processor'.
 *
 * What it leaves out: memory and its protection (a guest in ring 0 could overwrite the hypervisor as well); the sensitive
 * instructions of x86 that do not trap (POPF, PUSHF, SGDT, …); interrupts for the guests, so that a virtual IF is kept but
 * nothing waits for it; what a trap costs: the timer counts instructions of the guests, and the hypervisor's own steps take
 * none of it. Handlers are entered through trap gates, which leave IF alone; Xen's are interrupt gates, which clear it.
 *
 * In Xen 4.22: arch/x86/pv/emul-priv-op.c, pv_emulate_privileged_op(), which asserts that a guest's real IF is 1, puts the
 * virtual one into a copy of the flags while it emulates, and sets the real one again.
 */

/** Privilege level that the CPU runs at (CPL): 0 may do everything, 1 is where a deprivileged guest kernel runs. */
export type Ring = 0 | 1;

/** One bit. */
export type Bit = 0 | 1;

/** The two guests. */
export type GuestName = 'A' | 'B';

/** Who has the CPU. */
export type Holder = GuestName | 'hypervisor';

/** The registers that the streams use, 32 bits each. */
export interface Registers {
  readonly eax: number;
  readonly ebx: number;
}

/** One instruction of a stream. */
export type Instruction =
  | {
      readonly op: 'add' | 'sub' | 'xor' | 'mov';
      readonly to: keyof Registers;
      readonly from: keyof Registers | number;
    }
  | { readonly op: 'jmp' }
  | { readonly op: 'cli' | 'sti' }
  | { readonly op: 'out' };

/** What a program finds in the CPU: where it is and its registers. */
export interface Context {
  readonly pc: number;
  readonly registers: Registers;
}

/** The part of a machine that sensitive instructions read and write: the interrupt flag, and the last byte sent to port 0x80. */
export interface SensitiveState {
  readonly interruptFlag: Bit;
  readonly port: number | undefined;
}

/** How many instructions of a guest ran on the CPU itself, and how many were trapped and emulated. */
export interface Count {
  readonly direct: number;
  readonly trapped: number;
}

/** What the machine has just done; every state is the one after its step. */
export type Phase = 'start' | 'execute' | 'trap' | 'emulate' | 'return' | 'timer' | 'switch';

/** The whole machine after one step. */
export interface Machine {
  readonly step: number;
  readonly phase: Phase;
  readonly holder: Holder;
  /** Whose registers are in the CPU; the hypervisor leaves them there until it switches. */
  readonly guest: GuestName;
  /** The instruction of that guest which the step is about: its place in the stream. */
  readonly at: number;
  readonly ring: Ring;
  readonly real: SensitiveState;
  /** The instruction after STI is finished before an interrupt is taken. */
  readonly stiShadow: boolean;
  readonly context: Context;
  /** Instructions since the timer was set, and whether its interrupt waits to be taken. */
  readonly timer: { readonly count: number; readonly pending: boolean };
  readonly saved: Readonly<Record<GuestName, Context>>;
  readonly virtual: Readonly<Record<GuestName, SensitiveState>>;
  readonly counts: Readonly<Record<GuestName, Count>>;
}

/** What is given: the streams, the ring each guest runs in, and after how many instructions the timer fires. */
export interface Setup {
  readonly programs: Readonly<Record<GuestName, readonly Instruction[]>>;
  readonly rings: Readonly<Record<GuestName, Ring>>;
  readonly slice: number;
}

/** I/O privilege level in EFLAGS: no ring but 0 may touch the interrupt flag or a port. */
export const IOPL = 0;

/** Guest A's stream with those of its sensitive instructions that are named in `sensitive`. */
export function programA(sensitive: readonly string[]): readonly Instruction[] {
  const all: readonly Instruction[] = [
    { op: 'add', to: 'eax', from: 1 },
    { op: 'cli' },
    { op: 'mov', to: 'ebx', from: 'eax' },
    { op: 'out' },
    { op: 'sti' },
    { op: 'jmp' },
  ];
  return all.filter((instruction) => !isSensitive(instruction) || sensitive.includes(instruction.op));
}

/** Guest B's stream; it writes to the same port as guest A's. */
export const programB: readonly Instruction[] = [
  { op: 'add', to: 'eax', from: 2 },
  { op: 'xor', to: 'ebx', from: 'eax' },
  { op: 'out' },
  { op: 'sub', to: 'ebx', from: 3 },
  { op: 'jmp' },
];

/** Whether an instruction reads or writes the state of the machine that a hypervisor must keep for itself. */
export function isSensitive(instruction: Instruction): boolean {
  return instruction.op === 'cli' || instruction.op === 'sti' || instruction.op === 'out';
}

/** Whether the CPU answers with #GP(0) instead of executing: CLI, STI and OUT need CPL ≤ IOPL (no port is permitted in the TSS). */
export function faults(instruction: Instruction, ring: Ring): boolean {
  return isSensitive(instruction) && ring > IOPL;
}

/** The instruction as an assembler writes it. */
export function mnemonic(instruction: Instruction): string {
  if (instruction.op === 'jmp') return 'jmp top';
  if (instruction.op === 'out') return 'out 0x80, al';
  return 'to' in instruction ? `${instruction.op} ${instruction.to}, ${instruction.from}` : instruction.op;
}

/** The state after an ordinary instruction: registers and program counter, and nothing else. */
export function executeOrdinary(context: Context, instruction: Instruction): Context {
  if (instruction.op === 'jmp') return { ...context, pc: 0 };
  const next = { ...context, pc: context.pc + 1 };
  if (!('to' in instruction)) return next;
  const { registers } = context;
  const from = typeof instruction.from === 'number' ? instruction.from : registers[instruction.from];
  const to = registers[instruction.to];
  const result = { add: to + from, sub: to - from, xor: to ^ from, mov: from }[instruction.op];
  return { ...next, registers: { ...registers, [instruction.to]: result >>> 0 } };
}

/** What a sensitive instruction does to an interrupt flag and a port, real or virtual: the interpreter routine is the same. */
export function executeSensitive(
  state: SensitiveState,
  instruction: Instruction,
  registers: Registers,
): SensitiveState {
  if (instruction.op === 'cli') return { ...state, interruptFlag: 0 };
  if (instruction.op === 'sti') return { ...state, interruptFlag: 1 };
  if (instruction.op === 'out') return { ...state, port: registers.eax & 0xff };
  return state;
}

const atReset: SensitiveState = { interruptFlag: 1, port: undefined };
const nothingRun: Count = { direct: 0, trapped: 0 };
const atTop: Context = { pc: 0, registers: { eax: 0, ebx: 0 } };

/** The machine before the first step: the hypervisor has set up both guests and is about to enter B. */
export function start(): Machine {
  return {
    step: 0,
    phase: 'start',
    holder: 'hypervisor',
    guest: 'B',
    at: 0,
    ring: 0,
    real: atReset,
    stiShadow: false,
    context: atTop,
    timer: { count: 0, pending: false },
    saved: { A: atTop, B: atTop },
    virtual: { A: atReset, B: atReset },
    counts: { A: nothingRun, B: nothingRun },
  };
}

/** The machine one step later. */
export function next(machine: Machine, setup: Setup): Machine {
  const after = { ...machine, step: machine.step + 1 };
  if (machine.holder === 'hypervisor') return stepHypervisor(after, setup);
  const { pending } = machine.timer;
  if (pending && machine.real.interruptFlag === 1 && !machine.stiShadow) return takeTimer(after);
  const instruction = instructionAt(machine, setup);
  return faults(instruction, machine.ring)
    ? trap(tick(after, setup, 'trapped'))
    : executeDirectly(tick(after, setup, 'direct'), instruction);
}

/** The instruction that the guest in the CPU comes to. */
export function instructionAt(machine: Machine, setup: Setup): Instruction {
  // A stream ends in a jump to its top, so that there is always an instruction.
  return setup.programs[machine.guest][machine.context.pc] as Instruction;
}

/** Counts one instruction of the guest in the CPU, on the timer as well. */
function tick(machine: Machine, setup: Setup, how: keyof Count): Machine {
  const { guest, counts, timer } = machine;
  const count = Math.min(timer.count + 1, setup.slice);
  return {
    ...machine,
    at: machine.context.pc,
    counts: { ...counts, [guest]: { ...counts[guest], [how]: counts[guest][how] + 1 } },
    timer: { count, pending: timer.pending || count === setup.slice },
  };
}

/** The CPU executes the instruction; in ring 0 a sensitive one changes the real machine. */
function executeDirectly(machine: Machine, instruction: Instruction): Machine {
  const opens = instruction.op === 'sti' && machine.real.interruptFlag === 0;
  return {
    ...machine,
    phase: 'execute',
    real: executeSensitive(machine.real, instruction, machine.context.registers),
    stiShadow: opens,
    context: executeOrdinary(machine.context, instruction),
  };
}

/** #GP: the CPU enters the dispatcher in ring 0; the instruction has not been executed. */
function trap(machine: Machine): Machine {
  return { ...machine, phase: 'trap', holder: 'hypervisor', ring: 0, stiShadow: false };
}

/** The timer's interrupt is taken between two instructions. */
function takeTimer(machine: Machine): Machine {
  const timer = { ...machine.timer, pending: false };
  return { ...machine, phase: 'timer', holder: 'hypervisor', ring: 0, at: machine.context.pc, timer };
}

/** The dispatcher has been entered: an interpreter routine or the allocator does its work, then the guest goes on. */
function stepHypervisor(machine: Machine, setup: Setup): Machine {
  if (machine.phase === 'trap') return emulate(machine, setup);
  if (machine.phase === 'timer') return switchGuests(machine);
  return enterGuest(machine, setup);
}

/** The interpreter routine carries the trapped instruction out on the guest's virtual state and steps over it. */
function emulate(machine: Machine, setup: Setup): Machine {
  const { guest, virtual, context } = machine;
  const instruction = instructionAt(machine, setup);
  return {
    ...machine,
    phase: 'emulate',
    virtual: { ...virtual, [guest]: executeSensitive(virtual[guest], instruction, context.registers) },
    context: { ...context, pc: context.pc + 1 },
  };
}

/** The allocator gives the CPU to the other guest: saves one context, loads the other, sets the timer anew. */
function switchGuests(machine: Machine): Machine {
  const other: GuestName = machine.guest === 'A' ? 'B' : 'A';
  const context = machine.saved[other];
  return {
    ...machine,
    phase: 'switch',
    guest: other,
    at: context.pc,
    context,
    saved: { ...machine.saved, [machine.guest]: machine.context },
    timer: { count: 0, pending: false },
  };
}

/** IRET: the guest goes on in its own ring, at its next instruction. */
function enterGuest(machine: Machine, setup: Setup): Machine {
  const { guest, context } = machine;
  return { ...machine, phase: 'return', holder: guest, ring: setup.rings[guest], at: context.pc };
}

/** Plays `steps` steps; the first state is the start. */
export function run(setup: Setup, steps: number): readonly Machine[] {
  const states: Machine[] = [start()];
  for (let step = 1; step <= steps; step++) states.push(next(states[step - 1] as Machine, setup));
  return states;
}
