/** No hypervisor: the program has the machine, in ring 0. What all other ways are held against. */
import { noCounters } from '../costs.ts';
import { step } from '../machine.ts';
import type { Machine } from '../state.ts';
import { capture, restore, type Snapshot } from '../snapshot.ts';
import { account, endOf } from './accounts.ts';
import { viewOf } from './ground.ts';
import { nothing, type Technique, type Vm } from './technique.ts';

function start(machine: Machine): Vm {
  const frames = machine.memory.length >>> 12;
  let counters = noCounters();
  let ended: Vm['ended'];
  const view = viewOf(machine);
  return {
    technique: 'native',
    machine,
    frames,
    toMachine: (gfn) => gfn,
    get holder() {
      return machine.cpl === 3 ? 'user' : 'kernel';
    },
    get counters() {
      return counters;
    },
    get ended() {
      return ended;
    },
    step() {
      if (ended !== undefined) return nothing;
      const before = {
        retired: machine.retired,
        cpl: machine.cpl,
        pending: machine.devices.timerPending || machine.halted,
      };
      step(machine);
      ended = endOf(machine, frames);
      return machine.down === undefined ? account(counters, machine, before) : nothing;
    },
    view: () => view,
    capture: () => ({ machine: capture(machine), counters: { ...counters }, ended }),
    restore(state) {
      const from = state as { machine: Snapshot; counters: typeof counters; ended: Vm['ended'] };
      restore(machine, from.machine);
      counters = { ...from.counters };
      ended = from.ended;
    },
  };
}

/** The bare machine. */
export const native: Technique = { name: 'native', ported: false, start };
