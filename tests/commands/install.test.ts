/** When the set-up installs, what it says when it cannot, and that it does so with the real npm. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  SetUpError,
  dropForeignNode,
  fingerprint,
  isAtLeast,
  isInstalled,
  packagedNode,
  reasonOf,
  requireNode,
  writeStamp,
} from '../../src/commands/install.mjs';
import { envWithThisNode, scratch, withFile } from './scratch.ts';

const manifest = (fields: object) => JSON.stringify({ name: 'a', version: '1.0.0', ...fields });

function project(): string {
  return scratch({
    'package.json': manifest({ dependencies: { b: '1.0.0' } }),
    'package-lock.json': '{ "lockfileVersion": 3 }',
    'node_modules/b/index.js': '',
  });
}

describe('the stamp', () => {
  test('holds as long as nothing changes', () => {
    const root = project();
    expect(isInstalled(root)).toBe(false);
    writeStamp(root);
    expect(isInstalled(root)).toBe(true);
    writeFileSync(join(root, 'package.json'), manifest({ dependencies: { b: '1.0.0' }, scripts: { c: 'd' } }));
    expect(isInstalled(root)).toBe(true);
  });

  test.each([
    ['the lockfile', 'package-lock.json', '{ "lockfileVersion": 2 }'],
    ['a dependency', 'package.json', manifest({ dependencies: { b: '1.0.1' } })],
    [
      'an optional dependency',
      'package.json',
      manifest({ dependencies: { b: '1.0.0' }, optionalDependencies: { c: '1' } }),
    ],
    ['the stamp itself', 'node_modules/.inside-xen.json', '{ "finger'],
  ])('is void when %s changes', (_, path, text) => {
    const root = project();
    writeStamp(root);
    writeFileSync(join(root, path), text);
    expect(isInstalled(root)).toBe(false);
  });

  test('is void without node_modules', () => {
    const root = project();
    writeStamp(root);
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(isInstalled(root)).toBe(false);
  });

  test('is void on another platform or another major of Node', () => {
    const root = project();
    writeStamp(root);
    expect(isInstalled(root, { platform: 'sunos' })).toBe(false);
    expect(isInstalled(root, { arch: 'mips' })).toBe(false);
    expect(isInstalled(root, { nodeMajor: '4' })).toBe(false);
  });

  test('does not depend on the Node of the machine where a package brings one', () => {
    const root = project();
    withNode(root, 0);
    expect(fingerprint(root, { nodeMajor: '20' })).toBe(fingerprint(root, { nodeMajor: '24' }));
  });
});

/** A packaged Node that ends with this code. */
function withNode(root: string, code: number): void {
  const file = process.platform === 'win32' ? 'node.cmd' : 'node';
  const bin = join(root, 'node_modules', '.bin', file);
  mkdirSync(dirname(bin), { recursive: true });
  writeFileSync(bin, process.platform === 'win32' ? `@exit /b ${code}\r\n` : `#!/bin/sh\nexit ${code}\n`);
  chmodSync(bin, 0o755);
}

describe('the Node that scripts run on', () => {
  test('one from a package that does not run here is taken away', () => {
    const root = project();
    withNode(root, 1);
    dropForeignNode(root);
    expect(packagedNode(root)).toBeUndefined();
    withNode(root, 0);
    dropForeignNode(root);
    expect(packagedNode(root)).toBeDefined();
  });

  test("the machine's own has to be able to build where there is none", () => {
    const root = project();
    expect(() => requireNode(root, '20.19.0')).toThrow(SetUpError);
    expect(() => requireNode(root, '22.11.0')).toThrow(/install Node 22\.12 or newer \(this is 22\.11\.0\)/);
    expect(() => requireNode(root, '22.12.0')).not.toThrow();
    withNode(root, 0);
    expect(() => requireNode(root, '20.19.0')).not.toThrow();
  });

  test.each([
    ['22.12.0', true],
    ['v22.13.1', true],
    ['23.0.0', true],
    ['22.9.0', false],
    ['9.99.0', false],
  ])('%s is at least 22.12: %s', (version, expected) => {
    expect(isAtLeast(version, [22, 12])).toBe(expected);
  });
});

test.each([
  ['npm error code ENOTFOUND\nnpm error network request to https://example.org failed', /cannot reach its registry/],
  ['npm error code EUSAGE\nnpm ci can only install packages when they are in sync', /does not fit package\.json/],
  ['npm error code ENOSPC', /disk is full/],
  ['npm error code EACCES', /may not write/],
  ['something else', /message is above/],
])('%j is said in one sentence', (output, sentence) => {
  expect(reasonOf(output)).toMatch(sentence);
  expect(reasonOf(output)).not.toContain('\n');
});

test(
  'it installs once with the real npm, and does not call itself from a lifecycle script',
  { timeout: 60_000 },
  () => {
    const install = 'node src/commands/install.mjs';
    const root = withFile(
      scratch({
        'package.json': manifest({
          dependencies: { b: 'file:./b' },
          scripts: { prehello: install, hello: 'node -e "console.log(require(\'b\'))"', postinstall: install },
        }),
        'package-lock.json': JSON.stringify({
          name: 'a',
          version: '1.0.0',
          lockfileVersion: 3,
          packages: {
            '': { name: 'a', version: '1.0.0', dependencies: { b: 'file:./b' } },
            b: { version: '1.0.0' },
            'node_modules/b': { resolved: 'b', link: true },
          },
        }),
        'b/package.json': JSON.stringify({ name: 'b', version: '1.0.0' }),
        'b/index.js': "module.exports = 'hello from b';\n",
      }),
      'src/commands/install.mjs',
    );
    const run = () =>
      spawnSync('npm', ['run', '-s', 'hello'], {
        cwd: root,
        env: envWithThisNode(),
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
    const first = run();
    expect(first.stderr).toBe('Installing what package-lock.json names; the first time takes about half a minute.\n');
    expect(first.stdout).toBe('hello from b\n');
    const second = run();
    expect([second.stderr, second.stdout]).toEqual(['', 'hello from b\n']);
  },
);
