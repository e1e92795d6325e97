/** The shell: theme, what has been read, contents, keyboard, narrow windows, large text, forced colours. */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { kinds, measured, scrollThrough, test } from './pages.ts';

const first = 'learn/what-a-hypervisor-does/';
const theme = (page: Page) => page.locator('.theme-switch');
const paper = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const light = 'rgb(251, 250, 247)';
const dark = 'rgb(19, 21, 25)';

test('the theme follows the system, then the switch, which says what it does and is remembered', async ({
  quietPage: page,
}) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('');
  expect(await paper(page)).toBe(dark);
  await expect(theme(page)).toHaveAccessibleName('Light or dark: as the system');
  await theme(page).click();
  expect(await paper(page)).toBe(light);
  await expect(theme(page)).toHaveAccessibleName('Light or dark: light');
  await expect(page.locator('.theme-switch + [role="status"]')).toHaveText('Light or dark: light');
  await page.goto(first);
  expect(await paper(page)).toBe(light);
  await theme(page).click();
  expect(await paper(page)).toBe(dark);
  await theme(page).click();
  await expect(theme(page)).toHaveAccessibleName('Light or dark: as the system');
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await paper(page)).toBe(light);
});

test('a remembered theme stands before the first paint', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('');
  await theme(page).click();
  await theme(page).click();
  // Whatever could be painted first, the body, finds the theme in its place.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      observer.disconnect();
      Object.assign(window, { atFirst: document.documentElement.dataset['theme'] });
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(measured);
  expect(await page.evaluate(() => (window as unknown as { atFirst?: string }).atFirst)).toBe('dark');
  expect(await paper(page)).toBe(dark);
});

test('junk in the store is no theme and nothing read', async ({ quietPage: page }) => {
  await page.goto('');
  await page.evaluate(() => {
    for (const key of ['theme', 'read', 'slash']) localStorage.setItem(`inside-xen:${key}`, '{"<b>":[');
  });
  await page.goto('learn/');
  await expect(page.locator('.is-read')).toHaveCount(0);
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBeUndefined();
  await page.evaluate(() => localStorage.setItem('inside-xen:read', '{"a":1}'));
  await page.reload();
  await expect(page.locator('.is-read')).toHaveCount(0);
});

test('an article counts as read when its end has been seen, and every list says so', async ({ quietPage: page }) => {
  await page.goto(first);
  await expect(page.locator('.article-body h1')).toBeVisible();
  await expect(page.locator('.is-read')).toHaveCount(0);
  await scrollThrough(page);
  await expect(page.locator('.side-series .is-read')).toHaveCount(1);
  await page.goto('learn/');
  const entry = page.locator('[data-slug="what-a-hypervisor-does"]');
  await expect(entry).toHaveClass(/is-read/);
  await expect(entry.locator('.read-mark')).toBeVisible();
  await expect(entry.locator('.read-word')).toHaveText('(read)');
  await expect(page.locator('[data-slug="type-1-and-type-2"]')).not.toHaveClass(/is-read/);
});

