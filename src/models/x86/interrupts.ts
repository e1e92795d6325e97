/**
 * Delivery of exceptions and interrupts through the IDT (Intel SDM vol. 3A, §6.12 and 6.13, table 6-5 double faults; vol. 2A,
 * INT n, "Operation"), and the stack switch that a call gate shares with it (§5.8.5).
 *
 * Leaves out: task gates and 16-bit gates, which raise #GP(vector) as any other wrong type does; NMI.
 */
import { Abort, raise } from './faults.ts';
import { inside, readLinear, touch, writeLinear } from './memory.ts';
import { How } from './paging.ts';
import {
  checkCode,
  descriptorOr,
  isCode,
  isConforming,
  segmentOf,
  setCode,
  setSegment,
  stackDescriptor,
} from './segments.ts';
import { type Event, Flag, type Machine, Reg, Seg, type Segment, Vector } from './state.ts';

/** An inner stack, as the TSS names it. */
export interface InnerStack {
  readonly segment: Segment;
  readonly esp: number;
}

/** The stack of a more privileged level; raises #TS, or #SS where its segment is not present. */
export function innerStack(m: Machine, level: number, ext: number): InnerStack {
  const at = level * 8 + 4;
  if (at + 5 > m.tr.limit) raise(Vector.TS, (m.tr.selector & 0xfffc) | ext);
  const esp = readLinear(m, (m.tr.base + at) >>> 0, 4, 0);
  const selector = readLinear(m, (m.tr.base + at + 4) >>> 0, 2, 0);
  const descriptor = stackDescriptor(m, selector, level, Vector.TS, ext);
  return { segment: segmentOf(selector, descriptor), esp };
}

/** Writes a frame below `esp` of a stack, all of it or nothing, and gives the new ESP. `code` is the error code of #SS. */
export function pushFrame(
  m: Machine,
  stack: Segment,
  esp: number,
  level: number,
  values: readonly number[],
  size: number,
  code: number,
): number {
  const bytes = values.length * size;
  const top = stack.big ? (esp - bytes) >>> 0 : (esp - bytes) & 0xffff;
  if (!inside(stack, top, bytes)) raise(Vector.SS, code);
  const linear = (stack.base + top) >>> 0;
  const how = How.write | (level === 3 ? How.user : 0);
  touch(m, linear, bytes, how);
  for (let i = 0; i < values.length; i++)
    writeLinear(m, (linear + bytes - (i + 1) * size) >>> 0, size, values[i]!, how);
  return stack.big ? top | 0 : (esp & 0xffff0000) | top;
}

/** Enters the new stack that a frame has been written to. */
export function enterStack(m: Machine, stack: InnerStack, esp: number): void {
  setSegment(m.seg[Seg.ss], stack.segment);
  m.reg[Reg.esp] = esp;
}

/**
 * Goes through the gate of a vector; raises what the manual says, with nothing changed. `software` is an INT n, INT3 or INTO: it
 * is checked against the gate's DPL, and EXT is clear in the error codes.
 */
