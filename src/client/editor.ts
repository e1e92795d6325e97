/** A text parameter's editor: the coloured text under the text area, problems in place, and the lines of its gutter. */
import type { Params, TextParam } from '../figure/contract.ts';
import { highlight } from '../figure/highlight.ts';
import { plainText, readValue } from '../figure/reading.ts';
import type { Operator } from './operator.ts';

// The colours follow each key; the machine runs when the hand rests, and a longer rest ends a step of undo.
const restMs = 200;
const longRestMs = 1200;

/** The editor of one text parameter. */
export class Editor {
  readonly #operator: Operator;
  readonly #host: HTMLElement;
  readonly #name: string;
  readonly #param: TextParam;
  /** The parameter that the gutter sets; undefined where there is none. */
  readonly #lines: string | undefined;
  readonly #area: HTMLTextAreaElement;
  readonly #layer: HTMLElement;
  /** What the layer shows, and what the figure was last given. */
  #painted: string;
  #given: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #speaking: ReturnType<typeof setTimeout> | undefined;

  constructor(operator: Operator, host: HTMLElement, signal: AbortSignal) {
    this.#operator = operator;
    this.#host = host;
    this.#name = host.dataset['param'] ?? '';
    this.#param = (operator.figure.params as Params)[this.#name] as TextParam;
    this.#lines = host.dataset['lines'];
    this.#area = host.querySelector('textarea') as HTMLTextAreaElement;
    this.#layer = host.querySelector('.code-layer code') as HTMLElement;
    this.#given = this.#painted = String(operator.opening[this.#name]);
    // From here on the text area says it all; what lies under it would be heard twice.
    this.#layer.parentElement?.setAttribute('aria-hidden', 'true');
    const listen = (type: string, heard: (event: Event) => void): void =>
      this.#area.addEventListener(type, heard, { signal });
    listen('beforeinput', (event) => this.#before(event as InputEvent));
    listen('input', () => this.#typed());
    listen('change', () => this.#rest());
    for (const type of ['keyup', 'pointerup', 'focus']) listen(type, () => this.#offerStop());
    listen('keydown', (event) => {
      if ((event as KeyboardEvent).key !== 'F9') return;
      event.preventDefault();
      this.#toggleStop(this.#caretLine());
    });
    host
      .querySelector('[data-act="stop"]')
      ?.addEventListener('click', () => this.#toggleStop(this.#caretLine()), { signal });
    this.#layer.addEventListener(
      'click',
      (event) => {
        const line = (event.target as Element).closest('.code-line');
        if (line) this.#toggleStop([...this.#layer.children].indexOf(line) + 1);
      },
      { signal },
    );
    signal.addEventListener('abort', () => this.#forget());
    // What was typed before the code was there, or restored by the browser, is the reader's wish.
    if (plainText(this.#area.value) !== this.#given) this.#typed();
  }

  /** Shows the state's text, its marked lines and the line that the moment is about. */
  show(): void {
    const { state, figure, frame } = this.#operator;
    const value = String(state.values[this.#name]);
    if (value !== this.#given) {
      this.#forget();
      this.#given = value;
      if (this.#area.value !== value) {
        this.#area.value = value;
        // Setting a value leaves the caret at its end.
        this.#area.setSelectionRange(0, 0);
      }
      this.#paint(value);
    }
    const stops = this.#stops();
    const now = this.#painted === value ? figure.lineOf?.(frame, state.values) : undefined;
    [...this.#layer.children].forEach((line, at) => {
      line.classList.toggle('has-stop', stops.includes(String(at + 1)));
      line.classList.toggle('is-now', at + 1 === now);
    });
    this.#offerStop();
    // Who types looks at the caret, everybody else at what runs.
    if (now !== undefined && document.activeElement !== this.#area) this.#reveal(now);
  }

  #typed(): void {
    clearTimeout(this.#timer);
    const { value } = this.#area;
    if (this.#refuses(value)) {
      this.#area.value = this.#painted;
      return;
    }
    this.#operator.grab();
    this.#paint(plainText(value));
    this.#timer = setTimeout(() => this.#send(), restMs);
  }

  // A paste of a megabyte keeps a browser busy for minutes: it is refused before it is laid out.
  #before(event: InputEvent): void {
    const { value, selectionStart, selectionEnd } = this.#area;
    const added = event.data ?? event.dataTransfer?.getData('text/plain') ?? '';
    if (added.length > 0 && this.#refuses(value.slice(0, selectionStart) + added + value.slice(selectionEnd)))
      event.preventDefault();
  }

  #refuses(text: string): boolean {
    if (text.length <= this.#param.longest) return false;
    this.#say([readValue(this.#name, this.#param, text).problem ?? '']);
    return true;
  }

  #send(): void {
    const before = this.#given;
    const text = plainText(this.#area.value);
    if (text !== before) {
      const moved = this.#lines === undefined ? {} : { [this.#lines]: movedLines(this.#stops(), before, text) };
      this.#given = text;
      this.#operator.set({ [this.#name]: text, ...moved });
    }
    this.#timer = setTimeout(() => this.#rest(), longRestMs);
  }

  // Ends a step of undo.
  #rest(): void {
    clearTimeout(this.#timer);
    if (plainText(this.#area.value) !== this.#given) this.#send();
    clearTimeout(this.#timer);
    this.#operator.release();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#speaking);
  }

  #paint(text: string): void {
    const marking = this.#param.mark(text);
    const lines = highlight(text, marking);
    const old = this.#painted.split('\n');
    const fresh = text.split('\n');
    const wrong = new Set(marking.problems.map(({ line }) => line));
    // A problem may come and go in a line that nobody touched; all other lines that read the same look the same.
    lines.forEach((pieces, at) => {
      let line = this.#layer.children[at];
      const same = line && old[at] === fresh[at] && !line.classList.contains('is-wrong') && !wrong.has(at + 1);
      if (!line) this.#layer.append((line = span('code-line', '')));
      line.classList.toggle('is-wrong', wrong.has(at + 1));
      if (!same)
        line.replaceChildren(...pieces.map((piece) => (piece.look ? span(piece.look, piece.text) : piece.text)), '\n');
    });
    while (this.#layer.children.length > lines.length) this.#layer.lastElementChild?.remove();
    this.#painted = text;
    const { line, column } = this.#host.dataset;
    this.#say(marking.problems.map((one) => `${line} ${one.line}, ${column} ${one.column}: ${one.says}`));
  }

  #say(problems: readonly string[]): void {
    const list = this.#host.querySelector('.problems');
    list?.replaceChildren(
      ...problems.slice(0, 8).map((problem) => {
        const item = document.createElement('li');
        item.textContent = problem;
        return item;
      }),
    );
    if (problems.length > 0) this.#area.setAttribute('aria-invalid', 'true');
    else this.#area.removeAttribute('aria-invalid');
    // Half a word is always wrong: what is heard waits for the hand to rest.
    clearTimeout(this.#speaking);
    const spoken = this.#host.querySelector('[role="status"]');
    this.#speaking = setTimeout(() => {
      if (spoken && spoken.textContent !== (problems[0] ?? '')) spoken.textContent = problems[0] ?? '';
    }, longRestMs);
  }

  #stops(): readonly string[] {
    return this.#lines === undefined ? [] : (this.#operator.state.values[this.#lines] as readonly string[]);
  }

  #toggleStop(line: number): void {
    if (this.#lines === undefined) return;
    // The lines are those of the text as it now stands, and typing has been a step of its own.
    this.#rest();
    const stops = this.#stops();
    const word = String(line);
    const kept = stops.includes(word) ? stops.filter((one) => one !== word) : [...stops, word];
    this.#operator.set({ [this.#lines]: [...kept].sort((a, b) => Number(a) - Number(b)) });
  }

  #caretLine(): number {
    return this.#area.value.slice(0, this.#area.selectionStart).split('\n').length;
  }

  #offerStop(): void {
    const button = this.#host.querySelector('[data-act="stop"]');
    const line = this.#caretLine();
    const { setStop, clearStop } = this.#host.dataset;
    const text = `${this.#stops().includes(String(line)) ? clearStop : setStop} ${line}`;
    if (button && button.textContent !== text) button.textContent = text;
  }

  // Within the editor: the page stays where it is.
  #reveal(number: number): void {
    const line = this.#layer.children[number - 1];
    const box = this.#layer.closest('.editor');
    if (!line || !box) return;
    const { top, bottom } = line.getBoundingClientRect();
    const seen = box.getBoundingClientRect();
    if (top < seen.top) box.scrollTop += top - seen.top - 20;
    else if (bottom > seen.bottom) box.scrollTop += bottom - seen.bottom + 20;
  }
}

/** Marked lines after an edit: those below what was changed move with their text. */
export function movedLines(lines: readonly string[], before: string, after: string): readonly string[] {
  const old = before.split('\n');
  const fresh = after.split('\n');
  let head = 0;
  while (head < Math.min(old.length, fresh.length) && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, fresh.length) - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  const moved = lines.map(Number).flatMap((line) => {
    if (line <= head) return [line];
    if (line > old.length - tail) return [line + fresh.length - old.length];
    return line <= fresh.length - tail ? [line] : [];
  });
  return [...new Set(moved)].map(String);
}

function span(look: string, text: string): HTMLSpanElement {
  const node = document.createElement('span');
  node.className = look;
  node.textContent = text;
  return node;
}
