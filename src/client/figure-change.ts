/** How the prose hears of figures, and gets hold of them. */
import type { FigureChange, Operator } from './operator.ts';
import { XenFigure } from './xen-figure.ts';

/** Calls back whenever a figure of the page has another state, and once when it starts. */
export function onFigureChange(changed: (change: FigureChange) => void): void {
  document.addEventListener('figure:change', (event) => changed((event as CustomEvent<FigureChange>).detail));
}

/** The operator of the figure with this id, started where it is not yet, with all that it is operated with; undefined where there is none or it failed. */
export function startFigure(id: string): Promise<Operator | undefined> {
  const host = document.getElementById(id);
  return host instanceof XenFigure ? host.reach().then(() => host.start()) : Promise.resolve(undefined);
}

/** Splits `id.name` at its dot. */
export function splitName(of: string): readonly [id: string, name: string] {
  const at = of.indexOf('.');
  return [of.slice(0, at), of.slice(at + 1)];
}

/** Scrolls a figure's picture into sight where it is not: moving the page is a surprise, and is done for nothing less. Says whether it was. */
export function bringIntoView(id: string): boolean {
  const stage = document.getElementById(id)?.querySelector('.stage');
  if (!stage) return false;
  const { top, bottom, height } = stage.getBoundingClientRect();
  const seen = Math.min(bottom, innerHeight) - Math.max(top, 0);
  if (seen >= 0.8 * Math.min(height, innerHeight)) return false;
  // At once: a smooth scroll is lost where another one to the same place has only just been broken off.
  stage.scrollIntoView({ block: height < innerHeight ? 'nearest' : 'start', behavior: 'instant' });
  return true;
}
