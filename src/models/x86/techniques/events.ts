/**
 * How Xen enters a paravirtual guest: bounce frames for exceptions, system calls and events, the shared info page with its
 * pending and mask bytes, and the way back.
 *
 * After Xen's create_bounce_frame and test_all_events (arch/x86/x86_32/entry.S until 4.2, x86_64/entry.S of 4.22), pv/iret.c,
 * toggle_guest_mode (pv/domain.c), evtchn_2l_set_pending (common/event_2l.c). The frames are those of 32-bit guests in both layouts.
 * Left out: failsafe callbacks, NMI and MCE, virtual-8086 mode, more than one event channel, XPTI's further loads of CR3.
 */
import { Abort } from '../faults.ts';
import { flushTlb, How, readPhysical, translate, writePhysical } from '../paging.ts';
import { descriptorOr, isCode, loadSegment, nullSegment, setCode } from '../segments.ts';
import { Flag, Reg, Seg, Vector } from '../state.ts';
import { inKernel, type Domain } from './domain.ts';
import { Kernel } from './support-code.ts';

/** Offsets into the shared info page (public/xen.h, 32-bit guests). */
export const Shared = { pending: 0, mask: 1, selector: 4, cr2: 8, channels: 0x800, masks: 0x880 } as const;

/** The event channel of the timer. */
const timerPort = 1;

/** Whether events are held off: the virtual interrupt flag, inverted. */
export function masked(d: Domain): boolean {
  return readPhysical(d.machine, d.shared + Shared.mask, 1) !== 0;
}

/** Sets the mask byte. */
export function setMask(d: Domain, on: boolean): void {
  writePhysical(d.machine, d.shared + Shared.mask, 1, on ? 1 : 0);
}

/** EFLAGS as the guest is meant to see them. */
export function virtualFlags(d: Domain): number {
  return (d.machine.eflags & ~(Flag.IF | Flag.IOPL)) | (masked(d) ? 0 : Flag.IF);
}

/** Ends the domain. */
export function crash(d: Domain, why: string): void {
  d.vcpu.over ??= { ending: 'killed', why: `Xen has crashed the domain: ${why}` };
}

/** The machine address of a guest's linear one, as the guest's kernel may reach it; undefined where it may not. */
export function reach(d: Domain, linear: number, write: boolean): number | undefined {
  if (linear >= Kernel.m2p) return undefined;
  try {
    return translate(d.machine, linear, (write ? How.write : 0) | (d.ring3 ? How.user : 0));
  } catch (error) {
    if (error instanceof Abort) return undefined;
    throw error;
  }
}

/** Reads a word of the guest's (copy_from_guest), unsigned; undefined where it cannot. */
export function peek(d: Domain, linear: number): number | undefined {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const at = reach(d, (linear + i) >>> 0, false);
    if (at === undefined) return undefined;
    value |= readPhysical(d.machine, at, 1) << (8 * i);
  }
  return value >>> 0;
}

/** Writes a word of the guest's (copy_to_guest), and says whether it could. */
export function poke(d: Domain, linear: number, value: number): boolean {
  const at = [0, 1, 2, 3].map((i) => reach(d, (linear + i) >>> 0, true));
  if (at.includes(undefined)) return false;
  at.forEach((address, i) => {
    writePhysical(d.machine, address!, 1, value >> (8 * i));
  });
  return true;
}

/** Loads the root that the guest's kernel or its user code is to have, in the 64-bit layout (toggle_guest_mode). */
function toggle(d: Domain): void {
  d.vcpu.inKernel = !d.vcpu.inKernel;
  loadRoot(d, d.vcpu.inKernel ? d.vcpu.root : d.vcpu.userRoot);
}

/** Loads the real CR3 with a root that has been validated. */
export function loadRoot(d: Domain, mfn: number): void {
  d.machine.cr3 = mfn * 0x1000;
  flushTlb(d.machine);
  d.counters.cr3Loads++;
}

/** Puts a selector into CS, and EIP; crashes the domain where Xen's IRET would fault. */
function enter(d: Domain, selector: number, eip: number, ss: number, esp: number): void {
  const m = d.machine;
  const level = Math.max(selector & 3, d.level);
  try {
    const code = descriptorOr(m, Vector.GP, selector);
    if (!isCode(code.access) || code.dpl !== level) throw new Abort();
    setCode(m, selector, code, level);
    loadSegment(m, Seg.ss, (ss & ~3) | level);
  } catch (error) {
    if (!(error instanceof Abort)) throw error;
    crash(d, `CS 0x${selector.toString(16)} and SS 0x${ss.toString(16)} cannot be entered.`);
    return;
  }
  m.reg[Reg.esp] = esp;
  m.eip = eip >>> 0;
}

