/** The series: in order with what each article teaches, and the way into it from the home page. */
import { expect } from '@playwright/test';
import { figureNames } from '../../src/figures/index.ts';
import { readArticles } from '../content/articles.ts';
import { test } from './pages.ts';

const articles = readArticles();
const titles = articles.map(({ data }) => data.title);

test('the series lists the articles in order, with sentence, minutes, objectives and figures', async ({
  quietPage: page,
}) => {
  await page.goto('learn/');
  expect(await page.locator('.series-title a').allInnerTexts()).toEqual(titles);
  for (const { slug, data, scan } of articles) {
    const entry = page.locator(`[data-slug="${slug}"]`);
    await expect(entry).toContainText(data.summary);
    await expect(entry).toContainText(`${data.minutes} min`);
    expect(await entry.locator('.series-facts li').allInnerTexts()).toEqual(data.objectives.map(({ text }) => text));
    const figures = new Set(scan.instances.map(({ name }) => name).filter((name) => figureNames.includes(name)));
    const links = entry.locator('.series-facts a');
    await expect(links).toHaveCount(figures.size);
    for (const link of await links.all()) expect(await link.getAttribute('href')).toContain(`/learn/${slug}/#`);
  }
});

test('the link of a figure leads to the figure in its article', async ({ quietPage: page }) => {
  await page.goto('learn/');
  await page.locator('.series-facts a').first().click();
  await expect(page.locator('xen-figure').first()).toBeInViewport();
});

test('the home page leads into the series: every article in order, and the first one first', async ({
  quietPage: page,
}) => {
  await page.goto('');
  expect(await page.locator('.series-title a').allInnerTexts()).toEqual(titles);
  for (const { slug, data } of articles)
    await expect(page.locator(`[data-slug="${slug}"] .series-summary`)).toHaveText(data.summary);
  for (const name of ['What each article teaches', 'Who makes hypervisors today: the atlas'])
    await expect(page.getByRole('link', { name })).toBeVisible();
  await page.getByRole('link', { name: /^Start with/ }).click();
  await expect(page.locator('h1')).toHaveText(titles[0] ?? '');
});

test('the numbers of the list stand beside it, at every width', async ({ page }) => {
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto('learn/');
    const [list, title] = await Promise.all(
      ['.series-list', '.series-title a'].map((one) => page.locator(one).first().boundingBox()),
    );
    expect((title?.x ?? 0) - (list?.x ?? 0)).toBeGreaterThanOrEqual(24);
  }
});
