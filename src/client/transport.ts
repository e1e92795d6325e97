/** Play, pause, step, step back, scrub, speed, and the keys of the stage. */
import { mostStops } from '../figure/contract.ts';
import type { Operator } from './operator.ts';

const defaultFrameMs = 700;

/** The transport of one operated figure. It never starts by itself. */
export class Transport {
  readonly #operator: Operator;
  readonly #play: HTMLButtonElement | null;
  readonly #scrubber: HTMLInputElement | null;
  readonly #speed: HTMLSelectElement | null;
  #request = 0;
  #due = 0;

  constructor(operator: Operator, signal: AbortSignal) {
    this.#operator = operator;
    const { host } = operator;
    this.#play = host.querySelector('[data-act="play"]');
    this.#scrubber = host.querySelector('.scrubber');
    this.#speed = host.querySelector('.speed select');
    this.#scrubber?.addEventListener(
      'input',
      () => {
        this.pause();
        const { max, value } = this.#scrubber as HTMLInputElement;
        operator.seek((Number(value) * this.#last) / Math.max(1, Number(max)));
      },
      { signal },
    );
    document.addEventListener('visibilitychange', () => document.hidden && this.pause(), { signal });
    const seen = new IntersectionObserver((entries) => {
      if (entries.every((entry) => !entry.isIntersecting)) this.pause();
    });
    const stage = host.querySelector('.stage');
    if (stage) seen.observe(stage);
    signal.addEventListener('abort', () => seen.disconnect());
  }

  /** Whether time runs. */
  get playing(): boolean {
    return this.#request !== 0;
  }

  /** Starts, from the beginning where the end was reached; or pauses. */
  toggle(): void {
    if (this.playing) {
      this.pause();
      return;
    }
    const { state } = this.#operator;
    if (state.index >= state.frames.length - 1) this.#operator.seek(0);
    this.#due = performance.now() + this.#frameMs();
    this.#request = requestAnimationFrame((now) => this.#tick(now));
    this.#operator.host.dataset['playing'] = '';
    this.show();
  }

  /** Stops where it is. */
  pause(): void {
    if (!this.playing) return;
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    delete this.#operator.host.dataset['playing'];
    this.show();
  }

  /** Goes on to where the figure's run halts; from the beginning where the end was reached. */
  run(): void {
    this.pause();
    const { state, figure } = this.#operator;
    const from = state.index >= this.#last ? 0 : state.index;
    this.#operator.seek(figure.stop?.(state.frames, state.values, from) ?? this.#last);
  }

  /** One moment on, or back. */
  step(by: number): void {
    this.pause();
    this.#operator.seek(Math.max(0, this.#operator.state.index + by));
  }

  /** Puts the controls where the state is. */
  show(): void {
    const { state, host } = this.#operator;
    const last = this.#last;
    if (this.#scrubber) {
      // A long run is scrubbed in strides; where the thumb stands on the moment's stride already, it stays.
      const stops = Math.min(last, mostStops - 1);
      this.#scrubber.max = String(stops);
      this.#scrubber.value = String(Math.round((state.index * stops) / Math.max(1, last)));
      this.#scrubber.setAttribute('aria-valuetext', `${state.index + 1} / ${last + 1}`);
    }
    const position = host.querySelector('.position');
    if (position) position.textContent = `${state.index + 1} / ${last + 1}`;
    if (this.#play)
      this.#play.textContent = (this.playing ? this.#play.dataset['pause'] : this.#play.dataset['play']) ?? '';
    disable(host, 'back', state.index === 0);
    disable(host, 'step', state.index === last);
  }

  get #last(): number {
    return this.#operator.state.frames.length - 1;
  }

  #frameMs(): number {
    return (this.#operator.figure.about.frameMs ?? defaultFrameMs) / Number(this.#speed?.value ?? 1);
  }

  #tick(now: number): void {
    const { state } = this.#operator;
    if (now >= this.#due) {
      // A slow machine drops moments, never time.
      const steps = Math.floor((now - this.#due) / this.#frameMs()) + 1;
      this.#due += steps * this.#frameMs();
      this.#operator.seek(state.index + steps);
    }
    if (this.#operator.state.index >= this.#operator.state.frames.length - 1) {
      this.pause();
      return;
    }
    this.#request = requestAnimationFrame((next) => this.#tick(next));
  }
}

// A button that had the focus keeps it: disabled buttons lose it, so the state is told by aria.
function disable(host: HTMLElement, act: string, disabled: boolean): void {
  host.querySelector(`.transport [data-act="${act}"]`)?.setAttribute('aria-disabled', String(disabled));
}
