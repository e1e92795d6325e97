/** Tasks: the figure's own predicate decides, says how far off the reader is, and the success is kept in this browser. */
import type { FigureTask, Values } from '../figure/contract.ts';
import { bringIntoView, onFigureChange, splitName, startFigure } from './figure-change.ts';
import type { Operator } from './operator.ts';
import { onChange, read, write } from './storage.ts';
import { strings } from './strings.ts';

const kept = 'tasks';
// Words that change with every pixel of a drag are said when the hand rests.
const restMs = 500;

/** Makes every task of the page mark itself. */
export function bindTasks(): void {
  const tasks = [...document.querySelectorAll<HTMLElement>('[data-task]')].map((host) => new Task(host));
  if (tasks.length === 0) return;
  onFigureChange(({ id, operator }) => tasks.forEach((task) => task.follow(id, operator)));
  onChange(kept, () => tasks.forEach((task) => task.showMark()));
}

/** The names of the tasks that this browser remembers as done, as `figure/task`. */
function solved(): readonly string[] {
  const names = read(kept);
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
}

class Task {
  readonly #host: HTMLElement;
  readonly #id: string;
  readonly #name: string;
  readonly #key: string;
  readonly #status: HTMLElement | null;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement) {
    this.#host = host;
    [this.#id, this.#name] = splitName(host.dataset['task'] ?? '');
    this.#key = host.dataset['key'] ?? '';
    this.#status = host.querySelector('.task-status');
    host.querySelector('[data-act="answer"]')?.addEventListener('click', () => void this.#answer());
    this.showMark();
  }

  /** Says whether the task was done before, here or on another page. */
  showMark(): void {
    const done = solved().includes(this.#key);
    this.#host.toggleAttribute('data-solved', done);
    const mark = this.#host.querySelector('.task-mark');
    if (mark) mark.textContent = done ? strings().task.solved : '';
  }

  /** Marks the state that a figure now has. */
  follow(id: string, operator: Operator): void {
    const task = id === this.#id && this.#task(operator);
    if (!task) return;
    const { frames, index, values } = operator.state;
    const { done, says } = task.check({ frames, frame: frames.at(index), index, values });
    const words = strings().task;
    this.#host.toggleAttribute('data-done', done);
    // What was shown, here or by the text, is seen and not done.
    this.#say(`${done ? (operator.given ? words.shown : words.done) : words.notYet} ${says}`, done);
    if (!done || operator.given || solved().includes(this.#key)) return;
    write(kept, [...solved(), this.#key]);
    this.showMark();
  }

  #say(text: string, now: boolean): void {
    clearTimeout(this.#resting);
    const put = (): void => {
      if (this.#status && this.#status.textContent !== text) this.#status.textContent = text;
    };
    if (now) put();
    else this.#resting = setTimeout(put, restMs);
  }

  async #answer(): Promise<void> {
    const operator = await startFigure(this.#id);
    const task = operator && this.#task(operator);
    if (!task) return;
    bringIntoView(this.#id);
    operator.ask({ ...task.answer, problems: [] });
  }

  #task(operator: Operator): FigureTask<unknown, Values> | undefined {
    return (operator.figure.tasks as readonly FigureTask<unknown, Values>[]).find((one) => one.name === this.#name);
  }
}
