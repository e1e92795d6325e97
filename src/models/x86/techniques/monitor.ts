/**
 * The cycle of every hypervisor: run the guest on the physical CPU until something leaves it; then act, and go back.
 *
 * `emulateFor` is the one way in which a hypervisor moves the guest on: one step of the virtual CPU, after which the shadows follow
 * and interrupts that the guest cannot take yet are held.
 */
import { Kind } from '../instruction.ts';
import { step } from '../machine.ts';
import { offsetOf } from '../operands.ts';
import { flushTlb, invalidatePage } from '../paging.ts';
import { capture, restore, type Snapshot } from '../snapshot.ts';
import { Cr0, type Event } from '../state.ts';
import { account, endOf } from './accounts.ts';
import { emulate, type Ground, takesInterrupts, toMachine, viewOf } from './ground.ts';
import { loadRoot, type Shadows, settleWritten, settle } from './shadow-paging.ts';
import { type GuestView, nothing, type StepReport, type TechniqueName, type Vm } from './technique.ts';

/** What a kind of hypervisor adds to the cycle. */
export interface Parts {
  readonly technique: TechniqueName;
  readonly ground: Ground;
  readonly shadows?: Shadows;
  /** Puts the guest on the physical CPU, and takes it off. */
  enter(): void;
  leave(): void;
  /** What the guest believes, if that can be had without taking it off. */
  readonly view?: GuestView;
  /** Counts what has left the physical CPU. */
  count(event: Event): void;
  /** Acts on it; the guest has been taken off, and is put back afterwards. */
  handle(event: Event): StepReport;
  /**
   * Runs one instruction of the guest where the technique has a way of its own: what it did, or the event that has left. Undefined:
   * the physical CPU runs it as it is.
   */
  run?(): StepReport | Event | undefined;
  /** Whether `run` has something to do in the hypervisor before the guest can go on. */
  isBusy?(): boolean;
  /** State beside the CPUs and the shadows. */
  capture?(): unknown;
  restore?(state: unknown): void;
}

/** Keeps an interrupt back until the guest takes interrupts. */
export function hold(ground: Ground): void {
  ground.held = true;
  ground.guest.devices.timerPending = false;
}

/** Lets the virtual CPU do one step in the guest's place. */
export function emulateFor(ground: Ground, shadows: Shadows | undefined, event: Event | undefined): StepReport {
  const { guest, machine, counters } = ground;
  const { retired, cpl, cr0, cr4 } = guest;
  // A single-step trap that has left is the virtual CPU's to take.
  if (event?.kind === 'exception' && event.vector === 1) guest.trap = true;
  emulate(ground);
  const done = guest.retired !== retired ? guest.last : undefined;
  if (shadows !== undefined) {
    const toCr = done?.k0 === Kind.cr ? done.v0 : -1;
    if (((cr0 ^ guest.cr0) & Cr0.WP) !== 0 || cr4 !== guest.cr4) flushTlb(machine);
    if (cr4 !== guest.cr4) settle(shadows);
    if (toCr === 3 || ((cr0 ^ guest.cr0) & Cr0.PG) !== 0) loadRoot(shadows);
    if (done?.name === 'invlpg') invalidatePage(machine, (guest.seg[done.seg]!.base + offsetOf(guest, done)) >>> 0);
    settleWritten(shadows);
  }
  if (done === undefined) {
    const vector = event?.kind === 'exception' || event?.kind === 'interrupt' ? { vector: event.vector } : {};
    if (event === undefined || event.kind === 'interrupt' || event.kind === 'window') counters.interrupts++;
    return { action: 'reflect', guest: true, ...(event && { event }), ...vector };
  }
  if (cpl === 3) counters.userInstructions++;
  else counters.kernelInstructions++;
  if (event?.kind === 'software') return { action: 'reflect', guest: true, event, vector: event.vector };
  return { action: 'emulate', guest: true, detail: done.name, ...(event && { event }) };
}

interface State {
  readonly machine: Snapshot;
  readonly guest: Snapshot;
  readonly ground: Pick<Ground, 'held' | 'next'> & { readonly spare: readonly number[] };
  readonly counters: Ground['counters'];
  readonly shadows: Pick<Shadows, 'roots' | 'lowers' | 'guarded'> | undefined;
  readonly left: Event | undefined;
  readonly ended: Vm['ended'];
  readonly more: unknown;
}

/** A guest in the hands of a hypervisor. */
export function monitor(parts: Parts): Vm {
  const { ground, shadows, technique } = parts;
  const { machine, guest, counters, frames } = ground;
  const believed = viewOf(guest);
  let left: Event | undefined;
  let ended: Vm['ended'];
  const resume = () => {
    if (guest.devices.timerPending && !takesInterrupts(guest) && !(guest.shadow && technique === 'trap-and-emulate'))
      hold(ground);
    ended = endOf(guest, frames);
    parts.enter();
  };
  resume();
  return {
    technique,
    machine,
    frames,
    counters,
    toMachine: (gfn) => toMachine(ground, gfn),
    get holder() {
      if (left !== undefined || guest.halted || parts.isBusy?.() === true) return 'hypervisor';
      return machine.cpl === 3 ? 'user' : 'kernel';
    },
    get ended() {
      return ended;
    },
    step() {
      if (ended !== undefined) return nothing;
      if (left !== undefined) {
        const event = left;
        left = undefined;
        parts.leave();
        const report = parts.handle(event);
        resume();
        return report;
      }
      if (guest.halted) {
        const report = emulateFor(ground, shadows, undefined);
        resume();
        return report;
      }
      const before = { retired: machine.retired, cpl: machine.cpl, pending: machine.devices.timerPending };
      const ran = parts.run?.();
      if (ran !== undefined && 'action' in ran) return ran;
      left = ran ?? step(machine);
      if (left === undefined) return account(counters, machine, before);
      counters.tlbMisses = machine.tlbMisses;
      counters.walkReads = machine.walkReads;
      counters.ringCrossings += 2;
      parts.count(left);
      return { action: 'leave', guest: false, event: left };
    },
    view() {
      if (parts.view !== undefined) return parts.view;
      parts.leave();
      return believed;
    },
    capture(): State {
      return {
        machine: capture(machine),
        guest: capture(guest),
        ground: { held: ground.held, next: ground.next, spare: [...ground.spare] },
        counters: { ...counters },
        shadows: shadows && {
          roots: new Map(shadows.roots),
          lowers: new Map(shadows.lowers),
          guarded: new Set(shadows.guarded),
        },
        left,
        ended,
        more: parts.capture?.(),
      };
    },
    restore(state) {
      const from = state as State;
      restore(machine, from.machine);
      restore(guest, from.guest);
      Object.assign(ground, from.ground, { spare: [...from.ground.spare] });
      Object.assign(counters, from.counters);
      if (shadows !== undefined && from.shadows !== undefined) {
        shadows.roots = new Map(from.shadows.roots);
        shadows.lowers = new Map(from.shadows.lowers);
        shadows.guarded = new Set(from.shadows.guarded);
      }
      left = from.left;
      ended = from.ended;
      parts.restore?.(from.more);
    },
  };
}
