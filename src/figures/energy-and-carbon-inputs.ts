/** What a reader may set of consolidation’s savings, and the plan that it comes to. */
import type { Params, ValuesOf } from '../figure/contract.ts';
import * as model from '../models/capacity/energy.ts';

const number = { kind: 'number', place: 'assumption' } as const;
const percent = { ...number, unit: '%', min: 0, max: 100, step: 0.1 } as const;
const watts = { ...number, unit: 'W', min: 10, max: 1000, step: 1 } as const;
const spec = { cite: 'ccf-specpower' } as const;

/** The controls: what is published with its source, and the size of the example. */
export const params = {
  servers: {
    ...number,
    label: 'Servers',
    help: 'An example.',
    place: 'view',
    unit: '',
    min: 0,
    max: 60,
    step: 1,
    default: 20,
  },
  target: {
    ...percent,
    label: 'Target load of a host',
    help: 'Gartner advised 40 to 50 % in 2005.',
    place: 'view',
    min: 20,
    step: 1,
    default: { number: 'gartner2005.target' },
    source: { cite: 'hp-sizing' },
  },
  grid: {
    kind: 'choice',
    label: 'Grid',
    place: 'view',
    options:
      'world World;no Norway;se Sweden;fr France;br Brazil;gb United Kingdom;ie Ireland;de Germany;us United States;jp Japan;vn Vietnam;sg Singapore;au Australia;cn China;pl Poland;in India'
        .split(';')
        .map((place) => ({ value: place.slice(0, place.indexOf(' ')), label: place.slice(place.indexOf(' ') + 1) })),
    default: 'world',
    source: { cite: 'co2js' },
  },
  fresh: {
    kind: 'switch',
    label: 'Hosts are newer machines',
    help: 'Of 2020–21.',
    place: 'view',
    default: false,
  },
  loadLow: {
    ...percent,
    label: 'Load of a server, from',
    default: { number: 'nrdc2014.load-low' },
    source: { cite: 'nrdc2014' },
  },
  loadHigh: {
    ...percent,
    label: 'Load of a server, to',
    default: { number: 'nrdc2014.load-high' },
    source: { cite: 'nrdc2014' },
  },
  peak: { ...watts, label: 'Peak of a server', default: { number: 'specpower.peak-2008' }, source: spec },
  idleLow: {
    ...percent,
    label: 'Server idle, of its peak, from',
    default: { number: 'specpower.idle-low-2008' },
    source: spec,
  },
  idleHigh: {
    ...percent,
    label: 'Server idle, of its peak, to',
    default: { number: 'specpower.idle-high-2008' },
    source: spec,
  },
  hostPeak: { ...watts, label: 'Peak of a newer host', default: { number: 'specpower.peak-2021' }, source: spec },
  hostIdleLow: {
    ...percent,
    label: 'Newer host idle, of its peak, from',
    default: { number: 'specpower.idle-low-2021' },
    source: spec,
  },
  hostIdleHigh: {
    ...percent,
    label: 'Newer host idle, of its peak, to',
    default: { number: 'specpower.idle-high-2021' },
    source: spec,
  },
  work: {
    ...number,
    label: 'Work of a newer host',
    help: 'By one benchmark, SPECpower.',
    unit: 'servers',
    min: 1,
    max: 60,
    step: 0.1,
    default: { number: 'specpower.work-ratio' },
    source: spec,
  },
  overhead: {
    ...percent,
    label: 'Overhead of the hypervisor',
    max: 30,
    default: { number: 'sosp2003.linux-build-overhead' },
    source: { cite: 'sosp2003', at: '§4.1' },
  },
  spare: { ...number, label: 'Spare hosts', unit: '', min: 0, max: 4, step: 1, default: 1, source: 'unpublished' },
  pueLow: {
    ...number,
    label: 'PUE, from',
    unit: '',
    min: 1,
    max: 3,
    step: 0.01,
    default: { number: 'uptime.pue-2025' },
    source: { cite: 'sipoch2025' },
  },
  pueHigh: {
    ...number,
    label: 'PUE, to',
    unit: '',
    min: 1,
    max: 3,
    step: 0.01,
    default: { number: 'uptime.pue-high' },
    source: { cite: 'capacitymedia2021' },
  },
  spread: {
    ...percent,
    label: 'Grid, more or less',
    max: 50,
    default: { number: 'co2js.revision' },
    source: { cite: 'co2js' },
  },
  price: {
    ...number,
    label: 'Price',
    help: 'Commercial customers, USA, March 2023.',
    unit: '¢/kWh',
    min: 0,
    max: 50,
    step: 0.01,
    default: { number: 'electricity.commercial-us' },
    source: { cite: 'shrink2023' },
  },
} as const satisfies Params;

/** What is set. */
export type Values = ValuesOf<typeof params>;

/** content/grids.yaml, as far as it is drawn. */
export interface Grids {
  readonly year: number;
  readonly places: readonly { readonly id: string; readonly intensity: number }[];
}

/** The plan of what is set, on a grid of this intensity. */
export function planOf(values: Values, intensity: number): model.Plan {
  const share = (low: number, high: number): model.Estimate<model.Share> => model.between(low / 100, high / 100);
  const off = values.spread / 100;
  return {
    servers: values.servers,
    server: { peak: model.quantity(values.peak), idle: share(values.idleLow, values.idleHigh) },
    load: share(values.loadLow, values.loadHigh),
    host: values.fresh
      ? {
          peak: model.quantity(values.hostPeak),
          idle: share(values.hostIdleLow, values.hostIdleHigh),
          work: values.work,
        }
      : undefined,
    target: model.quantity(values.target / 100),
    overhead: model.quantity(values.overhead / 100),
    spare: values.spare,
    pue: model.between(values.pueLow, values.pueHigh),
    grid: model.between(intensity * (1 - off), intensity * (1 + off)),
    price: model.quantity(values.price),
  };
}
