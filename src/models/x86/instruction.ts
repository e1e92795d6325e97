/** What a decoded instruction is: the bytes of Intel SDM vol. 2A, ch. 2, taken apart once and executed many times. */
import type { Machine } from './state.ts';

/** Kind of an operand. Registers and memory carry their size in bytes in the low three bits. */
export const Kind = {
  none: 0,
  reg8: 1,
  reg16: 2,
  reg32: 4,
  /** An address whose contents are not an operand of one of the sizes (LEA, LGDT, INVLPG, far pointers in memory). */
  mem: 8,
  mem8: 9,
  mem16: 10,
  mem32: 12,
  /** The value is the immediate, sign-extended. */
  imm: 16,
  /** The value is the distance from the next instruction. */
  rel: 32,
  /** The value is the number of a segment register. */
  seg: 48,
  /** The value is the number of a control register. */
  cr: 64,
  /** The value is the offset; `imm` of the instruction is the selector. */
  far: 80,
} as const;

/** One instruction of IA-32, decoded. */
export interface Decoded {
  /** Mnemonic in lower case; conditions are in it (`jne`), far transfers end in `f`. */
  readonly name: string;
  /** First byte, or 0x0f00 and the second one. */
  readonly opcode: number;
  /** Bytes, prefixes included. */
  readonly length: number;
  /** Operand size in bytes. */
  readonly size: number;
  /** Kind and value of the first operand: the number of a register, an immediate; memory is described below. */
  readonly k0: number;
  readonly v0: number;
  readonly k1: number;
  readonly v1: number;
  /** The third operand of IMUL, the selector of a far pointer. */
  readonly imm: number;
  /** Segment register of the memory operand. */
  readonly seg: number;
  /** Base and index registers, -1 for none; `scale` is the shift. */
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly disp: number;
  /** Executes it; EIP is that of the next instruction already. */
  readonly run: Run;
}

/** Executes an instruction: changes nothing before its last fault is out of the way. */
export type Run = (m: Machine, d: Decoded) => void;
