/** Every article: its weight, its calm, and what is left of it without JavaScript. */
import { brotliCompressSync, constants } from 'node:zlib';
import { expect, type Page } from '@playwright/test';
import { articles, scrollThrough, test } from './pages.ts';

const kib = 1024;

/** What a page may weigh, in KiB of HTML, CSS and JavaScript; the lab brings an assembler, a processor and its hypervisors. */
const budget = 48;
const labBudget = budget + 40;
/** Its requests, and those that the lab adds: the module, the machine, the costs, the editor's style. */
const requests = 14;
const labRequests = requests + 4;
const hasLab = (page: Page): Promise<boolean> =>
  page
    .locator('xen-figure[data-figure="cpu-lab"]')
    .count()
    .then((labs) => labs > 0);

/** How much text there is. Controls are there only with scripts, on purpose: they do not count. */
function lengthOf(page: Page): Promise<number> {
  return page.locator('main').evaluate((main) => {
    for (const control of main.querySelectorAll('.live, button, select, .quiz input')) control.remove();
    return (main as HTMLElement).innerText.replace(/\s+/g, ' ').length;
  });
}

/** Reads to the end, and waits until every figure has taken over. */
async function readThrough(page: Page): Promise<void> {
  await scrollThrough(page);
  for (const figure of await page.locator('xen-figure').all())
    await expect(figure).toHaveAttribute('data-state', 'live');
}

test('there are articles', () => expect(articles.length).toBeGreaterThan(1));

for (const path of articles) {
  test(`/${path} weighs at most 48 KiB (HTML, CSS, JavaScript; 88 with the CPU lab) and 190 KiB of fonts in 14 requests, none to a third party`, async ({
    page,
    baseURL,
  }) => {
    const got: { url: string; type: string; body: Promise<Buffer> }[] = [];
    page.on('response', (response) => {
      if (response.url().startsWith('data:') || response.url().startsWith('blob:')) return;
      got.push({ url: response.url(), type: response.request().resourceType(), body: response.body() });
    });
    await page.goto(path);
    await readThrough(page);
    await page.waitForLoadState('networkidle');
    const origin = new URL(baseURL ?? '').origin;
    expect(got.filter(({ url }) => new URL(url).origin !== origin)).toEqual([]);
    const small = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    let text = 0;
    let fonts = 0;
    const rows: string[] = [];
    for (const { url, type, body } of got) {
      const bytes = await body;
      const size = type === 'font' ? bytes.length : brotliCompressSync(bytes, small).length;
      if (type === 'font') fonts += size;
      else text += size;
      rows.push(`${(size / kib).toFixed(1)} KiB ${type} ${new URL(url).pathname}`);
    }
    const weights = rows.join('\n');
    expect(text / kib, weights).toBeLessThanOrEqual((await hasLab(page)) ? labBudget : budget);
    expect(fonts / kib, weights).toBeLessThanOrEqual(190);
    expect(got.length, weights).toBeLessThanOrEqual((await hasLab(page)) ? labRequests : requests);
  });

  test(`on /${path} nothing shifts while it is read`, async ({ page }) => {
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(path);
      await page.evaluate(() => {
        type Shift = PerformanceEntry & { value: number; sources: { node: Node | null }[] };
        const shifts: string[] = [];
        Object.assign(window, { shifts });
        new PerformanceObserver((list) => {
          for (const { value, startTime, sources } of list.getEntries() as Shift[]) {
            const moved = sources.map(
              ({ node }) => (node instanceof Element ? node.outerHTML : node?.textContent) ?? '',
            );
            shifts.push(`${value} after ${startTime} ms: ${moved.map((text) => text.slice(0, 80)).join(' | ')}`);
          }
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await readThrough(page);
      expect(await page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)).toEqual([]);
    }
  });

  test(`without JavaScript at least 98 % of the text of /${path} is there, with pictures, sentences, readouts and captions`, async ({
    browser,
    page,
    baseURL,
  }) => {
    await page.goto(path);
    await scrollThrough(page);
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
    const still = await context.newPage();
    await still.goto(path);
    expect((await lengthOf(still)) / (await lengthOf(page))).toBeGreaterThanOrEqual(0.98);
    for (const figure of await still.locator('xen-figure').all()) {
      await expect(figure.locator('.stage-wide .root > *').first()).toBeAttached();
      await expect(figure.locator('.sentence')).not.toHaveText('');
      await expect(figure.locator('.readouts dd').first()).not.toHaveText('');
      await expect(figure.locator('figcaption p').first()).toBeVisible();
      // No dead control.
      for (const control of await figure.locator('button, input, select').all()) await expect(control).toBeHidden();
    }
    await context.close();
  });

  test(`under the text of /${path} stands which release it was checked against`, async ({ page }) => {
    await page.goto(path);
    await expect(page.locator('.article-foot')).toContainText(/Checked against Xen \d+\.\d+/);
  });
}
