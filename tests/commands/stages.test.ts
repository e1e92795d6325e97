/** `npm test` counts what really happened: in vitest, in Playwright, in its stages, and without a browser. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countPlaywright, countVitest } from '../../src/commands/counts.ts';
import { binOf, root } from '../../src/commands/project.ts';
import { type Context, type Stage, stages } from '../../src/commands/stages.ts';
import { chosenStages, runStages } from '../../src/commands/test.ts';
import { scratch, withPackages } from './scratch.ts';

/** What a run of tests must not find in its environment: it would think that it is part of this one. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|VITE|TEST|NODE_ENV)/.test(name)));
}

function run(folder: string, script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const options = { cwd: folder, env: { ...cleanEnv(), ...env }, encoding: 'utf8' as const };
  return spawnSync(process.execPath, [script, ...args], options).status ?? 1;
}

// Written apart, so that the check for tests that are left out does not take these for ours.
const leaveOut = `test.${'skip'}`;

describe('a report of vitest', { timeout: 60_000 }, () => {
  function report(files: Readonly<Record<string, string>>): ReturnType<typeof countVitest> {
    const folder = withPackages(scratch(files));
    const path = join(folder, 'report.json');
    const args = ['run', '--root', folder, '--reporter=json', `--outputFile=${path}`];
    return countVitest(path, run(folder, binOf('vitest'), args));
  }
  const head = "import { expect, test } from 'vitest';\n";

  test('counts tests one by one; one that is left out and a file that does not load have failed', () => {
    const counts = report({
      'a.test.ts': `${head}test('a', () => {});\ntest('b', () => { expect(1).toBe(2); });\n${leaveOut}('c', () => {});`,
      'b.test.ts': `${head}test('d', () => {});`,
      'c.test.ts': "throw new Error('does not load');",
    });
    expect(counts).toEqual({ passed: 2, failed: 3 });
  });

  test('a run in which all pass has none failed, and one without tests has failed', () => {
    expect(report({ 'a.test.ts': `${head}test('a', () => {});` })).toEqual({ passed: 1, failed: 0 });
    expect(report({})).toEqual({ passed: 0, failed: 1 });
  });

  test('an error outside of every test has failed', () => {
    const text = `${head}test('a', () => { void Promise.reject(new Error('nobody waits')); });`;
    expect(report({ 'a.test.ts': text })).toEqual({ passed: 1, failed: 1 });
  });
});

describe('a report of Playwright', { timeout: 60_000 }, () => {
  function report(files: Readonly<Record<string, string>>): ReturnType<typeof countPlaywright> {
    const folder = withPackages(scratch({ 'package.json': '{ "type": "module" }', ...files }));
    const path = join(folder, 'report.json');
    const args = ['test', '--reporter=json', '--workers=1'];
    return countPlaywright(
      path,
      run(folder, binOf('@playwright/test', 'playwright'), args, { PLAYWRIGHT_JSON_OUTPUT_NAME: path }),
    );
  }
  const head = "import { expect, test } from '@playwright/test';\n";

  test('counts tests one by one; one that is left out has failed', () => {
    const text = `${head}test('a', () => {});\ntest('b', () => { expect(1).toBe(2); });\n${leaveOut}('c', () => {});`;
    expect(report({ 'a.spec.ts': text })).toEqual({ passed: 1, failed: 2 });
  });

  test('a file that does not load has failed, and so has a run without tests', () => {
    expect(report({ 'a.spec.ts': "throw new Error('does not load');" }).failed).toBeGreaterThan(0);
    expect(report({})).toEqual({ passed: 0, failed: 1 });
  });
});

describe('stages', () => {
  const context: Context = {
    browser: { path: 'none', args: [], env: {}, from: 'system' },
    site: () => Promise.reject(new Error('no site')),
    folder: root,
    words: [],
    update: false,
  };
  const stage = (name: string, passed: number, failed: number, needsSite = false): Stage => ({
    name,
    needsSite,
    run: () => Promise.resolve({ passed, failed, output: `${name} said this` }),
  });

  /** Runs them; gives the counts and what was said. */
  async function counted(all: readonly Stage[]) {
    const said: string[] = [];
    const { passed, failed } = await runStages(all, context, (text) => said.push(text));
    return { passed, failed, said: said.join('\n') };
  }

  test('are added up', async () => {
    const { said, ...counts } = await counted([stage('a', 3, 0), stage('b', 1, 2)]);
    expect(counts).toEqual({ passed: 4, failed: 2 });
    // What a stage printed is shown where something failed, and only there.
    expect([said.includes('a said this'), said.includes('b said this')]).toEqual([false, true]);
  });

  test('that need a site have failed when there is none', async () => {
    const all = [stage('build', 0, 1), stage('a', 5, 0, true), stage('b', 7, 0, true), stage('c', 1, 0)];
    const { said, ...counts } = await counted(all);
    expect(counts).toEqual({ passed: 1, failed: 3 });
    expect(said).toContain('Not run: there is no site, because the build failed.');
  });

  test('that throw have failed', async () => {
    const broken: Stage = { name: 'a', run: () => Promise.reject(new Error('out of order')) };
    const { said, ...counts } = await counted([broken, stage('b', 1, 0)]);
    expect(counts).toEqual({ passed: 1, failed: 1 });
    expect(said).toContain('out of order');
  });

  test('can be chosen, and bring the build with them where they need it', () => {
    const names = (only?: string) => chosenStages(only).map(({ name }) => name);
    expect(names()).toEqual(stages.map(({ name }) => name));
    expect(names('lint')).toEqual(['lint']);
    expect(names('e2e,types')).toEqual(['types', 'build', 'e2e']);
    expect(() => names('nothing')).toThrow('There is no stage nothing. There are: types,');
  });
});

test('without the browser that was asked for, npm test says so and fails', () => {
  const CHROMIUM = join(root, 'no-such-browser');
  expect(existsSync(CHROMIUM)).toBe(false);
  const options = { cwd: root, env: { ...cleanEnv(), CHROMIUM }, encoding: 'utf8' as const };
  const { status, stdout } = spawnSync(process.execPath, ['src/commands/test.ts', '--only', 'format'], options);
  expect(stdout).toBe(`CHROMIUM is set to ${CHROMIUM}, which is not there or does not run.\n0 passed, 1 failed\n`);
  expect(status).toBe(1);
});
