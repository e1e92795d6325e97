import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hopAt, hostedPath, run, splitDriverPath, type Hop, type Path, type Setting } from './stack-paths.ts';

/** The measured packet of Figure 5, and one round number for whatever nobody measured. */
const packet: Setting = {
  request: 'packet',
  busy: 0,
  batch: 1,
  turn: 5,
  driver: 17.55,
  device: 20,
  interrupt: 2,
  guestWork: 2,
  event: 2,
  domainSwitch: 2,
  backend: 2,
  grant: 2,
  exit: 0.57,
  worldSwitch: 4.45,
  before: 1.23,
  after: 2.97,
  resume: 0.41,
};
const read: Setting = {
  ...packet,
  request: 'read',
  driver: 2,
  exit: 2,
  worldSwitch: 2,
  before: 2,
  after: 2,
  resume: 2,
};

const keys = (path: Path): readonly string[] => path.hops.map((hop) => hop.key);
const ns = (path: Path, ...names: readonly string[]): number =>
  path.hops.filter((hop) => names.includes(hop.key)).reduce((sum, hop) => sum + hop.ns, 0);

describe('the packet that Sugerman, Venkitachalam and Lim timed (§3.2, Figure 5)', () => {
  const sent = hostedPath(packet);

  it('takes 31.63 µs from the OUT instruction to the guest’s next one', () => expect(sent.totalNs).toBe(31_630));
  it('is on the wire after 0.57 + 4.45 + 1.23 + 17.55 = 23.80 µs', () => expect(sent.launchNs).toBe(23_800));
  it('spends 8.90 µs on the two world switches', () => expect(ns(sent, 'to-host', 'from-host')).toBe(8_900));
  it('spends 30.65 µs in world switches and in the host’s world', () =>
    expect(sent.totalNs - ns(sent, 'exit', 'resume')).toBe(30_650));
  it('spends 13.10 µs on being hosted: that without the driver, which any monitor needs', () =>
    expect(sent.totalNs - ns(sent, 'exit', 'resume', 'driver')).toBe(13_100));
  it('passes the boxes of Figure 4 in order', () =>
    expect(keys(sent)).toEqual(['exit', 'to-host', 'before', 'driver', 'after', 'from-host', 'resume']));
  it('cannot by itself be why 64 Mb/s was all: 100 Mb in packets of 1520 bytes take 0.26 s', () => {
    const packets = 100e6 / (1520 * 8);
    expect((packets * sent.totalNs) / 1e9).toBeCloseTo(0.26, 2);
    expect(((1520 * 8) / sent.totalNs) * 1e3).toBeCloseTo(384, 0);
  });
  it('crosses eight boundaries: into the VMM, two a world switch, into the host’s kernel and out, out of the VMM', () =>
    expect(sent.crossings).toBe(8));
  it('is published as a whole, and nothing of the same packet under Xen is', () => {
    expect(sent.hops.every((hop) => hop.published)).toBe(true);
    expect(splitDriverPath(packet).hops.some((hop) => hop.published)).toBe(false);
  });
});

describe('the packet under Xen', () => {
  it('goes to dom0 and back, past the grant', () =>
    expect(keys(splitDriverPath(packet))).toEqual([
      'event',
      'to-dom0',
      'take',
      'grant',
      'driver',
      'answer',
      'event-back',
      'to-guest',
    ]));
  it('crosses six boundaries: guest to Xen, Xen to dom0, the grant in and out, dom0 to Xen, Xen to guest', () =>
    expect(splitDriverPath(packet).crossings).toBe(6));
  it('has its driver in dom0, while the hypervisor has none', () => {
    const drivers = splitDriverPath(packet).hops.filter((hop) => hop.place === 'driver');
    expect(drivers.map((hop) => hop.owner)).toEqual(['dom0']);
  });
  it('draws level with the hosted one at 14.08 µs over seven hops, so at 2.01 µs each', () => {
    const each = (hop: number): Setting => ({ ...packet, event: hop, domainSwitch: hop, backend: hop, grant: hop });
    const hosted = hostedPath(packet).totalNs;
    expect((hosted - 17_550) / 7).toBeCloseTo(2_011, 0);
    expect(splitDriverPath(each(2.01)).totalNs).toBeLessThan(hosted);
    expect(splitDriverPath(each(2.02)).totalNs).toBeGreaterThan(hosted);
  });
});

describe('a read that waits for the disk', () => {
  const both = run(read)[0];
  it('comes back under Xen as interrupt, event, dom0, event, guest', () =>
    expect(keys(both!.type1)).toEqual(
      'front event to-dom0 take grant driver device interrupt to-dom0-again answer event-back to-guest front-again'.split(
        ' ',
      ),
    ));
  it('comes back on the host as interrupt, VMApp, world switch, guest', () =>
    expect(keys(both!.type2)).toEqual(
      'guest exit to-host before driver device interrupt after from-host resume guest-again'.split(' '),
    ));
  it('crosses eight boundaries on either side', () => {
    expect(both!.type1.crossings).toBe(8);
    expect(both!.type2.crossings).toBe(8);
  });
  it('with every hop at 2 µs differs by the two hops more that Xen needs', () => {
    expect(both!.type1.totalNs).toBe(12 * 2_000 + 20_000);
    expect(both!.type2.totalNs).toBe(10 * 2_000 + 20_000);
    expect(both!.type1.cpuNs).toBe(24_000);
  });
  it('is published nowhere', () =>
    expect([...both!.type1.hops, ...both!.type2.hops].some((hop) => hop.published)).toBe(false));
});

