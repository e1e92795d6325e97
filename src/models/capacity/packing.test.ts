import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fewestHosts } from './exact.ts';
import * as model from './packing.ts';
import type { Host, Rule, Server, Vector } from './packing.ts';

const server = (change: Partial<Server> = {}): Server => {
  return { name: 'mail', cores: 8, memory: 16, busy: 'day', base: 5, peak: 30, from: 8, to: 18, ...change };
};
const host = (change: Partial<Host> = {}): Host => ({ memory: 64, cores: 16, headroom: 20, dom0: true, ...change });
const one = (sizes: readonly number[]): readonly Vector[] => sizes.map((size) => [size]);
const count = (items: readonly Vector[], capacity: Vector, rule: Rule = 'ffd'): number =>
  model.hostsAfter(model.pack(items, capacity, rule)).length;
const sizesOn = (sizes: readonly number[], gives: number, rule: Rule = 'ffd'): number[][] =>
  model.hostsAfter(model.pack(one(sizes), [gives], rule)).map((vms) => vms.map((vm) => sizes[vm] ?? 0));

describe('a day', () => {
  it('is at its peak in busy hours, halfway beside them, at its base else: 8 cores at 5 and 30 %', () => {
    const day = model.dayOf(server(), 100);
    expect(day).toHaveLength(24);
    expect([6, 7, 8, 17, 18, 19].map((hour) => day[hour])).toEqual([40, 140, 240, 240, 140, 40]);
  });
  it('goes over midnight: from 22 to 4', () => {
    const day = model.dayOf(server({ from: 22, to: 4 }), 100);
    expect([20, 21, 22, 23, 0, 3, 4, 5].map((hour) => day[hour])).toEqual([40, 140, 240, 240, 240, 240, 140, 40]);
  });
  it('grows as a whole', () => {
    expect(Math.max(...model.dayOf(server(), 150))).toBe(360);
  });
  it('asks for its peak at every hour, or for what each hour needs; for its memory in both', () => {
    expect(model.demandOf(server(), 'peak', 100)).toEqual([16 * 1024, ...Array<number>(24).fill(240)]);
    expect(model.demandOf(server(), 'hours', 100)).toEqual([16 * 1024, ...model.dayOf(server(), 100)]);
  });
});

describe('a host', () => {
  it('leaves dom0 1 GiB and 5 %, at most 8 GiB', () => {
    expect([16, 64, 128, 140, 256].map((memory) => model.dom0Memory(host({ memory })))).toEqual([1.8, 4.2, 7.4, 8, 8]);
    expect(model.dom0Memory(host({ dom0: false }))).toBe(0);
  });
  it('gives what headroom leaves: of 64 GiB and 16 cores, at 20 %, 47.84 GiB and 12.8 cores', () => {
    expect(model.capacityOf(host())).toEqual([Math.floor(47.84 * 1024), ...Array<number>(24).fill(1280)]);
  });
});

describe('decreasing heuristics', () => {
  it('takes the first host with room: 7, 6, 3, 2 in hosts of 10', () => {
    expect(sizesOn([3, 7, 2, 6], 10)).toEqual([
      [7, 3],
      [6, 2],
    ]);
  });
  it('needs three hosts of 7 for 3, 3, 2, 2, 2, 2, where two would do: 3 + 2 + 2 twice', () => {
    const sizes = [3, 3, 2, 2, 2, 2];
    expect(sizesOn(sizes, 7)).toEqual([[3, 3], [2, 2, 2], [2]]);
    expect(sizesOn(sizes, 7, 'bfd')).toEqual([[3, 3], [2, 2, 2], [2]]);
    expect(fewestHosts(one(sizes), [7])).toBe(2);
  });
  it('differ: of 8, 6, 3, 1 in hosts of 10, first fit puts the 1 beside the 8, best fit where it fills a host', () => {
    expect(sizesOn([8, 6, 3, 1], 10)).toEqual([
      [8, 1],
      [6, 3],
    ]);
    expect(sizesOn([8, 6, 3, 1], 10, 'bfd')).toEqual([[8], [6, 3, 1]]);
  });
  it('sorts by the larger share of a host, equal ones as they stand', () => {
    const items: readonly Vector[] = [
      [5, 5],
      [1, 9],
      [8, 2],
      [5, 1],
    ];
    expect(model.decreasing(items, [10, 10])).toEqual([1, 2, 0, 3]);
  });
  it('says which resource a host lacks, and tries them in order', () => {
    const items: readonly Vector[] = [
      [9, 1],
      [1, 8],
      [4, 4],
    ];
    expect(model.pack(items, [10, 10], 'ffd')).toEqual(
      [
        { item: 0, tries: [], host: 0, refused: '' },
        { item: 1, tries: [''], host: 0, refused: '' },
        { item: 2, tries: ['memory'], host: 1, refused: '' },
      ].map((step, at) => (at === 2 ? { ...step, tries: ['memory and CPU'] } : step)),
    );
  });
  it('lets nights and days share a CPU when the hours are added up', () => {
    const day = server({ base: 0, peak: 60, memory: 8 });
    const night = server({ base: 0, peak: 60, memory: 8, from: 21, to: 5 });
    const small = host({ cores: 8, headroom: 0 });
    const hostsBy = (by: 'peak' | 'hours'): number =>
      count(
        [day, night].map((each) => model.demandOf(each, by, 100)),
        model.capacityOf(small),
      );
    expect(hostsBy('peak')).toBe(2);
    expect(hostsBy('hours')).toBe(1);
  });
});

