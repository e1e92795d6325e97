/** A figure in a stranger's page: its height arrives, with the very lines that its own page shows. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import { test } from './pages.ts';

const figure = 'stack-paths';

test('the snippet of a figure’s page shows it elsewhere at the height that it asks for', async ({
  quietPage: page,
  baseURL,
}) => {
  await page.goto(`figures/${figure}/`);
  await page.getByText('Embed this figure').click();
  const snippet = await page.locator('.embed-how code').innerText();
  // The built site's address, moved to where it is served for this test.
  const here = snippet.replace(/src="[^"]*\/embed\//, `src="${new URL('embed/', baseURL).href}`);
  expect(here).not.toBe(snippet);
  const stranger = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Elsewhere</title><body style="margin:0">${here}`);
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  try {
    await page.setViewportSize({ width: 900, height: 700 });
    await page.goto(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`);
    const element = page.locator('iframe');
    const frame = page.frameLocator('iframe');
    await expect(frame.locator(`xen-figure#${figure}[data-state="live"]`)).toBeAttached();
    const needed = (): Promise<number> =>
      frame.locator('body').evaluate((body) => Math.ceil(body.getBoundingClientRect().height));
    const given = (): Promise<number> => element.evaluate((node) => Number((node as HTMLIFrameElement).height));
    await expect.poll(async () => (await given()) - (await needed())).toBe(0);
    const wide = await given();
    // Narrower, it is drawn in its other layout, and asks again.
    await page.setViewportSize({ width: 360, height: 700 });
    await expect.poll(given).not.toBe(wide);
    await expect.poll(async () => (await given()) - (await needed())).toBe(0);
    expect(await frame.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth)).toBe(0);
  } finally {
    stranger.closeAllConnections();
    stranger.close();
  }
});

test('a frame carries the figure and neither header nor footer', async ({ quietPage: page }) => {
  await page.goto(`embed/${figure}/`);
  await expect(page.locator(`xen-figure#${figure}`)).toBeVisible();
  await expect(page.locator('.site-head, .site-foot, .search')).toHaveCount(0);
  await expect(page.locator('meta[name="robots"]')).toHaveAttribute('content', 'noindex');
});
