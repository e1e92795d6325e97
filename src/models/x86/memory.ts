/**
 * Linear memory and the segments over it (Intel SDM vol. 3A, §5.3 limit checking, §5.4 type checking; §4.6 rights of pages).
 * A write that crosses into a page that refuses it changes neither page.
 */
import { raise } from './faults.ts';
import { How, readPhysical, translate, writePhysical } from './paging.ts';
import { type Machine, Seg, type Segment, Vector } from './state.ts';

/** 1 readable, 2 writable, 4 expand-down, by access byte (SDM vol. 3A, table 3-1). */
const rights = Uint8Array.from({ length: 256 }, (_, access) => {
  if ((access & 0x90) !== 0x90) return 0;
  if ((access & 8) !== 0) return (access >> 1) & 1;
  return 1 | (access & 2) | (access & 4);
});

/** Makes sure that an access to these bytes will not fault. */
export function touch(m: Machine, linear: number, size: number, how: number): void {
  translate(m, linear, how);
  if ((linear & 0xfff) + size > 0x1000) translate(m, ((linear | 0xfff) + 1) >>> 0, how);
}

/** Reads 1, 2 or 4 bytes at a linear address; 4 are signed. `how` is a sum of `How`. */
export function readLinear(m: Machine, linear: number, size: number, how: number): number {
  if ((linear & 0xfff) + size <= 0x1000) return readPhysical(m, translate(m, linear, how), size);
  touch(m, linear, size, how);
  let value = 0;
  for (let i = 0; i < size; i++) value |= readPhysical(m, translate(m, (linear + i) >>> 0, how), 1) << (8 * i);
  return value;
}

/** Writes 1, 2 or 4 bytes at a linear address; `how` is a sum of `How` (writing is understood). */
export function writeLinear(m: Machine, linear: number, size: number, value: number, how: number): void {
  if ((linear & 0xfff) + size <= 0x1000) {
    writePhysical(m, translate(m, linear, how | How.write), size, value);
    return;
  }
  touch(m, linear, size, how | How.write);
  for (let i = 0; i < size; i++)
    writePhysical(m, translate(m, (linear + i) >>> 0, how | How.write), 1, value >> (8 * i));
}

/** `How.user` at CPL 3. */
export function user(m: Machine): number {
  return m.cpl === 3 ? How.user : 0;
}

/** Whether these bytes lie inside the limit of a segment. */
export function inside(s: Segment, offset: number, size: number): boolean {
  if ((rights[s.access]! & 4) === 0) return offset + size - 1 <= s.limit;
  return offset > s.limit && offset + size - 1 <= (s.big ? 0xffffffff : 0xffff);
}

/** The linear address of an access through a segment register; raises #GP(0), or #SS(0) where it is SS. */
export function linearOf(m: Machine, number: number, offset: number, size: number, how: number): number {
  const s = m.seg[number]!;
  const may = rights[s.access]!;
  const from = offset >>> 0;
  if ((may & ((how & How.write) !== 0 ? 2 : 1)) === 0 || (may > 3 ? !inside(s, from, size) : from + size - 1 > s.limit))
    raise(number === Seg.ss ? Vector.SS : Vector.GP, 0);
  return (s.base + from) >>> 0;
}
