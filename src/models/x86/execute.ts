/** Execution: data and arithmetic (Intel SDM vol. 2, each instruction's "Operation"). */
import { raise } from './faults.ts';
import { add, logic, shiftLeft, shiftRight, subtract, holds } from './flags.ts';
import { Kind, type Run } from './instruction.ts';
import { moveStack, offsetOf, peek, push, pushAll, read, readForUpdate, update, write } from './operands.ts';
import { readRegister, writeRegister } from './registers.ts';
import { loadSegment } from './segments.ts';
import { Flag, type Machine, Reg, Seg, Vector } from './state.ts';
import { changeable } from './transfers.ts';

type Binary = (m: Machine, a: number, b: number, size: number) => number;

/** An instruction that changes its first operand by its second. */
function changes(by: Binary): Run {
  return (m, d) => {
    const b = read(m, d, d.k1, d.v1);
    update(m, d, by(m, readForUpdate(m, d), b, d.size));
  };
}

/** An instruction that only compares. */
function compares(by: Binary): Run {
  return (m, d) => {
    by(m, read(m, d, d.k0, d.v0), read(m, d, d.k1, d.v1), d.size);
  };
}

const carry = (m: Machine) => m.eflags & Flag.CF;
const and: Binary = (m, a, b, size) => logic(m, a & b, size);
const minus: Binary = (m, a, b, size) => subtract(m, a, b, 0, size);

function keepingCarry(by: Binary): Run {
  return (m, d) => {
    const before = carry(m);
    const result = by(m, readForUpdate(m, d), 1, d.size);
    m.eflags = (m.eflags & ~Flag.CF) | before;
    update(m, d, result);
  };
}

function shifts(by: Binary): Run {
  return (m, d) => {
    const count = read(m, d, d.k1, d.v1) & 31;
    const value = readForUpdate(m, d);
    update(m, d, count === 0 ? value : by(m, value, count, d.size));
  };
}

/** High half of an unsigned product of 32-bit numbers. */
function high(a: number, b: number): number {
  const low = (a & 0xffff) * (b & 0xffff);
  const middle = (a >>> 16) * (b & 0xffff) + Math.floor(low / 0x10000);
  const other = (a & 0xffff) * (b >>> 16) + (middle % 0x10000);
  return ((a >>> 16) * (b >>> 16) + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)) | 0;
}

function overflow(m: Machine, yes: boolean): void {
  m.eflags = (m.eflags & ~(Flag.CF | Flag.OF)) | (yes ? Flag.CF | Flag.OF : 0);
}

/** MUL and one-operand IMUL: EDX:EAX, DX:AX or AX. */
function multiplies(signed: boolean): Run {
  return (m, d) => {
    const { size } = d;
    const shift = 32 - size * 8;
    const fit = (value: number) => (signed ? (value << shift) >> shift : value);
    const a = fit(readRegister(m, Reg.eax, size));
    const b = fit(read(m, d, d.k0, d.v0));
    const low = Math.imul(a, b);
    if (size === 4) {
      const top = signed ? high(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0) : high(a, b);
      m.reg[Reg.eax] = low;
      m.reg[Reg.edx] = top;
      overflow(m, signed ? (top | 0) !== low >> 31 : (top | 0) !== 0);
      return;
    }
    writeRegister(m, Reg.eax, 2, low);
    if (size === 2) writeRegister(m, Reg.edx, 2, low >> 16);
    overflow(m, signed ? fit(low) !== low : low >>> (size * 8) !== 0);
  };
}

/** IMUL with two or three operands. */
const imul: Run = (m, d) => {
  if (d.k1 === Kind.none) {
    signedMultiply(m, d);
    return;
  }
  const shift = 32 - d.size * 8;
  const a = (read(m, d, d.k1, d.v1) << shift) >> shift;
  const b = ((d.opcode === 0x0faf ? read(m, d, d.k0, d.v0) : d.imm) << shift) >> shift;
  const low = Math.imul(a, b);
  write(m, d, d.k0, d.v0, low);
  overflow(m, a * b !== (low << shift) >> shift);
};
const signedMultiply = multiplies(true);

/** DIV and IDIV: #DE by 0, and where the quotient does not fit. */
function divides(signed: boolean): Run {
  return (m, d) => {
    const bits = d.size * 8;
    const fit = (value: bigint, width: number) => (signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value));
    const top = d.size === 1 ? readRegister(m, 4, 1) : readRegister(m, Reg.edx, d.size);
    const divisor = fit(BigInt(read(m, d, d.k0, d.v0)), bits);
    if (divisor === 0n) raise(Vector.DE);
    const low = BigInt.asUintN(bits, BigInt(readRegister(m, Reg.eax, d.size)));
    const dividend = fit((BigInt(top) << BigInt(bits)) | low, bits * 2);
    const quotient = dividend / divisor;
    if (fit(quotient, bits) !== quotient) raise(Vector.DE);
    const rest = Number(BigInt.asIntN(32, dividend % divisor));
    writeRegister(m, Reg.eax, d.size, Number(BigInt.asIntN(32, quotient)));
    if (d.size === 1) writeRegister(m, 4, 1, rest);
    else writeRegister(m, Reg.edx, d.size, rest);
  };
}

/** MOVSX and MOVZX. */
function extends_(signed: boolean): Run {
  return (m, d) => {
    const shift = 32 - (d.k1 & 7) * 8;
    const value = read(m, d, d.k1, d.v1) << shift;
    write(m, d, d.k0, d.v0, signed ? value >> shift : value >>> shift);
  };
}

const selectorOf = (m: Machine, number: number) => m.seg[number]!.selector;

