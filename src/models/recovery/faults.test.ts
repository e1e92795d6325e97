import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as model from './faults.ts';
import type { Layout, Moment, Part, Setting, State } from './faults.ts';

const layouts: readonly Layout[] = ['dom0', 'drivers', 'stubs', 'dom0less'];
const degree: Readonly<Record<State, number>> = { runs: 0, unmanaged: 1, waits: 2, down: 3, boots: 3 };
const every: readonly Part[] = ['app', 'g1', 'g2', 'g3', 'net', 'disk', 'qemu', 'xs', 'tools', 'dom0', 'xen', 'hw'];
const any = fc.record({
  layout: fc.constantFrom(...layouts),
  fault: fc.constantFrom(...every),
  iommu: fc.boolean(),
  reconnect: fc.boolean(),
});

function worst(change: Partial<Setting>): Moment {
  const all = model.run({ layout: 'drivers', fault: 'net', iommu: true, reconnect: false, ...change });
  return all[model.worst(all)]!;
}
const state = (moment: Moment, part: Part): State | undefined => moment.states.get(part);
/** Guests down, guests that wait, guests that can be managed, guests that boot again. */
function toll(change: Partial<Setting>): readonly number[] {
  const moment = worst(change);
  const boot = model.guests.filter((guest) => moment.afresh.has(guest)).length;
  return [model.guestsIn(moment, 'down'), model.guestsIn(moment, 'waits'), model.guestsManaged(moment), boot];
}

describe('a crash of the network driver', () => {
  it('inside dom0 is one of dom0’s kernel; hwdom_shutdown() reboots the machine, and nothing is left', () => {
    const steps = model.spread({ layout: 'dom0', fault: 'net', iommu: true, reconnect: false });
    expect(steps.map((states) => [states.get('net'), states.get('dom0'), states.get('xen'), states.get('g2')])).toEqual(
      [
        ['down', 'runs', 'runs', 'runs'],
        ['down', 'down', 'runs', 'waits'],
        ['down', 'down', 'down', 'waits'],
        ['down', 'down', 'down', 'down'],
      ],
    );
    expect(toll({ layout: 'dom0' })).toEqual([3, 0, 0, 3]);
  });
  it('in a driver domain takes the network from three guests and down nobody; its restart is enough', () => {
    expect(toll({})).toEqual([0, 3, 3, 0]);
    for (const part of ['dom0', 'xen', 'disk', 'xs', 'tools'] as const) expect(state(worst({}), part)).toBe('runs');
    const all = model.run({ layout: 'drivers', fault: 'net', iommu: true, reconnect: false });
    const restart = all.filter(({ phase }) => phase === 'restart');
    expect(restart).toHaveLength(1);
    expect([...restart[0]!.states].filter(([, now]) => now === 'boots')).toEqual([['net', 'boots']]);
  });
  it('without an IOMMU may reach Xen’s memory from a driver domain too', () => {
    expect(toll({ iommu: false })).toEqual([3, 0, 0, 3]);
  });
  it('in a dom0less guest takes that guest; the platform is rebooted for it, with the two that ran', () => {
    expect(toll({ layout: 'dom0less' })).toEqual([1, 0, 0, 3]);
    expect(state(worst({ layout: 'dom0less' }), 'g2')).toBe('runs');
  });
});

