/** The book's machine, run as the peer is. */
import { createMachine, step } from '../../src/models/x86/machine.ts';
import { Flag, type Machine } from '../../src/models/x86/state.ts';
import { firmware, memorySize, type End, type Image, type State } from './state.ts';

/** A machine with an image in memory, and GDTR and TR as firmware leaves them. */
export function machineOf({ entry, pieces }: Image): Machine {
  const m = createMachine({ memorySize });
  for (const { at, bytes } of pieces) m.memory.set(bytes, at);
  m.eip = entry;
  m.gdtr = { base: firmware.gdt, limit: 0x2f };
  m.tr = { selector: 0x28, base: firmware.tss, limit: 0x67, access: 0x8b, big: false };
  return m;
}

/** What a program has left in a machine. */
export function stateOf(m: Machine, end: End): State {
  return {
    end,
    registers: Array.from(m.reg, (value) => value >>> 0),
    eip: m.eip >>> 0,
    eflags: m.eflags >>> 0,
    cpl: m.cpl,
    selectors: [...m.seg, m.tr, m.ldtr].map((segment) => segment.selector),
    control: [m.cr0, m.cr2, m.cr3, m.cr4].map((value) => value >>> 0),
    gdtr: [m.gdtr.base, m.gdtr.limit],
    idtr: [m.idtr.base, m.idtr.limit],
    memory: m.memory,
  };
}

/** Runs an image to HLT, shutdown, or for a number of steps; `watch` sees the machine after each of them. */
export function runOurs(
  image: Image,
  watch?: (m: Machine) => void,
  steps = 100_000,
): State & { readonly console: readonly number[] } {
  const m = machineOf(image);
  const ended = (end: End) => ({ ...stateOf(m, end), console: m.devices.console });
  for (let n = 0; n < steps; n++) {
    m.last = undefined;
    const event = step(m);
    watch?.(m);
    if (event?.kind === 'halt' && m.devices.timerPending && (m.eflags & Flag.IF) !== 0) continue;
    if (event?.kind === 'halt') return ended('halt');
    if (event?.kind === 'shutdown') return ended('shutdown');
    if (event !== undefined) throw new Error(`a native machine let out ${event.kind}`);
  }
  return ended('budget');
}
