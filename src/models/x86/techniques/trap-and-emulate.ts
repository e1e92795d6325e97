/**
 * Trap and emulate: the guest as it is, with its kernel in ring 1.
 *
 * Privileged instructions raise #GP there, and the hypervisor executes them on the virtual CPU; faults, INTs and interrupts it takes
 * to the guest's handlers; page tables are shadowed (Adams and Agesen 2006, §2; Popek and Goldberg 1974). What x86 does not trap
 * goes wrong without a sound, because nothing here looks for it: POPF and IRET leave IF alone when CPL > IOPL, PUSHF, SGDT, SIDT,
 * SLDT, STR, SMSW, PUSH CS, LAR, LSL show the hypervisor's values (SDM vol. 3A, §2.8; vol. 2B, POPF).
 */
import type { Event, Machine } from '../state.ts';
import { ground, takesInterrupts } from './ground.ts';
import { emulateFor, hold, monitor } from './monitor.ts';
import { enter, leave, mirror, ring } from './ring.ts';
import { guard, loadRoot, resolve, type Shadows, writtenTo } from './shadow-paging.ts';
import type { StepReport, Technique, Vm } from './technique.ts';

function start(booted: Machine): Vm {
  const below = ground(booted);
  const { guest, counters } = below;
  const compressed = ring(below);
  const shadows: Shadows = {
    ground: below,
    roots: new Map(),
    lowers: new Map(),
    guarded: new Set(),
    reserved: compressed.reserved,
  };
  loadRoot(shadows);
  guard(shadows, mirror(compressed));

  const act = (event: Event): StepReport => {
    const { gdtr, cr3, cr0 } = guest;
    const report = emulateFor(below, shadows, event);
    if (guest.gdtr !== gdtr || guest.cr3 !== cr3 || guest.cr0 !== cr0 || writtenTo(shadows, shadows.guarded))
      guard(shadows, mirror(compressed));
    return report;
  };
  return monitor({
    technique: 'trap-and-emulate',
    ground: below,
    shadows,
    enter: () => enter(compressed),
    leave: () => leave(compressed),
    count: () => counters.monitorTraps++,
    handle(event) {
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
    },
    capture: () => compressed.loaded,
    restore(state) {
      compressed.loaded = state as typeof compressed.loaded;
    },
  });
}

/** The unmodified guest in ring 1. */
export const trapAndEmulate: Technique = { name: 'trap-and-emulate', ported: false, start };
