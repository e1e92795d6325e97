/** Servers before and after consolidation: what a year of them takes in energy, money and carbon, and how sure that is. */
import type { About, Column, FigureTask, Frames, Initial, Preset, Readout, Root, Stage } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import * as model from '../models/capacity/energy.ts';
import { params, planOf, type Grids, type Values } from './energy-and-carbon-inputs.ts';
import { drawEnergy, inTens, rangeWords, stageHeights, type Frame } from './energy-and-carbon-drawing.ts';

export const about: About = {
  name: 'energy-and-carbon',
  title: 'Most of the electricity keeps idle machines on',
  question: 'What does consolidation save in a year, and how sure is that?',
  caption:
    'Grey is what machines draw without work, orange the work of the guests, green what the hypervisor adds. Among machines of one kind, consolidation takes grey away and leaves orange as it is. Thin lines show how far the inputs may be off.',
  picture:
    'Machines with their load; bars of electricity, cost and carbon before, after and saved; a curve of the electricity server by server.',
  models: [
    'A machine’s power is a line from idle to peak by its load; the building adds its PUE; a year has 8760 hours.',
    'Each step moves one server into a virtual machine and switches it off. As many hosts run as keep to the target, bear the upper end of the load, and have the spares.',
    'Inputs that are not known exactly have two ends, and count with their middle. One that stands on both sides is the same on both, so a saving is surer than the bars that it is the difference of.',
  ],
  leavesOut: [
    'The bend of newer machines: one of 2017 draws more at low load than the line says.',
    'Making and scrapping machines; storage, networks, licences, work.',
    'Memory and peaks of load, which often set the number of hosts.',
    'Hours at which the grid is cleaner than its mean.',
  ],
  sources: [
    { cite: 'fan2007' },
    { cite: 'barroso-hoelzle2007', at: 'Figures 1 and 2' },
    { cite: 'ccf-specpower', at: 'single-node servers of two chips' },
    { cite: 'co2js', at: 'mean of 2024' },
  ],
  height: stageHeights,
  data: 'grids.yaml',
  frameMs: 400,
};

export { params };

export const presets: readonly Preset[] = [
  {
    name: 'old',
    label: 'Servers of 2007–08',
    says: 'Hosts are the same machines: nothing but consolidation saves.',
    values: {},
    frame: 'last',
  },
  {
    name: 'modern',
    label: 'Servers of 2020–21',
    says: 'They idle lower, so that there is less to take away.',
    values: {
      peak: { number: 'specpower.peak-2021' },
      idleLow: { number: 'specpower.idle-low-2021' },
      idleHigh: { number: 'specpower.idle-high-2021' },
    },
    frame: 'last',
  },
  {
    name: 'renewed',
    label: 'From 2007–08 onto 2020–21',
    says: 'New machines too: not all of this saving is the hypervisor’s.',
    values: { fresh: true },
    frame: 'last',
  },
];

export const initial: Initial = { frame: 'last' };

export function moments(frames: Frames<Frame>): readonly number[] {
  return [Math.min(9, frames.length - 1), frames.length - 1];
}

export function run(values: Values, { year, places }: Grids): readonly Frame[] {
  const place = places.find(({ id }) => id === values.grid);
  const plan = planOf(values, place?.intensity ?? NaN);
  const fault = place ? model.faultOf(plan) : 'For this grid no intensity is known.';
  if (fault) return [{ fault }];
  const steps = model.run(plan);
  const grid = `${formatNumber(plan.grid.central)} g/kWh in ${year}`;
  return steps.map((step) => ({ plan, steps, step, grid }));
}

export function draw(root: Root, frame: Frame, _values: Values, stage: Stage): void {
  drawEnergy(root, frame, stage);
}

const sharePercent = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : 0);

export function describe({ fault, plan, step }: Frame): string {
  if (!plan || !step) return fault ?? '';
  const { moved, hosts, hostLoad, before, after, saved } = step;
  const { idle } = step.parts.before;
  if (moved === 0)
    return `${plan.servers} servers take ${inTens(before.energy)} MWh a year; ${formatNumber(sharePercent(idle, before.energy.central))} % of that they would draw without any work.`;
  const energy = saved.energy;
  const verdict =
    energy.low > 0
      ? `${rangeWords(energy)} MWh a year are saved`
      : energy.high < 0
        ? 'More is drawn than before'
        : 'Whether that saves anything is not sure';
  return `${moved} of ${plan.servers} servers moved to ${hosts === 1 ? 'one host' : `${hosts} hosts`}, ${formatNumber(100 * hostLoad)} % busy. ${inTens(before.energy)} MWh become ${inTens(after.energy)}. ${verdict}.`;
}

export function readouts({ step }: Frame): readonly Readout[] {
  const one = (id: string, label: string, value: number | undefined, unit: string, digits = 1): Readout => ({
    id,
    label,
    value: value ?? '–',
    unit,
    digits,
  });
  return [
    one('before', 'Before', step && step.before.energy.central / 1000, 'MWh/year'),
    one('after', 'After', step && step.after.energy.central / 1000, 'MWh/year'),
    one('hosts', 'Hosts', step?.hosts, '', 0),
    one('idle', 'Idle, of before', step && sharePercent(step.parts.before.idle, step.before.energy.central), '%', 0),
    one('cost', 'Cost saved', step?.saved.cost.central, 'US$/year', 0),
    one('carbon', 'Carbon saved', step?.saved.carbon.central, 't/year'),
  ];
}

const units = { energy: 'kWh', cost: 'US$', carbon: 't' } as const;

export const columns: readonly Column<Frame>[] = [
  { name: 'servers moved', value: ({ step }) => step?.moved ?? '' },
  { name: 'hosts', value: ({ step }) => step?.hosts ?? '' },
  ...(['after', 'saved'] as const).flatMap((side) =>
    (['low', 'central', 'high'] as const).flatMap((end) =>
      (['energy', 'cost', 'carbon'] as const).map((measure) => ({
        name: `${side}, ${measure}, ${end} (${units[measure]})`,
        value: ({ step }: Frame) => (step ? Number(step[side][measure][end].toPrecision(6)) : ''),
      })),
    ),
  ),
];

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'sure-saving',
    title: 'Unsure bars, sure saving',
    text: 'Find a moment at which the thin lines of ‘before’ and ‘after’ overlap for the electricity, and yet a saving is certain.',
    check({ frame: { step, fault } }) {
      if (!step) return { done: false, says: fault ?? '' };
      const { before, after, saved } = step;
      const overlap = after.energy.high > before.energy.low;
      const sure = saved.energy.low > 0;
      return {
        done: overlap && sure,
        says: `${overlap ? 'The two overlap' : 'The two do not overlap'}, and ${sure ? `at least ${inTens(saved.energy, 'low')} MWh are saved` : 'a saving is not certain'}.${overlap && sure ? ' Load, PUE and machines are the same on both sides.' : ''}`,
      };
    },
    answer: { values: {}, frame: 9 },
  },
];
