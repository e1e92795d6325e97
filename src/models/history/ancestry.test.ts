/** Kin by hand in a small family, and what holds in every family. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { closure, kinOf, kinds, longestLine, mostOffspring, type Edge, type Family } from './ancestry.ts';

const edge = (from: string, to: string, kind: Edge['kind'] = 'code'): Edge => ({ from, to, kind });
const ids = (systems: readonly { readonly id: string }[]): string => systems.map(({ id }) => id).join('');

/** a → b → d, a → c → d by idea, d → e by code; f alone. */
const small: Family = {
  systems: [...'abcdef'].map((id, index) => ({ id, name: id.toUpperCase(), year: 1990 + index })),
  edges: [edge('a', 'b'), edge('a', 'c', 'idea'), edge('b', 'd'), edge('c', 'd', 'idea'), edge('d', 'e')],
};

describe('a family of six', () => {
  it.each([
    ['a', '', 'bcde', 'abde'],
    ['c', 'a', 'de', 'acde'],
    ['d', 'abc', 'e', 'abde'],
    ['e', 'abcd', '', 'abde'],
    ['f', '', '', 'f'],
  ])('%s has the ancestors ‘%s’, the offspring ‘%s’ and the line ‘%s’', (id, ancestors, offspring, line) => {
    const kin = kinOf(small, kinds, id, 6);
    expect(ids(kin.ancestors)).toBe(ancestors);
    expect(ids(kin.offspring)).toBe(offspring);
    expect(ids(kin.line)).toBe(line);
  });

  test('a filter by kind takes away what is reached by that kind alone', () => {
    expect(ids(kinOf(small, ['code'], 'd', 6).ancestors)).toBe('ab');
    expect(ids(kinOf(small, ['idea'], 'd', 6).ancestors)).toBe('ac');
    expect(ids(kinOf(small, ['people'], 'd', 6).ancestors)).toBe('');
    expect(ids(kinOf(small, [], 'd', 6).line)).toBe('d');
  });

  test('at an earlier moment later systems are not there', () => {
    expect(ids(kinOf(small, kinds, 'a', 3).offspring)).toBe('bc');
    expect(kinOf(small, kinds, 'd', 3)).toMatchObject({ chosen: undefined, ancestors: [], line: [] });
    expect(kinOf(small, kinds, 'a', 0).systems).toEqual([]);
    expect(kinOf(small, kinds, 'a', -1).systems).toEqual([]);
    expect(kinOf({ systems: [], edges: [] }, kinds, 'a', 6).chosen).toBeUndefined();
  });

  test('the most offspring has A, and fewer of them by code alone', () => {
    expect(mostOffspring(small, kinds)).toMatchObject({ system: { id: 'a' }, count: 4 });
    expect(mostOffspring(small, ['code'])).toMatchObject({ system: { id: 'a' }, count: 3 });
    expect(mostOffspring(small, [])).toEqual({ system: undefined, count: 0 });
  });
});

describe('edges at fault', () => {
  test('lead nowhere, and a circle ends', () => {
    const wrong = { ...small, edges: [...small.edges, edge('e', 'a'), edge('x', 'b')] };
    expect(ids(kinOf(wrong, kinds, 'd', 6).ancestors)).toBe('abc');
    expect([...closure(wrong.edges, 'a', 'to')].sort().join('')).toBe('bcde');
  });
});

/** Families of up to nine systems whose edges all point forward. */
const families: fc.Arbitrary<Family> = fc.integer({ min: 1, max: 9 }).chain((count) => {
  const systems = Array.from({ length: count }, (_, index) => ({ id: `s${index}`, name: `S${index}`, year: index }));
  const one = fc
    .tuple(fc.nat(count - 1), fc.nat(count - 1), fc.constantFrom(...kinds))
    .filter(([from, to]) => from < to)
    .map(([from, to, kind]) => edge(`s${from}`, `s${to}`, kind));
  return fc.record({
    systems: fc.constant(systems),
    edges: count < 2 ? fc.constant([] as Edge[]) : fc.uniqueArray(one, { selector: (e) => JSON.stringify(e) }),
  });
});

describe('in every family', () => {
  test('who is an ancestor has the other for offspring, and nobody is both', () => {
    fc.assert(
      fc.property(families, fc.subarray([...kinds]), ({ systems, edges }, shown) => {
        const kin = new Map(systems.map(({ id }) => [id, kinOf({ systems, edges }, shown, id, systems.length)]));
        for (const [id, { ancestors, offspring }] of kin) {
          for (const other of ancestors) expect(kin.get(other.id)?.offspring.map((one) => one.id)).toContain(id);
          expect(ancestors.filter((one) => offspring.includes(one))).toEqual([]);
          expect([...ancestors, ...offspring].map((one) => one.id)).not.toContain(id);
          for (const { year } of ancestors) expect(year).toBeLessThan(systems.find((one) => one.id === id)?.year ?? 0);
        }
      }),
      { seed: 40 },
    );
  });

  test('more kinds and later moments never take kin away; the line is among them and joined by edges', () => {
    fc.assert(
      fc.property(families, fc.subarray([...kinds]), fc.nat(9), (family, shown, count) => {
        for (const { id } of family.systems) {
          const some = kinOf(family, shown, id, count);
          const all = kinOf(family, kinds, id, family.systems.length);
          expect(some.ancestors.filter((one) => !all.ancestors.includes(one))).toEqual([]);
          expect(some.offspring.filter((one) => !all.offspring.includes(one))).toEqual([]);
          if (!some.chosen) continue;
          expect(some.line).toContain(some.chosen);
          some.line.slice(1).forEach((to, index) => {
            const from = some.line[index];
            expect(some.edges.some((one) => one.from === from?.id && one.to === to.id)).toBe(true);
          });
        }
      }),
      { seed: 67 },
    );
  });

  test('no line is longer than the longest: all of them counted out', () => {
    const lengthOf = (edges: readonly Edge[], id: string): number =>
      1 + Math.max(0, ...edges.filter(({ from }) => from === id).map(({ to }) => lengthOf(edges, to)));
    fc.assert(
      fc.property(families, ({ systems, edges }) => {
        for (const { id } of systems) expect(longestLine(edges, id, 'to')).toHaveLength(lengthOf(edges, id));
      }),
      { seed: 370 },
    );
  });
});
