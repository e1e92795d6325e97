/** What ships to readers that others have made: found by following what the pages load, with each licence's text. */
import { build, type Plugin } from 'esbuild';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How a reader receives a package. */
export type Carriage = 'script' | 'font' | 'drawn';

/** One package that a reader receives something of. */
export interface Shipped {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  readonly text: string;
  readonly carriage: Carriage;
}

/** The bundler adds a few lines of its own to every script that loads another one. */
const bundlers = ['vite', 'rolldown'] as const;

/** The cards' letters, and the symbols cut out for public/fonts. */
const drawn = '@expo-google-fonts/ibm-plex-sans';

/** The name of the package that a path inside node_modules belongs to; undefined for the project's own files. */
export function packageOf(path: string): string | undefined {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path.replaceAll('\\', '/'))?.[1];
}

/** All packages that ship, by name; throws a sentence where one has no licence text. `root` is the project's folder. */
export async function shippedPackages(root = process.cwd()): Promise<readonly Shipped[]> {
  const fonts = readFileSync(join(root, 'src/styles/fonts.css'), 'utf8').matchAll(/url\('([^']+)'\)/g);
  const found = new Map<string, Carriage>([
    [drawn, 'drawn'],
    ...bundlers.map((name) => [name, 'script'] as const),
    ...named(Array.from(fonts, ([, path = '']) => path)).map((name) => [name, 'font'] as const),
    ...named(await scriptInputs(root)).map((name) => [name, 'script'] as const),
  ]);
  return [...found]
    .map(([name, carriage]) => describe(root, name, carriage))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function named(paths: readonly string[]): readonly string[] {
  return paths.map(packageOf).filter((name) => name !== undefined);
}

/** The files that the client's entry reaches, by imports of any kind. */
async function scriptInputs(root: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/client/entry.ts'],
    outdir: 'unwritten',
    bundle: true,
    splitting: true,
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [raw],
  });
  return Object.keys(metafile.inputs);
}

// Style sheets that a downloaded picture carries are imported as text.
const raw: Plugin = {
  name: 'raw',
  setup(setup) {
    setup.onResolve({ filter: /\?raw$/ }, ({ path }) => ({ path, namespace: 'raw' }));
    setup.onLoad({ filter: /.*/, namespace: 'raw' }, () => ({ contents: '', loader: 'text' }));
  },
};

function describe(root: string, name: string, carriage: Carriage): Shipped {
  const folder = join(root, 'node_modules', name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license?: string;
  };
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => /^(licen[cs]e|copying)/i.test(file)) : [];
  // Of a package of fonts, only the fonts ship.
  const file = files.find((one) => /font/i.test(one)) ?? files[0];
  if (!file || !license) throw new Error(`${name} ships to readers, and its licence could not be found.`);
  const text = readFileSync(join(folder, file), 'utf8');
  return {
    name,
    version,
    licence: /font/i.test(file) ? 'OFL-1.1' : license,
    // Vite's file goes on with what Vite itself is bundled from, which stays behind.
    text: (text.split(/^# Licenses of bundled dependencies/m)[0] ?? text).trim(),
    carriage,
  };
}
