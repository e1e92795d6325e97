/** Live prose: values that follow their figures, parameters to drag, instructions that do themselves, tasks, quiz, cards, copying. */
import { bindCards } from './cards.ts';
import { bindCopying } from './copying.ts';
import { onFigureChange } from './figure-change.ts';
import { formatReadout } from '../figure/words.ts';
import { bindQuiz } from './quiz-loader.ts';
import { bindScrubs } from './scrubs.ts';
import { bindSteps } from './steps.ts';
import { bindTasks } from './tasks.ts';

/** Makes the prose of this page live; pages without any are left alone. */
export function bindProse(): void {
  bindValues();
  bindScrubs();
  bindSteps();
  bindTasks();
  bindCards();
  bindCopying();
  bindQuiz();
}

function bindValues(): void {
  const values = [...document.querySelectorAll<HTMLElement>('[data-value]')];
  if (values.length === 0) return;
  onFigureChange(({ id, operator }) => {
    const { readouts } = operator;
    for (const value of values) {
      const readout = readouts.find((one) => value.dataset['value'] === `${id}.${one.id}`);
      const text = readout && formatReadout(readout);
      if (text !== undefined && text !== value.textContent) value.textContent = text;
    }
  });
}
