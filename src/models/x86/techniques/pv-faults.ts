/**
 * What Xen does about a fault, a trap or an INT of a paravirtual guest: emulates it, hands it on, or obeys.
 *
 * After Xen 4.22, and 3.2 where 32-bit Xen was another: do_general_protection and do_page_fault (arch/x86/traps.c),
 * pv/emul-priv-op.c, pv/emul-inv-op.c, pv/ro-page-fault.c. An instruction that Xen emulates is executed by the interpreter itself
 * with the one right lent that it wanted, and what it wrote to a page table is checked afterwards, before anything sees it. Left
 * out: an I/O bitmap, CPUID policies (the guest sees the CPU's own leaves), MSRs and debug registers, call gates, a store
 * that straddles two entries (refused, as by Xen).
 */
import { decode } from '../decoder.ts';
import { retire } from '../devices.ts';
import { Abort } from '../faults.ts';
import { step } from '../machine.ts';
import { flushTlb, invalidatePage, Page, probe, readPhysical, writePhysical } from '../paging.ts';
import { Cr0, Cr4, Flag, Vector, type Event } from '../state.ts';
import { FrameType, modifyEntry, replaceRoot } from './direct-paging.ts';
import { inKernel, type Domain } from './domain.ts';
import { bounceVector, loadRoot, peek, Shared } from './events.ts';
import { hypercall } from './hypercalls.ts';
import type { Action } from './technique.ts';

type Fault = Extract<Event, { kind: 'exception' }>;

/** What Xen has done about an event. */
export interface Done {
  readonly action: Action;
  readonly detail?: string;
  readonly vector?: number;
}

/** Executes one instruction with what `lend` gives and takes back; undefined where it faults nevertheless. */
function lent(d: Domain, lend: (on: boolean) => void): boolean {
  const m = d.machine;
  const pending = m.devices.timerPending;
  m.devices.timerPending = false;
  lend(true);
  const event = step(m);
  lend(false);
  m.devices.timerPending ||= pending;
  return event === undefined;
}

/** A store to an L1 table that is mapped read-only: one checked update (ptwr_do_page_fault). */
function writePageTable(d: Domain, address: number): Done | undefined {
  const m = d.machine;
  const { frames } = d.paging;
  const { pteAt, pte, machine } = probe(m, address);
  if (pteAt === undefined || pte === undefined || machine === undefined || pte & Page.RW) return undefined;
  const mfn = machine >>> 12;
  if (frames.owner[mfn] !== d.paging.domain || frames.type[mfn] !== FrameType.l1 || frames.typeCount[mfn] === 0)
    return undefined;
  const before = m.memory.slice(mfn * 0x1000, (mfn + 1) * 0x1000);
  const undo = { reg: m.reg.slice(), eip: m.eip, eflags: m.eflags, retired: m.retired, count: m.devices.timerCount };
  const done = lent(d, (on) => {
    const now = readPhysical(m, pteAt, 4);
    writePhysical(m, pteAt, 4, on ? now | Page.RW : now & ~Page.RW);
    invalidatePage(m, address);
  });
  const old = new DataView(before.buffer);
  const at = mfn * 0x1000;
  const changed: [number, number][] = [];
  for (let i = 0; i < 0x1000; i += 4) {
    const value = readPhysical(m, at + i, 4);
    // The table may map itself: the entry that was lent its RW bit is not what the guest wrote.
    if (value === old.getInt32(i, true) || (at + i === pteAt && ((value ^ pte) & ~(Page.A | Page.D)) === 0)) continue;
    changed.push([at + i, value]);
    writePhysical(m, at + i, 4, old.getInt32(i, true));
  }
  const [first = [at + (address & 0xffc), old.getInt32(address & 0xffc, true)]] = changed;
  const rc = !done || changed.length > 1 ? -1 : modifyEntry(d.paging, first[0], first[1]);
  if (rc < 0) {
    m.reg.set(undo.reg);
    Object.assign(m, { eip: undo.eip, eflags: undo.eflags, retired: undo.retired });
    m.devices.timerCount = undo.count;
    return undefined;
  }
  if (d.paging.flush) flushTlb(m);
  d.paging.flush = false;
  d.counters.pageTableUpdatesTraced++;
  d.counters.pageTableUpdatesValidated++;
  return { action: 'trace', detail: 'ptwr' };
}

function moveCr(d: Domain, number: number, register: number, reading: boolean): boolean {
  const m = d.machine;
  const { vcpu } = d;
  const value = m.reg[register as 0];
  const cr2 = d.shared + Shared.cr2;
  if (reading) {
    if (number === 0) m.reg[register as 0] = (m.cr0 & ~Cr0.TS) | vcpu.ts;
    else if (number === 2) m.reg[register as 0] = readPhysical(m, cr2, 4);
    else m.reg[register as 0] = number === 3 ? vcpu.root << 12 : m.cr4;
    return true;
  }
  if (number === 0) {
    if (((value ^ m.cr0) & ~Cr0.TS) !== 0) {
      d.paging.refusal = 'Attempt to change unmodifiable CR0 flags.';
      return false;
    }
    vcpu.ts = value & Cr0.TS;
  } else if (number === 2) writePhysical(m, cr2, 4, value);
  else if (number === 3) {
    const mfn = value >>> 12;
    if (replaceRoot(d.paging, vcpu.root, mfn) < 0) return false;
    loadRoot(d, (vcpu.root = mfn));
  } else m.cr4 = value & Cr4.TSD;
  return true;
}

