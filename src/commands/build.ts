/** `npm run build`: builds the site with Astro, but only if something that it is made from has changed. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { alone } from './lock.ts';
import { CommandError, binOf, cacheDir, distDir, isMain, root, runMain, siteBase } from './project.ts';

/** What a site is made from, besides the environment and the history that gives pages their dates. */
const inputs = ['content', 'public', 'src', 'astro.config.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** Variables of the environment that a build reads. */
const variables = ['SITE_BASE', 'SITE_URL', 'REPO_URL'] as const;

/** One project to build, and where; everything has the checkout's own value where left out. */
export interface Project {
  readonly root?: string;
  readonly cache?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** All files below a path (or the path itself), sorted, with `/` between the parts; nothing where it does not exist. */
export function filesBelow(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/** A digest of all that the built site depends on. Tests are left out: changing one does not build again. */
export function inputsDigest({ root: from = root, env = process.env }: Project = {}): string {
  const hash = createHash('sha256');
  for (const path of inputs.flatMap((input) => filesBelow(join(from, input)))) {
    if (path.endsWith('.test.ts')) continue;
    hash.update(relative(from, path).split(sep).join('/')).update('\0').update(readFileSync(path)).update('\0');
  }
  for (const name of variables) hash.update(`${name}=${env[name] ?? ''}\0`);
  // Pages say when they were last changed, which a commit changes without touching a file.
  const head = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: from, encoding: 'utf8' });
  return hash.update(head.status === 0 ? head.stdout : '').digest('hex');
}

/** A digest of names and sizes in the built site, which notices a file that is gone or was written by another build. */
export function outputDigest(dist: string): string {
  const lines = filesBelow(dist).map((path) => `${relative(dist, path)} ${statSync(path).size}`);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function stampPath({ root: from = root, cache = cacheDir, env = process.env }: Project): string {
  const name = createHash('sha256').update(distDir(env, from)).digest('hex').slice(0, 12);
  return join(cache, `build-${name}.json`);
}

/** Says whether the built site is complete and made from what is there now. */
export function isBuilt(project: Project = {}): boolean {
  const { root: from = root, env = process.env } = project;
  try {
    const stamp = JSON.parse(readFileSync(stampPath(project), 'utf8')) as { inputs?: string; output?: string };
    return stamp.inputs === inputsDigest(project) && stamp.output === outputDigest(distDir(env, from));
  } catch {
    return false; // no stamp, or one cut short: build again
  }
}

/** Notes that the built site is complete. `digest` was taken before the build, so that a change during it is noticed. */
export function writeBuildStamp(digest: string, project: Project = {}): void {
  const { root: from = root, cache = cacheDir, env = process.env } = project;
  mkdirSync(cache, { recursive: true });
  const stamp = { inputs: digest, output: outputDigest(distDir(env, from)) };
  writeFileSync(stampPath(project), JSON.stringify(stamp) + '\n');
}

/** Runs `astro build`; gives what it printed, and throws a CommandError with that if it failed or logged an error. */
async function runAstro(from: string, env: NodeJS.ProcessEnv): Promise<string> {
  const options = { cwd: from, env: { ...env, ASTRO_TELEMETRY_DISABLED: '1', NO_COLOR: '1', FORCE_COLOR: '0' } };
  const child = spawn(process.execPath, [binOf('astro', 'astro', from), 'build'], options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  // A reference to an entry that is not there is logged as an error, and Astro still exits with 0.
  const fault = output.search(/^.*\[ERROR\]/m);
  if (code !== 0 || fault >= 0) {
    throw new CommandError(`${output.slice(Math.max(0, fault)).trimEnd()}\n\nThe site was not built: see above.`);
  }
  return output;
}

async function buildNow(project: Project): Promise<void> {
  const { root: from = root, env = process.env } = project;
  process.stderr.write('Building the site.\n');
  rmSync(stampPath(project), { force: true });
  const digest = inputsDigest(project);
  const output = await runAstro(from, env);
  // The directive is Astro's own, which Vite does not know.
  const warnings = output
    .split('\n')
    .filter((line) => /\[WARN\]/.test(line) && !line.includes('MODULE_LEVEL_DIRECTIVE'));
  for (const line of warnings) process.stderr.write(`${line}\n`);
  writeBuildStamp(digest, project);
}

/** Builds the site unless it is there already; says whether it had to. Throws a CommandError with Astro's output. */
export async function build(project: Project & { readonly force?: boolean } = {}): Promise<boolean> {
  const { cache = cacheDir, force = false } = project;
  if (!force && isBuilt(project)) return false;
  const waiting = (): void => void process.stderr.write('Another build of this checkout is running: waiting for it.\n');
  return alone(join(cache, 'building'), waiting, async () => {
    // The one that was waited for may have built just this.
    if (!force && isBuilt(project)) return false;
    await buildNow(project);
    return true;
  });
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const { values } = parseArgs({ options: { force: { type: 'boolean', default: false } } });
    const start = performance.now();
    const built = await build({ force: values.force });
    const pages = filesBelow(distDir()).filter((path) => path.endsWith('.html')).length;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const where = `${relative(root, distDir()) || '.'}, base ${siteBase()}`;
    console.log(built ? `Built ${pages} pages in ${seconds} s (${where}).` : `Nothing has changed (${where}).`);
    return 0;
  });
}