describe('a crash of', () => {
  it('the disk driver domain makes guests boot, whose disk in use cannot be detached; reconnecting front ends need not', () => {
    expect(toll({ fault: 'disk' })).toEqual([0, 3, 3, 3]);
    expect(toll({ fault: 'disk', reconnect: true })).toEqual([0, 3, 3, 0]);
  });
  it('QEMU stops the one guest with emulated devices, wherever QEMU runs', () => {
    for (const layout of ['dom0', 'drivers', 'stubs'] as const)
      expect(toll({ layout, fault: 'qemu' })).toEqual([0, 1, 3, 1]);
  });
  it('xenstored leaves every guest running and none to be managed; it cannot be restarted', () => {
    for (const layout of ['dom0', 'drivers', 'stubs'] as const) {
      expect(toll({ layout, fault: 'xs' })).toEqual([0, 0, 0, 3]);
      expect(worst({ layout, fault: 'xs' }).machine).toBe(true);
    }
  });
  it('the toolstack does the same until it is started again, and no guest notices', () => {
    expect(toll({ fault: 'tools' })).toEqual([0, 0, 0, 0]);
  });
  it('dom0’s kernel, Xen or the hardware takes everything in every layout that has it', () => {
    for (const layout of layouts)
      for (const fault of ['dom0', 'xen', 'hw'] as const)
        if (model.partsOf(layout).includes(fault)) expect(toll({ layout, fault })).toEqual([3, 0, 0, 3]);
  });
  it('a guest’s kernel takes that guest and its programs; of a program that program', () => {
    expect(toll({ fault: 'g1' })).toEqual([1, 0, 2, 1]);
    expect(state(worst({ fault: 'g1' }), 'app')).toBe('down');
    expect(toll({ fault: 'app' })).toEqual([0, 0, 3, 0]);
    expect(toll({ layout: 'dom0less', fault: 'g3' })).toEqual([1, 0, 0, 3]);
  });
  it('what a layout does not have is nothing: one moment, and all runs', () => {
    for (const fault of ['dom0', 'qemu', 'xs', 'tools'] as const) {
      const all = model.run({ layout: 'dom0less', fault, iommu: true, reconnect: false });
      expect(all.map(({ phase }) => phase)).toEqual(['before']);
    }
  });
});

describe('whatever fails', () => {
  it('spreads without taking anything back, until every need is satisfied', () =>
    fc.assert(
      fc.property(any, (setting) => {
        if (!model.partsOf(setting.layout).includes(setting.fault)) return;
        const steps = model.spread(setting);
        steps.forEach((states, index) => {
          for (const [part, now] of states)
            expect(degree[now]).toBeGreaterThanOrEqual(degree[steps[index - 1]?.get(part) ?? 'runs']);
        });
        const end = steps.at(-1)!;
        for (const { of, to, effect } of model.needs(setting.layout, setting.iommu))
          if (end.get(of) === 'down') expect(degree[end.get(to)!]).toBeGreaterThanOrEqual(degree[effect]);
      }),
    ));
  it('a larger fault takes down no less: the union of two starts holds each of them', () =>
    fc.assert(
      fc.property(any, fc.constantFrom(...every), (setting, second) => {
        const parts = model.partsOf(setting.layout);
        if (!parts.includes(setting.fault) || !parts.includes(second)) return;
        const end = model.spread(setting).at(-1)!;
        // Who is taken down by this fault brings with it whatever it would take down by itself.
        if (end.get(second) !== 'down') return;
        for (const [part, now] of model.spread({ ...setting, fault: second }).at(-1)!)
          expect(degree[end.get(part)!]).toBeGreaterThanOrEqual(degree[now]);
      }),
    ));
  it('taking more out of dom0 harms no guest, and an IOMMU none either', () =>
    fc.assert(
      fc.property(any, (setting) => {
        const harm = (change: Partial<Setting>): readonly number[] =>
          model.guests.map((guest) => degree[worst({ ...setting, ...change }).states.get(guest)!]);
        const noMore = (a: Partial<Setting>, b: Partial<Setting>): void =>
          harm(a).forEach((now, index) => expect(now).toBeLessThanOrEqual(harm(b)[index]!));
        noMore({ layout: 'drivers' }, { layout: 'dom0' });
        noMore({ layout: 'stubs' }, { layout: 'drivers' });
        noMore({ iommu: true }, { iommu: false });
      }),
    ));
  it('ends as it began, and who was down has started afresh on the way', () =>
    fc.assert(
      fc.property(any, (setting) => {
        const all = model.run(setting);
        expect([...all.at(-1)!.states.values()].every((now) => now === 'runs')).toBe(true);
        for (const moment of all)
          for (const guest of model.guests)
            if (moment.states.get(guest) === 'down' || moment.states.get(guest) === 'boots')
              expect(moment.afresh.has(guest)).toBe(true);
      }),
    ));
});
