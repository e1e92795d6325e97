/** Times `run` of a figure: at its defaults, and at the worst values that its controls and addresses allow. */
import { figureData, readyFigure } from '../components/figures.ts';
import type { AnyFigure, Param, Params, Value, Values } from '../figure/contract.ts';
import { openingValues } from '../figure/values.ts';

/** Times of one figure, in ms. */
export interface RunTimes {
  readonly name: string;
  readonly defaultMs: number;
  readonly worstMs: number;
  /** The slowest values, where they differ from the defaults. */
  readonly worstValues: string;
  readonly corners: number;
}

/** Above this many corners, parameters are driven to their slowest ends one after the other. */
const mostCorners = 1500;

/** The ends of one parameter: both ends of a number, every option, on and off, no option and all, every text with a name. */
export function endsOf(param: Param): Value[] {
  if (param.kind === 'number') return [param.min, param.max, Number(param.default)];
  if (param.kind === 'switch') return [false, true];
  if (param.kind === 'text') return [...new Set([param.default, ...Object.values(param.named ?? {})])];
  if (param.kind === 'lines') return [[], ['1']];
  const options = param.options.map(({ value }) => value);
  return param.kind === 'choice' ? options : [[], options];
}

/** Every combination of ends, or undefined where there are more than the bound. */
export function allCorners(params: Params, most: number): Values[] | undefined {
  let corners: Values[] = [{}];
  for (const [name, param] of Object.entries(params)) {
    corners = corners.flatMap((corner) => endsOf(param).map((value) => ({ ...corner, [name]: value })));
    if (corners.length > most) return undefined;
  }
  return corners;
}

/** The median of some times. */
export function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

/** Runs once and asks for the last moment, which a run that keeps snapshots computes again; gives the time in ms. */
function once(figure: AnyFigure, values: Values, data: unknown): number {
  const start = performance.now();
  const frames = figure.run(values, data);
  frames.at(frames.length - 1);
  return performance.now() - start;
}

function medianOf(count: number, figure: AnyFigure, values: Values, data: unknown): number {
  return median(Array.from({ length: count }, () => once(figure, values, data)));
}

/** Drives each parameter in turn to the end at which the run takes longest, twice round, from several starts. */
function climb(figure: AnyFigure, opening: Values, data: unknown): Values[] {
  const params = Object.entries(figure.params as Params);
  const end = (pick: (ends: Value[]) => Value | undefined): Values =>
    Object.fromEntries(params.map(([name, param]) => [name, pick(endsOf(param)) ?? param.default])) as Values;
  const starts = [opening, end((ends) => ends[0]), end((ends) => ends[1] ?? ends[0])];
  return starts.flatMap((start) => {
    let here = start;
    const seen: Values[] = [start];
    for (const [name, param] of [...params, ...params]) {
      const tries = endsOf(param).map((value) => ({ ...here, [name]: value }));
      const times = tries.map((values) => medianOf(3, figure, values, data));
      here = tries[times.indexOf(Math.max(...times))] ?? here;
      seen.push(...tries);
    }
    return seen;
  });
}

/** Times one figure of the register. */
export async function timeRun(name: string): Promise<RunTimes> {
  const figure = await readyFigure(name);
  const data = figureData(figure);
  const opening = openingValues(figure.params, figure.initial);
  const defaultMs = medianOf(15, figure, opening, data);
  const corners = [opening, ...(allCorners(figure.params, mostCorners) ?? climb(figure, opening, data))];
  const slowest = corners
    .map((values) => ({ values, ms: once(figure, values, data) }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 12)
    .map(({ values }) => ({ values, ms: medianOf(5, figure, values, data) }))
    .sort((a, b) => b.ms - a.ms)[0];
  const changed = Object.entries(slowest?.values ?? {}).filter(
    ([key, value]) => String(value) !== String(opening[key]),
  );
  return {
    name,
    defaultMs,
    worstMs: Math.max(defaultMs, slowest?.ms ?? NaN),
    worstValues: changed.map(([key, value]) => `${key}=${String(value)}`).join(' '),
    corners: corners.length,
  };
}
