/** What is loaded when a reader first moves, touches or tabs, and not before: who only reads pays for no more. */
import { read } from './storage.ts';
import { XenFigure } from './xen-figure.ts';

const first = ['pointerover', 'pointerdown', 'focusin', 'keydown'] as const;
// What would be lost if it were clicked before its code is there.
const clickable = 'a.do, button:not(xen-figure *, header *, dialog *)';

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
  for (const type of first) document.addEventListener(type, () => void load(), { once: true });
  document.addEventListener(
    'click',
    (event) => {
      const target = event.target as Element;
      const lost = ready || !event.isTrusted ? null : target.closest<HTMLElement>(clickable);
      if (!lost) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void load().then(() => lost.click());
    },
    { capture: true },
  );
  const quiz = document.querySelector<HTMLElement>('[data-quiz]')?.dataset['quiz'];
  const remembered = read('tasks') !== undefined || (quiz !== undefined && read(`quiz:${quiz}`) !== undefined);
  if (remembered || location.hash.includes('=')) void load();
}
