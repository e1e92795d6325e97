/**
 * Published results beside predictions: counts of programs (predictions.ts) times costs, held against the numbers of the papers.
 *
 * What it models: cycles of one round under a technique; what Xen adds to a round (`extra`); the overhead under VT-x over that under
 * translation (`ratio`). What it leaves out: nothing is fitted, so nothing is left to fit.
 */
import { cycles, noCounters, type Costs, type Counters } from './costs.ts';

/** Whose number it is: a technique's, or that of a ratio between two of them. */
export type Side = 'native' | 'translation' | 'shadow' | 'pv' | 'ratio';

/** A published result. */
export interface Published {
  readonly id: string;
  readonly name: string;
  readonly program: string;
  readonly kind: 'cycles' | 'extra' | 'ratio';
  readonly machine: 'prescott' | 'merom';
  /** What the difference comes from. */
  readonly why: string;
  readonly cells: Readonly<Partial<Record<Side, number>>>;
}

/** Events of one round by technique and program. */
export type Counted = Readonly<Record<string, Readonly<Record<string, Partial<Counters>>>>>;

/** A published number and the predicted one. */
export interface Pair {
  readonly technique: Side;
  readonly published: number;
  readonly predicted: number;
}

/** A published result with its pairs. */
export interface Compared {
  readonly id: string;
  readonly name: string;
  readonly why: string;
  readonly pairs: readonly Pair[];
}

/** Cycles of one round of a program, less those of an empty one; throws where it was not counted. */
export function predictedCycles(counted: Counted, technique: string, program: string, costs: Costs): number {
  const under = counted[technique];
  const [round, empty] = [under?.[program], under?.['null-loop']];
  if (!round || !empty) throw new Error(`${program} was not counted under ${technique}.`);
  return cycles({ ...noCounters(), ...round }, costs) - cycles({ ...noCounters(), ...empty }, costs);
}

/** A result with its predictions. */
export function compare({ id, name, why, program, kind, cells }: Published, counted: Counted, costs: Costs): Compared {
  const under = (technique: string): number => predictedCycles(counted, technique, program, costs);
  const predict = (side: Side): number => {
    if (kind === 'extra') return under('pv') - under('native');
    if (kind === 'ratio') return (under('shadow') - under('native')) / (under('translation') - under('native'));
    return under(side);
  };
  const pairs = (Object.entries(cells) as [Side, number][]).map(([technique, published]) => ({
    technique,
    published,
    predicted: predict(technique),
  }));
  return { id, name, why, pairs };
}

/** How far a prediction is off, as a share of what was published: 0.1 is ten per cent too much. */
export function errorOf({ published, predicted }: Pair): number {
  return predicted / published - 1;
}
