/** Published measurements beside what the cost model predicts for them by running programs. */
import type {
  About,
  Column,
  FigureTask,
  Frames,
  Initial,
  Params,
  Preset,
  Readout,
  Root,
  Stage,
  ValuesOf,
} from '../figure/contract.ts';
import { compare, errorOf, type Counted, type Pair, type Published } from '../models/x86/comparison.ts';
import { costsFrom } from '../models/x86/costs.ts';
import { costParams, programCostParams } from './marks/cost-inputs.ts';
import { drawPredictions, errorWords, height, names, valueWords, type Frame } from './nano-benchmarks-drawing.ts';

export const about: About = {
  name: 'nano-benchmarks',
  title: 'Predicted without fitting: often within a factor of two, and where not, for a reason',
  question: 'How far does a sum of published primitive costs carry?',
  caption:
    'Each line: what the model predicts, what was published, and the error; the words below the picture give the reason for the marked one. Programs that do one thing were run in the lab, their events counted, and multiplied by costs from elsewhere. No cost was chosen to make a row fit.',
  picture: 'For each measurement and technique a published and a predicted mark on a scale of cycles, and the error',
  models: [
    'Each program is a loop. Counted are the events of one round, late in the run, less those of an empty loop: traps, exits, call-outs, emulations, entries read in walks. The cost of each event is a primitive under Assumptions; none of the published results shown here is among them.',
    'The machine is the Pentium 4 of Adams and Agesen with the exit that ATC 2012 gives for its core (Prescott); forkwait also with a Merom’s. Page fault and context switch are those of SOSP 2003: what Xen adds to native Linux, at 2.4 GHz.',
    'Programs are run when the site is built; the costs can be changed here.',
  ],
  leavesOut: [
    'The code of the measured systems: Linux, VMware’s emulation and devices. Their processes are large, ours are tiny, so that forkwait is compared as a ratio of overheads.',
    'Pipelines and caches: a plain instruction costs the same, whatever it is.',
  ],
  sources: [
    { cite: 'adams-agesen2006', at: '§§3, 6.2, 6.3, 7.1, 7.2, Table 1 and raw data' },
    { cite: 'agesen2012', at: 'Table 1' },
    { cite: 'sosp2003', at: 'Tables 3 to 5' },
  ],
  height,
  frameMs: 1400,
  data: 'nano-benchmarks.yaml',
};

const { penryn: _, nehalem: _1, westmere: _2, sandyBridge: _3, ...needed } = costParams;

export const params = {
  show: {
    kind: 'set',
    label: 'Techniques',
    options: [
      { value: 'native', label: 'bare machine' },
      { value: 'translation', label: 'translation' },
      { value: 'shadow', label: 'VT-x, shadow paging' },
      { value: 'pv', label: 'Xen PV' },
      { value: 'ratio', label: 'ratio' },
    ],
    default: ['native', 'translation', 'shadow', 'pv', 'ratio'],
    place: 'view',
  },
  ...needed,
  ...programCostParams,
} as const satisfies Params;

type Values = ValuesOf<typeof params>;

/** What the figure is handed. */
interface Data {
  readonly published: readonly Published[];
  readonly counted: Counted;
}

export const presets: readonly Preset[] = [];

export const initial: Initial = { frame: 4 };

export function moments(frames: Frames<Frame>): readonly number[] {
  return [Math.min(4, frames.length - 1), frames.length - 1];
}

export function run(values: Values, { published, counted }: Data): Frames<Frame> {
  const unused = { penryn: 0, nehalem: 0, westmere: 0, sandyBridge: 0 };
  const on = (machine: Published['machine']) => costsFrom({ ...values, ...unused, machine });
  const all = published.map((row) => compare(row, counted, on(row.machine)));
  const chosen: readonly string[] = values.show;
  const rows = all.map((row) => ({ ...row, pairs: row.pairs.filter(({ technique }) => chosen.includes(technique)) }));
  return rows.map((_row, at) => ({ at, rows, all }));
}

export function draw(root: Root, frame: Frame, _values: Values, stage: Stage): void {
  drawPredictions(root, frame, stage);
}

export function describe({ rows, at }: Frame): string {
  const row = rows[at];
  if (!row) return 'There is nothing to compare.';
  const told = row.pairs.map((pair) => {
    const unit = pair.technique === 'ratio' ? '' : ' cycles';
    return `${names[pair.technique]} predicted ${valueWords(pair.predicted)}, published ${valueWords(pair.published)}${unit} (${errorWords(pair)})`;
  });
  return `${row.name}: ${told.length > 0 ? told.join('; ') : 'none of the techniques shown'}. ${row.why}`;
}

/** Pairs of all rows, whatever is shown. */
function allPairs({ all }: Frame): readonly Pair[] {
  return all.flatMap(({ pairs }) => pairs);
}

const factor = (pair: Pair): number => Math.max(pair.predicted / pair.published, pair.published / pair.predicted);

export function readouts(frame: Frame): readonly Readout[] {
  const row = frame.all[frame.at];
  const pairs = allPairs(frame);
  const error = (id: string, label: string, sides: readonly Pair['technique'][]): Readout => {
    const pair = row?.pairs.find(({ technique }) => sides.includes(technique));
    return { id, label, value: pair ? 100 * errorOf(pair) : '–', unit: pair ? '%' : '' };
  };
  return [
    error('native', 'Error, bare machine', ['native']),
    error('translation', 'Error, translation', ['translation']),
    error('shadow', 'Error, VT-x', ['shadow']),
    error('other', 'Error, Xen PV or ratio', ['pv', 'ratio']),
    {
      id: 'near',
      label: `Within a factor of two, of ${pairs.length}`,
      value: pairs.filter((pair) => factor(pair) <= 2).length,
    },
  ];
}

/** A row of the CSV. */
interface Line {
  readonly name: string;
  readonly pair: Pair;
}

export const columns: readonly Column<Line>[] = [
  { name: 'measurement', value: ({ name }) => name },
  { name: 'technique', value: ({ pair }) => names[pair.technique] },
  { name: 'published (cycles)', value: ({ pair }) => Number(pair.published.toPrecision(6)) },
  { name: 'predicted (cycles)', value: ({ pair }) => Number(pair.predicted.toPrecision(6)) },
  { name: 'error (%)', value: ({ pair }) => Number((100 * errorOf(pair)).toPrecision(4)) },
];

export function rows(frames: Frames<Frame>): readonly Line[] {
  return frames.at(0)?.all.flatMap(({ name, pairs }) => pairs.map((pair) => ({ name, pair }))) ?? [];
}

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'worst',
    title: 'The worst prediction',
    text: 'Mark the measurement in which a prediction is furthest off, by factors.',
    check({ frame }) {
      const worst = Math.max(...allPairs(frame).map(factor));
      const here = Math.max(1, ...(frame.all[frame.at]?.pairs.map(factor) ?? []));
      const says = `Here the worst is off by a factor of ${here.toFixed(1)}.`;
      return here >= worst ? { done: true, says: `${says} ${frame.all[frame.at]?.why ?? ''}` } : { done: false, says };
    },
    answer: { values: {}, frame: 7 },
  },
];
