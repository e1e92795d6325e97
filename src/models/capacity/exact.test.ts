import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fewestHosts, mostItems } from './exact.ts';
import { hostsAfter, pack, refusalOf, sumOf, volumeBounds, type Vector } from './packing.ts';

/** Every way to put items on hosts, one after the other: on each host there is, or on a new one. */
function bruteForce(items: readonly Vector[], capacity: Vector, loads: readonly Vector[] = []): number {
  const [item, ...rest] = items;
  if (!item) return loads.length;
  const fresh = bruteForce(rest, capacity, [...loads, item]);
  return loads.reduce((best, load, at) => {
    if (refusalOf(load, item, capacity) !== '') return best;
    return Math.min(best, bruteForce(rest, capacity, loads.with(at, sumOf([load, item], capacity))));
  }, fresh);
}

const gives = 12;
const anyItems = (dimensions: number, most: number) =>
  fc.array(fc.array(fc.integer({ min: 1, max: gives }), { minLength: dimensions, maxLength: dimensions }), {
    minLength: 1,
    maxLength: most,
  });

describe('the fewest hosts', () => {
  it.each<[string, readonly number[], number, number]>([
    ['nothing', [], 10, 0],
    ['one', [4], 10, 1],
    ['two that fill a host', [4, 6], 10, 1],
    ['two that do not', [5, 6], 10, 2],
    ['3 + 2 + 2 twice in hosts of 7', [3, 3, 2, 2, 2, 2], 7, 2],
    ['three to a host, four hosts', [6, 6, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4], 15, 4],
    ['halves and a little more', [6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6], 11, 12],
  ])('%s', (_, sizes, size, hosts) => {
    expect(
      fewestHosts(
        sizes.map((each) => [each]),
        [size],
      ),
    ).toBe(hosts);
  });
  it('counts both resources: memory pairs what CPU parts', () => {
    const items = [
      [9, 1],
      [1, 9],
      [9, 1],
      [1, 9],
    ];
    expect(fewestHosts(items, [10, 10])).toBe(2);
    expect(fewestHosts(items, [10, 9])).toBe(4);
  });
  it('leaves out what fits on no host, and has no answer for more than twelve', () => {
    expect(fewestHosts([[11], [3]], [10])).toBe(1);
    expect(fewestHosts(Array<Vector>(mostItems + 1).fill([1]), [10])).toBeUndefined();
    expect(fewestHosts(Array<Vector>(mostItems).fill([1]), [10])).toBe(2);
  });
  it.each([1, 2, 3])('are those that brute force finds, in %i dimensions', (dimensions) => {
    const capacity = Array<number>(dimensions).fill(gives);
    fc.assert(
      fc.property(anyItems(dimensions, 8), (items) => {
        expect(fewestHosts(items, capacity)).toBe(bruteForce(items, capacity));
      }),
    );
  });
  it('are those that brute force finds for twelve', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 5, max: gives }), { minLength: 12, maxLength: 12 }), (sizes) => {
        const items = sizes.map((size) => [size]);
        expect(fewestHosts(items, [gives])).toBe(bruteForce(items, [gives]));
      }),
      { numRuns: 15 },
    );
  });
  it('lie between the volume bound and every heuristic', () => {
    const capacity = [gives, gives];
    fc.assert(
      fc.property(anyItems(2, 12), fc.constantFrom('ffd' as const, 'bfd' as const), (items, rule) => {
        const fewest = fewestHosts(items, capacity) ?? NaN;
        const { memory, cpu } = volumeBounds(items, capacity);
        expect(fewest).toBeGreaterThanOrEqual(Math.max(memory, cpu));
        expect(fewest).toBeLessThanOrEqual(hostsAfter(pack(items, capacity, rule)).length);
      }),
    );
  });
});
