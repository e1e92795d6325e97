/** WCAG 2.2 AA: axe on every page, and on one of each kind in both themes, two widths and with everything open. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { distDir } from '../../src/commands/project.ts';
import { kinds, live, measured, test } from './pages.ts';

const dist = distDir();
const pages = existsSync(dist)
  ? readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.html'))
      .map((name) =>
        name
          .split(sep)
          .join('/')
          .replace(/index\.html$/, ''),
      )
  : [];
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function findings(page: Page): Promise<readonly string[]> {
  // What passes need not be described, and there is no frame in a page: without both, axe takes half the time.
  const builder = new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .withTags(standards)
    .setLegacyMode();
  const { violations } = await builder.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}

test('axe finds what is wrong: a picture without words, an unnamed field, pale text', async ({ page }) => {
  await page.goto('./');
  await page.evaluate(() => {
    const main = document.querySelector('main');
    const picture = document.createElement('img');
    const field = document.createElement('input');
    const pale = document.createElement('p');
    pale.textContent = 'Who can read this?';
    pale.style.color = '#ccc';
    main?.append(picture, field, pale);
  });
  const rules = (await findings(page)).map((fault) => fault.split(':')[0]);
  expect([...new Set(rules)].sort()).toEqual(['color-contrast', 'image-alt', 'label']);
});

test('the built site has its pages', () => {
  expect(pages.length, join(dist, '**/*.html')).toBeGreaterThan(10);
});

for (const path of pages)
  test(`axe finds nothing on /${path}, light, 1440 px, and the console stays silent`, async ({ quietPage: page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(path === '' ? './' : path);
    expect(await findings(page)).toEqual([]);
  });

for (const [theme, width] of [
  ['light', 390],
  ['dark', 1440],
  ['dark', 390],
] as const)
  for (const path of [...kinds, 'embed/time-sharing/'])
    test(`axe finds nothing on /${path}, ${theme}, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: theme });
      await page.goto(path);
      expect(await findings(page)).toEqual([]);
    });

for (const theme of ['light', 'dark'] as const)
  test(`axe finds nothing with a figure mid-run, assumptions, card, task and search open, ${theme}`, async ({
    page,
  }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: theme });
    await page.goto(measured);
    await live(page, 'paths');
    const figure = page.locator('#paths');
    await figure.locator('.transport [data-act="step"]').click();
    await figure.locator('.assumptions > summary').click();
    await figure.locator('.control[data-param="busy"] input').fill('3');
    for (const details of await page.locator('main details').all())
      await details.evaluate((one) => ((one as HTMLDetailsElement).open = true));
    expect(await findings(page)).toEqual([]);
    await page.locator('a.term').first().focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await expect(page.locator('.card')).toBeVisible();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('.search-open').click();
    await page.locator('.search input').first().fill('drivers');
    await expect(page.locator('.search [role="option"]').first()).toBeVisible();
    expect(await findings(page)).toEqual([]);
  });

test('in forced colours, pictures keep their lines and what has the focus is seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await page.goto('figures/stack-paths/');
  await live(page, 'stack-paths');
  const seen = await page.evaluate(() => {
    const stroke = (selector: string): string => getComputedStyle(document.querySelector(selector) as Element).stroke;
    const fill = (selector: string): string => getComputedStyle(document.querySelector(selector) as Element).fill;
    return {
      box: stroke('.stage-wide .box-shape'),
      text: fill('.stage-wide text'),
      ground: getComputedStyle(document.body).backgroundColor,
    };
  });
  expect(seen.box).not.toBe('none');
  expect(seen.text).not.toBe(seen.ground);
  await page.locator('#stack-paths .stage').focus();
  await page.keyboard.press('ArrowRight');
  const outline = await page.locator('#stack-paths .stage').evaluate((stage) => getComputedStyle(stage).outlineStyle);
  expect(outline).not.toBe('none');
});
