/** The marking of a quiz: loaded when it is wanted. Answers and reasons are in the page; what was answered is kept here. */
import { perform } from './steps.ts';
import { read, write } from './storage.ts';
import { strings } from './strings.ts';

/** What is kept of one question: the options chosen or the number given, as text. */
interface Given {
  readonly chosen: readonly string[];
  readonly right: boolean;
}

/** A quiz that is being answered. */
export interface OpenQuiz {
  /** Does what a button of the quiz says. */
  act(button: HTMLElement): void;
}

/** Puts earlier answers back and marks new ones. */
export function openQuiz(quiz: HTMLElement): OpenQuiz {
  const key = `quiz:${quiz.dataset['quiz']}`;
  const questions = [...quiz.querySelectorAll<HTMLElement>('.question')];
  let answers = keptAnswers(read(key));
  const showScore = (): void => {
    const ids = questions.map((question) => question.dataset['question'] ?? '');
    const right = ids.filter((id) => answers.get(id)?.right).length;
    const answered = ids.some((id) => answers.has(id));
    const { of, score } = strings().quiz;
    const line = quiz.querySelector('.quiz-score');
    if (line) line.textContent = answered ? `${right} ${of} ${questions.length} ${score}.` : '';
    const clear = quiz.querySelector<HTMLElement>('[data-act="clear"]');
    if (clear) clear.hidden = !answered;
  };
  for (const question of questions) {
    const given = answers.get(question.dataset['question'] ?? '');
    if (given) {
      fillIn(question, given.chosen);
      mark(question);
    }
    // A result belongs to the answer that was checked.
    question.addEventListener('input', () => clearResult(question));
  }
  showScore();
  const check = (question: HTMLElement): void => {
    const right = mark(question);
    if (right === undefined) return;
    answers = new Map([...answers, [question.dataset['question'] ?? '', { chosen: chosenIn(question), right }]]);
    write(key, Object.fromEntries(answers));
    showScore();
  };
  const forget = (): void => {
    answers = new Map();
    write(key, undefined);
    for (const question of questions) {
      fillIn(question, []);
      clearResult(question);
    }
    showScore();
    // The button that had the focus is gone.
    questions[0]?.querySelector('input')?.focus();
  };
  return {
    act(button) {
      const question = button.closest<HTMLElement>('.question');
      const act = button.dataset['act'];
      if (act === 'check' && question) check(question);
      else if (act === 'run') void perform(button.dataset['do'] ?? '');
      else if (act === 'clear') forget();
    },
  };
}

// Storage may hold anything: what has not the right form is left out.
function keptAnswers(kept: unknown): ReadonlyMap<string, Given> {
  if (typeof kept !== 'object' || kept === null) return new Map();
  return new Map(
    Object.entries(kept).flatMap(([id, given]: [string, unknown]) => {
      const { chosen, right } = (given ?? {}) as Partial<Given>;
      if (!Array.isArray(chosen) || typeof right !== 'boolean') return [];
      return [[id, { chosen: chosen.filter((one) => typeof one === 'string'), right }] as const];
    }),
  );
}

function inputsIn(question: HTMLElement): readonly HTMLInputElement[] {
  return [...question.querySelectorAll('input')];
}

function chosenIn(question: HTMLElement): readonly string[] {
  const chosen = inputsIn(question).filter((input) => input.type === 'number' || input.checked);
  return chosen.map((input) => input.value).filter((value) => value !== '');
}

function fillIn(question: HTMLElement, chosen: readonly string[]): void {
  for (const input of inputsIn(question))
    if (input.type === 'number') input.value = chosen[0] ?? '';
    else input.checked = chosen.includes(input.value);
}

function clearResult(question: HTMLElement): void {
  question.querySelector('.question-result')?.replaceChildren();
  for (const option of question.querySelectorAll('.option-mark')) option.textContent = '';
  const run = question.querySelector<HTMLElement>('[data-act="run"]');
  if (run) run.hidden = true;
}

// Marks what is chosen and says why; undefined where nothing is.
function mark(question: HTMLElement): boolean | undefined {
  clearResult(question);
  const words = strings().quiz;
  const isNumber = question.dataset['kind'] === 'numeric';
  if (chosenIn(question).length === 0) {
    show(question, [sentence(isNumber ? words.number : words.choose)]);
    return undefined;
  }
  const right = isNumber ? markNumber(question) : markOptions(question);
  const run = question.querySelector<HTMLElement>('[data-act="run"]');
  if (run) run.hidden = false;
  return right;
}

function markNumber(question: HTMLElement): boolean {
  const { answer, tolerance } = question.querySelector<HTMLElement>('[data-answer]')?.dataset ?? {};
  // Binary fractions must not make the edge of the tolerance wrong.
  const right = Math.abs(Number(chosenIn(question)[0]) - Number(answer)) <= Number(tolerance) + 1e-9;
  const words = strings().quiz;
  show(question, [
    sentence(right ? words.right : words.wrongNumber, question.querySelector(right ? '.why-right' : '.why-wrong')),
  ]);
  return right;
}

function markOptions(question: HTMLElement): boolean {
  const words = strings().quiz;
  const reasons = [...question.querySelectorAll<HTMLElement>('.answers li')];
  const options = inputsIn(question).map((input, index) => ({
    chosen: input.checked,
    right: reasons[index]?.hasAttribute('data-right') ?? false,
    letter: input.parentElement?.querySelector('.option-letter')?.textContent ?? '',
    mark: input.parentElement?.querySelector('.option-mark'),
    why: reasons[index]?.querySelector('.why') ?? null,
  }));
  const allRight = options.every(({ chosen, right }) => chosen === right);
  const someRight = options.some(({ chosen, right }) => chosen && right);
  for (const { chosen, right, mark: place } of options)
    if (place && chosen) place.textContent = `(${right ? words.rightMark : words.wrongMark})`;
  const verdict = allRight ? words.right : someRight ? words.partly : words.wrong;
  // Of several, also what was left out and should not have been.
  const several = question.dataset['kind'] === 'multiple';
  const told = options.filter(({ chosen, right }) => chosen || (several && right));
  const model = question.querySelector('.model-says');
  show(question, [
    ...(several
      ? [
          sentence(verdict),
          ...told.map(({ letter, right, why }) =>
            sentence(`${letter}, ${right ? words.rightMark : words.wrongMark}:`, why),
          ),
        ]
      : [sentence(verdict, told[0]?.why)]),
    ...(model ? [model.cloneNode(true)] : []),
  ]);
  return allRight;
}

function show(question: HTMLElement, parts: readonly Node[]): void {
  question.querySelector('.question-result')?.replaceChildren(...parts);
}

// A word in bold, then the reason as it stands among the answers.
function sentence(head: string, why?: Element | null): HTMLElement {
  const made = document.createElement('p');
  const strong = document.createElement('strong');
  strong.textContent = head;
  made.append(strong, ...(why ? [' ', ...[...why.childNodes].map((node) => node.cloneNode(true))] : []));
  return made;
}
