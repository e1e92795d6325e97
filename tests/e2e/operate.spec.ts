/** A reader operates a figure: transport, keys, controls, undo, link, data. */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { live, test } from './pages.ts';

const name = 'trap-and-emulate';
const figure = (page: Page) => page.locator(`xen-figure#${name}`);
const position = (page: Page) => figure(page).locator('.position');
const act = (page: Page, what: string) => figure(page).locator(`.transport [data-act="${what}"]`);

async function moment(page: Page): Promise<number> {
  return Number((await position(page).textContent())?.split(' / ')[0]);
}

test.beforeEach(async ({ page }) => {
  await page.goto(`figures/${name}/`);
  await live(page, name);
});

test('steps on and back, to the ends and no further, and resets', async ({ page }) => {
  const start = await moment(page);
  await act(page, 'step').click();
  expect(await moment(page)).toBe(start + 1);
  const drawn = await figure(page).locator('.stage-wide').innerHTML();
  await act(page, 'back').click();
  await act(page, 'step').click();
  expect(await figure(page).locator('.stage-wide').innerHTML()).toBe(drawn);
  await figure(page).locator('.stage').focus();
  await page.keyboard.press('Home');
  expect(await moment(page)).toBe(1);
  await page.keyboard.press('ArrowLeft');
  expect(await moment(page)).toBe(1);
  await expect(act(page, 'back')).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('End');
  const last = await moment(page);
  await page.keyboard.press('ArrowRight');
  expect(await moment(page)).toBe(last);
  await page.keyboard.press('ArrowLeft');
  expect(await moment(page)).toBe(last - 1);
  await page.keyboard.press('r');
  await expect(position(page)).toHaveText(`${start} / ${last}`);
});

test('never starts by itself; plays, pauses, and stops at the end', async ({ page }) => {
  const start = await moment(page);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await moment(page)).toBe(start);
  await expect(figure(page)).not.toHaveAttribute('data-playing');
  await figure(page).locator('.speed select').selectOption('8');
  await act(page, 'play').click();
  await expect(act(page, 'play')).toHaveText('Pause');
  await expect.poll(() => moment(page)).toBeGreaterThan(start + 1);
  await act(page, 'play').click();
  await expect(act(page, 'play')).toHaveText('Play');
  const paused = await moment(page);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await moment(page)).toBe(paused);
  const last = Number(await figure(page).locator('.scrubber').getAttribute('max'));
  await figure(page)
    .locator('.scrubber')
    .fill(String(last - 2));
  await act(page, 'play').click();
  await expect(figure(page)).not.toHaveAttribute('data-playing');
  expect(await moment(page)).toBe(last + 1);
});

test('stops when it leaves the screen and when its tab is hidden', async ({ page }) => {
  await figure(page).locator('.scrubber').fill('0');
  await act(page, 'play').click();
  await expect(figure(page)).toHaveAttribute('data-playing', '');
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
  await page.setViewportSize({ width: 1440, height: 300 });
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
  await expect(figure(page)).not.toHaveAttribute('data-playing');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  await figure(page).locator('.scrubber').fill('0');
  await act(page, 'play').click();
  await expect(figure(page)).toHaveAttribute('data-playing', '');
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect(figure(page)).not.toHaveAttribute('data-playing');
});

test('moves in steps for who asks for less motion', async ({ page }) => {
  const transition = () =>
    page.evaluate(() => getComputedStyle(document.querySelector('.token') as Element).transitionDuration);
  expect(await transition()).not.toBe('0s');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await transition()).toBe('0s');
});

test('a control runs the model again; undo and reset find the way back', async ({ page }) => {
  const control = figure(page).locator('.control[data-param="deprivileged"] input');
  const sentence = figure(page).locator('.sentence');
  await act(page, 'step').click();
  const before = await sentence.textContent();
  await control.uncheck();
  await expect(sentence).not.toHaveText(before ?? '');
  await figure(page).locator('[data-act="undo"]').click();
  await expect(sentence).toHaveText(before ?? '');
  await expect(control).toBeChecked();
  await control.uncheck();
  await figure(page).locator('.transport [data-act="reset"]').click();
  await expect(control).toBeChecked();
  await expect(figure(page)).not.toHaveAttribute('data-changed');
});

