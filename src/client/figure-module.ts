/** A figure's module, from where its page says. An edition that is one script (file://) puts the register in this file's place. */
import type { AnyFigure } from '../figure/contract.ts';

/** Loads the module of a `<xen-figure data-module>` as it stands, published numbers not yet filled in. */
export function loadModule({ dataset }: HTMLElement): Promise<AnyFigure> {
  return import(/* @vite-ignore */ dataset['module'] ?? '') as Promise<AnyFigure>;
}
