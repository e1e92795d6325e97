/** How files and rooms are called. */

/** Everything that may stand in the root; a new entry is a decision, so it is made here. */
export const rootNames = [
  '.ci',
  '.gitattributes',
  '.gitignore',
  '.npmrc',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'LICENSE-CONTENT',
  'README.md',
  'astro.config.mjs',
  'content',
  'lab',
  'package-lock.json',
  'package.json',
  'public',
  'src',
  'tests',
  'tsconfig.json',
] as const;

/** Names under which everything and nothing would find its place. */
const vagueRooms = /^(utils?|helpers?|common|core|shared|misc|lib)$/;

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const pascal = /^[A-Z][A-Za-z0-9]*\.astro$/;
const route = /^(\[(\.\.\.)?[a-z]+\]|[a-z0-9]+(-[a-z0-9]+)*|\.)+$/;

function isWellNamed(path: string, name: string): boolean {
  if (/^(src\/components|src\/layouts)\//.test(path) && name.endsWith('.astro')) return pascal.test(name);
  if (path.startsWith('src/pages/')) return route.test(name);
  // Hosts give these their names.
  if (path.startsWith('public/') && /^_(headers|redirects)$/.test(name)) return true;
  return kebab.test(name) || name === 'README.md';
}

/** Entries of the root that are not on the list, a sentence each. */
export function strangeRootEntries(entries: readonly string[]): string[] {
  const known: readonly string[] = rootNames;
  return entries.filter((name) => !known.includes(name)).map((name) => `${name} does not belong into the root`);
}

/** Files and folders that are not named as the house does, a sentence each. */
export function badNames(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const parts = path.split('/');
    if (parts.length === 1) return [];
    const name = parts.at(-1) ?? '';
    const vague = parts.slice(0, -1).filter((part) => vagueRooms.test(part));
    const folders = parts.slice(0, -1).filter((part) => part !== '.ci' && !kebab.test(part) && !route.test(part));
    return [
      ...(isWellNamed(path, name) ? [] : [`${path} is not named in the way of its room`]),
      ...vague.map((part) => `${path} is in a room called ${part}`),
      ...folders.map((part) => `${path} is in ${part}, which is not kebab-case`),
    ];
  });
}
