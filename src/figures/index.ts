/** The register of figures: one line each. */
import type { AnyFigure } from '../figure/contract.ts';

const register: Readonly<Record<string, () => Promise<unknown>>> = {
  'cpu-lab': () => import('./cpu-lab.ts'),
  'trap-and-emulate': () => import('./trap-and-emulate.ts'),
  'time-sharing': () => import('./time-sharing.ts'),
  'stack-paths': () => import('./stack-paths.ts'),
  'history-timeline': () => import('./history-timeline.ts'),
  'family-tree': () => import('./family-tree.ts'),
  'disaster-recovery': () => import('./disaster-recovery.ts'),
  'copy-on-write': () => import('./copy-on-write.ts'),
  'blast-radius': () => import('./blast-radius.ts'),
  'who-builds-xen': () => import('./who-builds-xen.ts'),
  consolidation: () => import('./consolidation.ts'),
  rings: () => import('./rings.ts'),
  'guest-types': () => import('./guest-types.ts'),
  'energy-and-carbon': () => import('./energy-and-carbon.ts'),
  'sosp-2003': () => import('./sosp-2003.ts'),
  overhead: () => import('./overhead.ts'),
  'nano-benchmarks': () => import('./nano-benchmarks.ts'),
  'sensitive-instructions': () => import('./sensitive-instructions.ts'),
};

/** The names of all figures, in the order of the gallery. */
export const figureNames: readonly string[] = Object.keys(register);

/** Loads a figure's module as it stands, with all its code (published numbers not yet filled in); rejects where there is none of that name. */
export async function loadFigure(name: string): Promise<AnyFigure> {
  const load = Object.hasOwn(register, name) ? register[name] : undefined;
  if (!load) throw new Error(`There is no figure ${name}. There are: ${figureNames.join(', ')}.`);
  const figure = (await load()) as AnyFigure;
  await figure.more?.();
  return figure;
}

/** What models compute for figures at build, because it would keep a reader waiting; undefined for all others. */
export async function loadComputed(name: string): Promise<unknown> {
  return name === 'nano-benchmarks' ? (await import('./nano-benchmarks-data.ts')).compute() : undefined;
}
