/** Finds a browser for tests and pictures: $CHROMIUM, then the system's, then the one inside an npm package. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CommandError, cacheDir, root } from './project.ts';

/** A browser that has been started once to see that it runs here. */
export interface Browser {
  readonly path: string;
  /** Flags that every use needs: quiet, offline, and able to run as root in a container. */
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly from: '$CHROMIUM' | 'system' | 'npm package';
}

/** Where to look; the machine's own where left out. */
export interface Machine {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  /** Full paths to try after PATH. */
  readonly usualPlaces?: readonly string[];
  /** The folder of the npm package @sparticuz/chromium. */
  readonly packageFolder?: string;
  /** Where that package's browser is unpacked, once. */
  readonly unpackInto?: string;
}

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'] as const;

/** What to do where there is none; one line. */
export const noBrowser =
  'No browser: install Chromium (Debian, Ubuntu: apt-get install -y chromium) or Chrome, or set CHROMIUM to its path.';

function placesOn(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'darwin') {
    const apps = ['Chromium', 'Google Chrome'].map((name) => `${name}.app/Contents/MacOS/${name}`);
    return ['/Applications', join(env.HOME ?? '/', 'Applications')].flatMap((f) => apps.map((app) => join(f, app)));
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter((f) => f !== undefined);
    const apps = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe'];
    return folders.flatMap((folder) => apps.map((app) => join(folder, app)));
  }
  return ['/snap/bin/chromium', '/opt/google/chrome/chrome'];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it for its version: a wrapper whose browser is not installed, or one that lacks a library, does not count. */
function runs(path: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (!isExecutable(path)) return false;
  if (platform === 'win32') return true; // chrome.exe opens a window when it is asked for its version
  const { status } = spawnSync(path, ['--version', '--no-sandbox'], { env, stdio: 'ignore', timeout: 20_000 });
  return status === 0;
}

function onPath(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const suffix = platform === 'win32' ? '.exe' : '';
  return names.flatMap((name) => folders.map((folder) => join(folder, name + suffix)));
}

/** Unpacks the package's browser with its libraries into a folder; a folder that is there is complete. */
async function unpack(packageFolder: string, into: string): Promise<void> {
  if (existsSync(into)) return;
  mkdirSync(join(into, '..'), { recursive: true });
  const draft = mkdtempSync(`${into}-`);
  // The package unpacks into the folder for temporary files, wherever that is: a process of its own keeps ours.
  const bin = join(packageFolder, 'bin');
  const script = `
    const { inflate } = await import(process.argv[1]);
    for (const file of process.argv.slice(2)) await inflate(file);`;
  const module = new URL('build/index.js', `file://${packageFolder}/`).href;
  const files = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br'].map((file) => join(bin, file));
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, module, ...files], {
    env: { ...process.env, TMPDIR: draft },
    stdio: 'ignore',
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  try {
    if (code === 0) renameSync(draft, into);
  } catch (error) {
    if (!existsSync(into)) throw error; // otherwise another process was faster
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function fromPackage(machine: Required<Machine>): Promise<Browser | undefined> {
  const { packageFolder, unpackInto, env, platform } = machine;
  if (platform !== 'linux' || process.arch !== 'x64' || !existsSync(join(packageFolder, 'bin', 'chromium.br'))) return;
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const folder = join(unpackInto, `chromium-${version}`);
  await unpack(packageFolder, folder);
  const path = join(folder, 'chromium');
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') };
  const own = join(folder, 'al2023', 'lib');
  // The system's own libraries first: the package's are for a system that has none of them.
  for (const library of [env.LD_LIBRARY_PATH, env.LD_LIBRARY_PATH ? `${env.LD_LIBRARY_PATH}:${own}` : own]) {
    const whole = { ...env, ...fonts, ...(library === undefined ? {} : { LD_LIBRARY_PATH: library }) };
    if (runs(path, whole, platform)) return { path, args, env: defined(whole), from: 'npm package' };
  }
  return undefined;
}

function defined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The first browser that runs on this machine. Throws a CommandError with one sentence if there is none. */
export async function findBrowser(given: Machine = {}): Promise<Browser> {
  const env = given.env ?? process.env;
  const platform = given.platform ?? process.platform;
  const machine: Required<Machine> = {
    env,
    platform,
    usualPlaces: given.usualPlaces ?? placesOn(platform, env),
    packageFolder: given.packageFolder ?? join(root, 'node_modules', '@sparticuz', 'chromium'),
    unpackInto: given.unpackInto ?? cacheDir,
  };
  if (env.CHROMIUM) {
    if (runs(env.CHROMIUM, env, platform)) return { path: env.CHROMIUM, args, env: defined(env), from: '$CHROMIUM' };
    throw new CommandError(`CHROMIUM is set to ${env.CHROMIUM}, which is not there or does not run.`);
  }
  const system = [...onPath(env, platform), ...machine.usualPlaces].find((path) => runs(path, env, platform));
  if (system !== undefined) return { path: system, args, env: defined(env), from: 'system' };
  const packaged = await fromPackage(machine);
  if (packaged !== undefined) return packaged;
  throw new CommandError(noBrowser);
}

/** What Playwright's `launch` takes to start it. */
export function launchOptions(browser: Browser): {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
} {
  return { executablePath: browser.path, args: [...browser.args], env: browser.env };
}

/** An empty folder for temporary files, which the caller removes. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `inside-xen-${name}-`));
}