/** #GP(0) of the guest's kernel: what Xen emulates then (validate() in pv/emul-priv-op.c). */
function emulatePrivileged(d: Domain): Done | undefined {
  const m = d.machine;
  let decoded;
  try {
    decoded = decode(m, m.eip);
  } catch (error) {
    if (error instanceof Abort) return undefined;
    throw error;
  }
  const { opcode, length, v0, v1 } = decoded;
  const toCr = opcode === 0x0f22;
  const name = toCr || opcode === 0x0f20 ? 'mov cr' : decoded.name;
  const kernel = inKernel(d);
  if (name === 'in' || name === 'out') {
    if (d.vcpu.iopl < (kernel ? 1 : 3)) return undefined;
    lent(d, (on) => {
      m.eflags = on ? m.eflags | Flag.IOPL : m.eflags & ~Flag.IOPL;
    });
    return { action: 'emulate', detail: name };
  }
  // On purpose: POPF cannot be trapped, so an IF that CLI cleared might never be set again.
  const ignored = (name === 'cli' || name === 'sti') && d.vcpu.iopl >= (kernel ? 1 : 3);
  if (!ignored) {
    if (!kernel) return undefined;
    if (name === 'rdtsc') {
      lent(d, (on) => {
        m.cr4 = on ? m.cr4 & ~Cr4.TSD : m.cr4 | Cr4.TSD;
      });
      return { action: 'emulate', detail: name };
    }
    if (name === 'clts') d.vcpu.ts = 0;
    else if (name !== 'mov cr' || !moveCr(d, toCr ? v0 : v1, toCr ? v1 : v0, !toCr)) return undefined;
  }
  m.eip = (m.eip + length) >>> 0;
  retire(m);
  return { action: 'emulate', detail: ignored ? `${name}, ignored` : name };
}

/** Exceptions: Xen's own business, or the guest's. */
export function handleException(d: Domain, event: Fault): Done {
  const m = d.machine;
  const { vector } = event;
  d.paging.refusal = '';
  let errorCode = event.errorCode;
  let done: Done | undefined;
  if (vector === Vector.GP && errorCode === 0) done = emulatePrivileged(d);
  if (vector === Vector.PF && event.address !== undefined) {
    const kernel = inKernel(d);
    if (kernel && (errorCode! & 3) === 3 && d.vcpu.writableTables) done = writePageTable(d, event.address);
    if (done === undefined) {
      writePhysical(m, d.shared + Shared.cr2, 4, event.address);
      errorCode = (errorCode! & ~4) | (kernel ? 0 : 4);
    }
  }
  if (
    vector === Vector.UD &&
    [0x65780b0f, 0xa20f6e].every((word, i) => ((peek(d, m.eip + i * 4) ?? 0) & (i ? 0xffffff : -1)) >>> 0 === word)
  ) {
    // ud2; "xen"; cpuid: the prefix goes, the instruction is executed.
    m.eip = (m.eip + 5) >>> 0;
    lent(d, () => undefined);
    done = { action: 'emulate', detail: 'cpuid' };
  }
  if (done) {
    d.counters.monitorTraps++;
    return done;
  }
  d.counters.traps++;
  const refusal = d.paging.refusal;
  bounceVector(d, vector, errorCode);
  return { action: 'reflect', vector, ...(refusal === '' ? {} : { detail: refusal }) };
}

/** INT n: a hypercall, or a vector that the guest lets its code ask for. */
export function handleSoftware(d: Domain, event: Extract<Event, { kind: 'software' }>): Done {
  const m = d.machine;
  const { vector } = event;
  const kernel = inKernel(d);
  if (vector === 0x82 && kernel) {
    m.eip = event.next;
    retire(m);
    const { name, refusal } = hypercall(d);
    return { action: 'hypercall', detail: refusal ?? name };
  }
  d.counters.traps++;
  const dpl = d.vcpu.traps[vector * 3]! & 3;
  // Vectors 3 and 4 have real gates of their own, with DPL 3.
  if (vector === 3 || vector === 4 || (vector !== 0x82 && dpl >= (kernel ? 1 : 3))) {
    m.eip = event.next;
    retire(m);
    bounceVector(d, vector);
    return { action: 'reflect', vector };
  }
  bounceVector(d, Vector.GP, vector * 8 + 2);
  return { action: 'reflect', vector: Vector.GP };
}
