/** The family tree in the hands of a reader: choose by pointer and by keyboard, filter, grow; and its list. */
import { expect, type Locator, type Page } from '@playwright/test';
import { loadFamily } from '../../src/components/content-data.ts';
import { live, test } from './pages.ts';

const name = 'family-tree';
const { systems, edges } = loadFamily();
const figure = (page: Page): Locator => page.locator(`xen-figure#${name}`);
const stage = (page: Page): Locator => figure(page).locator('.stage-svg:visible');
const readout = (page: Page, id: string): Locator => figure(page).locator(`[data-readout="${id}"] dd`);

test.beforeEach(async ({ quietPage: page }) => {
  await page.setViewportSize({ width: 1440, height: 1000 });
  // The words of the other systems come when the reader reaches for the figure.
  const rest = page.waitForResponse(/data\.json$/);
  await page.goto(`figures/${name}/`);
  await live(page, name);
  await rest;
});

for (const width of [1440, 390])
  test(`a click on a name chooses it, and tells what it got; the list of systems does the same by keyboard (${width} px)`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 1200 });
    await stage(page).getByText('AWS Nitro 2017', { exact: true }).click();
    await expect(readout(page, 'line')).toHaveText('9 systems');
    await expect(stage(page).locator('.told').first()).toHaveText('AWS Nitro, 2017');
    await expect(stage(page)).toContainText('KVM, code: KVM’s core');
    await expect(page).toHaveURL(new RegExp(`#${name}\\.chosen=nitro`));
    await figure(page).locator('[data-param="chosen"] select').focus();
    await page.keyboard.press('ArrowDown');
    await expect(figure(page).locator('.sentence')).toContainText('XCP-ng has 13 ancestors');
  });

test('a kind that is switched off takes its lines away, and the slider takes systems away', async ({ page }) => {
  for (const kind of ['idea', 'people', 'interface'])
    await figure(page).locator(`[data-param="kinds"] input[value="${kind}"]`).uncheck();
  await expect(readout(page, 'ancestors')).toHaveText('2');
  await expect(stage(page).locator('.lines .kin[d]')).toHaveCount(1);
  await figure(page).locator('.scrubber').fill('3');
  await expect(stage(page).locator('.event')).toHaveCount(4);
  await expect(figure(page).locator('.sentence')).toHaveText('1995: Nemesis comes. Xen is not there yet.');
});

test('the list has every system, and every line with each of its sources', async ({ page }) => {
  const items = await page.locator('.timeline-list li').evaluateAll((list) =>
    list.map((item) => ({
      words: (item.textContent ?? '').replace(/\s+/g, ' '),
      sources: [...item.querySelectorAll('a')].map((link) => link.getAttribute('href')?.split('#')[1]),
    })),
  );
  expect(items).toHaveLength(systems.length);
  for (const [index, { id, name: title, note, source }] of systems.entries()) {
    const got = edges.filter(({ to }) => to === id);
    expect(items[index]?.sources).toEqual([source, ...got.flatMap(({ sources }) => sources)]);
    for (const words of [title, note, ...got.map(({ passed }) => passed)]) expect(items[index]?.words).toContain(words);
  }
});
