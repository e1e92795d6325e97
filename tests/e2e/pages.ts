/** What browser tests share: pages, figures that are live, errors that must not be. */
import { readArticles } from '../content/articles.ts';
import { test as base, type Locator, type Page } from '@playwright/test';

/** The page on which budgets are measured. */
export const measured = 'learn/type-1-and-type-2/';

/** The articles' pages, in the order of the series. */
export const articles = readArticles().map(({ slug }) => `learn/${slug}/`);

/** One page of each kind, and every article. */
export const kinds = [
  './',
  'learn/',
  ...articles,
  'figures/',
  'figures/stack-paths/',
  'atlas/',
  'glossary/',
  'references/',
  'licences/',
  '404.html',
];

/** A page whose console messages and errors fail the test at its end. */
export const test = base.extend<{ quietPage: Page }>({
  quietPage: async ({ page }, use) => {
    const heard: string[] = [];
    page.on('console', (message) => heard.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
    await use(page);
    if (heard.length > 0) throw new Error(`The page said:\n${heard.join('\n')}`);
  },
});

/** Opens a page of the site; `path` is relative to the base. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
}

/** Scrolls a figure near, reaches for it, and waits until it has taken over with all that it is operated with. */
export async function live(page: Page, id: string): Promise<void> {
  await page.locator(`xen-figure#${id}`).scrollIntoViewIfNeeded();
  await page.locator(`xen-figure#${id}[data-state="live"]`).waitFor();
  await pointAt(page.locator(`#${id} .figure-title`));
  await page.locator(`xen-figure#${id}[data-held]`).waitFor();
}

/** Moves the pointer over something: the first event of a pointer says where it is, and the second that it moves. */
export async function pointAt(target: Locator): Promise<void> {
  await target.hover({ position: { x: 2, y: 2 } });
  await target.hover({ position: { x: 6, y: 5 } });
}

/** Scrolls to the end, step by step, as a reader does. */
export async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done));
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
      scrollTo({ top: y, behavior: 'instant' });
      await frame();
      await frame();
    }
  });
}
