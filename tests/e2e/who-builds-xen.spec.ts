/** The counts of commits in the hands of a reader: mark a release, show one organisation alone; and the list. */
import { expect, type Locator, type Page } from '@playwright/test';
import { loadCommits } from '../../src/components/content-data.ts';
import { live, test } from './pages.ts';

const name = 'who-builds-xen';
const { releases, organisations } = loadCommits();
const figure = (page: Page): Locator => page.locator(`xen-figure#${name}`);
const stage = (page: Page): Locator => figure(page).locator('.stage-svg:visible');
const readout = (page: Page, id: string): Locator => figure(page).locator(`[data-readout="${id}"] dd`);

for (const width of [1440, 390])
  test(`a click on a column marks its release, on its bars too; reset marks the newest again (${width} px)`, async ({
    quietPage: page,
  }) => {
    await page.setViewportSize({ width, height: 1400 });
    await page.goto(`figures/${name}/`);
    await live(page, name);
    await expect(readout(page, 'commits')).toHaveText('957');
    const column = stage(page).locator('.hit[data-key="4.18"]');
    const box = await column.boundingBox();
    if (!box) throw new Error('The column is not there.');
    // Near the top, where Citrix has a bar.
    await column.click({ position: { x: box.width / 2, y: box.height * 0.22 } });
    await expect(readout(page, 'commits')).toHaveText('1518');
    await expect(readout(page, 'half')).toHaveText('3');
    await figure(page).locator('[data-act="reset"]').click();
    await expect(readout(page, 'commits')).toHaveText('957');
  });

test('a click on a name shows it alone, and another shows the others again', async ({ quietPage: page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`figures/${name}/`);
  await live(page, name);
  const ford = stage(page).locator('.name[data-key="ford"]');
  await ford.click();
  await expect(stage(page).locator('.row')).toHaveCount(3);
  await expect(readout(page, 'chosen')).toHaveText(/^1\.6/);
  await expect(figure(page).locator('[data-param="chosen"] input:checked')).toHaveCount(1);
  await ford.click();
  await expect(figure(page).locator('[data-param="chosen"] input:checked')).toHaveCount(11);
});

test('the list has every organisation with its domains, and every release of the rest', async ({ quietPage: page }) => {
  await page.goto(`figures/${name}/`);
  const items = page.locator('#list + .timeline-list li');
  await expect(items).toHaveCount(organisations.length + 1);
  await expect(items.first()).toContainText(
    'Citrix (citrix.com, xensource.com, cloud.com), 12 611 commits'.replace('12 ', '12\u202f'),
  );
  for (const { release, rest, domains } of releases)
    await expect(items.last()).toContainText(`${release}: ${rest} (${domains})`);
});
