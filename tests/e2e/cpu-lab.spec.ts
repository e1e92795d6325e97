/** A reader operates the lab: writes a program, sees what is wrong with it, runs it, steps back, sets breakpoints, shares it. */
import { brotliCompressSync } from 'node:zlib';
import { expect, type Page } from '@playwright/test';
import { live, test } from './pages.ts';

const name = 'cpu-lab';
const figure = (page: Page) => page.locator(`xen-figure#${name}`);
const area = (page: Page) => figure(page).locator('textarea');
const sentence = (page: Page) => figure(page).locator('.sentence');
const readout = (page: Page, id: string) => figure(page).locator(`[data-readout="${id}"] dd`);
const act = (page: Page, what: string) => figure(page).locator(`.transport [data-act="${what}"]`);
const choose = (page: Page, param: string, value: string) =>
  figure(page).locator(`[data-param="${param}"] select`).selectOption(value);

async function moment(page: Page): Promise<readonly number[]> {
  return ((await figure(page).locator('.position').textContent()) ?? '').split(' / ').map(Number);
}

async function write(page: Page, program: string): Promise<void> {
  await area(page).focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(program);
}

test.beforeEach(async ({ page }) => {
  await page.goto(`figures/${name}/`);
  await live(page, name);
});

test('a program is assembled as one types; what is wrong is marked, listed and said, and mended it runs', async ({
  page,
}) => {
  await write(page, 'start:  mov eax, 7\n        mow ebx, eax\n        hlt\n');
  const problems = figure(page).locator('.problems li');
  await expect(problems).toHaveCount(1);
  await expect(problems).toContainText('Line 2, column 9');
  await expect(figure(page).locator('.code-line.is-wrong')).toHaveCount(1);
  await expect(figure(page).locator('.code-line .wrong')).toHaveText('mow');
  await expect(area(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(sentence(page)).toContainText('Line 2');
  await expect(figure(page).locator('.control-text [role="status"]')).toContainText('Line 2, column 9');
  await write(page, 'start:  mov eax, 7\n        mov ebx, eax\n        hlt\n');
  await expect(problems).toHaveCount(0);
  await expect(area(page)).not.toHaveAttribute('aria-invalid');
  await expect.poll(async () => (await moment(page))[1]).toBeLessThan(10);
  await act(page, 'run').click();
  await expect(figure(page).locator('.stage-wide [data-key="x-ebx"]')).toHaveText('00000007');
  await act(page, 'back').click();
  await act(page, 'back').click();
  await act(page, 'back').click();
  await expect(figure(page).locator('.stage-wide [data-key="x-ebx"]')).toHaveText('00000000');
});

test('colours, text area and numbers lie on one another, at 320 px, too', async ({ page }) => {
  for (const width of [1440, 320]) {
    await page.setViewportSize({ width, height: 900 });
    const sizes = await page.evaluate(() => {
      const text = document.querySelector('textarea');
      const layer = document.querySelector('.code-layer');
      return { text: text?.scrollHeight, shown: text?.clientHeight, layer: layer?.clientHeight };
    });
    expect(sizes.text).toBe(sizes.shown);
    expect(sizes.text).toBe(sizes.layer);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    const size = await area(page).evaluate((node) => Number.parseFloat(getComputedStyle(node).fontSize));
    expect(size).toBeGreaterThanOrEqual(13);
  }
});

test('breakpoints by keyboard, by the button and in the gutter; they move with their lines; Run halts there', async ({
  page,
}) => {
  await write(page, 'start:  mov ecx, 3\nagain:  inc eax\n        loop again\n        cli\n        hlt\n');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F9');
  const stops = figure(page).locator('.code-line.has-stop');
  await expect(stops).toHaveCount(1);
  await expect(stops).toContainText('inc eax');
  const button = figure(page).locator('[data-act="stop"]');
  await expect(button).toHaveText('Clear the breakpoint in line 2');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('; three rounds\n');
  await expect(stops).toContainText('inc eax');
  await act(page, 'reset').focus();
  await figure(page).locator('.scrubber').fill('0');
  for (const rounds of ['00000000', '00000001', '00000002']) {
    await figure(page).locator('.stage').focus();
    await page.keyboard.press('Enter');
    await expect(figure(page).locator('.stage-wide [data-key="x-eax"]')).toHaveText(rounds);
    await expect(figure(page).locator('.code-line.is-now')).toContainText('inc eax');
  }
  await page.keyboard.press('Enter');
  const [at, all] = await moment(page);
  expect(at).toBe(all);
  await figure(page)
    .locator('.code-line')
    .nth(2)
    .click({ position: { x: 12, y: 8 } });
  await expect(stops).toHaveCount(0);
});

test('Tab leaves the editor; typing is one step of undo', async ({ page }) => {
  const before = await area(page).inputValue();
  await area(page).focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('; one\n; two\n');
  await page.keyboard.press('Tab');
  await expect(area(page)).not.toBeFocused();
  await figure(page).locator('[data-act="undo"]').click();
  await expect(area(page)).toHaveValue(before);
  await expect(figure(page).locator('[data-act="undo"]')).toBeDisabled();
});

test('the address holds the program, and opens it elsewhere; a sample is in it by its name', async ({
  page,
  context,
}) => {
  await choose(page, 'technique', 'pv-32');
  await expect(figure(page).locator('.stage-wide')).toContainText('a port');
  await write(page, "start:  mov al, '#' ; 50 % & é\n        out 0xe9, al\n        cli\n        hlt\n");
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('program=start%3A');
  const program = await area(page).inputValue();
  const words = (of: Page) => figure(of).locator('.stage-wide text').allTextContents();
  const seen = await words(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await live(other, name);
  await expect(area(other)).toHaveValue(program);
  await expect.poll(() => words(other)).toEqual(seen);
  await other.goto('about:blank');
  await other.goto(`figures/${name}/#${name}.program=mixed&${name}.technique=hvm-nested&${name}.frame=last`);
  await live(other, name);
  await expect(readout(other, 'divergence')).toHaveText('none');
  await expect(area(other)).toHaveValue(/fills from a disk/);
});

test('side by side on a phone by touch', async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    baseURL,
    hasTouch: true,
    isMobile: true,
    viewport: { width: 390, height: 800 },
  });
  const page = await context.newPage();
  await page.goto(`figures/${name}/`);
  const select = figure(page).locator('[data-param="beside"] select');
  await select.tap();
  await page.locator(`xen-figure#${name}[data-held]`).waitFor();
  const height = (await figure(page).locator('.stage-narrow').boundingBox())?.height ?? 0;
  await select.selectOption('binary-translation');
  await expect(readout(page, 'besideCycles')).not.toHaveText('none');
  expect((await figure(page).locator('.stage-narrow').boundingBox())?.height).toBeGreaterThan(height * 1.5);
  await act(page, 'step').tap();
  await figure(page)
    .locator('.code-line')
    .nth(3)
    .tap({ position: { x: 10, y: 8 } });
  await expect(figure(page).locator('.code-line.has-stop')).toHaveCount(1);
  await context.close();
});

