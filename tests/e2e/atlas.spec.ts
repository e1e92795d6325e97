/** The atlas: every row as it stands today, found by filter, order, address and search, by keyboard and without scripts. */
import { expect, type Locator, type Page } from '@playwright/test';
import { loadHypervisors } from '../../src/components/content-data.ts';
import { strings } from '../../src/components/strings.ts';
import { formatDate } from '../../src/figure/words.ts';
import { pointAt, test } from './pages.ts';

const rows = loadHypervisors();
const host = (page: Page): Locator => page.locator('[data-sortable]');
const shown = (page: Page): Locator => host(page).locator('tbody tr:visible');
const heading = (page: Page, name: string): Locator => host(page).getByRole('columnheader', { name });
const field = (page: Page): Locator => host(page).getByRole('searchbox');

/** Ids of the rows that are seen, in their order. */
async function ids(page: Page): Promise<string[]> {
  return shown(page).evaluateAll((list) => list.map(({ id }) => id));
}

test.describe('with scripts', () => {
  test.beforeEach(async ({ quietPage: page }) => {
    await page.goto('atlas/');
    await pointAt(host(page).locator('caption'));
    await expect(host(page)).toHaveAttribute('data-live', '');
  });

  test('filters by words and by kind, services among them', async ({ page }) => {
    await field(page).fill('citrix hypervisor');
    expect(await ids(page)).toEqual(['xenserver', 'ibm-cloud-classic']);
    await host(page).getByRole('button', { name: 'Service' }).click();
    expect(await ids(page)).toEqual(['ibm-cloud-classic']);
    await field(page).fill('');
    expect(await ids(page)).toEqual(rows.filter(({ kind }) => kind === 'service').map(({ id }) => id));
    await expect(host(page).getByRole('status')).toHaveText(`4 of ${rows.length} shown`);
  });

  test('finds by a name of the past', async ({ page }) => {
    for (const [name, id] of [
      ['esxi', 'esx'],
      ['xenenterprise', 'xenserver'],
      ['vm/370', 'zvm'],
    ] as const) {
      await field(page).fill(name);
      expect(await ids(page)).toEqual([id]);
    }
  });

  test('sorts by how things stand, by keyboard: what is current first, what ended last', async ({ page }) => {
    await heading(page, 'Today').getByRole('button').focus();
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Today')).toHaveAttribute('aria-sort', 'ascending');
    const order = ['current', 'legacy', 'ended'].flatMap((state) => rows.filter((row) => row.state === state));
    expect(await ids(page)).toEqual(order.map(({ id }) => id));
    await page.keyboard.press('Space');
    expect((await ids(page))[0]).toBe('workstation-player');
  });

  test('sorts by version and by licence; rows without one come last, up and down', async ({ page }) => {
    for (const [column, without] of [
      ['Newest version', rows.filter(({ newest }) => !newest?.date)],
      ['Licence', rows.filter(({ licence }) => !licence)],
    ] as const)
      for (const turn of ['ascending', 'descending']) {
        await heading(page, column).getByRole('button').click();
        await expect(heading(page, column)).toHaveAttribute('aria-sort', turn);
        const last = (await ids(page)).slice(-without.length);
        expect(last.sort()).toEqual(without.map(({ id }) => id).sort());
      }
  });

  test('leads from a service to the hypervisor that it runs', async ({ page }) => {
    await page.locator('#ec2-xen').getByRole('link', { name: 'Xen', exact: true }).click();
    await expect(page).toHaveURL(/\/atlas\/#xen$/);
    await expect(page.locator('#xen')).toBeInViewport();
  });

  test('becomes blocks on a phone, with nothing beside the page and no empty cell', async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await host(page).evaluate((node) => node.scrollWidth - node.clientWidth)).toBeLessThanOrEqual(0);
    await expect(shown(page)).toHaveCount(rows.length);
    await expect(page.locator('#ec2-xen td:visible')).toHaveCount(2);
    await expect(page.locator('#xen td:visible')).toHaveCount(4);
    await heading(page, 'Name').getByRole('button').click();
    await expect(heading(page, 'Name')).toHaveAttribute('aria-sort', 'ascending');
  });

  test('prints every row, whatever the filter, and no control', async ({ page }) => {
    await field(page).fill('zebra');
    await expect(shown(page)).toHaveCount(0);
    await page.emulateMedia({ media: 'print' });
    await expect(shown(page)).toHaveCount(rows.length);
    for (const control of await page.locator('main :is(button, input)').all()) await expect(control).toBeHidden();
  });

  test('is found by search, row by row', async ({ page }) => {
    await page.keyboard.press('Escape');
    await page.locator('h1').click();
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Search the book' }).fill('Oracle VM Server');
    await expect(page.locator('.search [role="option"][href$="atlas/#oracle-vm"]')).toBeVisible();
  });
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  for (const width of [1440, 320])
    test(`has every row with its name, its past, its state, its month and its sources (${width} px)`, async ({
      page,
    }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto('atlas/');
      await expect(page).toHaveTitle('Atlas of hypervisors · Inside Xen');
      await expect(page.locator('.site-head [aria-current="page"]')).toHaveText('Atlas');
      const lines = await shown(page).evaluateAll((list) =>
        list.map((line) => ({
          id: line.id,
          words: (line as HTMLElement).innerText.replace(/\s+/g, ' '),
          links: [...line.querySelectorAll('a')].map((link) => link.getAttribute('href')?.split('#')[1]),
        })),
      );
      expect(lines.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      const caption = await host(page).locator('caption').innerText();
      const oldest = rows.map(({ asOf }) => asOf).sort()[0];
      for (const [index, row] of rows.entries()) {
        const { words = '', links = [] } = lines[index] ?? {};
        const told = [row.name, row.maker, ...row.formerly, strings.table.kindNames[row.kind], row.status];
        const more = [strings.table.states[row.state], row.newest?.version, row.licence];
        for (const text of [...told, ...more]) expect(words).toContain(text ?? '');
        // The caption says the oldest month; a row of another month says its own.
        expect(row.asOf === oldest ? caption : words).toContain(`${strings.table.checked} ${formatDate(row.asOf)}.`);
        expect(links).toEqual(expect.arrayContaining([...row.sources]));
        if (row.kind === 'service') expect(links).toContain(row.basedOn);
      }
      await expect(host(page).locator('button:visible, input:visible')).toHaveCount(0);
    });
});
