/** The arithmetic of consolidation, against numbers worked out by hand and published ones, its units, and bad input. */
import { describe, expect, expectTypeOf, it, test } from 'vitest';
import {
  across,
  between,
  carbonOf,
  costOf,
  energyOf,
  faultOf,
  hostsFor,
  powerAt,
  quantity,
  run,
  stepOf,
  withBuilding,
  year,
  type CentPerKilowattHour,
  type Dollar,
  type Estimate,
  type GramPerKilowattHour,
  type Hour,
  type KilowattHour,
  type Plan,
  type Share,
  type Tonne,
  type Watt,
} from './energy.ts';

const watt = quantity<Watt>;
const share = quantity<Share>;
const exactly = <Q extends number>(value: number): Estimate<Q> => between<Q>(value, value);

/** The plan of the worked example: 20 servers of 350 W, idle at half of it, 12 % busy. */
const plan: Plan = {
  servers: 20,
  server: { peak: watt(350), idle: exactly(0.5) },
  load: exactly(0.12),
  target: share(0.45),
  overhead: share(0),
  spare: 0,
  pue: exactly(1.54),
  grid: exactly(480),
  price: quantity(10),
};

describe('by hand', () => {
  it('a server of 350 W that idles at half draws 196 W at 12 %, and 245 W at 40 %', () => {
    expect(powerAt(watt(350), share(0.5), share(0.12))).toBeCloseTo(196, 9);
    expect(powerAt(watt(350), share(0.5), share(0.4))).toBeCloseTo(245, 9);
  });

  it('twenty of them fit on six hosts; 3.92 kW become 1.47 kW', () => {
    const { hosts, hostLoad, before, after, saved } = stepOf(plan, 20);
    expect(hosts).toBe(6);
    expect(hostLoad).toBeCloseTo(0.4, 12);
    expect(before.energy.central).toBeCloseTo(3.92 * 1.54 * 8760, 6);
    expect(after.energy.central).toBeCloseTo(1.47 * 1.54 * 8760, 6);
    // 2.45 kW · 1.54 · 8760 h = 33.1 MWh, at 480 g/kWh 15.9 t, at 10 ¢ 3305 dollars.
    expect(saved.energy.central).toBeCloseTo(33051.48, 2);
    expect(saved.carbon.central).toBeCloseTo(15.8647, 4);
    expect(saved.cost.central).toBeCloseTo(3305.148, 3);
  });

  it('a spare host takes 175 W of that away', () => {
    const without = stepOf(plan, 20).saved.energy.central;
    const spared = stepOf({ ...plan, spare: 1 }, 20).saved.energy.central;
    expect(without - spared).toBeCloseTo(0.175 * 1.54 * 8760, 6);
  });

  it('moving one server onto one host saves nothing: the same machine goes on', () => {
    expect(hostsFor(1, plan)).toBe(1);
    expect(stepOf(plan, 1).saved.energy.central).toBeCloseTo(0, 6);
    expect(stepOf({ ...plan, spare: 1 }, 1).saved.energy.central).toBeLessThan(0);
  });

  it('a host that does the work of forty takes twenty, and the spare is the second', () => {
    const host = { peak: watt(700), idle: exactly<Share>(0.2), work: 40 };
    const { hosts, hostLoad, after } = stepOf({ ...plan, host, spare: 1 }, 20);
    expect(hosts).toBe(2);
    // 20 · 12 % of a server are 6 % of a host, over two of them.
    expect(hostLoad).toBeCloseTo(0.03, 12);
    // Two idle at 140 W, and 6 % of 560 W.
    expect(after.energy.central).toBeCloseTo((0.28 + 0.0336) * 1.54 * 8760, 6);
  });

  it('hosts bear the upper end of the load even where the target would be met with fewer', () => {
    const wide = { ...plan, load: { low: share(0), central: share(0.1), high: share(0.5) }, target: share(1) };
    expect(hostsFor(20, wide)).toBe(10);
  });

  it('a sum that is whole needs no further host', () => {
    // 15 servers at 12 % fill four hosts to 45 %, though 15 · 0.12 / 0.45 is not 4 in binary.
    expect(hostsFor(15, plan)).toBe(4);
  });

  it('the corners of a product and of a difference', () => {
    const two = between<Watt>(1, 3);
    const three = between<Watt>(-2, 4);
    expect(across((a: Watt, b: Watt) => a * b, two, three)).toEqual({ low: -6, central: 2, high: 12 });
    expect(across((a: Watt, b: Watt) => a - b, two, three)).toEqual({ low: -3, central: 1, high: 5 });
    expect(across((a: Watt) => a - a, two)).toEqual({ low: 0, central: 0, high: 0 });
  });
});