/** MOV to SS and POP SS hold interrupts off for one instruction (SDM vol. 3A, §6.8.3). */
function load(m: Machine, number: number, selector: number): void {
  loadSegment(m, number, selector & 0xffff);
  if (number === Seg.ss) m.shadow = true;
}

const mov: Run = (m, d) => {
  if (d.k0 === Kind.seg) {
    load(m, d.v0, read(m, d, d.k1, d.v1));
    return;
  }
  write(m, d, d.k0, d.v0, d.k1 === Kind.seg ? selectorOf(m, d.v1) : read(m, d, d.k1, d.v1));
};

const pop: Run = (m, d) => {
  const value = peek(m, 0, d.k0 === Kind.seg ? 2 : d.size);
  if (d.k0 === Kind.seg) load(m, d.v0, value);
  if (d.k0 < Kind.mem || d.k0 === Kind.seg) {
    moveStack(m, d.size);
    if (d.k0 !== Kind.seg) write(m, d, d.k0, d.v0, value);
    return;
  }
  // POP to memory reckons its address with the ESP after the pop (SDM vol. 2B, POP).
  const esp = m.reg[Reg.esp];
  moveStack(m, d.size);
  try {
    write(m, d, d.k0, d.v0, value);
  } catch (error) {
    m.reg[Reg.esp] = esp;
    throw error;
  }
};

const pusha: Run = (m, d) => {
  pushAll(m, Array.from(m.reg), d.size);
};

const popa: Run = (m, d) => {
  const values = Array.from({ length: 8 }, (_, i) => peek(m, i * d.size, d.size));
  values.forEach((value, i) => {
    if (7 - i !== Reg.esp) writeRegister(m, 7 - i, d.size, value);
  });
  moveStack(m, 8 * d.size);
};

const popf: Run = (m, d) => {
  const flags = peek(m, 0, d.size);
  const mask = changeable(m, d.size);
  moveStack(m, d.size);
  m.eflags = (m.eflags & ~mask & ~(d.size === 4 ? Flag.RF : 0)) | (flags & mask);
};

const xchg: Run = (m, d) => {
  const register = readRegister(m, d.v1, d.size);
  const value = readForUpdate(m, d);
  update(m, d, register);
  writeRegister(m, d.v1, d.size, value);
};

const leaveFrame: Run = (m, d) => {
  const big = m.seg[Seg.ss].big;
  const esp = m.reg[Reg.esp];
  const frame = big ? m.reg[Reg.ebp] : (esp & 0xffff0000) | (m.reg[Reg.ebp] & 0xffff);
  m.reg[Reg.esp] = frame;
  try {
    writeRegister(m, Reg.ebp, d.size, peek(m, 0, d.size));
    moveStack(m, d.size);
  } catch (error) {
    m.reg[Reg.esp] = esp;
    throw error;
  }
};

const flagSetter =
  (clear: number, set: number): Run =>
  (m) => {
    m.eflags = (m.eflags & ~clear) | set;
  };

/** Executors by mnemonic; conditional ones by their stem. */
export const dataInstructions: Readonly<Record<string, Run>> = {
  add: changes((m, a, b, size) => add(m, a, b, 0, size)),
  or: changes((m, a, b, size) => logic(m, a | b, size)),
  adc: changes((m, a, b, size) => add(m, a, b, carry(m), size)),
  sbb: changes((m, a, b, size) => subtract(m, a, b, carry(m), size)),
  and: changes(and),
  sub: changes(minus),
  xor: changes((m, a, b, size) => logic(m, a ^ b, size)),
  cmp: compares(minus),
  test: compares(and),
  inc: keepingCarry((m, a, b, size) => add(m, a, b, 0, size)),
  dec: keepingCarry(minus),
  not: (m, d) => {
    update(m, d, ~readForUpdate(m, d));
  },
  neg: (m, d) => {
    update(m, d, subtract(m, 0, readForUpdate(m, d), 0, d.size));
  },
  shl: shifts(shiftLeft),
  shr: shifts((m, a, count, size) => shiftRight(m, a, count, size, false)),
  sar: shifts((m, a, count, size) => shiftRight(m, a, count, size, true)),
  mul: multiplies(false),
  imul,
  div: divides(false),
  idiv: divides(true),
  movzx: extends_(false),
  movsx: extends_(true),
  set: (m, d) => {
    write(m, d, d.k0, d.v0, holds(m.eflags, d.opcode & 15) ? 1 : 0);
  },
  mov,
  lea: (m, d) => {
    writeRegister(m, d.v0, d.size, offsetOf(m, d));
  },
  xchg,
  push: (m, d) => {
    push(m, d.k0 === Kind.seg ? selectorOf(m, d.v0) : read(m, d, d.k0, d.v0), d.size);
  },
  pop,
  pusha,
  popa,
  pushf: (m, d) => {
    push(m, m.eflags & ~(Flag.RF | Flag.VM), d.size);
  },
  popf,
  leave: leaveFrame,
  nop: () => {},
  cwde: (m, d) => {
    writeRegister(m, Reg.eax, d.size, (m.reg[Reg.eax] << (32 - d.size * 4)) >> (32 - d.size * 4));
  },
  cdq: (m, d) => {
    writeRegister(m, Reg.edx, d.size, (m.reg[Reg.eax] << (32 - d.size * 8)) >> 31);
  },
  clc: flagSetter(Flag.CF, 0),
  stc: flagSetter(0, Flag.CF),
  cld: flagSetter(Flag.DF, 0),
  std: flagSetter(0, Flag.DF),
  cmc: (m) => {
    m.eflags ^= Flag.CF;
  },
};
