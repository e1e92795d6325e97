/** What a step of the physical CPU adds to the counters, and how a run ends. */
import type { Counters } from '../costs.ts';
import { Kind } from '../instruction.ts';
import { Flag, type Machine, Vector } from '../state.ts';
import type { StepReport, Vm } from './technique.ts';

/** Instructions that change the machine's state and do so themselves in ring 0; MOV to CRn is the other one. */
const privileged = new Set([
  'cli',
  'sti',
  'popf',
  'hlt',
  'clts',
  'lmsw',
  'lgdt',
  'lidt',
  'lldt',
  'ltr',
  'invlpg',
  'wbinvd',
]);

const ran: StepReport = { action: 'run', guest: true };
const faulted: StepReport = { action: 'deliver', guest: true, detail: 'fault' };
const called: StepReport = { action: 'deliver', guest: true, detail: 'int' };
const interrupted: StepReport = { action: 'deliver', guest: true, detail: 'interrupt' };

/** What the physical CPU is like before a step, as far as `account` wants to know. */
export interface Before {
  retired: number;
  cpl: number;
  pending: boolean;
}

/** Counts a step in which nothing left, and says what it was. */
export function account(counters: Counters, m: Machine, { retired, cpl, pending }: Before): StepReport {
  counters.tlbMisses = m.tlbMisses;
  counters.walkReads = m.walkReads;
  if (m.cpl !== cpl) counters.ringCrossings++;
  if (m.retired === retired) {
    counters.traps++;
    if (!pending || m.devices.timerPending) return faulted;
    counters.interrupts++;
    return interrupted;
  }
  if (cpl === 3) counters.userInstructions++;
  else counters.kernelInstructions++;
  const { name, k0, v0, length } = m.last as NonNullable<Machine['last']>;
  if (name === 'in' || name === 'out') counters.portAccesses++;
  else if (name.startsWith('int') && m.eip !== m.at + length) {
    counters.traps++;
    return called;
  } else if (cpl === 0) {
    if (privileged.has(name) || k0 === Kind.cr) counters.privileged++;
    if (k0 === Kind.cr && v0 === 3) counters.cr3Loads++;
  }
  return ran;
}

const names = new Map<number, string>(Object.entries(Vector).map(([name, vector]) => [vector, `#${name}`]));
const hex = (value: number) => `0x${(value >>> 0).toString(16)}`;

/** How a run has ended, if nothing can happen on a CPU any more. */
export function endOf(cpu: Machine, frames: number): Vm['ended'] {
  if (cpu.down !== undefined) {
    const { eip, first } = cpu.down;
    const away = eip >= frames * 0x1000 ? ', outside of memory' : '';
    const what = names.get(first.vector) ?? `interrupt ${hex(first.vector)}`;
    const why = `Triple fault at ${hex(eip)}${away}: ${what} could not be delivered, nor could what came of that.`;
    return { ending: 'triple-fault', why, fault: { ...first, eip } };
  }
  if (!cpu.halted || cpu.trap) return undefined;
  const open = (cpu.eflags & Flag.IF) !== 0;
  if (open && (cpu.devices.timerPeriod !== 0 || cpu.devices.timerPending)) return undefined;
  const because = open ? 'and the timer is off' : 'with interrupts off';
  return { ending: 'halted', why: `Halted at ${hex(cpu.at)} ${because}: the end.` };
}
