/**
 * Installs what package-lock.json names, when it is not there yet or something that it depends on has changed.
 * Runs before every other command, on whatever Node a machine has: built-ins only, and no syntax that an old Node
 * would trip over before it could say that it is too old.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The oldest major of Node that can install (npm 10 and its lockfile). */
const oldestToInstall = 20;

/** The oldest Node that can build: Astro's own bound. Below it the one from the npm package is needed. */
const oldestToBuild = [22, 12];

/** The real path of the Node that runs this; taken now, because `npm ci` may remove it while it runs. */
const ownPath = realpathSync(process.execPath);

/** Where the note about the last complete install is kept; `npm ci` removes it with everything else. */
const stampPath = (/** @type {string} */ root) => join(root, 'node_modules', '.inside-xen.json');

/** Something that the reader of the terminal can mend; its message is one sentence. */
export class SetUpError extends Error {}

/**
 * Says whether a version such as '22.4.1' is at least `[major, minor]`.
 * @param {string} version
 * @param {readonly number[]} bound
 */
export function isAtLeast(version, bound) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = bound;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/**
 * The Node that `npm run` finds first: the one from the npm package, or undefined where the platform has none.
 * @param {string} root
 * @returns {string | undefined}
 */
export function packagedNode(root) {
  const names = process.platform === 'win32' ? ['node.cmd', 'node.exe', 'node'] : ['node'];
  return names.map((name) => join(root, 'node_modules', '.bin', name)).find((path) => existsSync(path));
}

/**
 * Says whether this script runs on the packaged Node of this project.
 * @param {string} root
 */
function runsOnPackaged(root) {
  return ownPath.startsWith(join(realpathSync(root), 'node_modules'));
}

/**
 * The version of the machine's own Node, which may not be the one that runs this.
 * @param {string} root
 */
function machineVersion(root) {
  if (!runsOnPackaged(root)) return process.versions.node;
  const { status, stdout } = spawnSync(process.env.npm_node_execpath || 'node', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().replace(/^v/, '') : '0.0.0';
}

/**
 * A digest of all that an install depends on: lockfile, dependencies, npm's settings, platform, and the Node in use.
 * @param {string} root
 * @param {{ platform?: string, arch?: string, nodeMajor?: string }} [machine] this machine where left out
 */
export function fingerprint(root, machine = {}) {
  const { platform = process.platform, arch = process.arch } = machine;
  // The packaged Node is in the lockfile already; the machine's own matters only where there is no packaged one.
  const node = packagedNode(root) ? 'packaged' : machine.nodeMajor || machineVersion(root).split('.')[0];
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides', 'allowScripts'];
  const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8').replace(/\r\n/g, '\n');
  const parts = [platform, arch, node, lockfile, JSON.stringify(wanted.map((key) => manifest[key]))];
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}

/**
 * Says whether the last install was complete and nothing has changed since.
 * @param {string} root
 * @param {{ platform?: string, arch?: string, nodeMajor?: string }} [machine]
 */
export function isInstalled(root, machine = {}) {
  try {
    return JSON.parse(readFileSync(stampPath(root), 'utf8')).fingerprint === fingerprint(root, machine);
  } catch {
    return false; // no stamp, or one cut short: install again
  }
}

/**
 * Notes that what is in node_modules is complete.
 * @param {string} root
 */
export function writeStamp(root) {
  writeFileSync(stampPath(root), JSON.stringify({ fingerprint: fingerprint(root) }) + '\n');
}

/**
 * One sentence on why `npm ci` failed, from what it printed.
 * @param {string} output
 */
export function reasonOf(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(output)) {
    return 'npm cannot reach its registry: connect this machine to the network and try again.';
  }
  if (/EUSAGE|in sync/.test(output)) return 'package-lock.json does not fit package.json: run npm install once.';
  if (/ENOSPC/.test(output)) return 'The disk is full: free about 1 GB and try again.';
  if (/EACCES|EPERM/.test(output)) return 'npm may not write to node_modules: check who owns this folder.';
  return 'npm ci failed: its own message is above.';
}