describe('bad input', () => {
  it('gets a sentence', () => {
    expect(model.faultOf([], host())).toMatch(/rack is empty/);
    expect(model.faultOf([server({ peak: -1 })], host())).toMatch(/mail has a negative load/);
    expect(model.faultOf([server({ memory: NaN })], host())).toMatch(/mail/);
    expect(model.faultOf([server()], host({ memory: 0 }))).toMatch(/nothing to give/);
    expect(model.faultOf([server()], host({ headroom: 100 }))).toMatch(/nothing to give/);
    expect(model.faultOf([server()], host())).toBeUndefined();
  });
  it('leaves a VM out that is larger than any host, says why, and packs the others', () => {
    const steps = model.pack(
      [
        [11, 1],
        [2, 2],
      ],
      [10, 10],
      'ffd',
    );
    expect(steps[0]).toEqual({ item: 0, tries: [], host: -1, refused: 'memory' });
    expect(model.hostsAfter(steps)).toEqual([[1]]);
  });
  it('packs nothing onto nothing', () => {
    expect(model.hostsAfter(model.pack([], [10], 'ffd'))).toEqual([]);
    expect(model.volumeBounds([], [10, 10])).toEqual({ memory: 0, cpu: 0 });
  });
});

const gives = 20;
const anyVector = (dimensions: number): fc.Arbitrary<Vector> =>
  fc.array(fc.integer({ min: 0, max: gives }), { minLength: dimensions, maxLength: dimensions });
const anyItems = (dimensions: number, most: number) =>
  fc.array(anyVector(dimensions), { minLength: 1, maxLength: most });
const anyRule: fc.Arbitrary<Rule> = fc.constantFrom('ffd', 'bfd');

describe('any packing', () => {
  it('places every VM once and fills no host over what it gives', () => {
    fc.assert(
      fc.property(anyItems(3, 20), anyRule, (items, rule) => {
        const capacity = [gives, gives, gives];
        const hosts = model.hostsAfter(model.pack(items, capacity, rule));
        expect(hosts.flat().sort((a, b) => a - b)).toEqual(items.map((_, at) => at));
        for (const vms of hosts)
          for (const sum of model.loadOf(vms, items, capacity)) expect(sum).toBeLessThanOrEqual(gives);
      }),
    );
  });
  it('never takes fewer hosts than the volume asks for', () => {
    fc.assert(
      fc.property(anyItems(3, 20), anyRule, (items, rule) => {
        const capacity = [gives, gives, gives];
        const { memory, cpu } = model.volumeBounds(items, capacity);
        expect(count(items, capacity, rule)).toBeGreaterThanOrEqual(Math.max(memory, cpu));
      }),
    );
  });
  it('tries no host with room before the one that first fit takes', () => {
    fc.assert(
      fc.property(anyItems(2, 15), (items) => {
        for (const { tries, host: taken } of model.pack(items, [gives, gives], 'ffd'))
          expect(tries.indexOf('')).toBe(taken < tries.length ? taken : -1);
      }),
    );
  });
  it('by the hour asks for no more hosts in volume than by peaks', () => {
    const anyServer = fc.record({
      base: fc.nat(30),
      peak: fc.integer({ min: 30, max: 90 }),
      from: fc.nat(23),
      to: fc.nat(23),
      memory: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyServer, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 50, max: 200 }),
        (all, growth) => {
          const bound = (by: 'peak' | 'hours'): number =>
            model.volumeBounds(
              all.map((each) => model.demandOf(server(each), by, growth)),
              model.capacityOf(host()),
            ).cpu;
          expect(bound('hours')).toBeLessThanOrEqual(bound('peak'));
        },
      ),
    );
  });
});

describe('first-fit decreasing in one dimension', () => {
  // Dósa 2007: FFD(I) ≤ 11/9 OPT(I) + 6/9.
  it('takes at most 11/9 of the fewest hosts, and 6/9', () => {
    fc.assert(
      fc.property(anyItems(1, 12), (items) => {
        const optimum = fewestHosts(items, [gives]) ?? NaN;
        expect(9 * count(items, [gives])).toBeLessThanOrEqual(11 * optimum + 6);
      }),
      { numRuns: 300 },
    );
  });
});
