import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restart, worstLoss } from './failure.ts';
import { hostsAfter, loadOf, pack, type Vector } from './packing.ts';

describe('a lost host', () => {
  const items: readonly Vector[] = [
    [6, 1],
    [4, 1],
    [5, 1],
    [3, 1],
    [2, 1],
  ];
  it('has its VMs started largest first, each where most memory is free', () => {
    // Hosts of 10 hold {6, 4}, {5} and {3, 2}: 5 and 5 are free. The 6 fits nowhere, the 4 on the first of both.
    expect(restart([[0, 1], [2], [3, 4]], 0, items, [10, 10])).toEqual([
      { item: 0, host: -1, refused: 'memory' },
      { item: 1, host: 1, refused: '' },
    ]);
  });
  it('goes to the roomiest host even where another would be filled', () => {
    expect(restart([[3], [0], [4]], 0, items, [10, 10])).toEqual([{ item: 3, host: 2, refused: '' }]);
  });
  it('asks the next host where the roomiest has no CPU', () => {
    const busy: readonly Vector[] = [
      [4, 5],
      [1, 8],
      [5, 2],
    ];
    expect(restart([[0], [1], [2]], 0, busy, [10, 10])).toEqual([{ item: 0, host: 2, refused: '' }]);
    expect(restart([[0], [1]], 0, busy, [10, 10])).toEqual([{ item: 0, host: -1, refused: 'CPU' }]);
  });
  it('takes everything with it when there is no other', () => {
    expect(restart([[0, 1]], 0, items, [10, 10]).every(({ host }) => host === -1)).toBe(true);
  });
  it('that is not there costs nothing', () => {
    expect(restart([[0, 1]], 5, items, [10, 10])).toEqual([]);
  });
});

const anyItems = fc.array(fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 2, maxLength: 2 }), {
  minLength: 1,
  maxLength: 12,
});

describe('any loss', () => {
  it('answers for every VM of the host, once, and fills no survivor over the brim', () => {
    fc.assert(
      fc.property(anyItems, fc.nat(5), (items, lost) => {
        const full = [12, 12];
        const hosts = hostsAfter(pack(items, [10, 10], 'ffd'));
        const made = restart(hosts, lost, items, full);
        expect(made.map(({ item }) => item).sort()).toEqual([...(hosts[lost] ?? [])].sort());
        hosts.forEach((vms, at) => {
          const all = [...vms, ...made.filter(({ host }) => host === at).map(({ item }) => item)];
          if (at !== lost) for (const sum of loadOf(all, items, full)) expect(sum).toBeLessThanOrEqual(12);
        });
      }),
    );
  });
  it('is no worse than the worst one', () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        const full = [12, 12];
        const hosts = hostsAfter(pack(items, [10, 10], 'bfd'));
        const down = hosts.map((_, lost) => restart(hosts, lost, items, full).filter(({ host }) => host < 0).length);
        expect(worstLoss(hosts, items, full)).toBe(Math.max(0, ...down));
      }),
    );
  });
  it('of an idle host, which nothing runs on, leaves nothing down', () => {
    expect(worstLoss([[]], [], [10, 10])).toBe(0);
  });
});
