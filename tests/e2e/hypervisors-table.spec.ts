/** The table of the article on types: sorts and filters by keyboard, says how many are shown, and is complete without scripts. */
import { expect, type Locator, type Page } from '@playwright/test';
import { selectHypervisors } from '../../src/components/hypervisors.ts';
import { readArticles } from '../content/articles.ts';
import { measured, pointAt, test } from './pages.ts';

const article = readArticles().find(({ slug }) => measured.includes(slug));
const rows = selectHypervisors(article?.scan.names.find(({ tag }) => tag === 'Hypervisors')?.of);
const host = (page: Page): Locator => page.locator('[data-sortable]');
const shown = (page: Page): Locator => host(page).locator('tbody tr:visible');
const heading = (page: Page, name: string): Locator => host(page).getByRole('columnheader', { name });
const field = (page: Page): Locator => host(page).getByRole('searchbox');
const status = (page: Page): Locator => host(page).getByRole('status');

/** The names of the rows that are seen, in their order. */
async function names(page: Page): Promise<string[]> {
  return shown(page).evaluateAll((list) =>
    list.map((row) => (row as HTMLTableRowElement).cells[0]?.dataset['key'] ?? ''),
  );
}

async function open(page: Page): Promise<void> {
  await page.goto(measured);
  // Who only reads does not load the code.
  await pointAt(host(page).locator('caption'));
  await expect(host(page)).toHaveAttribute('data-live', '');
}

test.describe('with scripts', () => {
  test.beforeEach(async ({ quietPage }) => open(quietPage));

  test('sorts up and down by keyboard, and says so', async ({ page }) => {
    const alphabetical = rows.map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en'));
    await heading(page, 'Hypervisor').getByRole('button').focus();
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Hypervisor')).toHaveAttribute('aria-sort', 'ascending');
    expect(await names(page)).toEqual(alphabetical);
    await page.keyboard.press('Space');
    await expect(heading(page, 'Hypervisor')).toHaveAttribute('aria-sort', 'descending');
    expect(await names(page)).toEqual([...alphabetical].reverse());
    await expect(heading(page, 'Hypervisor').getByRole('button')).toBeFocused();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Kind')).toHaveAttribute('aria-sort', 'ascending');
    await expect(heading(page, 'Hypervisor')).toHaveAttribute('aria-sort', 'none');
    // Within a kind the rows keep the order in which they stood.
    const kinds = ['type-1', 'xen-distribution', 'in-kernel', 'hosted'];
    const kindOf = (name: string): number => kinds.indexOf(rows.find((row) => row.name === name)?.kind ?? '');
    const expected = [...alphabetical].reverse().sort((a, b) => kindOf(a) - kindOf(b));
    expect(await names(page)).toEqual(expected);
  });

  test('sorts versions by their day; rows without one come last, up and down', async ({ page }) => {
    const dateOf = (name: string): string => rows.find((row) => row.name === name)?.newest?.date ?? '';
    for (const turn of [1, -1]) {
      await heading(page, 'Newest version').getByRole('button').click();
      const dates = (await names(page)).map(dateOf);
      const known = dates.filter((date) => date !== '');
      expect(known.length).toBeGreaterThan(5);
      expect(dates.slice(0, known.length)).toEqual(known);
      const up = [...known].sort();
      expect(known).toEqual(turn === 1 ? up : up.reverse());
    }
  });

  test('filters by words and by kind, together, and lets go', async ({ page }) => {
    await expect(status(page)).toHaveText(`${rows.length} of ${rows.length} shown`);
    await field(page).fill('ARM el2');
    expect(await names(page)).toEqual(['Xen', 'KVM', 'bhyve']);
    await expect(status(page)).toHaveText(`3 of ${rows.length} shown`);
    const chip = host(page).getByRole('button', { name: 'In the kernel' });
    await chip.focus();
    await page.keyboard.press('Space');
    await expect(chip).toHaveAttribute('aria-pressed', 'true');
    expect(await names(page)).toEqual(['KVM', 'bhyve']);
    await host(page).getByRole('button', { name: 'Type 1' }).click();
    expect(await names(page)).toEqual(['Xen', 'KVM', 'bhyve']);
    await chip.click();
    await expect(chip).toHaveAttribute('aria-pressed', 'false');
    expect(await names(page)).toEqual(['Xen']);
  });

  test('keeps the filter while it sorts, and the columns where they are', async ({ page }) => {
    const edges = () =>
      host(page)
        .locator('thead th')
        .evaluateAll((list) => list.map((one) => Math.round(one.getBoundingClientRect().left)));
    const before = await edges();
    await field(page).fill('vmware');
    await heading(page, 'Hypervisor').getByRole('button').click();
    expect(await names(page)).toEqual([
      'VMware ESX',
      'VMware Fusion Pro',
      'VMware Workstation Player',
      'VMware Workstation Pro',
    ]);
    expect(await edges()).toEqual(before);
  });

  test('says so where nothing fits, and clears the filter', async ({ page }) => {
    await field(page).fill('zebra');
    await expect(shown(page)).toHaveCount(0);
    await expect(status(page)).toHaveText(`0 of ${rows.length} shown`);
    await expect(host(page).getByText('Nothing fits.')).toBeVisible();
    await host(page).getByRole('button', { name: 'Clear the filter' }).click();
    await expect(shown(page)).toHaveCount(rows.length);
    await expect(field(page)).toBeFocused();
    await expect(field(page)).toHaveValue('');
    await expect(host(page).getByText('Nothing fits.')).toBeHidden();
  });

  test('keeps its state when the theme is switched', async ({ page }) => {
    await field(page).fill('linux');
    const before = await names(page);
    await page.locator('.theme-switch').click();
    expect(await names(page)).toEqual(before);
    await expect(field(page)).toHaveValue('linux');
  });

  test('prints every row, whatever the filter', async ({ page }) => {
    await field(page).fill('zebra');
    await page.emulateMedia({ media: 'print' });
    await expect(shown(page)).toHaveCount(rows.length);
    await expect(field(page)).toBeHidden();
  });

  test('becomes blocks on a phone, with nothing beside the page', async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    const width = await host(page).evaluate((node) => node.scrollWidth - node.clientWidth);
    expect(width).toBeLessThanOrEqual(0);
    await heading(page, 'Licence').getByRole('button').click();
    await expect(heading(page, 'Licence')).toHaveAttribute('aria-sort', 'ascending');
    await expect(shown(page)).toHaveCount(rows.length);
  });
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  for (const width of [1440, 390])
    test(`has every row, cell and source, and no dead control (${width} px)`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(measured);
      await expect(shown(page)).toHaveCount(rows.length);
      const lines = await shown(page).evaluateAll((list) =>
        list.map((line) => ({
          words: (line as HTMLElement).innerText.replace(/\s+/g, ' '),
          links: [...line.querySelectorAll('a')].map((link) => link.getAttribute('href')?.split('#')[1]),
        })),
      );
      for (const [index, row] of rows.entries()) {
        const cells = [row.name, row.maker, row.drivers, row.bootsFirst, row.technique, row.licence, row.status];
        for (const text of [
          ...cells.map((cell) => cell ?? 'a cell that is missing'),
          row.newest?.version ?? '',
          ...row.formerly,
        ])
          expect(lines[index]?.words).toContain(text);
        expect(lines[index]?.links).toEqual(expect.arrayContaining([...row.sources]));
        if (row.dispute) await expect(host(page)).toContainText(row.dispute.trim());
      }
      await expect(host(page).locator('button:visible, input:visible')).toHaveCount(0);
    });
});
