/** The state of a figure that is operated: values, run, moment, and the way back. Plain data; no page. */
import type { AnyFigure, Frames, Value, Values } from './contract.ts';
import { frameIndex, sameValue } from './values.ts';

/** One moment of one setting. */
export interface PlayerState {
  readonly values: Values;
  readonly frames: Frames<unknown>;
  readonly index: number;
  /** Earlier settings, newest last; undo returns to them. */
  readonly past: readonly { readonly values: Values; readonly index: number }[];
}

const longestPast = 100;

/** The state a figure opens with. */
export function openPlayer(figure: AnyFigure, values: Values, index: number, data: unknown): PlayerState {
  const frames = figure.run(values, data);
  return { values, frames, index: frameIndex(index, frames.length), past: [] };
}

/** Moves to a moment, held within the run. */
export function seek(state: PlayerState, index: number | 'last'): PlayerState {
  const held = frameIndex(index, state.frames.length);
  return held === state.index ? state : { ...state, index: held };
}

/**
 * Sets parameters and runs again. The moment stays at the same share of the run, so that a slider changes what is seen
 * and not where the reader is, unless `frame` says otherwise. `remember: false` joins a drag into one step of undo.
 */
export function setValues(
  state: PlayerState,
  figure: AnyFigure,
  data: unknown,
  change: Readonly<Record<string, Value>>,
  options: { readonly frame?: number | 'last' | undefined; readonly remember?: boolean } = {},
): PlayerState {
  const changed = Object.entries(change).some(([name, value]) => !sameValue(value, state.values[name]));
  if (!changed) return options.frame === undefined ? state : seek(state, options.frame);
  const values = { ...state.values, ...change };
  const frames = figure.run(values, data);
  const share = state.frames.length > 1 ? state.index / (state.frames.length - 1) : 0;
  const index = frameIndex(options.frame ?? Math.round(share * (frames.length - 1)), frames.length);
  const past =
    options.remember === false
      ? state.past
      : [...state.past, { values: state.values, index: state.index }].slice(-longestPast);
  return { values, frames, index, past };
}

/** Goes back to the setting before the last change; the same state where there is none. */
export function undo(state: PlayerState, figure: AnyFigure, data: unknown): PlayerState {
  const before = state.past.at(-1);
  if (!before) return state;
  const frames = figure.run(before.values, data);
  return {
    values: before.values,
    frames,
    index: frameIndex(before.index, frames.length),
    past: state.past.slice(0, -1),
  };
}
