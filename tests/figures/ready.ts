/** Figures as the tests use them: published numbers filled in, content handed over, random values to try. */
import fc from 'fast-check';
import { figureData, readyFigure } from '../../src/components/figures.ts';
import type { AnyFigure, Frames, Param, Params, Readout, TextParam, Value, Values } from '../../src/figure/contract.ts';
import { plainText, readValue } from '../../src/figure/reading.ts';
import { frameIndex, openingValues } from '../../src/figure/values.ts';

/** A figure with what it is handed. */
export interface Ready {
  readonly figure: AnyFigure;
  readonly data: unknown;
}

/** Loads a figure and its content. */
export async function ready(name: string): Promise<Ready> {
  const figure = await readyFigure(name);
  return { figure, data: figureData(figure) };
}

/** A run with its values. */
export interface Run {
  readonly values: Values;
  readonly frames: Frames<unknown>;
  readonly index: number;
}

/** Runs a figure as it opens, with some values changed. */
export function runWith({ figure, data }: Ready, change: Values = {}, frame?: number | 'last'): Run {
  const values = openingValues(figure.params, figure.initial, change);
  const frames = figure.run(values, data);
  return { values, frames, index: frameIndex(frame ?? figure.initial.frame, frames.length) };
}

/** The readouts of a run at its frame, by id. */
export function readoutsOf({ figure }: Ready, { frames, values, index }: Run): ReadonlyMap<string, Readout> {
  const readouts = figure.readouts(frames.at(index), values);
  return new Map(readouts.map((readout) => [readout.id, readout]));
}

// Texts that mean something, with lines lost and doubled, and noise: never longer than the editor takes.
function anyText({ default: opening, named = {}, longest }: TextParam): fc.Arbitrary<string> {
  const known = fc.constantFrom(opening, ...Object.values(named));
  const torn = fc
    .tuple(known, fc.array(fc.nat(60), { maxLength: 6 }))
    .map(([text, lines]) =>
      text.split('\n').flatMap((line, at) => (lines.includes(at) ? [] : [line, line].slice(at % 2))),
    )
    .map((lines) => lines.join('\n'));
  return fc
    .oneof(known, torn, fc.string({ unit: 'binary', maxLength: 300 }))
    .map((text) => plainText(text).slice(0, longest));
}

/** Any values that controls and addresses can give. */
export function anyValues(params: Params): fc.Arbitrary<Values> {
  const one = (name: string, param: Param): fc.Arbitrary<Value> => {
    if (param.kind === 'switch') return fc.boolean();
    if (param.kind === 'choice') return fc.constantFrom(...param.options.map((option) => option.value));
    if (param.kind === 'set') return fc.subarray(param.options.map((option) => option.value));
    if (param.kind === 'lines') return fc.subarray(['1', '2', '5', '12', '60', '150']);
    if (param.kind === 'text') return anyText(param);
    const within = fc.double({ min: param.min, max: param.max, noNaN: true });
    // The ends are where models break; values are those that a control can hold.
    return fc
      .oneof(within, fc.constantFrom(param.min, param.max))
      .map((number) => readValue(name, param, String(Number(number.toPrecision(12)))).value ?? param.min);
  };
  return fc.record(Object.fromEntries(Object.entries(params).map(([name, param]) => [name, one(name, param)])));
}