test('the contents follow the reader', async ({ quietPage: page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(measured);
  const current = page.locator('.side-contents [aria-current="true"]');
  await expect(current).toHaveCount(0);
  const headings = page.locator('.side-contents a');
  for (const index of [2, 0]) {
    const link = headings.nth(index);
    await link.click();
    await expect(current).toHaveCount(1);
    await expect(link).toHaveAttribute('aria-current', 'true');
  }
  // A leap over all headings stops at none of them.
  const leap = (end: boolean): Promise<void> =>
    page.evaluate((end) => scrollTo({ top: end ? document.body.scrollHeight : 0, behavior: 'instant' }), end);
  await leap(true);
  await expect(headings.last()).toHaveAttribute('aria-current', 'true');
  await leap(false);
  await expect(current).toHaveCount(0);
});

test('the first stop of the tab key skips to the text', async ({ quietPage: page }) => {
  await page.goto(measured);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the text' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.querySelector('main')?.contains(document.activeElement))).toBe(true);
});

test('the header can be walked through by keyboard, and each stop is seen', async ({ quietPage: page }) => {
  await page.goto('');
  const names: string[] = [];
  for (let stop = 0; stop < 9; stop += 1) {
    await page.keyboard.press('Tab');
    const { name, outline } = await page.evaluate(() => {
      const { activeElement } = document;
      const name = activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '';
      return {
        name: name.replace(/\s+/g, ' ').trim(),
        outline: activeElement ? getComputedStyle(activeElement).outlineStyle : '',
      };
    });
    names.push(name);
    expect(outline, name).not.toBe('none');
  }
  expect(names).toEqual([
    'Skip to the text',
    'Inside Xen',
    'Series',
    'Figures',
    'Atlas',
    'Glossary',
    'References',
    'Search /',
    'Light or dark: as the system',
  ]);
});

for (const path of kinds) {
  test(`/${path} reflows at 320 px and with text twice as large`, async ({ page }) => {
    for (const [width, size] of [
      [320, '100%'],
      [640, '200%'],
    ] as const) {
      await page.setViewportSize({ width, height: 700 });
      await page.goto(path);
      await page.evaluate((large) => {
        // What a reader sets in the browser: the root's size counts from it.
        if (large !== '100%')
          document.documentElement.style.fontSize = `calc(${getComputedStyle(document.documentElement).fontSize} * 2)`;
      }, size);
      const wide = await page.evaluate(() =>
        [...document.querySelectorAll('body *')]
          .filter(
            (node) =>
              node.getClientRects().length > 0 && !node.closest('pre, svg, .unseen, .spoken, [aria-hidden="true"]'),
          )
          .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
          .map((node) => `${node.localName}.${node.className} ${Math.round(node.getBoundingClientRect().right)}`),
      );
      expect(wide, `${width} px, ${size}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  });
}

test('everything to press in the shell is at least 24 px high and wide', async ({ quietPage: page }) => {
  for (const [path, width] of [
    ['', 1440],
    [measured, 390],
    ['glossary/', 390],
    ['atlas/', 390],
    ['learn/', 390],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(path);
    const small = await page
      .locator(
        '.site-head :is(a, button), .site-foot a, .side a, .letters a, .neighbours a, .crumbs a, .series-title a',
      )
      .evaluateAll((all) =>
        all
          .map((node) => ({ text: node.textContent?.trim(), box: node.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
          .map(({ text, box }) => `${text} ${Math.round(box.width)} × ${Math.round(box.height)}`),
      );
    expect(small, `/${path}`).toEqual([]);
  }
});

test('in forced colours the current entry and the active answer can be told from the others', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(measured);
  const border = (selector: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((node) => getComputedStyle(node).borderInlineStartColor);
  expect(await border('.side-series [aria-current]')).not.toBe(await border('.side-series a:not([aria-current])'));
  await page.keyboard.press('/');
  await page.keyboard.type('guest');
  const outline = (selector: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((node) => getComputedStyle(node).outlineStyle);
  await expect(page.locator('.search [aria-selected="true"]')).toBeVisible();
  expect(await outline('.search [aria-selected="true"]')).toBe('solid');
  expect(await outline('.search [aria-selected="false"]')).toBe('none');
});

test('print shows the state that the reader has set, whatever the screen shows', async ({ quietPage: page }) => {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto('figures/stack-paths/');
    await page.goto('figures/stack-paths/#stack-paths.busy=3');
    const figure = page.locator('xen-figure[data-changed]');
    await figure.waitFor();
    const total = await figure.locator('[data-readout="type1"] dd').innerText();
    await page.pdf({ preferCSSPageSize: true });
    await page.emulateMedia({ media: 'print' });
    await expect(figure.locator('.stage-wide')).toBeVisible();
    await expect(figure.locator('.stage-narrow, .moments')).toHaveCount(2);
    for (const other of await figure.locator('.stage-narrow, .moments').all()) await expect(other).toBeHidden();
    await expect(figure.locator('.stage-wide')).toContainText(total);
    await page.emulateMedia({ media: 'screen' });
  }
});

test('a picture that is taken along carries its letters', async ({ quietPage: page }) => {
  await page.goto('figures/stack-paths/');
  await page.locator('xen-figure[data-state="live"]').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Picture as SVG' }).click(),
  ]);
  const svg = readFileSync(await download.path(), 'utf8');
  expect(svg).toContain(
    "@font-face{font-family:'IBM Plex Sans Variable';font-weight:100 700;src:url(data:font/woff2;base64,",
  );
});

test('print shows the moments of figures and no control, with and without JavaScript', async ({ browser, baseURL }) => {
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled, ...(baseURL ? { baseURL } : {}) });
    const page = await context.newPage();
    const pictures: number[] = [];
    page.on('response', (response) => {
      if (/\/learn\/.*\.svg$/.test(response.url())) pictures.push(response.status());
    });
    await page.goto(first);
    const count = await page.locator('.moments img').count();
    expect(count).toBeGreaterThan(1);
    // On a screen they are not wanted; without scripts browsers fetch them nevertheless.
    if (javaScriptEnabled) expect(pictures).toEqual([]);
    await page.pdf({ preferCSSPageSize: true });
    expect(pictures).toEqual(Array.from({ length: count }, () => 200));
    await page.emulateMedia({ media: 'print' });
    for (const image of await page.locator('.moments img').all()) await expect(image).toBeVisible();
    for (const control of await page.locator('main :is(button, input, select, .stage)').all())
      await expect(control).toBeHidden();
    await context.close();
  }
});
