/** `Scrub`: a parameter in the prose, dragged sideways, moved by arrow keys or by the buttons beside it. */
import type { Param, Params, Value } from '../figure/contract.ts';
import { formatParam } from '../figure/words.ts';
import { readValue } from '../figure/reading.ts';
import { onFigureChange, splitName, startFigure } from './figure-change.ts';
import type { Operator } from './operator.ts';

/** Makes every Scrub of the page work; its figure is started when it is first touched, if it was not before. */
export function bindScrubs(): void {
  const scrubs = [...document.querySelectorAll<HTMLElement>('[data-scrub]')].map((host) => new Scrub(host));
  if (scrubs.length > 0) onFigureChange(({ id, operator }) => scrubs.forEach((scrub) => scrub.follow(id, operator)));
}

// A drag of this many pixels goes through the whole range; few steps are spread less far.
const travelPx = 240;
const widestStepPx = 28;

class Scrub {
  readonly #id: string;
  readonly #name: string;
  readonly #host: HTMLElement;
  readonly #value: HTMLElement;
  #operator: Operator | undefined;
  #place = 0;

  constructor(host: HTMLElement) {
    [this.#id, this.#name] = splitName(host.dataset['scrub'] ?? '');
    this.#host = host;
    const value = host.querySelector<HTMLElement>('.scrub-value') ?? host;
    this.#value = value;
    const isSwitch = host.matches('.scrub-switch');
    value.tabIndex = 0;
    value.setAttribute('role', isSwitch ? 'switch' : 'slider');
    value.setAttribute('aria-label', host.dataset['label'] ?? '');
    this.#describe(Number(host.dataset['now']), Number(host.dataset['min']), Number(host.dataset['max']));
    value.addEventListener('keydown', (event) => this.#key(event));
    value.addEventListener('pointerdown', (event) => void this.#drag(event));
    for (const button of host.querySelectorAll<HTMLElement>('.scrub-step'))
      button.addEventListener('click', () => void this.#move((place) => place + Number(button.dataset['by'])));
  }

  /** Shows what the figure now holds. */
  follow(id: string, operator: Operator): void {
    const param = (operator.figure.params as Params)[this.#name];
    const value = operator.state.values[this.#name];
    if (id !== this.#id || !param || value === undefined) return;
    this.#operator = operator;
    this.#place = placeOf(param, value);
    const text = this.#value.querySelector('span');
    const words = formatParam(param, value);
    if (text && text.textContent !== words) text.textContent = words;
    if (param.kind === 'number') this.#describe(Number(value), param.min, param.max);
    else this.#describe(this.#place, 0, lastPlace(param));
    for (const button of this.#host.querySelectorAll('.scrub-step')) {
      const end = button.getAttribute('data-by') === '1' ? lastPlace(param) : 0;
      button.setAttribute('aria-disabled', String(this.#place === end));
    }
  }

  #describe(now: number, min: number, max: number): void {
    const say = (what: string, value: string | number | boolean): void =>
      this.#value.setAttribute(`aria-${what}`, String(value));
    if (this.#value.getAttribute('role') === 'switch') {
      say('checked', now === max);
      return;
    }
    say('valuenow', now);
    say('valuemin', min);
    say('valuemax', max);
    say('valuetext', this.#value.textContent.trim());
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const isSwitch = this.#host.matches('.scrub-switch');
    const far = (place: number, last: number): number => Math.max(1, Math.round(last / 10)) * Math.sign(place);
    const moves: Readonly<Record<string, (place: number, last: number) => number>> = {
      ArrowRight: (place) => place + 1,
      ArrowUp: (place) => place + 1,
      ArrowLeft: (place) => place - 1,
      ArrowDown: (place) => place - 1,
      PageUp: (place, last) => place + far(1, last),
      PageDown: (place, last) => place + far(-1, last),
      Home: () => 0,
      End: (_, last) => last,
      ...(isSwitch ? { ' ': (place) => 1 - place, Enter: (place) => 1 - place } : {}),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (!move) return;
    event.preventDefault();
    void this.#move(move);
  }

  async #drag(down: PointerEvent): Promise<void> {
    if (down.button !== 0 || !down.isPrimary) return;
    this.#value.setPointerCapture(down.pointerId);
    const watch = new AbortController();
    let dragged = false;
    let start: number | undefined;
    let at = down.clientX;
    const seek = (): void => {
      const param = this.#param();
      if (!param || !dragged) return;
      // What a drag changes is one step of undo.
      this.#operator?.grab();
      start ??= this.#place;
      const stepPx = Math.min(widestStepPx, travelPx / Math.max(1, lastPlace(param)));
      void this.#move(() => (start ?? 0) + Math.round((at - down.clientX) / stepPx));
    };
    const end = (event: PointerEvent): void => {
      watch.abort();
      this.#operator?.release();
      delete this.#host.dataset['dragging'];
      // Options are few and have no obvious order: a press goes to the next one.
      if (!dragged && event.type === 'pointerup' && !this.#host.matches('.scrub-number'))
        void this.#move((place, last) => (place === last ? 0 : place + 1));
    };
    const { signal } = watch;
    this.#value.addEventListener(
      'pointermove',
      (event) => {
        at = event.clientX;
        if (!dragged && Math.abs(at - down.clientX) < 4) return;
        dragged = true;
        this.#host.dataset['dragging'] = '';
        seek();
      },
      { signal },
    );
    for (const type of ['pointerup', 'pointercancel'] as const) this.#value.addEventListener(type, end, { signal });
    await startFigure(this.#id);
    seek();
  }

  async #move(to: (place: number, last: number) => number): Promise<void> {
    await startFigure(this.#id);
    const param = this.#param();
    if (!param || !this.#operator) return;
    const last = lastPlace(param);
    const place = Math.min(last, Math.max(0, to(this.#place, last)));
    if (place === this.#place) return;
    // The figure runs once per animation frame; two presses within one are two steps.
    this.#place = place;
    const value = valueAt(this.#name, param, place);
    if (value !== undefined) this.#operator.set({ [this.#name]: value });
  }

  #param(): Param | undefined {
    return this.#operator && (this.#operator.figure.params as Params)[this.#name];
  }
}

// A parameter as a row of places, from 0: the steps of a number, the options of a choice, off and on.
function lastPlace(param: Param): number {
  if (param.kind === 'number') return Math.floor((param.max - param.min) / param.step + 1e-9);
  return param.kind === 'choice' ? param.options.length - 1 : 1;
}

function placeOf(param: Param, value: Value): number {
  if (param.kind === 'number') return Math.round((Number(value) - param.min) / param.step);
  return param.kind === 'choice' ? param.options.findIndex((option) => option.value === value) : Number(value);
}

function valueAt(name: string, param: Param, place: number): Value | undefined {
  if (param.kind === 'number') return readValue(name, param, String(param.min + place * param.step)).value;
  return param.kind === 'choice' ? param.options[place]?.value : place === 1;
}
