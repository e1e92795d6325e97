/**
 * Arithmetic and what it leaves in EFLAGS (Intel SDM vol. 1, §3.4.3.1 and appendix A). Operands of 8 and 16 bits are
 * shifted to the top of a word, so that carry and overflow come out at bit 31 whatever the size is.
 *
 * Flags that the manual calls undefined: AF is cleared by logic and shifts; OF of a shift by more than one is that of the last
 * bit, MUL and IMUL leave SF, ZF, AF and PF, DIV and IDIV leave all.
 */
import { Flag, type Machine } from './state.ts';

/** CF, PF, AF, ZF, SF, OF. */
export const arithmeticFlags = 0x8d5;

const parity = Uint8Array.from({ length: 256 }, (_, byte) => {
  let odd = byte ^ (byte >> 4);
  odd ^= odd >> 2;
  return (odd ^ (odd >> 1)) & 1 ? 0 : Flag.PF;
});

/** Sets ZF, SF and PF by a result at the top of a word, and the others as given. */
function settle(m: Machine, top: number, shift: number, others: number): number {
  const result = top >>> shift;
  m.eflags =
    (m.eflags & ~arithmeticFlags) |
    others |
    (top === 0 ? Flag.ZF : 0) |
    ((top >>> 24) & Flag.SF) |
    parity[result & 0xff]!;
  return result;
}

/** a + b + carry. */
export function add(m: Machine, a: number, b: number, carry: number, size: number): number {
  const shift = 32 - size * 8;
  const x = a << shift;
  const y = b << shift;
  const r = (x + y + (carry << shift)) | 0;
  const out = ((x & y) | ((x | y) & ~r)) >>> 31;
  return settle(m, r, shift, out | ((a ^ b ^ (r >>> shift)) & Flag.AF) | ((((x ^ r) & (y ^ r)) >>> 31) << 11));
}

/** a - b - borrow. */
export function subtract(m: Machine, a: number, b: number, borrow: number, size: number): number {
  const shift = 32 - size * 8;
  const x = a << shift;
  const y = b << shift;
  const r = (x - y - (borrow << shift)) | 0;
  const out = ((~x & y) | ((~x | y) & r)) >>> 31;
  return settle(m, r, shift, out | ((a ^ b ^ (r >>> shift)) & Flag.AF) | ((((x ^ y) & (x ^ r)) >>> 31) << 11));
}

/** The result of AND, OR, XOR or TEST. */
export function logic(m: Machine, result: number, size: number): number {
  const shift = 32 - size * 8;
  return settle(m, result << shift, shift, 0);
}

/** SHL; the count is masked already and not 0. */
export function shiftLeft(m: Machine, a: number, count: number, size: number): number {
  const shift = 32 - size * 8;
  const x = a << shift;
  const carry = count > size * 8 ? 0 : (x >>> (32 - count)) & 1;
  const r = x << count;
  return settle(m, r, shift, carry | (((r >>> 31) ^ carry) << 11));
}

/** SHR or SAR; the count is masked already and not 0. */
export function shiftRight(m: Machine, a: number, count: number, size: number, arithmetic: boolean): number {
  const shift = 32 - size * 8;
  const x = arithmetic ? (a << shift) >> shift : (a << shift) >>> shift;
  const last = arithmetic ? x >> (count - 1) : x >>> (count - 1);
  const result = arithmetic ? last >> 1 : last >>> 1;
  return settle(m, result << shift, shift, (last & 1) | (arithmetic ? 0 : ((last << shift) >>> 31) << 11));
}

/** What the first six conditions and their opposites test; the last two compare SF with OF. */
const tested = [Flag.OF, Flag.CF, Flag.ZF, Flag.CF | Flag.ZF, Flag.SF, Flag.PF];

/** Whether condition `code` (0 is O … 15 is G; SDM vol. 1, appendix B) holds. */
export function holds(eflags: number, code: number): boolean {
  const which = code >> 1;
  const less = (((eflags >> 4) ^ eflags) & Flag.SF) !== 0;
  const yes = which < 6 ? (eflags & tested[which]!) !== 0 : less || (which === 7 && (eflags & Flag.ZF) !== 0);
  return yes !== ((code & 1) !== 0);
}
