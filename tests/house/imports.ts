/** Who may import whom: the table, and the reading of imports that holds it. */
import { posix } from 'node:path';
import ts from 'typescript';
import type { Tree } from './tree.ts';

/** What the files of a room may use: rooms (or single files) of the project, and packages (`node` is what Node has). */
interface Room {
  readonly holds: RegExp;
  readonly rooms: readonly RegExp[];
  readonly packages: readonly RegExp[];
}

const models = /^src\/models\//;
const figure = /^src\/figure\//;
const marks = /^src\/figures\/marks\//;
const register = /^src\/figures\/index\.ts$/;
const client = /^src\/client\//;
/** The entry that a layout loads, and the shape of the words that the page hands it. */
const clientEntry = /^src\/client\/(entry|strings)\.ts$/;
/** Style sheets that a downloaded picture carries with it, and the one that comes with the search. */
const pictureStyles = /^src\/styles\/(tokens|figure|search)\.css$/;
const pages = /^src\/(components|layouts|pages|styles)\//;
const d3 = /^d3-(array|axis|scale|selection|shape)$/;
const forBuilding =
  /^(node|astro|vite|@astrojs\/(mdx|rss|sitemap|markdown-satteri)|yaml|shiki|minisearch|linkedom|hast-util-from-html|hast-util-to-mdast|mdast-util-gfm|mdast-util-to-markdown|subset-font|esbuild|fflate|subset-font|(hast|mdast)-util-[a-z-]+|@resvg\/resvg-js)$/;
const fonts = /^@(fontsource-variable|expo-google-fonts)\//;

/** The table, first match first. A file that no line holds is in no room, and that is an error. */
export const rooms: Readonly<Record<string, Room>> = {
  'a test in src/models': {
    holds: /^src\/models\/.*\.test\.ts$/,
    rooms: [models],
    packages: [/^(vitest|fast-check)$/],
  },
  'src/models': { holds: models, rooms: [models], packages: [] },
  'src/figure/static.ts': { holds: /^src\/figure\/static\.ts$/, rooms: [figure], packages: [d3, /^linkedom$/] },
  'src/figure': { holds: figure, rooms: [figure], packages: [d3] },
  'src/figures/index.ts': { holds: register, rooms: [figure, /^src\/figures\/[^/]+\.ts$/], packages: [] },
  'src/figures/marks': { holds: marks, rooms: [marks, figure], packages: [d3] },
  'src/figures': { holds: /^src\/figures\//, rooms: [models, marks, figure], packages: [d3] },
  'src/client': { holds: client, rooms: [client, figure, pictureStyles], packages: [d3, /^minisearch$/] },
  'src/components, layouts, pages, styles': {
    holds: /^src\/((components|layouts|pages|styles)\/|content\.config\.ts$|env\.d\.ts$)/,
    rooms: [pages, figure, register, clientEntry],
    packages: [forBuilding, d3, fonts],
  },
  'src/commands, src/editions, lab': {
    holds: /^(src\/(commands|editions)|lab)\//,
    rooms: [/^(src\/(commands|editions)|lab)\//, pages, models, figure, register, clientEntry],
    packages: [
      forBuilding,
      fonts,
      d3,
      /^(@playwright\/test|@sparticuz\/chromium|lighthouse|linkinator|html-validate|workbox-build)$/,
    ],
  },
  'astro.config.mjs': {
    holds: /^astro\.config\.mjs$/,
    rooms: [/^src\/(components|editions)\//],
    packages: [forBuilding],
  },
  tests: { holds: /^tests\//, rooms: [/./], packages: [/./] },
};

/** The parts of a file that are TypeScript: all of it, or an Astro component's front matter and scripts. */
function scripts(path: string, text: string): string[] {
  if (!path.endsWith('.astro')) return [text];
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? '';
  return [front, ...Array.from(text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g), (match) => match[1] ?? '')];
}

/** What a file imports, as written: static, dynamic, type-only, re-exported, by `import.meta.glob`, or by `@import`. */
export function importsOf(path: string, text: string): string[] {
  if (path.endsWith('.css')) return Array.from(text.matchAll(/@import\s+(?:url\()?['"]([^'"]+)/g), (m) => m[1] ?? '');
  return scripts(path, text).flatMap((code) => {
    const found = ts.preProcessFile(code, true, true).importedFiles.map((file) => file.fileName);
    const globs = Array.from(code.matchAll(/import\.meta\.glob(?:<[^(]*>)?\(\s*['"`]([^'"`]+)/g), (m) => m[1] ?? '');
    return [...found, ...globs];
  });
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  if (specifier.startsWith('astro:')) return 'astro';
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

/** The figure that a file belongs to: a long one may be split into `credit2.ts`, `credit2-drawing.ts`, `credit2-words.ts`. */
function figureOf(path: string, figures: readonly string[]): string | undefined {
  const stem = /^src\/figures\/([^/]+)\.ts$/.exec(path)?.[1] ?? '';
  const owners = figures.filter((name) => stem === name || stem.startsWith(`${name}-`));
  return owners.sort((a, b) => b.length - a.length)[0];
}

function mayImport(room: Room, path: string, specifier: string, figures: readonly string[]): boolean {
  const [bare = ''] = specifier.split('?');
  if (bare.startsWith('/')) return room.rooms.some((allowed) => allowed.test(bare.slice(1)));
  if (!bare.startsWith('.')) return room.packages.some((allowed) => allowed.test(packageOf(bare)));
  const target = posix.normalize(posix.join(posix.dirname(path), bare));
  const own = figureOf(path, figures);
  if (own !== undefined && own === figureOf(target, figures)) return true;
  return room.rooms.some((allowed) => allowed.test(target));
}

/** An article is prose: the lines outside of code that import or export something. */
function importsInArticle(text: string): string[] {
  return text
    .replace(/^(```+|~~~+)[\s\S]*?^\1/gm, '')
    .split('\n')
    .filter((line) => /^(import|export)\b.*(from|['"{=(])/.test(line));
}

/** All imports that the table does not allow, a sentence each. */
export function forbiddenImports(tree: Tree): string[] {
  const index = 'src/figures/index.ts';
  const figures = importsOf(index, tree[index] ?? '').map((specifier) => posix.basename(specifier, '.ts'));
  return Object.entries(tree).flatMap(([path, text]) => {
    if (/\.mdx?$/.test(path)) return importsInArticle(text).map((line) => `${path} is an article with: ${line}`);
    const [name, room] = Object.entries(rooms).find(([, { holds }]) => holds.test(path)) ?? [];
    if (room === undefined) return [`${path} is in no room`];
    return importsOf(path, text)
      .filter((specifier) => !mayImport(room, path, specifier, figures))
      .map((specifier) => `${path} (${name}) may not import ${specifier}`);
  });
}

/** Packages that come with another one and are used for their types alone. */
const broughtAlong: Readonly<Record<string, string>> = { vite: 'astro' };

/** Packages that are imported and stand in no list of package.json, a sentence each. */
export function undeclaredPackages(tree: Tree, manifest: string): string[] {
  const lists = JSON.parse(manifest) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  const declared = new Set(['node', ...Object.keys({ ...lists.dependencies, ...lists.devDependencies })]);
  return Object.entries(tree).flatMap(([path, text]) =>
    (/\.mdx?$/.test(path) ? [] : importsOf(path, text))
      .filter((specifier) => !/^[./]/.test(specifier))
      .map(packageOf)
      .filter((name) => !declared.has(broughtAlong[name] ?? name))
      .map((name) => `${path} imports ${name}, which package.json does not name`),
  );
}