const bad: readonly (readonly [string, string, RegExp])[] = [
  ['noise', '\u0001\u0002 ]][[ ÿ ¿ $$$ \u2028 \ud83d\n"\n', /^Line 1/],
  ['nothing', '', /no instruction/],
  ['an endless loop', 'start: jmp start', /jumps to itself/],
  ['a loop to the limit', 'start: inc eax\n cli\n sti\n jmp start', /100,000 steps/],
  ['a jump out of memory', 'start: jmp 0x8:0xf0000000', /triple|shut/i],
  ['a triple fault', 'start: int 3', /triple|shut/i],
];
for (const [what, program, says] of bad)
  test(`${what} is a sentence, and the page stays alive`, async ({ quietPage: page }) => {
    await page.goto(`figures/${name}/`);
    await live(page, name);
    await write(page, program);
    await figure(page).locator('.stage').focus();
    await page.keyboard.press('End');
    await expect(sentence(page)).toContainText(says, { timeout: 20_000 });
    await figure(page).locator('.transport [data-act="reset"]').click();
    await expect(readout(page, 'steps')).toHaveText('16');
  });

test('a megabyte, pasted or in the address, is one sentence; what was there stays', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const before = await area(page).inputValue();
  await page.evaluate(() => navigator.clipboard.writeText('mov eax, 1\n'.repeat(95_000)));
  await area(page).focus();
  await page.keyboard.press('Control+V');
  await expect(figure(page).locator('.problems')).toHaveText(/at most 12000 are read/);
  await expect(area(page)).toHaveValue(before);
  await act(page, 'step').click();
  await expect(readout(page, 'steps')).toHaveText('17');
  await page.goto('about:blank');
  await page.goto(`figures/${name}/#${name}.program=${'x'.repeat(1_000_000)}`);
  await live(page, name);
  await expect(figure(page).locator('.notice')).toContainText('longer than any state');
});

test('tasks are marked by the machine', async ({ page }) => {
  const task = (which: string) => page.locator(`.task[data-task="${name}.${which}"]`);
  await page.locator('main').press('Shift');
  for (const which of ['critical-section', 'translation-wins', 'red-pill']) {
    await expect(task(which).locator('.task-status')).toContainText('Not yet.');
    await task(which).locator('summary').click();
    await task(which).locator('[data-act="answer"]').click();
    await expect(task(which)).toHaveAttribute('data-done', '');
  }
});

test('without JavaScript the program can be read, and its page weighs at most 88 KiB', async ({
  browser,
  page,
  baseURL,
}) => {
  const got: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'font')
      got.push(response.body().then((body) => brotliCompressSync(body).length));
  });
  await page.goto('about:blank');
  await page.goto(`figures/${name}/`);
  await figure(page).scrollIntoViewIfNeeded();
  await page.locator(`xen-figure#${name}[data-state="live"]`).waitFor();
  await page.waitForLoadState('networkidle');
  const sizes = await Promise.all(got);
  expect(sizes.length).toBeGreaterThan(5);
  expect(sizes.reduce((sum, size) => sum + size, 0) / 1024).toBeLessThanOrEqual(88);
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const still = await context.newPage();
  await still.goto(`figures/${name}/`);
  await expect(still.locator('.code-line').first()).toBeVisible();
  await expect(still.locator('.code-layer')).toContainText('popf');
  await expect(still.locator('.code-layer .is-mnemonic').first()).toBeVisible();
  await expect(still.locator('textarea')).toBeHidden();
  await context.close();
});
