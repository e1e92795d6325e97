import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as model from './time-sharing.ts';
import type { Setup, Spent, Work } from './time-sharing.ts';

const work = (sensitive: number, trap = 1000, ordinary = 1): Work => ({ sensitive, ordinary, trap });
const setup = (a: Work, b: Work, slice: number, switchCost: number, end: number): Setup => ({
  work: { A: a, B: b },
  slice,
  switchCost,
  end,
});
const sum = ({ direct, trapping, switching }: Spent): number =>
  direct.A + direct.B + trapping.A + trapping.B + switching;

const anyWork = fc.record({
  sensitive: fc.integer({ min: 0, max: 100 }),
  ordinary: fc.integer({ min: 1, max: 10 }),
  trap: fc.integer({ min: 0, max: 10_000 }),
});
const anySetup = fc
  .record({
    A: anyWork,
    B: anyWork,
    slice: fc.integer({ min: 1, max: 200_000 }),
    switchCost: fc.integer({ min: 0, max: 50_000 }),
    end: fc.integer({ min: 1, max: 2_000_000 }),
  })
  .map(({ A, B, slice, switchCost, end }) => setup(A, B, slice, switchCost, Math.min(end, 100 * slice)));

describe('one trap', () => {
  it('comes every thousandth instruction at 10 in 10,000', () => {
    expect([998, 999, 1000, 1001, 2000].map((count) => model.sensitiveAmong(count, work(10)))).toEqual([0, 0, 1, 1, 2]);
  });
  it('costs as much as the 1,000 instructions around it: 999 · 1 + 1,000 = 1,999 cycles', () => {
    expect(model.cyclesOf(1000, work(10))).toBe(1999);
  });
  it('leaves the guest 9,990 of 19,990 cycles at 10 in 10,000, and 9,999 of 10,999 at 1', () => {
    expect(model.directShare(work(10))).toBeCloseTo(9990 / 19990, 12);
    expect(model.directShare(work(1))).toBeCloseTo(9999 / 10999, 12);
  });
  it('leaves it everything when nothing is sensitive', () => {
    expect(model.directShare(work(0, 5000))).toBe(1);
  });
});

describe('one slice', () => {
  const given = setup(work(10), work(0), 10_000, 500, 40_000);
  it('ends with the first instruction that reaches its length', () => {
    // Five periods of 1,999 cycles are 9,995; five ordinary instructions more are 10,000.
    expect(model.runSlice('A', 0, 0, given)).toEqual({
      guest: 'A',
      start: 0,
      end: 10_000,
      done: 10_500,
      first: 0,
      next: 5005,
    });
  });
  it('waits for an emulation that is under way', () => {
    // The fifth trap begins at cycle 4 · 1,999 + 999 = 8,995 and is done at 9,995.
    const shorter = { ...given, slice: 9000 };
    expect(model.runSlice('A', 0, 0, shorter)).toMatchObject({ end: 9995, next: 5000 });
  });
  it('gives what is left of an instruction to whom it belongs', () => {
    const slice = model.runSlice('A', 0, 0, given);
    expect(model.spentIn(slice, 998, given)).toMatchObject({ direct: { A: 998 }, trapping: { A: 0 }, traps: 0 });
    expect(model.spentIn(slice, 1500, given)).toMatchObject({ direct: { A: 999 }, trapping: { A: 501 }, traps: 0 });
    expect(model.spentIn(slice, 1999, given)).toMatchObject({ direct: { A: 999 }, trapping: { A: 1000 }, traps: 1 });
    expect(model.spentIn(slice, 10_200, given)).toMatchObject({ switching: 200, traps: 5 });
  });
});

describe('the whole time', () => {
  it('goes round: A, switch, B, switch', () => {
    const slices = model.runSlices(setup(work(0), work(0), 1000, 100, 2500));
    expect(slices.map(({ guest, start, end, done }) => [guest, start, end, done])).toEqual([
      ['A', 0, 1000, 1100],
      ['B', 1100, 2100, 2200],
      ['A', 2200, 3200, 3300],
    ]);
  });
  it('spends slice/(slice + switch) on slices when nothing traps: 10/11 of it', () => {
    const { spent } = model.run(setup(work(0), work(0), 1000, 100, 22_000), 2);
    expect(spent[1]).toMatchObject({ direct: { A: 10_000, B: 10_000 }, switching: 2000, traps: 0 });
  });
  it('charges a guest’s traps to that guest: B keeps what it has, whatever A does', () => {
    const share = (sensitive: number): number => {
      const { spent } = model.run(setup(work(sensitive), work(1), 1_000_000, 0, 20_000_000), 2);
      return (spent[1] as Spent).direct.B / 20_000_000;
    };
    expect(share(100)).toBeCloseTo(share(0), 3);
    expect(share(0)).toBeCloseTo(0.5 * (9999 / 10999), 3);
  });
  it('accounts for every cycle, at every moment', () => {
    fc.assert(
      fc.property(anySetup, (given) => {
        const count = 7;
        model.run(given, count).spent.forEach((spent, moment) => {
          expect(sum(spent)).toBe(model.momentTime(moment, count, given.end));
        });
      }),
    );
  });
  it('never takes anything back', () => {
    fc.assert(
      fc.property(anySetup, (given) => {
        const { spent } = model.run(given, 9);
        spent.slice(1).forEach((after, index) => {
          const before = spent[index] as Spent;
          for (const guest of ['A', 'B'] as const) {
            expect(after.direct[guest]).toBeGreaterThanOrEqual(before.direct[guest]);
            expect(after.trapping[guest]).toBeGreaterThanOrEqual(before.trapping[guest]);
          }
          expect(after.switching).toBeGreaterThanOrEqual(before.switching);
          expect(after.traps).toBeGreaterThanOrEqual(before.traps);
        });
      }),
    );
  });
  it('comes to the closed form over a long slice', () => {
    fc.assert(
      fc.property(anyWork, (any) => {
        const given = setup(any, work(0), 5_000_000, 0, 5_000_000);
        const slice = model.runSlice('A', 0, 0, given);
        const direct = model.spentIn(slice, slice.end, given).direct.A;
        // One period more or less cannot make a difference of more than this.
        expect(Math.abs(direct / slice.end - model.directShare(any))).toBeLessThan(0.03);
      }),
    );
  });
  it('counts completed instructions as stepping through them would', () => {
    fc.assert(
      fc.property(anyWork, fc.nat(5000), fc.nat(30_000), (any, first, cycles) => {
        let count = 0;
        // A trap that costs nothing would be completed at once, so step while the next one still fits.
        while (model.cyclesOf(first + count + 1, any) - model.cyclesOf(first, any) <= cycles) count++;
        expect(model.completed(first, cycles, any)).toBe(count);
      }),
    );
  });
});
