/**
 * Execution: transfers of control (Intel SDM vol. 2A, CALL, INT n, Jcc, JMP, LOOP; vol. 2B, RET). A target beyond the limit of CS
 * raises #GP(0) in the instruction that goes there.
 */
import { leave, raise } from './faults.ts';
import { holds } from './flags.ts';
import { throughGate } from './interrupts.ts';
import { Kind, type Decoded, type Run } from './instruction.ts';
import { moveStack, peek, push, read, readMemory } from './operands.ts';
import { farReturn, farTransfer } from './transfers.ts';
import { Flag, type Machine, Reg, Seg, Vector } from './state.ts';

function target(m: Machine, d: Decoded, eip: number): number {
  const to = d.size === 2 ? eip & 0xffff : eip >>> 0;
  if (to > m.seg[Seg.cs].limit) raise(Vector.GP, 0);
  return to;
}

/** Where a near JMP or CALL goes. */
function near(m: Machine, d: Decoded): number {
  return target(m, d, d.k0 === Kind.rel ? m.eip + d.v0 : read(m, d, d.k0, d.v0));
}

const far =
  (call: boolean): Run =>
  (m, d) => {
    const memory = d.k0 === Kind.mem;
    const offset = memory ? readMemory(m, d, 0, d.size) : d.v0;
    const selector = memory ? readMemory(m, d, d.size, 2) : d.imm;
    farTransfer(m, selector, d.size === 2 ? offset & 0xffff : offset, call, d.size);
  };

/** INT n, INT3, INTO: leaves, or takes the gate in the IDT. */
function interrupt(m: Machine, vector: number): void {
  if (m.controls.software && !m.controls.directGates.includes(vector))
    leave({ kind: 'software', vector, eip: m.at, next: m.eip });
  throughGate(m, vector, true, undefined, m.eip, m.eflags);
}

const loops =
  (again: (m: Machine) => boolean): Run =>
  (m, d) => {
    const left = (m.reg[Reg.ecx] - 1) | 0;
    const to = left !== 0 && again(m) ? near(m, d) : m.eip;
    m.reg[Reg.ecx] = left;
    m.eip = to;
  };

/** Executors by mnemonic; conditional ones by their stem. */
export const controlInstructions: Readonly<Record<string, Run>> = {
  jmp: (m, d) => {
    m.eip = near(m, d);
  },
  j: (m, d) => {
    if (holds(m.eflags, d.opcode & 15)) m.eip = near(m, d);
  },
  call: (m, d) => {
    const to = near(m, d);
    push(m, m.eip, d.size);
    m.eip = to;
  },
  ret: (m, d) => {
    m.eip = target(m, d, peek(m, 0, d.size));
    moveStack(m, d.size + d.v0);
  },
  loop: loops(() => true),
  loope: loops((m) => (m.eflags & Flag.ZF) !== 0),
  loopne: loops((m) => (m.eflags & Flag.ZF) === 0),
  jecxz: (m, d) => {
    if (m.reg[Reg.ecx] === 0) m.eip = near(m, d);
  },
  jmpf: far(false),
  callf: far(true),
  retf: (m, d) => {
    farReturn(m, d.size, d.v0, false);
  },
  iret: (m, d) => {
    farReturn(m, d.size, 0, true);
  },
  int: (m, d) => {
    interrupt(m, d.v0 & 0xff);
  },
  int3: (m) => {
    interrupt(m, Vector.BP);
  },
  into: (m) => {
    if ((m.eflags & Flag.OF) !== 0) interrupt(m, Vector.OF);
  },
  ud2: () => raise(Vector.UD),
};
