/**
 * Figures' modules in the built site. A page names the modules of its own figures (`data-module`) and of no others, so that
 * a new figure costs the other pages nothing: by their sources as components write them, which a development server
 * understands, and here by the files that the bundler made of them.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { figureNames } from '../figures/index.ts';

/** The little of Vite's plugin interface that is needed. */
interface Bundling {
  readonly name: string;
  readonly apply: 'build';
  readonly applyToEnvironment: (environment: { readonly name: string }) => boolean;
  readonly buildStart: (this: Emitting) => void;
  readonly generateBundle: (this: Emitting) => void;
}

interface Emitting {
  emitFile(file: { readonly type: 'chunk'; readonly id: string; readonly name: string }): string;
  getFileName(reference: string): string;
}

/** Has a chunk made of each figure; `fileOf` is its file in the site, once the bundle has been written. */
export function figureChunks(): { readonly plugin: Bundling; readonly fileOf: (name: string) => string } {
  const references = new Map<string, string>();
  const files = new Map<string, string>();
  const plugin: Bundling = {
    name: 'inside-xen:figure-chunks',
    apply: 'build',
    applyToEnvironment: ({ name }) => name === 'client',
    buildStart() {
      for (const name of figureNames)
        references.set(name, this.emitFile({ type: 'chunk', id: resolve(`src/figures/${name}.ts`), name }));
    },
    generateBundle() {
      for (const [name, reference] of references) files.set(name, this.getFileName(reference));
    },
  };
  const fileOf = (name: string): string => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`A page has the figure ${name}, of which no module was bundled.`);
    return file;
  };
  return { plugin, fileOf };
}

/** One page's text with the bundled files in the place of figures' sources. */
export function withModules(html: string, fileOf: (name: string) => string): string {
  return html.replace(
    /(<xen-figure\b[^>]* data-module="[^"]*?)src\/figures\/([\w-]+)\.ts"/g,
    (_, before: string, name: string) => `${before}${fileOf(name)}"`,
  );
}

/** Writes the files' names into each page of `dist`. */
export function nameModules(dist: string, fileOf: (name: string) => string): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.html')) continue;
    const file = join(dist, name);
    writeFileSync(file, withModules(readFileSync(file, 'utf8'), fileOf));
  }
}
