/**
 * The sample guests in the book's machine and in v86, step by step: registers, flags, segments and control registers agree after
 * each instruction, and memory and console at the end. The timer counts retired instructions, which v86 does not: its interrupt
 * is asserted at the very instruction at which it came here.
 */
import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/models/x86/assembler.ts';
import { boot } from '../../src/models/x86/boot.ts';
import { step } from '../../src/models/x86/machine.ts';
import { probe, readPhysical, writePhysical } from '../../src/models/x86/paging.ts';
import { samples } from '../../src/models/x86/samples/index.ts';
import { Flag, Reg, type Machine } from '../../src/models/x86/state.ts';
import { portsOf } from './devices.ts';
import { undefinedFlags } from './forms.ts';
import { stateOf } from './ours.ts';
import { createPeer } from './peer.ts';
import { differencesOf, type Ports, type State } from './state.ts';

const peer = await createPeer();
const nothing = new Uint8Array(0);
const withoutMemory = (state: State): State => ({ ...state, memory: nothing });

function physical(m: Machine, linear: number): number {
  return probe(m, linear >>> 0).machine ?? -1;
}

/** RF in the frame of a fault is what v86 does not set (differences.ts): it is taken out of ours, with the error code or without. */
function dropResumeFlag(m: Machine, faulting: number): void {
  const top = m.reg[Reg.esp] ?? 0;
  const hasCode = readPhysical(m, physical(m, top), 4) >>> 0 !== faulting;
  const flags = physical(m, top + (hasCode ? 12 : 8));
  writePhysical(m, flags, 4, readPhysical(m, flags, 4) & ~Flag.RF);
}

/** One step of ours, and the same in v86; false where both have halted for good. */
function both(m: Machine): boolean {
  const { eip, retired } = m;
  const { timerPending } = m.devices;
  const event = step(m);
  if (event !== undefined && event.kind !== 'halt') throw new Error(`a native machine let out ${event.kind}`);
  const isInterrupt = timerPending && !m.devices.timerPending;
  if (isInterrupt) peer.tick();
  else if (event !== undefined) expect(peer.goTo(0, m.memory.length - 0x1000)).toBe(false);
  else if (m.eip === eip) expect(peer.stay()).toBe(true);
  else expect(peer.goTo(m.eip, physical(m, m.eip)), `v86 does not come to 0x${m.eip.toString(16)}`).toBe(true);
  if (event === undefined && !isInterrupt && m.retired === retired) dropResumeFlag(m, eip);
  // What the manual leaves undefined, v86 may have as we do.
  const open = m.retired === retired ? undefined : undefinedFlags[m.last?.name ?? ''];
  if (open !== undefined) peer.setFlags(m.eflags, open);
  return event === undefined || (m.eflags & Flag.IF) !== 0;
}

describe.each(samples)('$name', ({ text }) => {
  test('runs as in v86, step by step', async () => {
    const m = boot(assemble(text));
    const ports = portsOf(peer);
    // The timer is asserted by hand: its port stays silent.
    const silent: Ports = {
      read: (port, size) => ports.read(port, size),
      write: (port, size, value) => {
        if (port !== 0x40) ports.write(port, size, value);
      },
    };
    await peer.begin({ entry: m.eip, pieces: [{ at: 0, bytes: m.memory.slice() }] }, silent);
    for (let n = 1; n < 100_000; n++) {
      const goesOn = both(m);
      const ours = withoutMemory(stateOf(m, goesOn ? 'budget' : 'halt'));
      expect(differencesOf(ours, withoutMemory(peer.state())), `step ${n}`).toEqual([]);
      if (!goesOn) break;
    }
    expect(m.halted).toBe(true);
    expect(differencesOf(stateOf(m, 'halt'), peer.state())).toEqual([]);
    expect(ports.console).toEqual(m.devices.console);
  });
});
