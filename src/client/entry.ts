/** What every page runs: small, and everything else on demand. */
import { isStateHash, namedFigures } from '../figure/hash.ts';
import { bindOnDemand } from './on-demand.ts';
import { bindShell } from './shell.ts';
import { strings } from './strings.ts';
import { XenFigure } from './xen-figure.ts';

customElements.define('xen-figure', XenFigure);
bindShell();
bindOnDemand();
visitState(location.hash);
addEventListener('hashchange', () => visitState(location.hash));

/** A state link scrolls to its figure and asks it for the state; an anchor without `=` leaves figures alone. */
function visitState(hash: string): void {
  if (!isStateHash(hash)) return;
  const figures = namedFigures(hash).map((id) => document.getElementById(id));
  const known = figures.filter((figure): figure is XenFigure => figure instanceof XenFigure);
  for (const figure of known) void figure.visit(hash);
  known[0]?.scrollIntoView();
  if (known.length === 0) {
    const line = document.querySelector<HTMLElement>('.page-notice');
    if (line) {
      line.textContent = strings().figure.noFigure;
      line.hidden = false;
    }
  }
}

export type { ClientStrings } from './strings.ts';
