/** What is loaded when a reader first moves, touches or tabs, and not before: who only reads pays for no more. */
import { onFirstUse, takeBack } from './first-use.ts';
import { read } from './storage.ts';
import { XenFigure } from './xen-figure.ts';

// What would be lost if it were clicked, or entered, before its code is there.
const clickable = 'a.do, button:not(xen-figure *, header *, dialog *)';
const entered = '.quiz input';

/** Waits for the reader, and for what this browser remembers of them. */
export function bindOnDemand(): void {
  let ready = false;
  let loading: Promise<void> | undefined;
  const load = (): Promise<void> =>
    (loading ??= Promise.all([import('./prose.ts'), import('./sortable-table.ts')]).then(
      ([{ bindProse }, { enhance }]) => {
        bindProse();
        if (document.querySelector('[data-sortable]')) enhance(document);
        ready = true;
        // Prose hears of figures by their changes: those that live already say how they stand.
        for (const figure of document.querySelectorAll('xen-figure'))
          if (figure instanceof XenFigure && figure.dataset['state'] === 'live')
            void figure.start().then((operator) => operator?.tell());
      },
    ));
  onFirstUse(document, () => void load());
  const keep = (event: Event): void => {
    if (ready || !event.isTrusted) return;
    const target = event.target as Element;
    const lost =
      event instanceof KeyboardEvent ? event.key === 'Enter' && target.matches(entered) : target.closest(clickable);
    if (!lost) return;
    const again = takeBack(event);
    void load().then(() => target.dispatchEvent(again));
  };
  for (const type of ['click', 'keydown']) document.addEventListener(type, keep, { capture: true });
  const quiz = document.querySelector<HTMLElement>('[data-quiz]')?.dataset['quiz'];
  const remembered = read('tasks') !== undefined || (quiz !== undefined && read(`quiz:${quiz}`) !== undefined);
  if (remembered || location.hash.includes('=')) void load();
}
