/** What the reader must see in consolidation. */
import { describe, expect, test } from 'vitest';
import { loadRack } from '../../src/components/content-data.ts';
import type { Stage, Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { presetValues } from '../../src/figure/values.ts';
import { dayOf } from '../../src/models/capacity/packing.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('consolidation');
const { figure } = it;
const value = (change: Values, id: string): number | string | undefined =>
  readoutsOf(it, runWith(it, change, 'last')).get(id)?.value;
const sentence = (change: Values, frame: number | 'last' = 'last', data: unknown = it.data): string => {
  const { frames, values, index } = runWith({ ...it, data }, change, frame);
  return figure.describe(frames.at(index), values);
};
const picture = (change: Values, stage: Stage, frame: number | 'last' = 'last'): string => {
  const { frames, values, index } = runWith(it, change, frame);
  return drawStatic(figure, frames.at(index), values, stage, 'x');
};

describe('the opening', () => {
  test('twelve servers are on four hosts, and memory says how many', () => {
    expect(['hosts', 'optimum', 'bound', 'binds'].map((id) => value({}, id))).toEqual([4, 4, 4, 'memory']);
    expect(sentence({})).toMatch(/12 servers became VMs on 4 hosts.*Memory alone needs 4, CPU alone 3/);
  });
  test.each(['wide', 'narrow'] as const)('says both and names every VM (%s)', (stage) => {
    const markup = picture({}, stage);
    expect(markup).toContain('>Memory alone: 4<');
    expect(markup).toContain('>CPU alone: 3<');
    for (const letter of 'ABCDEFGHIJKL') expect(markup).toContain(`>${letter}<`);
  });
  test('148 GiB of VMs in hosts that give 47.84 are 3.09 hosts', () => {
    const sum = loadRack().reduce((total, { memory }) => total + memory, 0);
    expect(sum).toBe(148);
    expect(Math.ceil(sum / 47.84)).toBe(4);
  });
  test('the mean load of the rack is one that nrdc2014 has for servers: 12 to 18 %', () => {
    const loads = loadRack().flatMap((server) => dayOf(server, 100));
    const cores = loadRack().reduce((total, server) => total + server.cores, 0);
    const mean = loads.reduce((total, load) => total + load, 0) / (24 * cores);
    expect(mean).toBeGreaterThan(12);
    expect(mean).toBeLessThan(18);
    // The hosts have fewer cores: 64 for 96.
    expect(value({}, 'load')).toBeCloseTo((mean * cores) / 64, 6);
  });
});

describe('what the presets show', () => {
  const of = (name: string, id: string): number | string | undefined => {
    const preset = figure.presets.find((one) => one.name === name);
    return value(preset ? presetValues(figure.params, preset) : {}, id);
  };
  test('with twice the memory CPU binds, and three hosts do', () => {
    expect(['hosts', 'binds'].map((id) => of('cpu-binds', id))).toEqual([3, 'CPU']);
  });
  test('hour by hour two do, a third less', () => {
    expect(['hosts', 'optimum'].map((id) => of('by-the-hour', id))).toEqual([2, 2]);
  });
  test('of two, one cannot take the VMs of the other', () => {
    expect(of('host-lost', 'down')).toBeGreaterThan(0);
    const preset = figure.presets.find(({ name }) => name === 'host-lost');
    expect(sentence(preset?.values as Values)).toMatch(
      /^Host 1 is lost: .* restarted on the others; no room for F \(CPU\), .*\.$/,
    );
  });
});

test.each(['wide', 'narrow'] as const)(
  'a VM too small for its letter is found by its host in the rack (%s)',
  (stage) => {
    const said = picture({ memory: 256, by: 'hours' }, stage).match(/>→ ?[12]</g);
    expect(said).toHaveLength(12);
    // Three of a lost host are down, and have none.
    expect(picture({ memory: 128, by: 'hours', lost: 1 }, stage).match(/>→ ?2</g)).toHaveLength(9);
  },
);

test('every VM has a moment that says which host was tried and what it lacked', () => {
  const said = Array.from({ length: 12 }, (_, at) => sentence({}, at + 1));
  expect(said[0]).toBe('A (database): host 1 takes it, a new one.');
  expect(said.filter((text) => text.includes('has no room (memory)')).length).toBeGreaterThan(3);
  expect(picture({}, 'wide', 3)).toMatch(/>Host 2 takes C</);
  expect(picture({}, 'wide', 3)).toMatch(/>no room</);
});

test('hosts that are lost come after the packing, and the picture hatches them', () => {
  const { frames } = runWith(it, { lost: 3 });
  expect(frames.length).toBe(runWith(it).frames.length + 6);
  expect(sentence({ lost: 3 })).toBe('Host 3 is lost: I, D, J, G, K restarted on the others.');
  expect(picture({ lost: 3 }, 'narrow')).toMatch(/>Host 3 lost</);
  expect(picture({ lost: 3 }, 'wide')).toContain('url(#x-wide-hatch-a-fault)');
  expect(picture({}, 'wide')).not.toContain('url(#');
});

describe('bad input', () => {
  test('a VM that is larger than any host is named, and the others are packed', () => {
    expect(sentence({ memory: 16 })).toContain('No host is large enough for A, B, C, F, H, I.');
    expect(picture({ memory: 16 }, 'narrow')).toContain('No host is large enough');
    expect(sentence({ memory: 16 }, 1)).toBe('A (database) fits on no host (memory).');
  });
  test('a host that is not there cannot be lost', () => {
    expect(sentence({ lost: 7 })).toContain('There is no host 7 to lose.');
  });
  test.each<[string, unknown, RegExp]>([
    ['an empty rack', [], /^The rack is empty/],
    ['a negative load', [{ ...loadRack()[0], peak: -5 }], /negative load/],
  ])('%s gets a sentence', (_, data, said) => {
    expect(sentence({}, 'last', data)).toMatch(said);
    const { frames, values } = runWith({ ...it, data });
    const markup = drawStatic(figure, frames.at(0), values, 'wide', 'x');
    expect(markup.replace(/<[^>]*>/g, ' ')).toMatch(new RegExp(said.source.replace('^', '')));
    for (const readout of figure.readouts(frames.at(0), values))
      expect(String(readout.value)).not.toMatch(/NaN|Infinity/);
  });
});

test('the exact optimum is quick enough for a slider at the worst settings', () => {
  const used = (change: Values): number => {
    const before = process.cpuUsage();
    runWith(it, change);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const worst: readonly Values[] = [
    { by: 'hours', memory: 64, headroom: 60 },
    { by: 'hours', memory: 256, cores: 12 },
    { by: 'hours', memory: 96, lost: 1 },
  ];
  for (const change of worst) runWith(it, change);
  for (const change of worst) expect(used(change)).toBeLessThan(50);
});
