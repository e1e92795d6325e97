/**
 * Execution: string instructions (Intel SDM vol. 1, §7.3.9; vol. 2, MOVS, CMPS, STOS, LODS, SCAS, REP). Each repetition is a step
 * that counts as a retired instruction, with EIP on the instruction until ECX is used up: that counting is ours, the restart after a
 * fault or an interrupt is the CPU's. INS and OUTS are left out.
 */
import { subtract } from './flags.ts';
import type { Decoded, Run } from './instruction.ts';
import { linearOf, readLinear, user, writeLinear } from './memory.ts';
import { How } from './paging.ts';
import { readRegister, writeRegister } from './registers.ts';
import { Flag, type Machine, Reg, Seg } from './state.ts';

function at(m: Machine, segment: number, register: number, size: number, how: number): number {
  return linearOf(m, segment, m.reg[register]!, size, how);
}

/** The element at DS:ESI, or another segment's. */
function source(m: Machine, d: Decoded): number {
  const how = user(m);
  return readLinear(m, at(m, d.seg, Reg.esi, d.size, how), d.size, how);
}

/** The element at ES:EDI. */
function destination(m: Machine, d: Decoded): number {
  const how = user(m);
  return readLinear(m, at(m, Seg.es, Reg.edi, d.size, how), d.size, how);
}

function store(m: Machine, d: Decoded, value: number): void {
  const how = user(m) | How.write;
  writeLinear(m, at(m, Seg.es, Reg.edi, d.size, how), d.size, value, how);
}

/** One element, and what moves: ESI, EDI, or both. CMPS and SCAS end a repetition by ZF. */
function string(element: Run, moves: readonly number[], compares = false): Run {
  return (m, d) => {
    if (d.repeat !== 0 && m.reg[Reg.ecx] === 0) return;
    element(m, d);
    for (const register of moves) m.reg[register]! += (m.eflags & Flag.DF) !== 0 ? -d.size : d.size;
    if (d.repeat === 0) return;
    m.reg[Reg.ecx]--;
    const ended = compares && ((m.eflags & Flag.ZF) !== 0) !== (d.repeat === 0xf3);
    if (m.reg[Reg.ecx] !== 0 && !ended) m.eip = m.at;
  };
}

/** Executors by mnemonic. */
export const stringInstructions: Readonly<Record<string, Run>> = {
  movs: string((m, d) => store(m, d, source(m, d)), [Reg.esi, Reg.edi]),
  cmps: string((m, d) => void subtract(m, source(m, d), destination(m, d), 0, d.size), [Reg.esi, Reg.edi], true),
  stos: string((m, d) => store(m, d, readRegister(m, Reg.eax, d.size)), [Reg.edi]),
  lods: string((m, d) => writeRegister(m, Reg.eax, d.size, source(m, d)), [Reg.esi]),
  scas: string(
    (m, d) => void subtract(m, readRegister(m, Reg.eax, d.size), destination(m, d), 0, d.size),
    [Reg.edi],
    true,
  ),
};
