import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as model from './recovery.ts';
import type { Copies, Fault, Remus, Setting, Way } from './recovery.ts';

const minute = 60_000;
const hour = 60 * minute;
const image: Copies = { taken: hour, period: 24 * hour, transfer: 2 * hour, kept: 7 };
const snapshots: Copies = { taken: 0, period: hour, transfer: 20 * minute, kept: 7 };
const remus: Remus = { interval: 25, ack: 10, xl: false, into: 20, held: true, takeover: 1000 };
const setting: Setting = {
  fault: 'machine',
  failure: 14 * hour + 18 * minute,
  image,
  snapshots,
  remus,
  detect: minute,
  noticed: hour,
  decide: 15 * minute,
  restart: minute,
};
const outcome = (way: Way, change: Partial<Setting> = {}) => {
  const found = model.recover({ ...setting, ...change }).find((one) => one.way === way);
  if (!found) throw new Error(`no ${way}`);
  return found;
};
const back = (way: Way, change: Partial<Setting> = {}) => outcome(way, change).back;

describe('a copy counts when it has arrived', () => {
  it('at 14:18 the snapshot of 14:00 is on its way until 14:20, so that of 13:00 counts: 78 min', () => {
    expect(outcome('snapshots').lost).toBe(78 * minute);
  });
  it('at 14:20 it has arrived: 20 min', () => {
    expect(outcome('snapshots', { failure: 14 * hour + 20 * minute }).lost).toBe(20 * minute);
  });
  it('a failure while the image is copied falls back on yesterday’s: at 02:59, 25 h 59 min', () => {
    expect(outcome('image', { failure: 3 * hour - minute }).lost).toBe(26 * hour - minute);
    expect(outcome('image', { failure: 3 * hour }).lost).toBe(2 * hour);
    expect(outcome('image').lost).toBe(13 * hour + 18 * minute);
  });
});

describe('how long it takes', () => {
  it('image 1 + 15 + 120 + 1 min, snapshot 1 + 15 + 1, storage 1 + 1, Remus 1 s', () => {
    expect(model.ways.map((way) => back(way))).toEqual([137 * minute, 17 * minute, 2 * minute, 1000]);
  });
  it('moments: well, failure, Remus, noticed, storage, started, snapshot, copied, image', () => {
    const moments = model.run(setting);
    expect(moments.map(({ after }) => after)).toEqual([
      -1,
      0,
      1000,
      ...[1, 2, 16, 17, 136, 137].map((minutes) => minutes * minute),
    ]);
    expect(moments[3]?.happens.map(({ way }) => way)).toEqual(['image', 'snapshots', 'storage']);
  });
});

describe('Remus', () => {
  const at = (change: Partial<Remus>) => model.checkpointsBefore({ ...remus, ...change });
  it('5 ms into an epoch of 25 the checkpoint is not acknowledged: 30 ms are done again, none was seen', () => {
    expect(at({})).toEqual({ taken: 5, acknowledged: 30 });
    expect(outcome('remus')).toMatchObject({ lost: 30, seen: 0 });
  });
  it('10 ms into it the checkpoint is acknowledged: 10 ms', () => {
    expect(at({ into: 40 })).toEqual({ taken: 10, acknowledged: 10 });
  });
  it('keeps its 25 ms while sending is shorter, and waits for sending that is longer: 43 ms (§3.3)', () => {
    expect(model.remusPeriod(remus)).toBe(25);
    expect(model.remusPeriod({ ...remus, ack: 43 })).toBe(43);
  });
  it('under xl counts its interval from the commit: 200 + 10', () => {
    expect(model.remusPeriod({ ...remus, xl: true, interval: 200 })).toBe(210);
  });
  it('without output commit has shown outside what it loses', () => {
    expect(outcome('remus', { remus: { ...remus, held: false } })).toMatchObject({ lost: 30, seen: 30 });
  });
});

describe('another fault', () => {
  it('of the site takes both halves of a pair, and not what was sent elsewhere', () => {
    const lost = model.recover({ ...setting, fault: 'site' }).map((one) => one.why ?? one.lost);
    expect(lost).toEqual([13.3 * hour, 78 * minute, 'site', 'site']);
  });
  it('a mistake is copied at once; the snapshot of 14:00 arrives before it is noticed: 18 min', () => {
    expect(outcome('storage', { fault: 'data' }).why).toBe('same');
    expect(outcome('remus', { fault: 'data' }).why).toBe('same');
    expect(outcome('snapshots', { fault: 'data' }).lost).toBe(18 * minute);
    expect(back('snapshots', { fault: 'data' })).toBe(76 * minute);
  });
  it('a mistake noticed too late: 7 snapshots kept reach back to 14:00 until 21:20', () => {
    const late = (noticed: number) => outcome('snapshots', { fault: 'data', noticed });
    const until = 7 * hour + 2 * minute;
    expect(late(until - 1).lost).toBe(18 * minute);
    expect(late(until)).toMatchObject({ lost: Infinity, why: 'kept' });
    expect(outcome('image', { fault: 'data', noticed: until }).lost).toBe(13.3 * hour);
  });
});

