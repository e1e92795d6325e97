/**
 * Trap and emulate: the guest as it is, with its kernel in ring 1.
 *
 * Privileged instructions raise #GP there, and the hypervisor executes them on the virtual CPU; faults, INTs and interrupts it takes
 * to the guest's handlers; page tables are shadowed (Adams and Agesen 2006, §2; Popek and Goldberg 1974). What x86 does not trap
 * goes wrong without a sound, because nothing here looks for it: POPF and IRET leave IF alone when CPL > IOPL, PUSHF, SGDT, SIDT,
 * SLDT, STR, SMSW, PUSH CS, LAR, LSL show the hypervisor's values (SDM vol. 3A, §2.8; vol. 2B, POPF).
 */
import type { Machine } from '../state.ts';
import { compressed } from './compressed.ts';
import { monitor } from './monitor.ts';
import { enter, leave } from './ring.ts';
import type { Technique, Vm } from './technique.ts';

function start(booted: Machine): Vm {
  const { ground, ring, shadows, handle } = compressed(booted);
  return monitor({
    technique: 'trap-and-emulate',
    ground,
    shadows,
    enter: () => enter(ring),
    leave: () => leave(ring),
    count: () => ground.counters.monitorTraps++,
    handle,
    capture: () => ring.loaded,
    restore(state) {
      ring.loaded = state as typeof ring.loaded;
    },
  });
}

/** The unmodified guest in ring 1. */
export const trapAndEmulate: Technique = { name: 'trap-and-emulate', ported: false, start };
