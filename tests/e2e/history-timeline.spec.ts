/** The timeline in the hands of a reader: pan, zoom, choose, filter, by pointer and by keyboard; and its list. */
import { expect, type Locator, type Page } from '@playwright/test';
import { loadTimeline } from '../../src/components/content-data.ts';
import { live, test } from './pages.ts';

const name = 'history-timeline';
const events = loadTimeline();
const figure = (page: Page): Locator => page.locator(`xen-figure#${name}`);
const stage = (page: Page): Locator => figure(page).locator('.stage-svg:visible');
const value = (page: Page, param: string): Promise<number> =>
  figure(page).locator(`[data-param="${param}"] input`).inputValue().then(Number);
const years = async (page: Page): Promise<readonly [number, number]> => [
  await value(page, 'from'),
  await value(page, 'to'),
];

test.beforeEach(async ({ quietPage: page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  // The rest of the data comes when the reader reaches for the figure.
  const rest = page.waitForResponse(/data\.json$/);
  await page.goto(`figures/${name}/`);
  await live(page, name);
  await rest;
});

for (const width of [1440, 390])
  test(`a drag of the background moves the years, and undo takes it back (${width} px)`, async ({ page }) => {
    await page.setViewportSize({ width, height: 1400 });
    const field = await stage(page).locator('.field').boundingBox();
    if (!field) throw new Error('The field is not there.');
    const down = width < 720;
    // A free place, near the earlier end, and from there one year and a half towards the later end.
    const start = down ? { x: field.x + 4, y: field.y + 40 } : { x: field.x + 60, y: field.y + 4 };
    const year = (down ? field.height : field.width) / 7;
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(start.x + (down ? 0 : 20), start.y + (down ? 20 : 0));
    await page.mouse.move(start.x + (down ? 0 : 1.8 * year), start.y + (down ? 1.8 * year : 0));
    await page.mouse.up();
    await expect.poll(() => years(page)).toEqual([2000, 2007]);
    await figure(page).locator('[data-act="undo"]').click();
    await expect.poll(() => years(page)).toEqual([2002, 2009]);
  });

test('zooms around the pointer with Ctrl and the wheel, and by keys on the picture', async ({ page }) => {
  const field = await stage(page).locator('.field').boundingBox();
  if (!field) throw new Error('The field is not there.');
  await page.mouse.move(field.x + 4, field.y + 4);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect.poll(async () => (await years(page))[1]).toBeLessThan(2009);
  expect((await years(page))[0]).toBe(2002);
  await figure(page).locator('.stage').focus();
  await page.keyboard.press('r');
  await expect.poll(() => years(page)).toEqual([2002, 2009]);
  await page.keyboard.press('-');
  await expect.poll(async () => (await years(page))[1]).toBeGreaterThan(2009);
  const [from, to] = await years(page);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => (await years(page))[0]).toBeLessThan(from);
  expect((await years(page))[1] - (await years(page))[0]).toBe(to - from);
  await page.keyboard.press('+');
  await expect.poll(async () => (await years(page))[1] - (await years(page))[0]).toBeLessThan(to - from);
});

test('a click on a mark or a name chooses the event; the slider reads them one by one; both have an address', async ({
  page,
}) => {
  await stage(page).getByText('AMD-V arrives with Socket AM2', { exact: true }).click();
  const amd = events.findIndex(({ id }) => id === 'amd-v') + 1;
  await expect.poll(() => value(page, 'chosen')).toBe(amd);
  await expect(figure(page).locator('.sentence')).toContainText(`Chosen: ${events[amd - 1]?.title}, 23 May 2006`);
  await expect(page).toHaveURL(new RegExp(`#${name}\\.chosen=${amd}&`));
  await figure(page).locator('[data-param="chosen"] input').focus();
  await page.keyboard.press('ArrowRight');
  await expect(figure(page).locator('.sentence')).toContainText(`Chosen: ${events[amd]?.title}`);
  await page.goto('about:blank');
  await page.goto(`figures/${name}/#${name}.from=1960&${name}.to=1980&${name}.chosen=4&${name}.kinds=products,papers`);
  await live(page, name);
  await expect(figure(page).locator('.sentence')).toHaveText(
    /^From 1960 until the start of 1980: 2 papers and 3 events of products\. Chosen: IBM announces VM\/370/,
  );
});

test('a kind that is switched off leaves the picture, and the names that had no room come into it', async ({
  page,
}) => {
  const marks = stage(page).locator('.event');
  const named = stage(page).locator('.event:has(text)');
  const before = await named.count();
  expect(before).toBeLessThan(await marks.count());
  for (const kind of ['people', 'papers'])
    await figure(page).locator(`[data-param="kinds"] input[value="${kind}"]`).uncheck();
  await expect(stage(page)).not.toContainText('Papers');
  expect(await named.count()).toBe(await marks.count());
});

test('the list has every event with its day and its source', async ({ page }) => {
  const items = await page.locator('.timeline-list li').evaluateAll((list) =>
    list.map((item) => ({
      date: item.querySelector('time')?.getAttribute('datetime'),
      words: (item.textContent ?? '').replace(/\s+/g, ' '),
      source: item.querySelector('a')?.getAttribute('href')?.split('/references/#')[1],
    })),
  );
  expect(items.map(({ date, source }) => ({ date, source }))).toEqual(
    events.map(({ date, source }) => ({ date, source })),
  );
  for (const [index, { title, text }] of events.entries()) {
    expect(items[index]?.words).toContain(title);
    expect(items[index]?.words).toContain(text.trim());
  }
});
