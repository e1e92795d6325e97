/** Search: by keyboard and by pointer, with slips of the finger, and when the index cannot be had. */
import { expect, type Page } from '@playwright/test';
import { measured, test } from './pages.ts';

const field = (page: Page) => page.getByRole('combobox', { name: 'Search the book' });
const options = (page: Page) => page.locator('.search').getByRole('option');
const state = (page: Page) => page.locator('.search-state');

test('the index is loaded when search is first opened, and not before', async ({ quietPage: page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(measured);
  await page.waitForLoadState('networkidle');
  expect(asked.filter((path) => path.endsWith('/search-index.js'))).toEqual([]);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(field(page)).toBeFocused();
  await expect(state(page)).toHaveText('Type a word, or part of one.');
  await page.keyboard.press('Escape');
  await expect(page.locator('.search')).toBeHidden();
  await page.keyboard.press('/');
  await expect(field(page)).toBeFocused();
  // The field has the focus before the script that asks for the index has come.
  await expect.poll(() => asked.filter((path) => path.endsWith('/search-index.js'))).toHaveLength(1);
});

test('finds while one types, with letters missing or wrong, in articles, figures, glossary and references', async ({
  quietPage: page,
}) => {
  await page.goto('');
  await page.keyboard.press('/');
  for (const [query, path] of [
    ['hypervizor', 'learn/'],
    ['parav', 'glossary/#paravirtualization'],
    ['trap and emulate', 'figures/trap-and-emulate/'],
    ['Art of Virtualisation', 'references/#sosp2003'],
  ] as const) {
    await field(page).fill(query);
    await expect(
      options(page)
        .and(page.locator(`[href*="${path}"]`))
        .first(),
    ).toBeVisible();
    await expect(state(page)).toHaveText(/^\d+ found/);
  }
  await field(page).fill('dom0');
  await expect(options(page).first().locator('mark').first()).toHaveText(/^dom0$/i);
  await field(page).fill('xqzzyk');
  await expect(state(page)).toHaveText('Nothing found for ‘xqzzyk’.');
  await expect(field(page)).toHaveAttribute('aria-expanded', 'false');
});

test('arrows, Home, End and Enter choose, and the field says which answer is active', async ({ quietPage: page }) => {
  await page.goto('');
  await page.keyboard.press('/');
  await field(page).fill('guest');
  await expect(options(page).nth(3)).toBeVisible();
  const count = await options(page).count();
  const active = async (): Promise<number> => {
    const id = await field(page).getAttribute('aria-activedescendant');
    const ids = await options(page).evaluateAll((all) => all.map((one) => one.id));
    await expect(page.locator(`[id="${id}"]`)).toHaveAttribute('aria-selected', 'true');
    await expect(page.locator('.search [aria-selected="true"]')).toHaveCount(1);
    return ids.indexOf(id ?? '');
  };
  expect(await active()).toBe(0);
  for (const [key, place] of [
    ['ArrowDown', 1],
    ['ArrowDown', 2],
    ['ArrowUp', 1],
    ['End', count - 1],
    ['ArrowDown', 0],
    ['ArrowUp', count - 1],
    ['Home', 0],
    ['ArrowDown', 1],
  ] as const) {
    await page.keyboard.press(key);
    expect(await active()).toBe(place);
  }
  await expect(field(page)).toBeFocused();
  const wanted = await options(page).nth(1).getAttribute('href');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(wanted ?? '');
});

test('an answer on the same page closes the dialog and goes to its heading', async ({ quietPage: page }) => {
  await page.goto(measured);
  const heading = page.locator('.article-body h2').nth(1);
  const id = (await heading.getAttribute('id')) ?? '';
  await page.keyboard.press('/');
  await field(page).fill((await heading.innerText()).replace('#', ''));
  await options(page)
    .and(page.locator(`[href$="#${id}"]`))
    .first()
    .click();
  await expect(page.locator('.search')).toBeHidden();
  await expect(heading).toBeInViewport();
});

test('what is typed is text, whatever it looks like', async ({ quietPage: page }) => {
  await page.goto('');
  await page.keyboard.press('/');
  await field(page).fill('<img src=x onerror=alert(1)> "][');
  await expect(state(page)).toHaveText(/found/i);
  await expect(page.locator('.search img')).toHaveCount(0);
});

test('/ can be switched off, and that is remembered', async ({ quietPage: page }) => {
  await page.goto('');
  await page.keyboard.press('/');
  await page.getByRole('checkbox', { name: 'Open search with the / key' }).uncheck();
  await page.keyboard.press('Escape');
  await page.reload();
  await page.keyboard.press('/');
  await expect(page.locator('.search')).toBeHidden();
  await expect(page.locator('.search-open kbd')).toBeHidden();
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Open search with the / key' }).check();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await expect(page.locator('.search')).toBeVisible();
});

test('/ is a letter where one types', async ({ quietPage: page }) => {
  await page.goto(measured);
  const filter = page.locator('main input[type="search"]').first();
  await filter.focus();
  await page.keyboard.press('/');
  await expect(filter).toHaveValue('/');
  await expect(page.locator('.search')).toBeHidden();
});

test('says that it loads, and that the index could not be had; the next letter tries again', async ({ page }) => {
  let answer: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/search-index.js', async (route) => {
    await held;
    await route.abort();
  });
  await page.goto('');
  await page.keyboard.press('/');
  await expect(state(page)).toHaveText('Loading the index …');
  answer?.();
  await expect(state(page)).toHaveText('The index could not be loaded. Are you offline?');
  await page.unroute('**/search-index.js');
  await page.keyboard.type('xen');
  await expect(state(page)).toHaveText(/found/);
});

test('the dialog closes by its button and by a press beside it, and gives the focus back', async ({
  quietPage: page,
}) => {
  await page.goto('');
  // It closes before its script has come, too: here the script never comes.
  await page.route('**/assets/search*.js', () => undefined);
  const button = page.getByRole('button', { name: 'Search', exact: true });
  await button.click();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.locator('.search')).toBeHidden();
  await expect(button).toBeFocused();
  await button.click();
  await page.mouse.click(5, 500);
  await expect(page.locator('.search')).toBeHidden();
});
