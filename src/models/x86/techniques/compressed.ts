/**
 * What trap and emulate and binary translation have in common: an unmodified guest on a compressed machine with shadow page tables, and
 * what the hypervisor does about an event (Adams and Agesen 2006, §2 and 3.2). Interrupts wait until the guest takes them, hidden
 * faults are filled, and everything else is for the virtual CPU to execute, after which the real tables follow the guest's.
 * Left out: what `ring.ts` and `shadow-paging.ts` leave out.
 */
import type { Event, Machine } from '../state.ts';
import { ground, type Ground, takesInterrupts } from './ground.ts';
import { emulateFor, hold } from './monitor.ts';
import { mirror, ring, type Ring } from './ring.ts';
import { guard, loadRoot, resolve, type Shadows, writtenTo } from './shadow-paging.ts';
import type { StepReport } from './technique.ts';

/** A guest whose kernel has been moved out of ring 0. */
export interface Compressed {
  readonly ground: Ground;
  readonly ring: Ring;
  readonly shadows: Shadows;
  /** Lets the virtual CPU execute what an event is about. */
  readonly act: (event: Event) => StepReport;
  /** Acts on an event that has left the physical CPU. */
  readonly handle: (event: Event) => StepReport;
}

/** Takes a machine over as the loader leaves it. */
export function compressed(booted: Machine): Compressed {
  const below = ground(booted);
  const { guest } = below;
  const own = ring(below);
  const shadows: Shadows = {
    ground: below,
    roots: new Map(),
    lowers: new Map(),
    guarded: new Set(),
    reserved: own.reserved,
  };
  loadRoot(shadows);
  guard(shadows, mirror(own));

  const act = (event: Event): StepReport => {
    const { gdtr, cr3, cr0 } = guest;
    const report = emulateFor(below, shadows, event);
    if (guest.gdtr !== gdtr || guest.cr3 !== cr3 || guest.cr0 !== cr0 || writtenTo(shadows, shadows.guarded))
      guard(shadows, mirror(own));
    return report;
  };
  const handle = (event: Event): StepReport => {
    if (event.kind === 'interrupt' && !takesInterrupts(guest)) {
      hold(below);
      return { action: 'hold', guest: false, event };
    }
    if (event.kind !== 'exception' || event.address === undefined) return act(event);
    const { address, errorCode = 0 } = event;
    const verdict = resolve(shadows, address, (errorCode & 2) !== 0, (errorCode & 4) !== 0);
    if (verdict === 'hidden') return { action: 'fill', guest: false, event };
    const report = act(event);
    return verdict === 'trace' ? { ...report, action: 'trace' } : report;
  };
  return { ground: below, ring: own, shadows, act, handle };
}
