/** Tasks: marked by the figure's own predicate, remembered, and not disturbed by what a store holds. */
import { expect, type Locator, type Page } from '@playwright/test';
import { tasks } from '../../src/figures/stack-paths.ts';
import { live, test, visit } from './pages.ts';

const paths = 'learn/type-1-and-type-2/';
const kept = 'inside-xen:tasks';

const figure = (page: Page, id: string): Locator => page.locator(`xen-figure#${id}`);

test.describe('a task', () => {
  const [first] = tasks;
  if (!first) throw new Error('The figure stack-paths has no task.');
  const key = `stack-paths/${first.name}`;
  const task = (page: Page): Locator => page.locator(`[data-key="${key}"]`);
  const solve = async (page: Page, id: string): Promise<void> => {
    for (const [name, value] of Object.entries(first.answer.values)) {
      const details = figure(page, id).locator('.assumptions');
      if ((await details.count()) > 0) await details.evaluate((node) => node.setAttribute('open', ''));
      await figure(page, id).locator(`.control[data-param="${name}"] input`).fill(String(value));
    }
  };

  test('says how far off the reader is, marks itself, and is remembered here and on the figure’s page', async ({
    quietPage: page,
  }) => {
    await visit(page, paths);
    await live(page, 'paths');
    await expect(task(page).locator('.task-status')).toHaveText(/^Not yet\. ./);
    const off = await task(page).locator('.task-status').textContent();
    await figure(page, 'paths').locator('.control[data-param="worldSwitch"] input').fill('9');
    await expect(task(page).locator('.task-status')).not.toHaveText(off ?? '');
    await expect(task(page).locator('.task-status')).toHaveText(/^Not yet\./);
    await figure(page, 'paths').locator('[data-act="reset"]').first().click();
    await solve(page, 'paths');
    await expect(task(page).locator('.task-status')).toHaveText(/^Done\. ./);
    await expect(task(page).locator('.task-mark')).toHaveText('done');
    await page.reload();
    await expect(task(page).locator('.task-mark')).toHaveText('done');
    await visit(page, 'figures/stack-paths/');
    await expect(task(page).locator('.task-mark')).toHaveText('done');
  });

  test('that is shown is not counted as done', async ({ quietPage: page }) => {
    await visit(page, 'figures/stack-paths/');
    await live(page, 'stack-paths');
    await task(page).locator('summary').click();
    await task(page).locator('[data-act="answer"]').click();
    await expect(task(page).locator('.task-status')).toHaveText(/^Shown\. ./);
    await expect(task(page).locator('.task-mark')).toHaveText('');
    expect(await page.evaluate((name) => localStorage.getItem(name), kept)).toBeNull();
  });

  test('that a link fulfils is not counted as done either', async ({ quietPage: page }) => {
    const settings = Object.entries(first.answer.values).map(([name, value]) => `stack-paths.${name}=${String(value)}`);
    await visit(page, `figures/stack-paths/#${settings.join('&')}`);
    await live(page, 'stack-paths');
    await expect(task(page).locator('.task-status')).toHaveText(/^Shown\. ./);
    await expect(task(page).locator('.task-mark')).toHaveText('');
  });

  for (const junk of ['{"a', '7', '[{"a":1},3,null]', '"<img src=x onerror=alert(1)>"'])
    test(`is not disturbed by ${junk} in the store`, async ({ quietPage: page }) => {
      await page.addInitScript(([name, text]) => localStorage.setItem(name ?? '', text ?? ''), [kept, junk]);
      await visit(page, 'figures/stack-paths/');
      await live(page, 'stack-paths');
      await expect(task(page).locator('.task-mark')).toHaveText('');
      await solve(page, 'stack-paths');
      await expect(task(page).locator('.task-mark')).toHaveText('done');
      expect(JSON.parse((await page.evaluate((name) => localStorage.getItem(name), kept)) ?? '')).toContain(key);
    });

  test('is marked where the browser refuses to keep anything', async ({ quietPage: page }) => {
    await page.addInitScript(() =>
      Object.defineProperty(window, 'localStorage', {
        get: () => {
          throw new DOMException('refused', 'SecurityError');
        },
      }),
    );
    await visit(page, 'figures/stack-paths/');
    await live(page, 'stack-paths');
    await solve(page, 'stack-paths');
    await expect(task(page).locator('.task-status')).toHaveText(/^Done\./);
  });
});
