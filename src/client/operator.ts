/** A figure that is operated: one state, drawn into the page's nodes; whoever operates it only asks for a new state. */
import { select } from 'd3-selection';
import type { Asked } from '../figure/address.ts';
import {
  stageSize,
  type AnyFigure,
  type Readout,
  type Root,
  type Stage,
  type Value,
  type Values,
} from '../figure/contract.ts';
import { openPlayer, seek, setValues, undo, type PlayerState } from '../figure/player.ts';
import { presetValues, resolveNumbers, sameValue } from '../figure/values.ts';
import { formatReadout } from '../figure/words.ts';
import type { Hands } from './hands.ts';
import { strings } from './strings.ts';

/** What `figure:change` tells the prose around a figure. */
export interface FigureChange {
  readonly id: string;
  readonly operator: Operator;
}

interface Handed {
  readonly opening: Values;
  readonly frame: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly data?: unknown;
  /** Where the rest of the data is, for who operates the figure. */
  readonly rest?: string;
}

/** The operated figure of one `<xen-figure>`. */
export class Operator {
  readonly host: HTMLElement;
  readonly figure: AnyFigure;
  readonly opening: Values;
  readonly openingFrame: number;
  /** Aborted when the figure leaves the page. */
  readonly signal: AbortSignal;
  readonly #leave = new AbortController();
  readonly #roots = new Map<Stage, Root>();
  #data: unknown;
  #rest: string | undefined;
  #hands: Hands | undefined;
  #reaching: Promise<Hands> | undefined;
  #state: PlayerState;
  #wanted: { change: Record<string, Value>; frame?: number | 'last' | undefined } | undefined;
  #drag = false;
  #given = false;
  #spokenAt = 0;
  #speaking: ReturnType<typeof setTimeout> | undefined;

  /** Takes over a figure, once all is there that its opening needs. */
  static async of(host: HTMLElement, module: AnyFigure): Promise<Operator> {
    const handed = JSON.parse(host.querySelector('.handed')?.textContent ?? '{}') as Handed;
    await module.more?.(handed.opening);
    return new Operator(host, module, handed);
  }

