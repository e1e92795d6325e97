/** Values of parameters: defaults, published numbers put in their places, openings and presets. */
import type { AnyFigure, Initial, Params, Preset, Quantity, Value, Values } from './contract.ts';

/** Looks a published number up by its name; throws where there is none. */
export type Numbers = (name: string) => number;

/** Whether a quantity is the name of a published number. */
export function isPublished(quantity: unknown): quantity is { readonly number: string } {
  return typeof quantity === 'object' && quantity !== null && !Array.isArray(quantity) && 'number' in quantity;
}

/** The names of all published numbers that a figure's parameters and presets draw on. */
export function publishedNames(figure: Pick<AnyFigure, 'params' | 'presets'>): readonly string[] {
  const names = new Set<string>();
  for (const param of Object.values(figure.params as Params))
    if (param.kind === 'number' && isPublished(param.default)) names.add(param.default.number);
  for (const preset of figure.presets)
    for (const value of Object.values(preset.values)) if (isPublished(value)) names.add(value.number);
  return [...names];
}

/** The figure with every published number put in its place. */
export function resolveNumbers(figure: AnyFigure, numbers: Numbers): AnyFigure {
  const plain = (quantity: Quantity): number => (isPublished(quantity) ? numbers(quantity.number) : quantity);
  const params = Object.fromEntries(
    Object.entries(figure.params as Params).map(([name, param]) => [
      name,
      param.kind === 'number' ? { ...param, default: plain(param.default) } : param,
    ]),
  );
  const presets = figure.presets.map((preset: Preset) => ({
    ...preset,
    values: Object.fromEntries(
      Object.entries(preset.values).map(([name, value]) => [name, isPublished(value) ? plain(value) : value]),
    ),
  }));
  return { ...figure, params, presets };
}

/** The default values of a resolved table of parameters. */
export function defaultValues(params: Params): Values {
  return Object.fromEntries(Object.entries(params).map(([name, param]) => [name, param.default as Value]));
}

/** The values a figure opens with: defaults, then `initial`, then what the article sets. */
export function openingValues(params: Params, initial: Initial, over: Values = {}): Values {
  return { ...defaultValues(params), ...initial.values, ...over };
}

/** All values of a preset: those of the figure's defaults that it leaves alone, and its own. */
export function presetValues(params: Params, preset: Preset): Values {
  return { ...defaultValues(params), ...(preset.values as Values) };
}

/** Index of a frame: 'last', or a number held within the run. */
export function frameIndex(frame: number | 'last', length: number): number {
  const last = Math.max(0, length - 1);
  return frame === 'last' ? last : Math.min(Math.max(0, Math.round(frame)), last);
}

/** Whether two values are the same setting. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return String(a) === String(b);
}