test('words: the picture’s name is fixed, the sentence goes to one polite region', async ({ page }) => {
  const svg = figure(page).locator('.stage-wide');
  const label = await svg.getAttribute('aria-label');
  await expect(figure(page).locator('[role="status"].spoken')).toHaveCount(1);
  await act(page, 'step').click();
  expect(await svg.getAttribute('aria-label')).toBe(label);
  await expect(figure(page).locator('.spoken')).toHaveText(
    (await figure(page).locator('.sentence').textContent()) ?? '',
  );
});

test('a link to the state reopens exactly this state', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await figure(page).locator('.control[data-param="deprivileged"] input').uncheck();
  await figure(page).locator('.stage').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await figure(page).locator('[data-act="share"]').click();
  await expect(figure(page).locator('.notice')).toHaveText('Link copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const seen = await state(page);
  const other = await context.newPage();
  await other.goto(link);
  await live(other, name);
  await expect.poll(() => state(other)).toEqual(seen);
});

async function state(page: Page): Promise<unknown> {
  return {
    moment: await moment(page),
    sentence: await figure(page).locator('.sentence').textContent(),
    readouts: await figure(page).locator('.readouts dd').allTextContents(),
    picture: await figure(page).locator('.stage-wide').innerHTML(),
    controls: await figure(page)
      .locator('.controls input, .controls select')
      .evaluateAll((inputs) =>
        inputs.map((input) => (input as HTMLInputElement).value + String((input as HTMLInputElement).checked)),
      ),
  };
}

const bad: readonly (readonly [string, RegExp])[] = [
  ['frame=99999', /^$/],
  ['slice=99999', /goes from/],
  ['slice=abc', /is a number/],
  ['deprivileged=perhaps', /is on or off/],
  ['nothing=1', /no parameter nothing/],
  ['deprivileged=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E', /is on or off/],
  [`slice=${'9'.repeat(100_000)}`, /longer than any state/],
];
for (const [setting, says] of bad)
  test(`a bad address is said in one line and breaks nothing: ${setting.slice(0, 40)}`, async ({ quietPage: page }) => {
    await page.goto('about:blank');
    await page.goto(`figures/${name}/#${name}.${setting}`);
    await live(page, name);
    const notice = figure(page).locator('.notice');
    await expect(notice).toHaveText(says);
    expect((await notice.textContent())?.length ?? 0).toBeLessThan(300);
    await expect(figure(page).locator('.notice *')).toHaveCount(0);
    await expect(page.locator('img[src="x"]')).toHaveCount(0);
    await act(page, 'back').click();
    await expect(figure(page).locator('.sentence')).not.toHaveText('');
  });

test('a state link names a figure that is not here: the page says so', async ({ page }) => {
  await page.goto('about:blank');
  await page.goto('figures/time-sharing/#nobody.slice=3');
  await expect(page.locator('.page-notice')).toBeVisible();
});

test('on its own page the address follows the state, and is plain again after reset', async ({ page }) => {
  await act(page, 'step').click();
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(new RegExp(`^#${name}\\.frame=\\d+$`));
  await figure(page).locator('.transport [data-act="reset"]').click();
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('');
});

test('data: the moments as CSV, the picture as an SVG that carries its own colours', async ({ page }) => {
  const csvDownload = page.waitForEvent('download');
  await figure(page).locator('[data-act="csv"]').click();
  const csv = readFileSync(await (await csvDownload).path(), 'utf8');
  const last = Number(await figure(page).locator('.scrubber').getAttribute('max'));
  expect(csv.trimEnd().split('\r\n')).toHaveLength(last + 2);
  const svgDownload = page.waitForEvent('download');
  await figure(page).locator('[data-act="svg"]').click();
  const svg = readFileSync(await (await svgDownload).path(), 'utf8');
  expect(svg).toMatch(/^<svg xmlns=/);
  expect(svg).not.toMatch(/var\(|light-dark|https?:\/\/(?!www\.w3\.org)/);
  const viewer = await page.context().newPage();
  await viewer.setContent(`<img src="data:image/svg+xml,${encodeURIComponent(svg)}">`);
  await expect
    .poll(() => viewer.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(700);
});
