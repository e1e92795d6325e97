/** `Do`: an instruction that a reader follows by hand or has done for them. */
import { readAddress, splitSettings } from '../figure/address.ts';
import { namedFigures } from '../figure/hash.ts';
import { bindAnnouncer, say } from './announcer.ts';
import { bringIntoView, startFigure } from './figure-change.ts';
import { strings } from './strings.ts';

/** Makes every Do of the page a button that stands in the line. */
export function bindSteps(): void {
  const steps = [...document.querySelectorAll<HTMLAnchorElement>('a.do')];
  if (steps.length === 0) return;
  bindAnnouncer();
  for (const step of steps) {
    step.setAttribute('role', 'button');
    step.addEventListener('click', (event) => {
      event.preventDefault();
      void perform(step.dataset['do'] ?? '', step).then((done) => step.classList.toggle('is-done', done));
    });
    step.addEventListener('keydown', (event) => {
      // Enter clicks a link by itself.
      if (event.key !== ' ') return;
      event.preventDefault();
      step.click();
    });
  }
}

/**
 * Sets a figure as `id.param=value;id.frame=3` says and brings it into view. What is left out is as the figure opened, so
 * that the words that follow are true whatever was set before; Undo goes back. Says whether it was done.
 */
export async function perform(set: string, from?: HTMLElement): Promise<boolean> {
  const hash = `#${splitSettings(set)
    .map((pair) => pair.join('='))
    .join('&')}`;
  const [id = ''] = namedFigures(hash);
  if (bringIntoView(id) && from) offerReturn(id, from);
  const operator = await startFigure(id);
  const asked = operator && readAddress(hash, id, operator.figure.params);
  if (!asked) return false;
  operator.ask(asked);
  say(strings().prose.set);
  return true;
}

// Who was taken away from a sentence wants to go on reading there.
function offerReturn(id: string, from: HTMLElement): void {
  const links = document.getElementById(id)?.querySelector('.figure-links');
  if (!links) return;
  links.querySelector('.return')?.remove();
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet-button return';
  button.textContent = strings().prose.back;
  button.addEventListener('click', () => {
    button.remove();
    from.scrollIntoView({ block: 'center', behavior: 'instant' });
    from.focus({ preventScroll: true });
  });
  links.prepend(button);
}
