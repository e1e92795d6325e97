/** What must hold of a consolidation’s energy at any input, and of the bounds of what is not known exactly. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  between,
  quantity,
  run,
  stepOf,
  type CentPerKilowattHour,
  type Estimate,
  type GramPerKilowattHour,
  type Plan,
  type Pue,
  type Share,
  type Watt,
} from './energy.ts';

const watt = quantity<Watt>;
const share = quantity<Share>;
const exactly = <Q extends number>(value: number): Estimate<Q> => between<Q>(value, value);

describe('at any input', () => {
  const estimate = <Q extends number>(least: number, most: number): fc.Arbitrary<Estimate<Q>> =>
    fc
      .array(fc.double({ min: least, max: most, noNaN: true }), { minLength: 3, maxLength: 3 })
      .map((ends) => ends.toSorted((a, b) => a - b) as [number, number, number])
      .map(([low, central, high]) => ({
        low: quantity<Q>(low),
        central: quantity<Q>(central),
        high: quantity<Q>(high),
      }));
  const machine = fc.record({
    peak: fc.double({ min: 50, max: 1000, noNaN: true }).map(watt),
    idle: estimate<Share>(0, 1),
  });
  const host = fc
    .tuple(machine, fc.double({ min: 0.5, max: 60, noNaN: true }))
    .map(([kind, work]) => ({ ...kind, work }));
  const anyPlan: fc.Arbitrary<Plan> = fc.record({
    servers: fc.integer({ min: 1, max: 40 }),
    server: machine,
    load: estimate<Share>(0, 1),
    host: fc.option(host, { nil: undefined }),
    target: fc.double({ min: 0.1, max: 1, noNaN: true }).map(share),
    overhead: fc.double({ min: 0, max: 0.3, noNaN: true }).map(share),
    spare: fc.integer({ min: 0, max: 3 }),
    pue: estimate<Pue>(1, 3),
    grid: estimate<GramPerKilowattHour>(20, 800),
    price: fc.double({ min: 0, max: 50, noNaN: true }).map((cents) => quantity<CentPerKilowattHour>(cents)),
  });
  const last = (of: Plan) => stepOf(of, of.servers);
  // Sums in another order differ in the last digits.
  const slack = (of: number): number => 1e-9 * (1 + Math.abs(of));

  test('bounds hold their central value', () => {
    fc.assert(
      fc.property(anyPlan, (of) => {
        for (const side of ['before', 'after', 'saved'] as const)
          for (const measure of ['energy', 'cost', 'carbon'] as const) {
            const { low, central, high } = last(of)[side][measure];
            expect(low).toBeLessThanOrEqual(central + slack(central));
            expect(high).toBeGreaterThanOrEqual(central - slack(central));
          }
      }),
    );
  });

  test('any inputs within the bounds give an outcome within the bounds', () => {
    const inside = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 });
    const at = <Q extends number>({ low, high }: Estimate<Q>, place = 0): Estimate<Q> =>
      exactly(low + (high - low) * place);
    fc.assert(
      fc.property(anyPlan, inside, (of, [a, b, c, d, e]) => {
        const { hosts, saved, after } = last(of);
        const one: Plan = {
          ...of,
          load: at(of.load, a),
          server: { ...of.server, idle: at(of.server.idle, b) },
          host: of.host && { ...of.host, idle: at(of.host.idle, c) },
          pue: at(of.pue, d),
          grid: at(of.grid, e),
        };
        const actual = stepOf(one, one.servers);
        // The number of hosts is planned before the load is known.
        fc.pre(actual.hosts === hosts);
        for (const [bounds, value] of [
          [saved, actual.saved],
          [after, actual.after],
        ] as const)
          for (const measure of ['energy', 'carbon'] as const) {
            expect(value[measure].central).toBeGreaterThanOrEqual(
              bounds[measure].low - 1e-6 * (1 + Math.abs(bounds[measure].low)),
            );
            expect(value[measure].central).toBeLessThanOrEqual(
              bounds[measure].high + 1e-6 * (1 + Math.abs(bounds[measure].high)),
            );
          }
      }),
    );
  });

  test('a saving on the same machines is the idle power of those that went, less the overhead, whatever the load', () => {
    fc.assert(
      fc.property(anyPlan, (of) => {
        const same: Plan = { ...of, host: undefined, overhead: share(0), pue: exactly(1) };
        const { hosts, saved } = last(same);
        const { peak, idle } = same.server;
        const gone = same.servers - hosts;
        const ends = [idle.low, idle.high].map((end) => (gone * peak * end * 8760) / 1000).toSorted((a, b) => a - b);
        expect(saved.energy.low).toBeCloseTo(ends[0] ?? NaN, 4);
        expect(saved.energy.high).toBeCloseTo(ends[1] ?? NaN, 4);
      }),
    );
  });

  test('a saving is never less sure than the difference of two bars, taken as if they were strangers', () => {
    fc.assert(
      fc.property(anyPlan, (of) => {
        const { before, after, saved } = last(of);
        expect(saved.energy.low).toBeGreaterThanOrEqual(before.energy.low - after.energy.high - 1e-6);
        expect(saved.energy.high).toBeLessThanOrEqual(before.energy.high - after.energy.low + 1e-6);
      }),
    );
  });

  test('more load, a higher PUE or a dirtier grid never take less before', () => {
    fc.assert(
      fc.property(anyPlan, fc.double({ min: 1, max: 1.5, noNaN: true }), (of, factor) => {
        const more = <Q extends number>({ low, central, high }: Estimate<Q>, most = Infinity): Estimate<Q> => ({
          low: quantity(Math.min(most, low * factor)),
          central: quantity(Math.min(most, central * factor)),
          high: quantity(Math.min(most, high * factor)),
        });
        const carbon = (one: Plan): number => last(one).before.carbon.central;
        const least = carbon(of) - slack(carbon(of));
        expect(carbon({ ...of, load: more(of.load, 1) })).toBeGreaterThanOrEqual(least);
        expect(carbon({ ...of, pue: more(of.pue) })).toBeGreaterThanOrEqual(least);
        expect(carbon({ ...of, grid: more(of.grid) })).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  test('twice the servers take twice the energy before', () => {
    fc.assert(
      fc.property(anyPlan, (of) => {
        const double = { ...of, servers: 2 * of.servers };
        expect(last(double).before.energy.high).toBeCloseTo(2 * last(of).before.energy.high, 4);
      }),
    );
  });

  test('parts add up to the whole, on both sides', () => {
    fc.assert(
      fc.property(anyPlan, (of) => {
        const { before, after, parts } = last(of);
        const sum = ({ idle, work, overhead }: (typeof parts)['before']): number => idle + work + overhead;
        expect(sum(parts.before)).toBeCloseTo(before.energy.central, 4);
        expect(sum(parts.after)).toBeCloseTo(after.energy.central, 4);
        expect(parts.before.overhead).toBe(0);
      }),
    );
  });

  test('hosts never run above their target, and every step is there', () => {
    fc.assert(
      fc.property(anyPlan, (of) => {
        const steps = run(of);
        expect(steps).toHaveLength(of.servers + 1);
        for (const { hostLoad } of steps) expect(hostLoad).toBeLessThanOrEqual(of.target + 1e-9);
      }),
      { numRuns: 30 },
    );
  });
});