describe('as published', () => {
  it('Barroso and Hölzle 2007: a server that idles at half its peak is at less than half its efficiency at 20 to 30 %', () => {
    const efficiency = (load: number): number => load / powerAt(watt(1), share(0.5), share(load));
    for (const load of [0.2, 0.25, 0.3]) expect(efficiency(load)).toBeLessThan(0.5);
    expect(efficiency(1)).toBe(1);
  });

  it('EPA 2007: at the price of 61 TWh for 4.5 billion dollars, 100 TWh cost 7.4 billion', () => {
    const price = quantity<CentPerKilowattHour>((4.5e9 / 61e9) * 100);
    expect(costOf(quantity(100e9), price) / 1e9).toBeCloseTo(7.4, 1);
  });

  // SPECpower_ssj2008, results 20080116-00034 and 20170829-00781: watts at idle, 10 %, … 100 %.
  const rx300 = [166, 179, 191, 200, 212, 224, 235, 245, 252, 259, 265];
  const r640 = [55, 125, 151, 176, 202, 232, 261, 301, 357, 421, 469];
  const offLine = (measured: readonly number[]): readonly number[] => {
    const [idle = 0] = measured;
    const peak = measured.at(-1) ?? 0;
    return measured.map((watts, tenth) => powerAt(watt(peak), share(idle / peak), share(tenth / 10)) / watts - 1);
  };

  it('SPEC 2008: the line is within 5 % of a server of its time at every load', () => {
    for (const off of offLine(rx300)) expect(Math.abs(off)).toBeLessThan(0.05);
  });

  it('SPEC 2017: a newer server bends away; at a tenth the line says 96 W, and 125 W were measured', () => {
    const off = offLine(r640);
    expect(powerAt(watt(469), share(55 / 469), share(0.1))).toBeCloseTo(96.4, 1);
    expect(off[1]).toBeLessThan(-0.2);
    expect(Math.max(...off)).toBeGreaterThan(0.1);
  });
});

describe('units', () => {
  it('are checked by the compiler', () => {
    const power = watt(1000);
    const energy = energyOf(power, year);
    expectTypeOf(energy).toEqualTypeOf<KilowattHour>();
    expectTypeOf(carbonOf(energy, quantity(480))).toEqualTypeOf<Tonne>();
    expectTypeOf(costOf(energy, quantity(10))).toEqualTypeOf<Dollar>();
    // @ts-expect-error -- power is no energy
    carbonOf(power, quantity<GramPerKilowattHour>(480));
    // @ts-expect-error -- a price is no intensity
    carbonOf(energy, quantity<CentPerKilowattHour>(10));
    // @ts-expect-error -- an intensity is no price
    costOf(energy, quantity<GramPerKilowattHour>(480));
    // @ts-expect-error -- the two are in the wrong order
    energyOf(year, power);
    // @ts-expect-error -- a plain number has no unit
    energyOf(1000, year);
    // @ts-expect-error -- a share is no PUE
    withBuilding(power, share(0.5));
    // @ts-expect-error -- an estimate of hours is none of watts
    across((watts: Watt) => watts, between<Hour>(1, 2));
    expect(energy).toBe(8760);
  });

  it('agree: a kilowatt over a year at 500 g/kWh is 4.38 t, at 10 ¢ 876 dollars', () => {
    const energy = energyOf(watt(1000), year);
    expect(carbonOf(energy, quantity(500))).toBeCloseTo(4.38, 12);
    expect(costOf(energy, quantity(10))).toBeCloseTo(876, 9);
  });
});

describe('bad input', () => {
  test.each<[string, Partial<Plan>, RegExp]>([
    ['an empty rack', { servers: 0 }, /rack is empty/],
    ['a rack of NaN', { servers: NaN }, /rack is empty/],
    ['bounds that are turned round', { load: between(0.4, 0.1) }, /lower end of the load/],
    ['a negative load', { load: between(-0.1, 0.1) }, /no such load/],
    ['more than full load', { load: between(0.5, 1.2) }, /no such load/],
    ['a load of NaN', { load: exactly(NaN) }, /no such load/],
    ['an idle share above one', { server: { peak: watt(300), idle: exactly(1.1) } }, /no such idle share/],
    ['no power', { server: { peak: watt(0), idle: exactly(0.5) } }, /no such peak/],
    ['a PUE below one', { pue: exactly(0.9) }, /no such PUE/],
    ['a negative grid', { grid: exactly(-1) }, /no such intensity/],
    ['a grid without an intensity', { grid: exactly(NaN) }, /no such intensity/],
    ['a target of nothing', { target: share(0) }, /no such target/],
    ['a target above one', { target: share(1.1) }, /no such target/],
    ['a host that does nothing', { host: { peak: watt(1), idle: exactly(0), work: 0 } }, /no such work/],
    ['a negative overhead', { overhead: share(-0.1) }, /no such overhead/],
    ['fewer than no spares', { spare: -1 }, /no such number of spares/],
    ['a negative price', { price: quantity(-1) }, /no such price/],
  ])('%s is said, and gives no step', (_, change, sentence) => {
    expect(faultOf({ ...plan, ...change })).toMatch(sentence);
    expect(run({ ...plan, ...change })).toEqual([]);
  });

  it('nothing is wrong with the example', () => {
    expect(faultOf(plan)).toBeUndefined();
  });
});
