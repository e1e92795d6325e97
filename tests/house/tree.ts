/** The project's files as text, for the checks in this folder. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Paths from the project's root, with `/` between the parts, and what they hold. A made-up tree is one too. */
export type Tree = Readonly<Record<string, string>>;

/** The project's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a checkout may hold besides the project: made by tools, editors and systems, and ignored by git. */
const notOurs = new Set([
  '.DS_Store',
  '.astro',
  '.git',
  '.idea',
  '.vscode',
  'dist',
  'node_modules',
  'shots',
  'test-results',
]);

/** The names in the project's root. */
export function rootEntries(): string[] {
  return readdirSync(root).filter((name) => !notOurs.has(name));
}

function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/** The paths of all files of the project. */
export function allPaths(): string[] {
  return walk('');
}

/** The files whose path passes, read as text. */
export function readTree(passes: (path: string) => boolean): Tree {
  const paths = allPaths().filter(passes);
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
