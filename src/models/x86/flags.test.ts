import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, holds, logic, shiftLeft, shiftRight, subtract } from './flags.ts';
import { createMachine } from './machine.ts';
import { Flag } from './state.ts';

const m = createMachine();
const { CF, PF, AF, ZF, SF, OF } = Flag;
const flags = () => m.eflags & 0x8d5;

describe('by hand from the tables of SDM vol. 1, appendix A', () => {
  test.each([
    ['0x7f + 1 in 8 bits: signed overflow', () => add(m, 0x7f, 1, 0, 1), 0x80, SF | OF | AF],
    ['0xff + 1 in 8 bits: carry, zero', () => add(m, 0xff, 1, 0, 1), 0, CF | ZF | PF | AF],
    ['0xffff + 0 + carry in 16 bits', () => add(m, 0xffff, 0, 1, 2), 0, CF | ZF | PF | AF],
    ['0x80000000 + 0x80000000', () => add(m, -0x80000000, -0x80000000, 0, 4), 0, CF | ZF | PF | OF],
    ['0 - 1 in 32 bits', () => subtract(m, 0, 1, 0, 4), 0xffffffff, CF | SF | PF | AF],
    ['0x80 - 1 in 8 bits: signed overflow', () => subtract(m, 0x80, 1, 0, 1), 0x7f, OF | AF],
    ['5 - 4 - borrow', () => subtract(m, 5, 4, 1, 4), 0, ZF | PF],
    ['0x10 - 1: AF is the borrow of the low digit', () => subtract(m, 0x10, 1, 0, 4), 0xf, AF | PF],
    ['logic clears CF and OF', () => logic(m, 0x8003, 2), 0x8003, SF | PF],
    ['0x81 << 1 in 8 bits', () => shiftLeft(m, 0x81, 1, 1), 2, CF | OF],
    ['0x81 >> 1 in 8 bits', () => shiftRight(m, 0x81, 1, 1, false), 0x40, CF | OF],
    ['0x81 >> 1 in 8 bits, arithmetic', () => shiftRight(m, 0x81, 1, 1, true), 0xc0, CF | SF | PF],
    ['a byte shifted out altogether', () => shiftRight(m, 0xff, 9, 1, false), 0, ZF | PF],
    ['SAR by more than its width gives the sign', () => shiftRight(m, 0x80, 20, 1, true), 0xff, CF | SF | PF],
  ])('%s', (_, act, result, expected) => {
    m.eflags = 2;
    expect(act() >>> 0).toBe(result);
    expect(flags().toString(16)).toBe(expected.toString(16));
  });
});

const size = fc.constantFrom(1, 2, 4);
const word = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 0x7f, 0x80, 0x7fff, 0x8000, 0x7fffffff, -0x80000000));

describe('against arithmetic on big integers', () => {
  test('add with carry', () => {
    fc.assert(
      fc.property(word, word, fc.constantFrom(0, 1), size, (a, b, c, bytes) => {
        const bits = bytes * 8;
        const u = (n: number) => BigInt.asUintN(bits, BigInt(n));
        const s = (n: number) => BigInt.asIntN(bits, BigInt(n));
        const result = BigInt(add(m, Number(u(a)), Number(u(b)), c, bytes) >>> 0);
        const signed = s(a) + s(b) + BigInt(c);
        expect(result).toBe(BigInt.asUintN(bits, signed));
        expect((flags() & CF) !== 0).toBe(u(a) + u(b) + BigInt(c) !== result);
        expect((flags() & OF) !== 0).toBe(signed !== BigInt.asIntN(bits, signed));
        expect((flags() & ZF) !== 0).toBe(result === 0n);
        expect((flags() & SF) !== 0).toBe(BigInt.asIntN(bits, signed) < 0n);
        expect((flags() & PF) !== 0).toBe((result & 255n).toString(2).replaceAll('0', '').length % 2 === 0);
        expect((flags() & AF) !== 0).toBe((a & 15) + (b & 15) + c > 15);
      }),
    );
  });

  test('subtract with borrow', () => {
    fc.assert(
      fc.property(word, word, fc.constantFrom(0, 1), size, (a, b, c, bytes) => {
        const bits = bytes * 8;
        const u = (n: number) => BigInt.asUintN(bits, BigInt(n));
        const s = (n: number) => BigInt.asIntN(bits, BigInt(n));
        const exact = s(a) - s(b) - BigInt(c);
        const got = BigInt(subtract(m, Number(s(a)), Number(s(b)), c, bytes) >>> 0);
        expect(got).toBe(BigInt.asUintN(bits, exact));
        expect((flags() & CF) !== 0).toBe(u(a) < u(b) + BigInt(c));
        expect((flags() & OF) !== 0).toBe(exact !== BigInt.asIntN(bits, exact));
        expect((flags() & AF) !== 0).toBe((a & 15) < (b & 15) + c);
      }),
    );
  });

  test('conditions after a comparison are those of the numbers', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        subtract(m, a, b, 0, 4);
        const unsigned = [a >>> 0, b >>> 0] as const;
        const below = unsigned[0] < unsigned[1];
        const truths = [undefined, below, a === b, below || a === b, undefined, undefined, a < b, a <= b];
        truths.forEach((truth, i) => {
          if (truth === undefined) return;
          expect([holds(m.eflags, i * 2), holds(m.eflags, i * 2 + 1)]).toEqual([truth, !truth]);
        });
      }),
    );
  });
});
