/** Waits until a reader answers a question, or has answered some before: only then is the marking loaded. */
import { read } from './storage.ts';

/** Makes the quiz of the page work. */
export function bindQuiz(): void {
  const quiz = document.querySelector<HTMLElement>('.quiz');
  if (!quiz) return;
  let marking: ReturnType<typeof load> | undefined;
  const load = async () => (await import('./quiz.ts')).openQuiz(quiz);
  const open = () => (marking ??= load());
  quiz.addEventListener('focusin', () => void open(), { once: true });
  quiz.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('button[data-act]');
    if (button) void open().then((opened) => opened.act(button));
  });
  quiz.addEventListener('keydown', (event) => {
    const field = event.target as HTMLElement;
    if (event.key === 'Enter' && field.matches('input'))
      field.closest('.question')?.querySelector<HTMLElement>('[data-act="check"]')?.click();
  });
  if (read(`quiz:${quiz.dataset['quiz']}`) !== undefined) void open();
}