/**
 * Runs npm, as the npm that called us where there is one.
 * @param {string} root
 */
function runNpm(root) {
  // No install scripts: no package needs its own, and they would run on a packaged Node that may not run here.
  const flags = [
    '--include=dev',
    '--include=optional',
    '--prefer-offline',
    '--no-progress',
    '--loglevel=error',
    '--ignore-scripts',
  ];
  const patience = ['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=10000'];
  // Windows cannot replace the node.exe that this script runs on: there, packages are exchanged one by one.
  const verb = process.platform === 'win32' && runsOnPackaged(root) ? ['install', '--no-save'] : ['ci'];
  const args = [...verb, ...flags, ...patience];
  const { npm_execpath: script = '', npm_node_execpath: node = process.execPath } = process.env;
  const viaScript = basename(script) === 'npm-cli.js' && existsSync(script) && existsSync(node);
  /** @type {import('node:child_process').SpawnSyncOptionsWithStringEncoding} */
  const options = {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: !viaScript && process.platform === 'win32',
    env: Object.assign({}, process.env, { INSIDE_XEN_INSTALLING: '1' }),
  };
  return viaScript ? spawnSync(node, [script, ...args], options) : spawnSync('npm', args, options);
}

/**
 * Takes a packaged Node that does not run here out of the way, so that PATH finds the machine's own: for example one
 * for glibc on a system with musl.
 * @param {string} root
 */
export function dropForeignNode(root) {
  const packaged = packagedNode(root);
  if (!packaged) return;
  const shell = process.platform === 'win32';
  const { status } = spawnSync(shell ? `"${packaged}"` : packaged, ['--version'], { shell });
  if (status !== 0) rmSync(packaged, { force: true });
}

/**
 * Throws a SetUpError unless a Node that can build is there: the packaged one, or else this machine's.
 * @param {string} root
 * @param {string} [version] of the machine's Node; asked for where left out
 */
export function requireNode(root, version = undefined) {
  if (packagedNode(root)) return;
  const found = version || machineVersion(root);
  if (isAtLeast(found, oldestToBuild)) return;
  throw new SetUpError(
    `No npm package has a Node for ${process.platform}-${process.arch}: ` +
      `install Node ${oldestToBuild.join('.')} or newer (this is ${found}).`,
  );
}

/**
 * Installs if needed; throws a SetUpError with one sentence if that is impossible.
 * @param {string} root the folder of package.json
 * @returns {boolean} whether it had to
 */
export function install(root) {
  if (!isAtLeast(process.versions.node, [oldestToInstall, 0])) {
    throw new SetUpError(`Inside Xen needs Node ${oldestToInstall} or newer; this is ${process.versions.node}.`);
  }
  if (isInstalled(root)) {
    requireNode(root);
    return false;
  }
  process.stderr.write('Installing what package-lock.json names; the first time takes about half a minute.\n');
  const { error, status, stdout, stderr } = runNpm(root);
  if (error && 'code' in error && error.code === 'ENOENT') {
    throw new SetUpError('There is no npm on this machine: it comes with Node, from nodejs.org.');
  }
  if (error || status !== 0) {
    const output = `${stdout || ''}${stderr || ''}${error ? error.message : ''}`;
    const reason = reasonOf(output);
    if (reason.endsWith('above.')) process.stderr.write(output);
    throw new SetUpError(reason);
  }
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
    throw new SetUpError('npm installed nothing: leave out options such as --dry-run or --global.');
  }
  dropForeignNode(root);
  writeStamp(root);
  requireNode(root);
  return true;
}

const isMain = process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href;
// The guard keeps a lifecycle script of this project that npm ci would run from installing again.
if (isMain && !process.env.INSIDE_XEN_INSTALLING) {
  try {
    install(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