  private constructor(host: HTMLElement, module: AnyFigure, handed: Handed) {
    this.host = host;
    this.signal = this.#leave.signal;
    this.figure = resolveNumbers(module, (name) => {
      const value = handed.numbers[name];
      if (value === undefined) throw new Error(`The page has no number ${name}.`);
      return value;
    });
    this.opening = handed.opening;
    this.openingFrame = handed.frame;
    this.#data = handed.data;
    this.#rest = handed.rest;
    this.#state = openPlayer(this.figure, this.opening, this.openingFrame, this.#data);
    const stage = host.querySelector('.stage');
    for (const name of ['wide', 'narrow'] as const) {
      const node = stage?.querySelector<SVGGElement>(`.stage-${name} > .root`);
      if (node) this.#roots.set(name, select(node));
    }
    stage?.setAttribute('tabindex', '0');
    // The stage that is seen changes with the width: the other one is drawn when it appears.
    const sizes = new ResizeObserver(() => this.#draw());
    if (stage) sizes.observe(stage);
    this.signal.addEventListener('abort', () => sizes.disconnect());
    // Paper shows the wide one, whichever the screen has.
    addEventListener('beforeprint', () => this.#draw(true), { signal: this.signal });
    this.#show();
  }

  /** The present state. */
  get state(): PlayerState {
    return this.#state;
  }

  /** The present frame. */
  get frame(): unknown {
    return this.#state.frames.at(this.#state.index);
  }

  /** What the present frame's readouts say. */
  get readouts(): readonly Readout[] {
    return this.figure.readouts(this.frame, this.#state.values);
  }

  /** Whether the present setting was handed over (by a Do, a link, an answer that was shown) and not found by the reader. */
  get given(): boolean {
    return this.#given;
  }

  /** Loads what a reader operates the figure with, and the rest of its data; the same promise however often it is called. */
  reach(): Promise<Hands> {
    this.#reaching ??= Promise.all([import('./hands.ts'), this.figure.more?.()]).then(async ([{ Hands: Taking }]) => {
      this.#hands = await Taking.of(this);
      this.#hands.show();
      void this.#fetchRest();
      return this.#hands;
    });
    return this.#reaching;
  }

  /** Moves to a moment. */
  seek(index: number | 'last'): void {
    this.#flush();
    this.#take(seek(this.#state, index));
  }

  /** Sets parameters; many asks within one animation frame become one run, the last one winning. */
  set(change: Readonly<Record<string, Value>>, frame?: number | 'last'): void {
    this.#hands?.transport?.pause();
    this.#given = false;
    const waiting = this.#wanted !== undefined;
    this.#wanted = { change: { ...this.#wanted?.change, ...change }, frame: frame ?? this.#wanted?.frame };
    if (!waiting) requestAnimationFrame(() => this.#flush());
  }

  /** A drag or a slider's travel begins: what it changes until `release` is one step of undo. */
  grab(): void {
    if (this.#drag) return;
    this.#flush();
    const { values, index, past } = this.#state;
    this.#state = { ...this.#state, past: [...past, { values, index }].slice(-100) };
    this.#drag = true;
  }

  /** The drag is over. */
  release(): void {
    if (!this.#drag) return;
    this.#flush();
    this.#drag = false;
    const before = this.#state.past.at(-1);
    const same =
      before && Object.entries(before.values).every(([name, value]) => sameValue(value, this.#state.values[name]));
    if (same) this.#take({ ...this.#state, past: this.#state.past.slice(0, -1) });
  }

  /** Chooses a preset by its name. */
  choose(name: string): void {
    const preset = this.figure.presets.find((one) => one.name === name);
    if (preset) this.set(presetValues(this.figure.params, preset), preset.frame ?? this.figure.initial.frame);
  }

  /** Returns to the state that the page was made with. */
  reset(): void {
    this.set(this.opening, this.openingFrame);
    this.notice('');
  }

  /** Goes one setting back. */
  undo(): void {
    this.#flush();
    this.#hands?.transport?.pause();
    this.#take(undo(this.#state, this.figure, this.#data));
  }

  /** Takes a state as asked, from the opening; what is wrong with it is said in one line. */
  ask(asked: Asked): void {
    this.set({ ...this.opening, ...asked.values }, asked.frame ?? this.openingFrame);
    this.#given = true;
    this.#flush();
    const { problems } = asked;
    const more = problems.length > 3 ? ` (+${problems.length - 3})` : '';
    this.notice(
      problems.length === 0 ? '' : `${strings().figure.linkNote}: ${problems.slice(0, 3).join('; ')}${more}.`,
    );
  }

  /** One line under the figure; an empty one hides it. */
  notice(text: string): void {
    const notice = this.host.querySelector<HTMLElement>('.notice');
    if (!notice) return;
    notice.textContent = text;
    notice.hidden = text === '';
  }

  /** Lets go of the page. */
  stop(): void {
    this.#hands?.transport?.pause();
    this.#leave.abort();
  }

  async #fetchRest(): Promise<void> {
    const rest = this.#rest;
    if (rest === undefined) return;
    this.#rest = undefined;
    try {
      const answer = await fetch(rest);
      if (!answer.ok) throw new Error(String(answer.status));
      this.#data = await answer.json();
    } catch {
      // What the page brought along goes on working; the next touch asks again.
      this.#rest = rest;
      this.notice(strings().figure.restFailed);
      return;
    }
    const { values } = this.#state;
    this.#take({ ...this.#state, frames: this.figure.run(values, this.#data) });
  }

  #flush(): void {
    const wanted = this.#wanted;
    if (!wanted) return;
    this.#wanted = undefined;
    const { change, frame } = wanted;
    this.#take(setValues(this.#state, this.figure, this.#data, change, { frame, remember: !this.#drag }));
  }

  #take(state: PlayerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#show();
    // Whoever changed it (a Do in the text, a link), the controls follow.
    void this.reach();
    this.#speak(this.figure.describe(this.frame, state.values));
  }

  #show(): void {
    this.#draw();
    setText(this.host.querySelector('.sentence'), this.figure.describe(this.frame, this.#state.values));
    for (const readout of this.readouts)
      setText(this.host.querySelector(`[data-readout="${readout.id}"] dd`), formatReadout(readout));
    this.#hands?.show();
    this.tell();
  }

  /** Tells the prose around the figure how it stands. */
  tell(): void {
    const detail: FigureChange = { id: this.host.id, operator: this };
    this.host.dispatchEvent(new CustomEvent('figure:change', { detail, bubbles: true }));
  }

  #draw(both = false): void {
    for (const [stage, root] of this.#roots) {
      const svg = root.node()?.ownerSVGElement;
      if (!svg || (!both && svg.getClientRects().length === 0)) continue;
      const { values } = this.#state;
      const { heightOf } = this.figure;
      if (heightOf) svg.setAttribute('viewBox', `0 0 ${stageSize[stage]} ${heightOf(values, stage)}`);
      this.figure.draw(root, this.frame, values, stage);
    }
  }

  // One polite region, at most every 400 ms, and every 4 s while playing: the last sentence always arrives.
  #speak(sentence: string): void {
    clearTimeout(this.#speaking);
    const playing = this.#hands?.transport?.playing ?? false;
    const wait = Math.max(this.#spokenAt + (playing ? 4000 : 400) - performance.now(), playing ? 0 : 150);
    this.#speaking = setTimeout(() => {
      this.#spokenAt = performance.now();
      setText(this.host.querySelector('.spoken'), sentence);
    }, wait);
  }
}

function setText(node: Element | null, text: string): void {
  if (node && node.textContent !== text) node.textContent = text;
}