/** What a bounce frame is made for. */
export interface Trap {
  readonly cs: number;
  readonly address: number;
  /** Whether events are to be masked on the way, as an interrupt gate clears IF. */
  readonly masks: boolean;
  readonly errorCode?: number | undefined;
}

/** Writes a frame on the guest kernel's stack and goes to a handler (create_bounce_frame). */
export function bounce(d: Domain, trap: Trap): void {
  const m = d.machine;
  const { vcpu } = d;
  const outside = !inKernel(d);
  const stack = outside ? [m.seg[Seg.ss].selector, m.reg[Reg.esp]] : [];
  if (outside && d.ring3) toggle(d);
  const mask = readPhysical(m, d.shared + Shared.mask, 1);
  const cs = m.seg[Seg.cs].selector & (d.ring3 && !outside ? ~3 : ~0);
  const frame = [...stack, virtualFlags(d), cs | (mask << 16), m.eip];
  if (trap.errorCode !== undefined) frame.push(trap.errorCode);
  let esp = outside ? vcpu.kernelSp : m.reg[Reg.esp];
  for (const word of frame) {
    esp = (esp - 4) | 0;
    if (!poke(d, esp >>> 0, word)) {
      crash(d, `the kernel stack at 0x${(esp >>> 0).toString(16)} cannot be written to.`);
      return;
    }
  }
  if (trap.masks) setMask(d, true);
  m.eflags &= ~(Flag.TF | Flag.NT | Flag.RF | Flag.VM);
  m.shadow = false;
  enter(d, (trap.cs & ~3) | d.level, trap.address, outside ? vcpu.kernelSs : m.seg[Seg.ss].selector, esp);
  d.counters.bounces++;
}

/** Hands a vector on to the handler in the guest's trap table; without one it is the end. */
export function bounceVector(d: Domain, vector: number, errorCode?: number): void {
  const [flags = 0, cs = 0, address = 0] = d.vcpu.traps.subarray(vector * 3);
  if ((cs & ~3) === 0) {
    const code = errorCode === undefined ? '' : ` with error code 0x${errorCode.toString(16)}`;
    crash(d, `vector ${vector}${code} at 0x${d.machine.eip.toString(16)} has no handler in the trap table.`);
    return;
  }
  bounce(d, { cs, address, masks: (flags & 4) !== 0, errorCode });
}

/** The timer has sent its event: marks it pending (evtchn_2l_set_pending). */
export function sendTimer(d: Domain): void {
  const m = d.machine;
  const bit = 1 << timerPort;
  const [channels, masks] = [Shared.channels, Shared.masks].map((at) => readPhysical(m, d.shared + at, 4));
  if (channels! & bit) return;
  writePhysical(m, d.shared + Shared.channels, 4, channels! | bit);
  if (masks! & bit) return;
  writePhysical(m, d.shared + Shared.selector, 4, 1);
  writePhysical(m, d.shared + Shared.pending, 1, 1);
}

/** Whether an event waits and may be delivered. */
export function deliverable(d: Domain): boolean {
  return readPhysical(d.machine, d.shared + Shared.pending, 1) !== 0 && !masked(d);
}

/** The last thing on every way back to the guest (test_all_events). Says whether the guest's callback was called. */
export function testEvents(d: Domain): boolean {
  if (d.vcpu.over || d.vcpu.blocked || !deliverable(d)) return false;
  const { eventCs: cs, eventEip: address } = d.vcpu;
  if (cs === 0) {
    crash(d, 'an event is pending and no callback has been registered.');
    return false;
  }
  bounce(d, { cs, address, masks: true });
  d.counters.interrupts++;
  return true;
}

/** HYPERVISOR_iret: EAX and a frame from the guest's stack, the mask from the frame's IF. */
export function returnFrame(d: Domain): void {
  const m = d.machine;
  const sp = m.reg[Reg.esp] >>> 0;
  const words = [0, 4, 8, 12, 16, 20].map((at) => peek(d, (sp + at) >>> 0));
  const [eax, eip, cs, flags] = words as number[];
  const toUser = (cs! & 3) === 3;
  if (words.slice(0, toUser ? 6 : 4).includes(undefined)) {
    crash(d, 'the frame of an iret hypercall cannot be read.');
    return;
  }
  const [esp, ss] = toUser ? (words.slice(4) as number[]) : [sp + 16, m.seg[Seg.ss].selector];
  if (d.ring3 && toUser) toggle(d);
  m.reg[Reg.eax] = eax!;
  m.eflags = (flags! & 0x244dd5 & ~Flag.IOPL) | Flag.IF | 2;
  setMask(d, (flags! & Flag.IF) === 0);
  enter(d, cs! & 0xffff, eip!, ss! & 0xffff, esp! | 0);
  // As IRET to an outer ring does with segments that it may not have.
  for (const segment of m.seg) if (((segment.access >> 5) & 3) < m.cpl) nullSegment(segment);
}