describe('what cannot be', () => {
  it('shipping slower than snapshots are taken gives a sentence and nothing back', () => {
    const bad = { ...setting, snapshots: { ...snapshots, period: 10 * minute } };
    expect(model.problemOf(bad)).toMatch(/fall further and further behind\.$/);
    expect(model.recover(bad)[1]).toMatchObject({ lost: Infinity, back: Infinity, steps: [], why: 'behind' });
  });
  it.each<Partial<Setting>>([
    { detect: -1 },
    { failure: 0.5 },
    { restart: Number.NaN },
    { snapshots: { ...snapshots, kept: 0 } },
    { image: { ...image, period: 0 } },
    { image: { ...image, transfer: 25 * hour } },
    { remus: { ...remus, interval: -25 } },
    { remus: { ...remus, into: 100 } },
  ])('%j gives a sentence', (change) => {
    expect(model.problemOf({ ...setting, ...change })).toMatch(/^\S.*\.$/);
  });
  it('says nothing of what can be', () => {
    expect(model.problemOf(setting)).toBeUndefined();
  });
});

const anyCopies = fc
  .tuple(fc.nat(10_000), fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(9))
  .map(([taken, period, share, kept]): Copies => {
    return { taken, period, transfer: Math.floor(share * period), kept: kept + 1 };
  });
const anyRemus = fc.record<Remus>({
  interval: fc.integer({ min: 1, max: 1000 }),
  ack: fc.nat(1000),
  xl: fc.boolean(),
  into: fc.nat(99),
  held: fc.constant(true),
  takeover: fc.nat(9000),
});
const anySetting = fc.record<Setting>({
  fault: fc.constantFrom<Fault>('machine', 'site', 'data'),
  failure: fc.nat(100_000),
  image: anyCopies,
  snapshots: anyCopies,
  remus: anyRemus,
  detect: fc.nat(9999),
  noticed: fc.nat(99_999),
  decide: fc.nat(9999),
  restart: fc.nat(9999),
});

describe('whatever is given', () => {
  it('nothing is negative, nothing unknown was seen, and no more is lost than the worst', () => {
    fc.assert(
      fc.property(anySetting, (any) => {
        expect(model.problemOf(any)).toBeUndefined();
        for (const { way, lost, seen, back, steps, why } of model.recover(any)) {
          expect([lost, seen, back].map((time) => time === Infinity)).toEqual(Array(3).fill(why !== undefined));
          if (why !== undefined) continue;
          expect(steps.at(-1)).toEqual({ what: 'back', after: back });
          expect(lost).toBeGreaterThanOrEqual(seen);
          expect(seen).toBeGreaterThanOrEqual(0);
          steps.reduce((before, { after }) => (expect(after).toBeGreaterThanOrEqual(before), after), 0);
          // Times are whole, so the worst itself is never reached.
          if (way === 'image' || way === 'snapshots') expect(lost).toBeLessThan(Math.max(1, model.worstLoss(any[way])));
          if (way === 'remus') expect(lost).toBeLessThan(model.remusPeriod(any.remus) + Math.max(1, any.remus.ack));
        }
      }),
    );
  });
  it('a failure one period later loses the same', () => {
    fc.assert(
      fc.property(anySetting, (any) => {
        const lost = (failure: number) => model.recover({ ...any, failure })[1]?.lost;
        expect(lost(any.failure + any.snapshots.period)).toBe(lost(any.failure));
      }),
    );
  });
  it('taking copies k times as often never loses more of a machine that fails', () => {
    fc.assert(
      fc.property(anyCopies, fc.integer({ min: 1, max: 9 }), fc.nat(100_000), (copies, times, failure) => {
        const seldom = { ...copies, period: copies.period * times };
        expect(model.newestCopy(failure, copies)).toBeGreaterThanOrEqual(model.newestCopy(failure, seldom));
        expect(model.worstLoss(copies)).toBeLessThanOrEqual(model.worstLoss(seldom));
      }),
    );
  });
  it('the copy that comes back was taken before the failure and had arrived; the next one had not', () => {
    fc.assert(
      fc.property(anyCopies, fc.nat(100_000), (copies, failure) => {
        const taken = model.newestCopy(failure, copies);
        expect(taken + copies.transfer).toBeLessThanOrEqual(failure);
        expect(taken + copies.period + copies.transfer).toBeGreaterThan(failure);
      }),
    );
  });
  it('output commit: what has left by the failure was made before the checkpoint that comes back, and none of it is missing', () => {
    fc.assert(
      fc.property(anyRemus, fc.nat(5000), (any, ago) => {
        // The failure is at 0; the last checkpoint was taken before it.
        const { taken, acknowledged } = model.checkpointsBefore(any);
        const left = model.releaseTime(-ago, -taken, any) <= 0;
        expect(left).toBe(-ago <= -acknowledged);
      }),
    );
  });
  it('a longer time until a mistake is noticed never brings a copy back that was gone', () => {
    fc.assert(
      fc.property(anySetting, fc.nat(50_000), (any, longer) => {
        const lost = (noticed: number) => model.recover({ ...any, fault: 'data', noticed })[0];
        if (lost(any.noticed)?.why === 'kept') expect(lost(any.noticed + longer)?.why).toBe('kept');
      }),
    );
  });
  it('moments come in order, and each thing happens in one of them', () => {
    fc.assert(
      fc.property(anySetting, (any) => {
        const moments = model.run(any);
        moments.slice(1).forEach(({ after }, index) => expect(after).toBeGreaterThan(moments[index]?.after ?? 0));
        const happened = moments.reduce((sum, { happens }) => sum + happens.length, 0);
        expect(happened).toBe(model.recover(any).reduce((sum, { steps }) => sum + steps.length, 0));
      }),
    );
  });
});
