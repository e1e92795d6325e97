/**
 * Descriptors and segment registers (Intel SDM vol. 3A, §3.4.5 descriptors, §3.5 system descriptors, §5.5 to 5.7 privilege
 * checks; vol. 2A, MOV, LAR, LSL; vol. 2B, VERR, LLDT, LTR).
 *
 * Leaves out: 16-bit code segments; a transfer to one raises #GP(selector), which is ours.
 */
import { raise } from './faults.ts';
import { readLinear, writeLinear } from './memory.ts';
import { type Machine, Seg, type Segment, Vector } from './state.ts';

/** A descriptor as it stands in a table. */
export interface Descriptor {
  /** Linear address. */
  readonly at: number;
  readonly low: number;
  readonly high: number;
  /** P, DPL, S, type. */
  readonly access: number;
  readonly dpl: number;
}

/** The descriptor that a selector names, or undefined where it is null or outside its table. */
export function descriptor(m: Machine, selector: number): Descriptor | undefined {
  const local = (selector & 4) !== 0;
  if ((selector & 0xfffc) === 0 || (local && m.ldtr.access === 0)) return undefined;
  const table = local ? m.ldtr : m.gdtr;
  const offset = selector & 0xfff8;
  if (offset + 7 > table.limit) return undefined;
  const at = (table.base + offset) >>> 0;
  const low = readLinear(m, at, 4, 0);
  const high = readLinear(m, (at + 4) >>> 0, 4, 0);
  return { at, low, high, access: (high >> 8) & 0xff, dpl: (high >> 13) & 3 };
}

/** As `descriptor`, or a fault with the selector as its error code (0, and `ext`, where it is null). */
export function descriptorOr(m: Machine, vector: number, selector: number, ext = 0): Descriptor {
  if ((selector & 0xfffc) === 0) raise(vector, ext);
  return descriptor(m, selector) ?? raise(vector, (selector & 0xfffc) | ext);
}

/** The limit of a descriptor in bytes. */
function limitOf(d: Descriptor): number {
  const limit = (d.low & 0xffff) | (d.high & 0xf0000);
  return (d.high & 0x800000) !== 0 ? ((limit << 12) | 0xfff) >>> 0 : limit;
}

/** The hidden part that a descriptor gives a segment register. */
export function segmentOf(selector: number, d: Descriptor): Segment {
  return {
    selector,
    base: ((d.low >>> 16) | ((d.high & 0xff) << 16) | (d.high & 0xff000000)) >>> 0,
    limit: limitOf(d),
    access: d.access,
    big: (d.high & 0x400000) !== 0,
  };
}

/** Marks a descriptor accessed, in its table; `bits` are other bits of the access byte to set (busy). */
export function markAccessed(m: Machine, d: Descriptor, bits = 1): void {
  if ((d.access & bits) !== bits) writeLinear(m, (d.at + 5) >>> 0, 1, d.access | bits, 0);
}

/** Puts a segment into a register; the accessed bit of a code or data segment is set in it. */
export function setSegment(to: Segment, from: Segment): void {
  to.selector = from.selector;
  to.base = from.base;
  to.limit = from.limit;
  to.access = (from.access & 0x10) !== 0 ? from.access | 1 : from.access;
  to.big = from.big;
}

/** Makes a segment register unusable. */
export function nullSegment(s: Segment, selector = 0): void {
  setSegment(s, { selector, base: 0, limit: 0, access: 0, big: false });
}

/** Whether an access byte is that of code (conforming or not), or of data. */
export function isCode(access: number): boolean {
  return (access & 0x18) === 0x18;
}

/** Whether an access byte is that of writable data. */
export function isWritableData(access: number): boolean {
  return (access & 0x1a) === 0x12;
}

/** Whether it is conforming code. */
export function isConforming(access: number): boolean {
  return (access & 0x1c) === 0x1c;
}

/** Checks a stack segment for a privilege level, marks it accessed and gives its descriptor; `vector` is #GP, or #TS in a stack switch. */
export function stackDescriptor(m: Machine, selector: number, level: number, vector: number, ext = 0): Descriptor {
  const d = descriptorOr(m, vector, selector, ext);
  const code = (selector & 0xfffc) | ext;
  if ((selector & 3) !== level || !isWritableData(d.access) || d.dpl !== level) raise(vector, code);
  if ((d.access & 0x80) === 0) raise(Vector.SS, code);
  markAccessed(m, d);
  return d;
}

