/**
 * The machine: one IA-32 CPU in 32-bit protected mode, executed instruction by instruction (Intel SDM vol. 3A, ch. 2; §6.9 the
 * order in which events are taken: the trap of the last instruction, then interrupts, then faults of the next one).
 */
import { decode } from './decoder.ts';
import { idle, retire, timerVector } from './devices.ts';
import { Abort, raise } from './faults.ts';
import { Kind } from './instruction.ts';
import { deliver, exception } from './interrupts.ts';
import { flushTlb } from './paging.ts';
import {
  type Controls,
  Cr0,
  type Event,
  Flag,
  type Machine,
  Reg,
  type Registers,
  Seg,
  type Segment,
  Vector,
} from './state.ts';

/** A native machine's controls: nothing leaves. */
export const nativeControls = (): Controls => ({
  exceptions: 0,
  software: false,
  directGates: [],
  interrupts: 'deliver',
  instructions: 0,
  interruptWindow: false,
  nestedRoot: 0,
  cr0Shadow: undefined,
});

/**
 * A machine in protected mode with flat segments in ring 0, paging and interrupts off, EFLAGS 2, EIP 0x1000, ESP 0x9000; no GDT,
 * IDT or TSS yet. `memorySize` is in bytes, whole pages; 1 MiB where it is not given.
 */
export function createMachine({ memorySize = 0x100000 }: { readonly memorySize?: number } = {}): Machine {
  const memory = new Uint8Array(memorySize);
  const pages = memorySize >>> 12;
  const flat = (selector: number, access: number): Segment => ({
    selector,
    base: 0,
    limit: 0xffffffff,
    access,
    big: true,
  });
  const none = (access: number): Segment => ({ selector: 0, base: 0, limit: 0, access, big: false });
  const data = () => flat(0x10, 0x93);
  const m: Machine = {
    reg: new Int32Array(8) as Registers,
    eip: 0x1000,
    eflags: 2,
    cpl: 0,
    seg: [data(), flat(0x08, 0x9b), data(), data(), data(), data()],
    ldtr: none(0),
    tr: none(0),
    gdtr: { base: 0, limit: 0 },
    idtr: { base: 0, limit: 0 },
    cr0: Cr0.PE | Cr0.ET,
    cr2: 0,
    cr3: 0,
    cr4: 0,
    memory,
    devices: { console: [], timerPeriod: 0, timerCount: 0, timerPending: false, diskAt: 0 },
    controls: nativeControls(),
    retired: 0,
    halted: false,
    shadow: false,
    trap: false,
    at: 0x1000,
    last: undefined,
    down: undefined,
    tlbMisses: 0,
    walkReads: 0,
    tlb: { page: new Int32Array(256), frame: new Int32Array(256), rights: new Uint8Array(256) },
    view: new DataView(memory.buffer),
    code: new Array<undefined>(pages).fill(undefined),
    coded: new DataView(new ArrayBuffer(memorySize)),
    dirty: new Uint8Array(pages).fill(0xff),
    saved: new Array<undefined>(pages).fill(undefined),
  };
  m.reg[Reg.esp] = 0x9000;
  flushTlb(m);
  return m;
}

/** Delivers an exception, or lets it leave. */
function except(m: Machine, event: Extract<Event, { kind: 'exception' }>): Event | undefined {
  return ((m.controls.exceptions >>> event.vector) & 1) !== 0 ? event : deliver(m, event);
}

/** Whether something comes before the next instruction: a trap, a halt, a window, an interrupt. */
function interrupted(m: Machine): boolean {
  return m.trap || m.halted || m.devices.timerPending || m.controls.interruptWindow;
}

/** What comes before the next instruction, if something does. */
function before(m: Machine): Event | 'delivered' | undefined {
  const eip = m.eip;
  if (m.trap) {
    const event = except(m, { kind: 'exception', vector: Vector.DB, errorCode: undefined, eip });
    // A trap whose delivery has left is still to come, unless it is the trap itself that has left.
    if (event === undefined || (event.kind === 'exception' && event.vector === Vector.DB)) m.trap = false;
    return event ?? 'delivered';
  }
  const { controls, devices } = m;
  const open = (m.eflags & Flag.IF) !== 0 && !m.shadow;
  if (m.halted && open) idle(m);
  if (controls.interruptWindow && open) return { kind: 'window', eip };
  if (devices.timerPending && (open || controls.interrupts === 'always')) {
    const event = { kind: 'interrupt', vector: timerVector, eip } as const;
    if (controls.interrupts !== 'deliver') return event;
    const left = deliver(m, event);
    if (left === undefined) devices.timerPending = false;
    return left ?? 'delivered';
  }
  return m.halted ? { kind: 'halt', eip: m.at } : undefined;
}

/**
 * Executes one instruction, or delivers one pending interrupt or trap. A fault goes through the IDT in the step of its instruction.
 * What `controls` lets leave, HLT and a shutdown are returned; a halted machine returns its halt until an interrupt is let in.
 */
export function step(m: Machine): Event | undefined {
  if (m.down !== undefined) return m.down;
  if (interrupted(m)) {
    const what = before(m);
    if (what !== undefined) return what === 'delivered' ? undefined : what;
  }
  const eip = m.eip;
  const shadow = m.shadow;
  m.at = eip;
  try {
    const cs = m.seg[Seg.cs];
    if (eip > cs.limit) raise(Vector.GP, 0);
    const d = decode(m, (cs.base + eip) >>> 0);
    if (eip + d.length - 1 > cs.limit) raise(Vector.GP, 0);
    m.eip = (eip + d.length) >>> 0;
    m.shadow = false;
    m.last = d;
    const { eflags } = m;
    d.run(m, d);
    if ((eflags & (Flag.TF | Flag.RF)) !== 0) {
      // RF holds for one instruction; IRET and POPF may just have set it anew.
      if (d.name !== 'iret') m.eflags &= ~Flag.RF;
      // No trap behind INT n, which has cleared TF, nor behind a load of SS (SDM vol. 3A, §6.8.3).
      m.trap =
        (eflags & Flag.TF) !== 0 &&
        !(d.name.startsWith('int') && (m.eflags & Flag.TF) === 0) &&
        !(m.shadow && d.k0 === Kind.seg);
    }
  } catch (error) {
    if (!(error instanceof Abort)) throw error;
    m.eip = eip;
    m.shadow = shadow;
    return error.event ?? except(m, exception(error, eip));
  }
  retire(m);
  return m.halted ? { kind: 'halt', eip } : undefined;
}

/** Steps until something leaves, at most `n` times: gives the number of steps done, or what has left. */
export function runSteps(m: Machine, n: number): number | Event {
  for (let i = 0; i < n; i++) {
    const event = step(m);
    if (event !== undefined) return event;
  }
  return n;
}
