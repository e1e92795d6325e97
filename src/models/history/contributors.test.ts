/** Commits by organisation: a small history by hand, and what holds for any. Those of Xen are tested with their figure. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesAt, faultOf, fewestFor, gather, ranked, shareOf, totalOf, type History } from './contributors.ts';

const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name);

const one = (name: string, ...commits: readonly number[]) => ({ name, row: name, commits });
const made = (rest: readonly number[], ...organisations: readonly ReturnType<typeof one>[]): History => ({
  releases: rest.map((count, index) => ({ release: `4.${index}`, released: '2020-01-01', rest: count, domains: 1 })),
  organisations,
});
const any: fc.Arbitrary<History> = fc.integer({ min: 1, max: 6 }).chain((length) => {
  const counts = fc.array(fc.nat(50), { minLength: length, maxLength: length });
  return fc
    .tuple(counts, fc.array(fc.tuple(counts, fc.nat(4)), { maxLength: 8 }))
    .map(([rest, list]) =>
      made(rest, ...list.map(([commits, row], index) => ({ name: `o${index}`, row: `r${row}`, commits }))),
    );
});

describe('by hand', () => {
  const history = made([2, 0], one('a', 5, 0), one('b', 3, 4), one('c', 0, 4));

  it('adds up, ranks, and takes the earlier of equals', () => {
    expect([totalOf(history, 0), totalOf(history, 1), totalOf(history, 2)]).toEqual([10, 8, 0]);
    expect(names(ranked(history, 0))).toEqual(['a', 'b']);
    expect(names(ranked(history, 1))).toEqual(['b', 'c']);
  });

  it('five of ten are half, and four of eight', () => {
    expect(names(fewestFor(history, 0))).toEqual(['a']);
    expect(names(fewestFor(history, 1))).toEqual(['b']);
    expect(names(fewestFor(history, 0, 0.8))).toEqual(['a', 'b']);
  });

  it('has no answer where the rest is more than half', () => {
    expect(fewestFor(made([9], one('a', 1)), 0)).toEqual([]);
  });

  it('sees who came and who left', () => {
    const { came, left } = changesAt(history, 1);
    expect([names(came), names(left)]).toEqual([['c'], ['a']]);
    expect(changesAt(history, 0)).toEqual({ came: [], left: [] });
  });

  it('gathers what is not chosen', () => {
    const rows = gather(history, ['b']);
    expect(rows.map(({ id }) => id)).toEqual(['b', 'others', 'rest']);
    expect(rows.map(({ commits }) => commits)).toEqual([
      [3, 4],
      [5, 4],
      [2, 0],
    ]);
    expect(gather(history, ['a', 'b', 'c']).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'rest']);
  });

  it('says what is wrong with counts', () => {
    expect(faultOf({ releases: [], organisations: [] })).toBe('There is no release to count.');
    expect(faultOf(made([1, 1], one('a', 1)))).toBe('a has 1 counts for 2 releases.');
    expect(faultOf(made([1], one('a', -1)))).toBe('a has a count that is no whole number from 0.');
    expect(faultOf(made([0.5], one('a', 1)))).toBe('The rest has a count that is no whole number from 0.');
    expect(shareOf(0, 0)).toBe(0);
  });
});

describe('of any counts', () => {
  const chosen = fc.subarray(['r0', 'r1', 'r2', 'r3', 'r4']);

  it('rows make up every release, so that shares add up to one', () => {
    fc.assert(
      fc.property(any, chosen, (history, rows) => {
        history.releases.forEach((_, index) => {
          const whole = totalOf(history, index);
          const parts = gather(history, rows).map(({ commits }) => commits[index] ?? 0);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(whole);
          const shares = parts.reduce((sum, part) => sum + shareOf(part, whole), 0);
          expect(shares).toBeCloseTo(whole > 0 ? 1 : 0, 12);
        });
      }),
    );
  });

  it('a filter never increases what is chosen', () => {
    const sum = (history: History, rows: readonly string[]): number =>
      gather(history, rows)
        .filter(({ id }) => rows.includes(id))
        .reduce((all, { commits }) => all + (commits[0] ?? 0), 0);
    fc.assert(
      fc.property(any, chosen, chosen, (history, rows, others) => {
        const fewer = rows.filter((row) => others.includes(row));
        expect(sum(history, fewer)).toBeLessThanOrEqual(sum(history, rows));
      }),
    );
  });

  it('the fewest reach their part, would not without the smallest of them, and are no more for a smaller part', () => {
    const part = fc.double({ min: 0.05, max: 1, noNaN: true });
    fc.assert(
      fc.property(any, part, part, (history, a, b) => {
        const whole = totalOf(history, 0);
        const few = fewestFor(history, 0, a);
        const sum = (list: typeof few): number => list.reduce((all, { commits }) => all + (commits[0] ?? 0), 0);
        if (few.length > 0) {
          expect(sum(few)).toBeGreaterThanOrEqual(a * whole);
          expect(sum(few.slice(0, -1))).toBeLessThan(a * whole);
        } else if (whole > 0) expect(sum(history.organisations)).toBeLessThan(a * whole);
        const other = fewestFor(history, 0, b);
        if (b <= a && few.length > 0) expect(other.length).toBeLessThanOrEqual(few.length);
      }),
    );
  });
});
