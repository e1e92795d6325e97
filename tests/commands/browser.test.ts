/** The order in which a browser is looked for, and that the one in the npm package really starts. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { expect, test } from 'vitest';
import { findBrowser, launchOptions, noBrowser } from '../../src/commands/browser.ts';
import { scratch } from './scratch.ts';

/** A program in a folder that ends with this code when it is asked for its version. */
function program(folder: string, name: string, code = 0): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
  writeFileSync(path, `#!/bin/sh\nexit ${code}\n`);
  chmodSync(path, 0o755);
  return path;
}

const nowhere = { usualPlaces: [], packageFolder: 'does-not-exist' };

test('$CHROMIUM comes before everything', async () => {
  const folder = scratch();
  const mine = program(join(folder, 'mine'), 'my-browser');
  program(join(folder, 'bin'), 'chromium');
  const found = await findBrowser({ ...nowhere, env: { CHROMIUM: mine, PATH: join(folder, 'bin') } });
  expect([found.path, found.from]).toEqual([mine, '$CHROMIUM']);
});

test('a $CHROMIUM that is not there is an error, even where others are', async () => {
  const folder = scratch();
  program(join(folder, 'bin'), 'chromium');
  const missing = join(folder, 'missing');
  const wanted = `CHROMIUM is set to ${missing}, which is not there or does not run.`;
  await expect(findBrowser({ ...nowhere, env: { CHROMIUM: missing, PATH: join(folder, 'bin') } })).rejects.toThrow(
    wanted,
  );
});

test("the system's chromium comes before its chrome, wherever on PATH they are", async () => {
  const folder = scratch();
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const PATH = [one, two].join(process.platform === 'win32' ? ';' : ':');
  const stable = program(one, 'google-chrome-stable');
  const usual = program(join(folder, 'usual'), 'chrome');
  const machine = { ...nowhere, env: { PATH }, usualPlaces: [usual] };
  expect((await findBrowser(machine)).path).toBe(stable);
  const chrome = program(one, 'google-chrome');
  expect((await findBrowser(machine)).path).toBe(chrome);
  const debian = program(two, 'chromium-browser');
  expect((await findBrowser(machine)).path).toBe(debian);
  const plain = program(two, 'chromium');
  expect(await findBrowser(machine)).toMatchObject({ path: plain, from: 'system' });
});

test('the usual places come after PATH', async () => {
  const folder = scratch();
  const usual = program(folder, 'chrome');
  const found = await findBrowser({ ...nowhere, env: { PATH: '' }, usualPlaces: ['does-not-exist', usual] });
  expect(found.path).toBe(usual);
});

test('a program that does not start is passed over', async () => {
  const folder = scratch();
  const stub = program(join(folder, 'one'), 'chromium', 1);
  const works = program(join(folder, 'two'), 'google-chrome');
  const PATH = ['one', 'two'].map((name) => join(folder, name)).join(process.platform === 'win32' ? ';' : ':');
  const found = await findBrowser({ ...nowhere, env: { PATH } });
  // Windows cannot be asked: there, a file that is there counts.
  expect(found.path).toBe(process.platform === 'win32' ? stub : works);
});

test('without any, one line says what to install', async () => {
  await expect(findBrowser({ ...nowhere, env: { PATH: scratch() } })).rejects.toThrow(noBrowser);
  expect(noBrowser).not.toContain('\n');
});

test('the browser of the npm package unpacks itself and shows a page', { timeout: 60_000 }, async () => {
  const search = findBrowser({ env: { ...process.env, CHROMIUM: '', PATH: scratch() }, usualPlaces: [] });
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    await expect(search).rejects.toThrow(noBrowser);
    return;
  }
  const found = await search;
  expect(found.from).toBe('npm package');
  const running = await chromium.launch(launchOptions(found));
  try {
    const page = await running.newPage();
    await page.setContent('<p style="width: 123px">Hello</p>');
    expect(await page.evaluate('document.querySelector("p").offsetWidth')).toBe(123);
  } finally {
    await running.close();
  }
});
