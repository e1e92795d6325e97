/**
 * The contract of the ways to run a guest: what each of them takes, does in a step, and shows.
 *
 * One `step` is one guest instruction, or one action of the hypervisor: whatever makes the CPU leave the guest ends a step and
 * makes the hypervisor the holder, and the next step is what it does about it. Hypervisors are TypeScript and not IA-32; what
 * their actions cost is the cost model's business (`costs.ts`), which reads the counters. What is left out: hypervisors that
 * serve more than one guest, and devices that work while nobody runs.
 */
import type { Counters } from '../costs.ts';
import type { Event, Machine, Table } from '../state.ts';

/** The seven ways. */
export type TechniqueName =
  'native' | 'trap-and-emulate' | 'binary-translation' | 'pv-32' | 'pv-64' | 'hvm-shadow' | 'hvm-nested';

/** Who has the CPU. */
export type Holder = 'user' | 'kernel' | 'hypervisor';

/** How a run came to its end. */
export type Ending =
  /** HLT and nothing that could wake the guest: the way a program ends. */
  | 'halted'
  /** Triple fault: an exception, a fault on its way to the handler, and another on the way to the double-fault handler. */
  | 'triple-fault'
  /** The hypervisor refused to go on: what the guest asked for cannot be. */
  | 'killed';

/**
 * What a step was. On the guest's side: `run` an instruction executed by the CPU; `deliver` the CPU took a fault, INT or
 * interrupt to the guest's handler by itself; `halt` time passed in HLT. Between the two: `leave` an event gave the CPU to the
 * hypervisor. On the hypervisor's side: `emulate` it executed the instruction for the guest; `reflect` it took a fault, INT or
 * interrupt to the guest's handler; `fill` it repaired a hidden miss in its own tables; `trace` it executed a write to a guarded
 * page table; `hold` it kept an interrupt for later; `hypercall`, `translate` and `callout` belong to those techniques.
 */
export type Action =
  | 'run'
  | 'deliver'
  | 'halt'
  | 'leave'
  | 'emulate'
  | 'reflect'
  | 'fill'
  | 'trace'
  | 'hold'
  | 'hypercall'
  | 'translate'
  | 'callout';

/** What one step did. */
export interface StepReport {
  readonly action: Action;
  /** Whether the guest moved on as a bare machine counts steps: an instruction retired, or a handler was entered. */
  readonly guest: boolean;
  /** What gave the CPU to the hypervisor, in `leave` and in what the hypervisor then did about it. */
  readonly event?: Event;
  /** Vector that reached the guest's handler. */
  readonly vector?: number;
  /** A further word for the lane and the log: the mnemonic that was emulated, the hypercall's name, the page that was filled. */
  readonly detail?: string;
}

/** The report of a step that was not taken, because the run has ended. */
export const nothing: StepReport = { action: 'halt', guest: false };

/**
 * What the guest is entitled to believe, in its own terms: virtual IF in EFLAGS, virtual CPL, guest-physical memory, EIP in the
 * guest's code and never in a translation. Where a technique is faithful this equals the state of a bare machine after the same
 * number of guest steps; the lab compares the two. Values are live until the next step; nothing here is to be written.
 */
export interface GuestView {
  /** EAX … EDI, signed. */
  readonly reg: Int32Array;
  readonly eip: number;
  readonly eflags: number;
  readonly cpl: number;
  /** ES, CS, SS, DS, FS, GS, LDTR, TR. */
  readonly selectors: readonly number[];
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  readonly gdtr: Table;
  readonly idtr: Table;
  readonly halted: boolean;
  /** Bytes written to the console. */
  readonly console: readonly number[];
}

/** The end of a run; `why` is a sentence. */
export interface Ended {
  readonly ending: Ending;
  readonly why: string;
  /** The exception that could not be delivered, of a triple fault. */
  readonly fault?: {
    readonly vector: number;
    readonly errorCode: number | undefined;
    readonly eip: number;
    readonly address?: number;
  };
}

/** A guest that runs, and whatever runs it. */
export interface Vm {
  readonly technique: TechniqueName;
  /** The physical CPU and memory. */
  readonly machine: Machine;
  /** Who has the CPU next. */
  readonly holder: Holder;
  readonly counters: Counters;
  /** Set when nothing more can happen. */
  readonly ended: Ended | undefined;
  /** Guest memory in frames. */
  readonly frames: number;
  /** Machine frame of a guest frame. */
  toMachine(gfn: number): number;
  /** One guest instruction or one action of the hypervisor. Does nothing once `ended`. */
  step(): StepReport;
  view(): GuestView;
  /** The whole state, for stepping back; only this Vm can restore it. */
  capture(): unknown;
  restore(state: unknown): void;
}

/**
 * A way to run a guest. `start` is given the machine as the loader leaves it (`boot.ts`), takes it over, and gives the guest as it
 * stands before its first instruction.
 */
export interface Technique {
  readonly name: TechniqueName;
  /** Whether it runs the guest's code as it is, or a port of it, of which only the observables can be compared. */
  readonly ported: boolean;
  start(booted: Machine): Vm;
}
