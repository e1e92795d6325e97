/** What the lab says: the sentence of a moment, differences, what is counted. */
import type { Readout } from '../figure/contract.ts';
import { exits, type Counters } from '../models/x86/costs.ts';
import type { Run } from '../models/x86/techniques/lab.ts';
import { Flag } from '../models/x86/state.ts';
import type { Moment } from './cpu-lab-run.ts';
import type { Side } from './cpu-lab-side.ts';

/** Flags in the order of the picture. */
export const flags = ['OF', 'DF', 'IF', 'TF', 'SF', 'ZF', 'AF', 'PF', 'CF'] as const;

/** A number in hexadecimal, with as many digits as asked for. */
export function hex(value: number, digits = 8): string {
  return (value >>> 0).toString(16).padStart(digits, '0');
}

/** A line of the program without its comment and its label. */
export function instructionOf(text: string, line: number | undefined): string {
  const whole = text.split('\n')[(line ?? 0) - 1] ?? '';
  return whole
    .replace(/;.*/, '')
    .replace(/^\s*[.\w$@?]+:/, '')
    .trim()
    .replace(/\s+/g, ' ');
}

/** What differs at a divergence, in words: flags by their names. */
export function differenceOf({ divergence }: Run): string {
  if (!divergence) return 'none';
  const { part, expected, found } = divergence;
  if (part !== 'eflags')
    return `${part.replace(/^memory /, 'memory at 0x')} is 0x${hex(found, 1)}, on the bare machine 0x${hex(expected, 1)}`;
  const wrong = flags.filter((name) => ((expected ^ found) & Flag[name]) !== 0);
  const iopl = ((expected ^ found) & Flag.IOPL) !== 0 ? ['IOPL'] : [];
  const bits = [...wrong.map((name) => `${name} is ${(found & Flag[name]) === 0 ? 0 : 1}`), ...iopl];
  return `${bits.join(' and ')}, on the bare machine ${bits.length > 1 ? 'not' : (found & Flag[wrong[0] ?? 'IF']) === 0 ? 1 : 0}`;
}

/** Traps, exits and call-outs: how often the CPU came to the hypervisor unasked. */
export function trapsOf(counters: Counters): number {
  return counters.monitorTraps + counters.callouts + exits(counters);
}

function eventOf({ action, vector, detail, lastLine, run, step }: Side, text: string): string {
  const line = lastLine === undefined ? '' : `Line ${lastLine}, ${instructionOf(text, lastLine)},`;
  const it = line || 'The instruction';
  if (step === run.length && run.stop.reason === 'triple-fault') return 'No handler of the guest’s could be reached.';
  switch (action) {
    case undefined:
      return 'The program is loaded, and nothing has run.';
    case 'run':
      return `${it} has run.`;
    case 'deliver':
      return `The CPU has taken vector ${vector ?? ''} to the guest’s handler.`;
    case 'halt':
      return 'The guest is halted.';
    case 'leave':
      return `${it} has left the CPU to the hypervisor.`;
    case 'emulate':
      return `The hypervisor has executed ${detail ?? instructionOf(text, lastLine)} for the guest.`;
    case 'reflect':
      return `The hypervisor has taken vector ${vector ?? ''} to the guest’s handler.`;
    case 'fill':
      return 'The hypervisor has filled an entry of its own tables, which the guest never notices.';
    case 'trace':
      return 'The hypervisor has carried out a write to a guarded page table.';
    case 'hold':
      return 'The hypervisor keeps the interrupt until the guest takes interrupts.';
    case 'hypercall':
      return `Xen has done what the guest asked for${detail ? `: ${detail}` : ''}.`;
    case 'translate':
      return `The hypervisor has translated a block${detail ? ` of ${detail} instructions` : ''}.`;
    case 'callout':
      return `Translated code has called out, and the hypervisor has acted.`;
    default:
      return `Step ${run.length}.`;
  }
}

const holders = { user: 'The user program', kernel: 'The guest’s kernel', hypervisor: 'The hypervisor' } as const;

/** The sentence of a moment. */
export function sentenceOf({ problem, sides, text }: Moment): string {
  if (problem) return problem.line === undefined ? problem.says : `Line ${problem.line}: ${problem.says}`;
  return sides
    .map((side) => {
      const { run, step, name } = side;
      const { divergence, stop } = run;
      const end = step === run.length ? ` ${stop.says}` : ` ${holders[side.holder]} has the CPU.`;
      const wrong =
        divergence && step >= divergence.step
          ? ` The guest went wrong in line ${divergence.line ?? '–'}: ${differenceOf(run)}.`
          : '';
      return `${sides.length > 1 ? `${name}: ` : ''}${eventOf(side, text)}${end}${wrong}`;
    })
    .join(' ');
}

/** What the reader compares. */
export function readoutsOf({ sides }: Moment): readonly Readout[] {
  const [first, second] = sides;
  const divergence = first?.run.divergence;
  return [
    { id: 'steps', label: 'Steps', value: first?.step ?? 0 },
    { id: 'traps', label: 'Traps, exits, call-outs', value: first ? trapsOf(first.counters) : 0, actor: 'xen' },
    { id: 'hypercalls', label: 'Hypercalls', value: first?.counters.hypercalls ?? 0, actor: 'xen' },
    { id: 'cycles', label: 'Cycles', value: Math.round(first?.cycles ?? 0) },
    { id: 'divergence', label: 'First divergence', value: divergence ? `line ${divergence.line ?? '–'}` : 'none' },
    { id: 'besideTraps', label: 'Beside: traps, exits …', value: second ? trapsOf(second.counters) : 'none' },
    { id: 'besideCycles', label: 'Beside: cycles', value: second ? Math.round(second.cycles) : 'none' },
  ];
}

/** Counters that tell something under a technique, by the words that the picture prints. */
export function countsOf({ technique, counters: c }: Side): readonly (readonly [string, number])[] {
  const instructions = ['guest instructions', c.kernelInstructions + c.userInstructions] as const;
  const misses = ['TLB misses', c.tlbMisses] as const;
  const fills = ['shadow entries filled', c.shadowFills] as const;
  switch (technique) {
    case 'native':
      return [
        instructions,
        ['traps', c.traps],
        ['interrupts', c.interrupts],
        misses,
        ['table entries read', c.walkReads],
      ];
    case 'trap-and-emulate':
      return [
        instructions,
        ['monitor traps', c.monitorTraps],
        fills,
        ['writes traced', c.pageTableUpdatesTraced],
        misses,
      ];
    case 'binary-translation':
      return [
        instructions,
        ['translated', c.translatedInstructions],
        ['done in the cache', c.inCacheEmulations],
        ['call-outs', c.callouts],
        ['monitor traps', c.monitorTraps],
        fills,
      ];
    case 'hvm-shadow':
    case 'hvm-nested':
      return [
        instructions,
        ['exits', exits(c)],
        ['VMREADs', c.vmreads],
        ['table entries read', c.walkReads],
        technique === 'hvm-shadow' ? fills : misses,
      ];
    default:
      return [
        instructions,
        ['hypercalls', c.hypercalls],
        ['updates checked', c.pageTableUpdatesValidated],
        ['handed on', c.bounces],
        ['monitor traps', c.monitorTraps],
      ];
  }
}
