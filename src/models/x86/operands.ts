/** Operands and the stack: how instructions get at registers and memory (Intel SDM vol. 2A, §2.1; vol. 1, §6.2). */
import { type Decoded, Kind } from './instruction.ts';
import { linearOf, readLinear, touch, user, writeLinear } from './memory.ts';
import { How } from './paging.ts';
import { readRegister, writeRegister } from './registers.ts';
import { type Machine, Reg, Seg } from './state.ts';

/** The offset of the memory operand. */
export function offsetOf(m: Machine, d: Decoded): number {
  let offset = d.disp;
  if (d.base >= 0) offset += m.reg[d.base]!;
  if (d.index >= 0) offset += m.reg[d.index]! << d.scale;
  return offset >>> 0;
}

/** Reads `size` bytes of the memory operand, `at` bytes behind its beginning. */
export function readMemory(m: Machine, d: Decoded, at: number, size: number): number {
  const how = user(m);
  return readLinear(m, linearOf(m, d.seg, offsetOf(m, d) + at, size, how), size, how);
}

/** Reads an operand. */
export function read(m: Machine, d: Decoded, kind: number, value: number): number {
  if (kind === Kind.reg32) return m.reg[value]!;
  if (kind === Kind.imm) return value;
  if (kind > Kind.mem) return readMemory(m, d, 0, kind & 7);
  return readRegister(m, value, kind);
}

/** Writes an operand. */
export function write(m: Machine, d: Decoded, kind: number, value: number, result: number): void {
  if (kind === Kind.reg32) m.reg[value] = result;
  else if (kind > Kind.mem) {
    const how = user(m) | How.write;
    writeLinear(m, linearOf(m, d.seg, offsetOf(m, d), kind & 7, how), kind & 7, result, how);
  } else writeRegister(m, value, kind, result);
}

let place = 0;

/** Reads the first operand, to be written by `update`: memory must be writable (a read-modify-write is a write). */
export function readForUpdate(m: Machine, d: Decoded): number {
  if (d.k0 === Kind.reg32) return m.reg[d.v0]!;
  if (d.k0 < Kind.mem) return readRegister(m, d.v0, d.k0);
  const how = user(m) | How.write;
  place = linearOf(m, d.seg, offsetOf(m, d), d.k0 & 7, how);
  return readLinear(m, place, d.k0 & 7, how);
}

/** Writes the first operand where `readForUpdate` has read it. */
export function update(m: Machine, d: Decoded, result: number): void {
  if (d.k0 === Kind.reg32) m.reg[d.v0] = result;
  else if (d.k0 < Kind.mem) writeRegister(m, d.v0, d.k0, result);
  else writeLinear(m, place, d.k0 & 7, result, user(m));
}

/** The offset in the stack segment that lies `by` bytes above ESP, or SP in a 16-bit segment. */
export function stackOffset(m: Machine, by: number): number {
  const offset = m.reg[Reg.esp] + by;
  return m.seg[Seg.ss].big ? offset >>> 0 : offset & 0xffff;
}

/** Moves ESP, or SP. */
export function moveStack(m: Machine, by: number): void {
  if (m.seg[Seg.ss].big) m.reg[Reg.esp] += by;
  else writeRegister(m, Reg.esp, 2, m.reg[Reg.esp] + by);
}

/** Reads the stack `by` bytes above its top. */
export function peek(m: Machine, by: number, size: number): number {
  const how = user(m);
  return readLinear(m, linearOf(m, Seg.ss, stackOffset(m, by), size, how), size, how);
}

/** Pushes 2 or 4 bytes. */
export function push(m: Machine, value: number, size: number): void {
  const how = user(m) | How.write;
  writeLinear(m, linearOf(m, Seg.ss, stackOffset(m, -size), size, how), size, value, how);
  moveStack(m, -size);
}

/** Pushes values of 2 or 4 bytes, all of them or none. */
export function pushAll(m: Machine, values: readonly number[], size: number): void {
  const how = user(m) | How.write;
  for (let i = 1; i <= values.length; i++)
    touch(m, linearOf(m, Seg.ss, stackOffset(m, -i * size), size, how), size, how);
  for (const value of values) push(m, value, size);
}