describe('load', () => {
  const longer = (setting: Setting, way: (setting: Setting) => Path): number =>
    way({ ...setting, busy: 3 }).totalNs - way(setting).totalNs;
  it('makes a packet under Xen wait twice, for dom0 and for the guest, each time 3 turns of 5 µs', () =>
    expect(longer(packet, splitDriverPath)).toBe(2 * 3 * 5_000));
  it('leaves the hosted packet alone: the world switch hands the CPU over', () =>
    expect(longer(packet, hostedPath)).toBe(0));
  it('makes a read wait three times under Xen and once on the host, where VMApp slept', () => {
    expect(longer(read, splitDriverPath)).toBe(45_000);
    expect(longer(read, hostedPath)).toBe(15_000);
  });
  it('costs time, and no CPU of the request', () =>
    expect(splitDriverPath({ ...packet, busy: 8 }).cpuNs).toBe(splitDriverPath(packet).cpuNs));
});

describe('a batch', () => {
  it('of three, the most that Workstation queued, shares 8.90 µs of world switches: 22.73 + 2.97', () => {
    // Each of the two switches is rounded to a whole ns.
    expect(hostedPath({ ...packet, batch: 3 }).totalNs).toBe(22_730 + 2 * 1_483);
  });
  it('still tells the emulated card about each packet, and the ring once', () => {
    expect(hostedPath({ ...packet, batch: 4 }).crossings).toBe(4 + 4 / 4);
    expect(splitDriverPath({ ...packet, batch: 4 }).crossings).toBe(6 / 4);
  });
});

const µs = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: max * 100 }).map((hundredths) => hundredths / 100);
const setting: fc.Arbitrary<Setting> = fc.record({
  request: fc.constantFrom('packet' as const, 'read' as const),
  busy: fc.integer({ min: 0, max: 8 }),
  batch: fc.integer({ min: 1, max: 32 }),
  turn: µs(100),
  driver: µs(100),
  device: µs(200),
  interrupt: µs(50),
  guestWork: µs(50),
  event: µs(50),
  domainSwitch: µs(50),
  backend: µs(50),
  grant: µs(50),
  exit: µs(50),
  worldSwitch: µs(50),
  before: µs(50),
  after: µs(50),
  resume: µs(50),
});
const ways = [splitDriverPath, hostedPath];

describe('whatever the setting', () => {
  it('a path is as long as its hops, which follow each other without a gap', () =>
    fc.assert(
      fc.property(setting, (s) => {
        for (const way of ways) {
          const path = way(s);
          expect(path.hops.reduce((sum, hop) => sum + hop.ns, 0)).toBe(path.totalNs);
          path.hops.forEach((hop, index) => {
            const before = path.hops[index - 1];
            expect(hop.startNs).toBe(before ? before.startNs + before.ns : 0);
            expect(Number.isInteger(hop.ns) && hop.ns >= 0).toBe(true);
          });
          expect(path.cpuNs).toBeLessThanOrEqual(path.totalNs);
        }
      }),
    ));
  it('more load never makes a path shorter', () =>
    fc.assert(
      fc.property(setting, fc.integer({ min: 0, max: 8 }), (s, busy) => {
        const [less, more] = [Math.min(s.busy, busy), Math.max(s.busy, busy)];
        for (const way of ways)
          expect(way({ ...s, busy: more }).totalNs).toBeGreaterThanOrEqual(way({ ...s, busy: less }).totalNs);
      }),
    ));
  it('a request in a batch never costs more time, CPU or crossings than one alone', () =>
    fc.assert(
      fc.property(setting, (s) => {
        for (const way of ways) {
          const alone = way({ ...s, batch: 1 });
          const shared = way(s);
          expect(shared.totalNs).toBeLessThanOrEqual(alone.totalNs);
          expect(shared.cpuNs).toBeLessThanOrEqual(alone.cpuNs);
          expect(shared.crossings).toBeLessThanOrEqual(alone.crossings);
        }
      }),
    ));
  it('the clock starts at nothing, never stands still, and ends with both guests running', () =>
    fc.assert(
      fc.property(setting, (s) => {
        const moments = run(s);
        expect(moments[0]?.ns).toBe(0);
        moments.forEach((moment, index) => expect(moment.ns).toBeGreaterThan(moments[index - 1]?.ns ?? -1));
        expect(moments.at(-1)).toMatchObject({ hop1: undefined, hop2: undefined });
        expect(moments.at(-1)?.ns).toBe(Math.max(moments[0]!.type1.totalNs, moments[0]!.type2.totalNs));
      }),
    ));
  it('the hop of a moment is the one that has begun and not ended', () =>
    fc.assert(
      fc.property(setting, fc.double({ min: 0, max: 1, noNaN: true }), (s, share) => {
        const path = splitDriverPath(s);
        const at = share * path.totalNs;
        const hop: Hop | undefined = hopAt(path, at);
        if (hop) expect(at - hop.startNs).toBeLessThan(hop.ns);
        else expect(at).toBeGreaterThanOrEqual(path.totalNs);
      }),
    ));
});