/** Loads DS, ES, FS, GS or SS as MOV and POP do. */
export function loadSegment(m: Machine, number: number, selector: number): void {
  if (number === Seg.ss) {
    const d = stackDescriptor(m, selector, m.cpl, Vector.GP);
    setSegment(m.seg[number], segmentOf(selector, d));
    return;
  }
  if ((selector & 0xfffc) === 0) {
    nullSegment(m.seg[number]!, selector);
    return;
  }
  const d = descriptorOr(m, Vector.GP, selector);
  const code = selector & 0xfffc;
  const readable = (d.access & 0x10) !== 0 && (!isCode(d.access) || (d.access & 2) !== 0);
  if (!readable || (!isConforming(d.access) && Math.max(m.cpl, selector & 3) > d.dpl)) raise(Vector.GP, code);
  if ((d.access & 0x80) === 0) raise(Vector.NP, code);
  markAccessed(m, d);
  setSegment(m.seg[number]!, segmentOf(selector, d));
}

/** Puts a code segment into CS with the privilege level given. */
export function setCode(m: Machine, selector: number, d: Descriptor, level: number): void {
  setSegment(m.seg[Seg.cs], segmentOf((selector & 0xfffc) | level, d));
  m.cpl = level;
}

/**
 * #NP where a code segment is not present, #GP where it is a 16-bit one or `eip` lies outside (that one with `ext` alone).
 * Marks it accessed: nothing of the transfer has happened yet, and this can be refused by a page.
 */
export function checkCode(m: Machine, selector: number, d: Descriptor, eip: number, ext = 0): void {
  if ((d.access & 0x80) === 0) raise(Vector.NP, (selector & 0xfffc) | ext);
  if ((d.high & 0x400000) === 0) raise(Vector.GP, (selector & 0xfffc) | ext);
  if (eip >>> 0 > limitOf(d)) raise(Vector.GP, ext);
  markAccessed(m, d);
}

/** Whether the privilege rules let LAR, LSL, VERR and VERW see a descriptor. */
function visible(m: Machine, selector: number, d: Descriptor): boolean {
  return isConforming(d.access) || Math.max(m.cpl, selector & 3) <= d.dpl;
}

/** System descriptors, by type, that LAR and LSL accept: TSSs, LDTs; for LAR call gates and task gates, too. */
const larTypes = 0b1_1010_0011_1110;
const lslTypes = 0b0_1010_0000_1110;

/** What LAR (access rights) or LSL (limit) gives of a selector; undefined where ZF is cleared. */
export function lookAt(m: Machine, selector: number, what: 'rights' | 'limit'): number | undefined {
  const d = descriptor(m, selector);
  if (d === undefined || !visible(m, selector, d)) return undefined;
  const accepted = what === 'rights' ? larTypes : lslTypes;
  if ((d.access & 0x10) === 0 && ((accepted >> (d.access & 15)) & 1) === 0) return undefined;
  return what === 'rights' ? d.high & 0xffff00 : limitOf(d);
}

/** What VERR and VERW say of a selector. */
export function verify(m: Machine, selector: number, write: boolean): boolean {
  const d = descriptor(m, selector);
  if (d === undefined || (d.access & 0x10) === 0 || !visible(m, selector, d)) return false;
  return write ? isWritableData(d.access) : !isCode(d.access) || (d.access & 2) !== 0;
}

/** Loads LDTR (type 2) or TR (type 9, which becomes busy). */
export function loadSystem(m: Machine, into: Segment, selector: number, type: 2 | 9): void {
  if (type === 2 && (selector & 0xfffc) === 0) {
    nullSegment(into, selector);
    return;
  }
  const code = selector & 0xfffc;
  const d = (selector & 4) !== 0 ? raise(Vector.GP, code) : descriptorOr(m, Vector.GP, selector);
  if ((d.access & 0x1f) !== type) raise(Vector.GP, code);
  if ((d.access & 0x80) === 0) raise(Vector.NP, code);
  if (type === 9) markAccessed(m, d, 2);
  setSegment(into, segmentOf(selector, d));
  if (type === 9) into.access |= 2;
}
