/** Where things are, for every command. */
import { readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder of package.json. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What commands keep from one run to the next; `npm ci` removes it. */
export const cacheDir = join(root, 'node_modules', '.cache', 'inside-xen');

/** Where the built site is: `dist/`, or $DIST_DIR. */
export function distDir(env: NodeJS.ProcessEnv = process.env, from: string = root): string {
  return resolve(from, env.DIST_DIR || 'dist');
}

/** The path that the site is served under, from $SITE_BASE, with a slash at both ends. */
export function siteBase(env: NodeJS.ProcessEnv = process.env): string {
  const inner = (env.SITE_BASE ?? '').replace(/^\/+|\/+$/g, '');
  return inner === '' ? '/' : `/${inner}/`;
}

/** The script behind a command of an npm package, to be run with `process.execPath` on any platform. */
export function binOf(packageName: string, command: string = packageName, from: string = root): string {
  const folder = join(from, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const script = typeof bin === 'string' ? bin : bin[command];
  if (script === undefined) throw new Error(`${packageName} has no command ${command}`);
  return join(folder, script);
}

/** Says whether a module is the script that Node was started with. */
export function isMain(moduleUrl: string): boolean {
  const script = process.argv[1];
  return script !== undefined && pathToFileURL(realpathSync(script)).href === moduleUrl;
}

/** Something that the reader of the terminal can mend: its message is one sentence, and no stack belongs to it. */
export class CommandError extends Error {}

/** Whether an error is about the words on the command line, which Node's `parseArgs` says in a sentence. */
function isAboutArguments(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** Runs a command's main function, which gives the exit code; what the reader can mend becomes one sentence and 1. */
export async function runMain(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof CommandError) && !isAboutArguments(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
