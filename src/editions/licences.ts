/** Holds the page of licences against what the bundler really put into the scripts and style sheets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { packageOf } from '../components/licences.ts';

/** The little of Vite's plugin interface that is needed. */
interface BundleWatch {
  readonly name: string;
  readonly applyToEnvironment: (environment: { readonly name: string }) => boolean;
  readonly generateBundle: (options: unknown, bundle: Readonly<Record<string, Output>>) => void;
}

interface Output {
  readonly moduleIds?: readonly string[];
  readonly originalFileNames?: readonly string[];
}

/** Watches the bundle that browsers get; `names` are the packages in it, once it has been written. */
export function bundledPackages(): { readonly plugin: BundleWatch; readonly names: () => readonly string[] } {
  const names = new Set<string>();
  const plugin: BundleWatch = {
    name: 'inside-xen:bundled-packages',
    applyToEnvironment: ({ name }) => name === 'client',
    generateBundle: (_options, bundle) => {
      for (const { moduleIds = [], originalFileNames = [] } of Object.values(bundle))
        for (const path of [...moduleIds, ...originalFileNames]) {
          const name = packageOf(path) ?? helperOf(path);
          if (name !== undefined) names.add(name);
        }
    },
  };
  return { plugin, names: () => [...names].sort() };
}

// The bundler's own lines have no file: '\0vite/preload-helper.js', '\0rolldown/runtime.js'.
function helperOf(path: string): string | undefined {
  return /^\0?(vite|rolldown)\//.exec(path)?.[1];
}

/** Packages of the bundle that the page of licences does not list. */
export function missingLicences(page: string, names: readonly string[]): readonly string[] {
  const { document } = parseHTML(page);
  const listed = Array.from(document.querySelectorAll('[data-package]'), (item) => item.getAttribute('data-package'));
  return names.filter((name) => !listed.includes(name));
}

/** Throws a sentence where something ships without its licence, or where nothing was seen to ship. */
export function checkLicences(dist: string, names: readonly string[]): void {
  if (!names.includes('d3-selection')) throw new Error(`The bundle was not watched: it has ${names.length} packages.`);
  const missing = missingLicences(readFileSync(join(dist, 'licences/index.html'), 'utf8'), names);
  if (missing.length > 0) throw new Error(`/licences/ does not list what ships: ${missing.join(', ')}.`);
}
