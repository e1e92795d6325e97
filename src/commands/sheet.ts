/** Lays pictures out on a page and takes a picture of that: a contact sheet without a program for it. */
import type { Browser } from '@playwright/test';

/** One picture of a sheet: a PNG with the line above it. */
export interface Tile {
  readonly label: string;
  readonly png: Buffer;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Draws rows of tiles, each in its own size, as one PNG. */
export async function contactSheet(
  browser: Browser,
  title: string,
  rows: readonly (readonly Tile[])[],
): Promise<Buffer> {
  const tile = ({ label, png }: Tile) =>
    `<figure><figcaption>${escaped(label)}</figcaption>` +
    `<img src="data:image/png;base64,${png.toString('base64')}" alt=""></figure>`;
  const page = await browser.newPage({ viewport: { width: 400, height: 300 }, deviceScaleFactor: 1 });
  try {
    await page.setContent(`<!doctype html><title>${escaped(title)}</title><style>
      body { width: max-content; margin: 0; padding: 24px; background: #8a8f98; font: 16px sans-serif; color: #000 }
      div { display: flex; gap: 24px; align-items: start; margin-top: 24px }
      figure { margin: 0 } figcaption { margin-bottom: 6px } img { display: block }
      h1 { margin: 0; font-size: 20px }
    </style><h1>${escaped(title)}</h1>${rows.map((row) => `<div>${row.map(tile).join('')}</div>`).join('')}`);
    await page
      .locator('img')
      .last()
      .evaluate((image: HTMLImageElement) => image.decode());
    return await page.locator('body').screenshot();
  } finally {
    await page.close();
  }
}
