/** Values of parameters: defaults, published numbers put in their places, and the clamping of what comes from outside. */
import type { AnyFigure, Initial, Param, Params, Preset, Quantity, Value, Values } from './contract.ts';

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

/** A value as the address and data-set write it. */
export function formatValue(value: Value): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? value.join(',') : String(value);
}

/** What reading a value gave: the value to use, and a sentence where it is not what was asked for. */
export interface Reading {
  readonly value?: Value;
  readonly problem?: string;
}

// What a stranger wrote is quoted back short and plain.
const quote = (text: string): string => `‘${text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').slice(0, 24)}${text.length > 24 ? '…' : ''}’`;

/** Reads what an address, a control or a terminal gives for one parameter; clamps numbers, refuses the rest by a sentence. */
export function readValue(name: string, param: Param, text: string): Reading {
  if (param.kind === 'number') return readNumber(name, param, text);
  if (param.kind === 'switch') {
    if (text === 'on' || text === 'true' || text === '1') return { value: true };
    if (text === 'off' || text === 'false' || text === '0') return { value: false };
    return { problem: `${name} is on or off, not ${quote(text)}` };
  }
  const known = param.options.map((option) => option.value);
  if (param.kind === 'choice')
    return known.includes(text)
      ? { value: text }
      : { problem: `${name} has no option ${quote(text)}: it is one of ${known.join(', ')}` };
  const asked = text === '' ? [] : text.split(',', 200);
  const value = known.filter((option) => asked.includes(option));
  const strange = asked.find((option) => !known.includes(option));
  return strange === undefined
    ? { value }
    : { value, problem: `${name} has no option ${quote(strange)}: it is any of ${known.join(', ')}` };
}

function readNumber(name: string, param: Extract<Param, { kind: 'number' }>, text: string): Reading {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || text.length > 32)
    return { problem: `${name} is a number, not ${quote(text)}` };
  const held = Math.min(Math.max(number, param.min), param.max);
  // Steps count from min, as in <input type=range>; the tenth decimal hides binary fractions.
  const stepped = Math.round((param.min + Math.round((held - param.min) / param.step) * param.step) * 1e10) / 1e10;
  const value = Math.min(stepped, param.max);
  const unit = param.unit === '' ? '' : ` ${param.unit}`;
  if (held !== number)
    return { value, problem: `${name} goes from ${param.min} to ${param.max}${unit}; ${value} is used instead of ${quote(text)}` };
  return { value };
}