export function throughGate(
  m: Machine,
  vector: number,
  software: boolean,
  errorCode: number | undefined,
  eip: number,
  flags: number,
): void {
  const ext = software ? 0 : 1;
  const inIdt = (vector << 3) | 2 | ext;
  if (vector * 8 + 7 > m.idtr.limit) raise(Vector.GP, inIdt);
  const at = m.idtr.base + vector * 8;
  const low = readLinear(m, at >>> 0, 4, 0);
  const high = readLinear(m, (at + 4) >>> 0, 4, 0);
  const type = (high >> 8) & 0x1f;
  if (type !== 0xe && type !== 0xf) raise(Vector.GP, inIdt);
  if (software && ((high >> 13) & 3) < m.cpl) raise(Vector.GP, inIdt);
  if ((high & 0x8000) === 0) raise(Vector.NP, inIdt);
  const selector = low >>> 16;
  const target = (low & 0xffff) | (high & 0xffff0000);
  const code = descriptorOr(m, Vector.GP, selector, ext);
  if (!isCode(code.access) || code.dpl > m.cpl) raise(Vector.GP, (selector & 0xfffc) | ext);
  checkCode(m, selector, code, 0, ext);
  const level = isConforming(code.access) ? m.cpl : code.dpl;
  const frame = [flags, m.seg[Seg.cs].selector, eip];
  if (errorCode !== undefined) frame.push(errorCode);
  if (level < m.cpl) {
    const stack = innerStack(m, level, ext);
    checkCode(m, selector, code, target, ext);
    frame.unshift(m.seg[Seg.ss].selector, m.reg[Reg.esp]);
    const esp = pushFrame(m, stack.segment, stack.esp, level, frame, 4, (stack.segment.selector & 0xfffc) | ext);
    enterStack(m, stack, esp);
  } else {
    checkCode(m, selector, code, target, ext);
    m.reg[Reg.esp] = pushFrame(m, m.seg[Seg.ss], m.reg[Reg.esp], level, frame, 4, ext);
  }
  setCode(m, selector, code, level);
  m.eip = target >>> 0;
  m.eflags &= ~(Flag.TF | Flag.NT | Flag.RF | Flag.VM | (type === 0xe ? Flag.IF : 0));
}

/** Exceptions that make a double fault of one another (table 6-4): #DE, #TS, #NP, #SS, #GP; #PF counts where it comes first. */
const contributory = 0b0011_1100_0000_0001;

/** The events that go through the IDT. */
export type Deliverable = Extract<Event, { kind: 'exception' | 'software' | 'interrupt' }>;

function vectorThrough(m: Machine, event: Deliverable): void {
  if (event.kind === 'software') {
    throughGate(m, event.vector, true, undefined, event.next, m.eflags);
    return;
  }
  // Faults push RF set, so that returning does not meet an instruction breakpoint twice (SDM vol. 3B, §17.3.1.1).
  const fault = event.kind === 'exception' && event.vector !== Vector.DB ? Flag.RF : 0;
  if (event.kind === 'exception' && event.address !== undefined) m.cr2 = event.address;
  throughGate(
    m,
    event.vector,
    false,
    event.kind === 'exception' ? event.errorCode : undefined,
    event.eip,
    m.eflags | fault,
  );
}

/**
 * Delivers an event as the hardware does: a fault on the way is delivered in its place, or becomes a double fault, or shuts the CPU
 * down. Gives the event that has left instead, if one has: then the first one has not been delivered.
 */
export function deliver(m: Machine, event: Deliverable): Event | undefined {
  const first = event;
  let now: Deliverable = event;
  for (;;) {
    try {
      vectorThrough(m, now);
      m.halted = false;
      m.shadow = false;
      return undefined;
    } catch (error) {
      if (!(error instanceof Abort)) throw error;
      if (error.event !== undefined) return { ...error.event, eip: event.eip };
      const was = now.kind === 'exception' ? now.vector : -1;
      const next = exception(error, event.eip);
      if (was === Vector.DF) {
        m.down = {
          kind: 'shutdown',
          eip: event.eip,
          first: first.kind === 'exception' ? first : { vector: first.vector, errorCode: undefined },
        };
        return m.down;
      }
      const serious = ((contributory >> next.vector) & 1) !== 0;
      const isDouble =
        (was >= 0 && ((contributory >> was) & 1) !== 0 && serious) ||
        (was === Vector.PF && (serious || next.vector === Vector.PF));
      now = isDouble ? { kind: 'exception', vector: Vector.DF, errorCode: 0, eip: event.eip } : next;
      if (((m.controls.exceptions >>> now.vector) & 1) !== 0) return now;
    }
  }
}

/** The event of an exception that has been raised. */
export function exception(abort: Abort, eip: number): Extract<Event, { kind: 'exception' }> {
  const { vector, code, address } = abort;
  return address === undefined
    ? { kind: 'exception', vector, errorCode: code, eip }
    : { kind: 'exception', vector, errorCode: code, eip, address };
}
