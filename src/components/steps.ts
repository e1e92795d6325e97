/** What the settings of a Do, a task's answer or a question come to: the figure run again, from how it opens on its page. */
import { readSettings, splitSettings } from '../figure/address.ts';
import type { Frames, Readout, Values } from '../figure/contract.ts';
import { failedExpectation, readExpectation } from '../figure/expectation.ts';
import { frameIndex } from '../figure/values.ts';
import { figureData, openFigure, type Opening } from './figures.ts';
import type { Instance } from './scan.ts';

/** A figure's id and the settings that a Do gives it. */
export interface Step {
  readonly id: string;
  readonly settings: readonly (readonly [string, string])[];
}

/** A figure in the state that settings bring it to. */
export interface Outcome {
  readonly opening: Opening;
  readonly values: Values;
  readonly index: number;
  readonly frames: Frames<unknown>;
  readonly sentence: string;
  readonly readouts: readonly Readout[];
}

/** Splits `id.param=value;id.frame=3`; throws a sentence where it names no figure, or several. */
export function splitStep(set: string): Step {
  const pairs = splitSettings(set).map(([key, value]) => {
    const at = key.indexOf('.');
    return { id: at < 0 ? '' : key.slice(0, at), setting: [key.slice(at + 1), value] as const };
  });
  const [id, other] = [...new Set(pairs.map((pair) => pair.id))];
  if (!id || other !== undefined) throw new Error(`‘${set}’ does not set one figure: write figure.parameter=value.`);
  return { id, settings: pairs.map((pair) => pair.setting) };
}

/**
 * Runs an instance with settings. What they leave out is as the figure opens, whatever the reader has done before: only so
 * do the words that follow say what is seen. Throws a sentence where a name or a value is wrong.
 */
export async function outcomeOf(instance: Instance, settings: Step['settings']): Promise<Outcome> {
  const opening = await openFigure(instance);
  const { figure } = opening;
  const asked = readSettings(settings, figure.params);
  if (asked.problems.length > 0) throw new Error(`Figure ${instance.id}: ${asked.problems.join('; ')}.`);
  const values = { ...opening.values, ...asked.values };
  const frames = figure.run(values, figureData(figure));
  const wanted = asked.frame ?? opening.index;
  if (typeof wanted === 'number' && wanted >= frames.length && asked.frame !== undefined)
    throw new Error(`Figure ${instance.id} has no moment ${wanted}: its last is ${frames.length - 1}.`);
  const index = frameIndex(wanted, frames.length);
  const frame = frames.at(index);
  return {
    opening,
    values,
    index,
    frames,
    sentence: figure.describe(frame, values),
    readouts: figure.readouts(frame, values),
  };
}

/**
 * The sentence of the first comparison of an expectation that does not hold in an outcome; undefined where all hold. Throws
 * where it names a readout that the figure does not have: that would be false for ever, and prove nothing.
 */
export function unmet(expect: string, id: string, { readouts, opening }: Outcome): string | undefined {
  const comparisons = readExpectation(expect, id);
  const strange = comparisons.find(({ readout }) => !readouts.some((one) => one.id === readout));
  if (strange) {
    const known = readouts.map((one) => one.id).join(', ');
    throw new Error(
      `‘${expect}’: figure ${opening.instance.name} has no readout ${strange.readout}. It has: ${known}.`,
    );
  }
  return failedExpectation(comparisons, readouts);
}

/** What is wrong with a Do on a page with these figures, as a sentence; undefined where it proves what it says. */
export async function failedStep(
  instances: readonly Instance[],
  step: { readonly set: string; readonly expect?: string },
): Promise<string | undefined> {
  const { id, settings } = splitStep(step.set);
  const instance = instances.find((one) => one.id === id);
  if (!instance) return `‘${step.set}’ sets ${id}, which is no figure of this page`;
  const outcome = await outcomeOf(instance, settings);
  if (step.expect === undefined)
    return settings.every(([name]) => name === 'frame')
      ? undefined
      : `‘${step.set}’ sets parameters and expects nothing`;
  const failed = unmet(step.expect, id, outcome);
  if (failed !== undefined) return `‘${step.set}’: ${failed}`;
  // What already holds as the figure opens says nothing about the setting.
  const before = await outcomeOf(instance, []);
  return unmet(step.expect, id, before) === undefined
    ? `‘${step.set}’ expects ‘${step.expect}’, which already holds as the figure opens`
    : undefined;
}
