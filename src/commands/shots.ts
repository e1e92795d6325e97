/**
 * `npm run shots [-- figure or page path …]`: contact sheets into shots/, to be looked at.
 * A figure: four widths, as it opens, in the middle and at its last moment, one sheet a theme. A page such as
 * `/learn/type-1-and-type-2/`: all of it in columns, one sheet a theme and width. Without a name: every figure and the
 * home page, all articles and the gallery.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type Browser, type Locator, type Page, chromium, expect } from '@playwright/test';
import { figureData, readyFigure } from '../components/figures.ts';
import { frameIndex, openingValues } from '../figure/values.ts';
import { figureNames } from '../figures/index.ts';
import { findBrowser, launchOptions } from './browser.ts';
import { build, filesBelow } from './build.ts';
import { CommandError, distDir, isMain, root, runMain, siteBase } from './project.ts';
import { type Site, serve } from './serve.ts';
import { type Tile, contactSheet } from './sheet.ts';

const widths = [1440, 820, 390, 320] as const;
const themes = ['light', 'dark'] as const;
type Theme = (typeof themes)[number];

/** Height of a column of a page's sheet, in CSS pixels. */
const columnHeight = 2400;

/** The opening, the middle and the last moment of a figure as it opens; fewer where they are the same. */
async function momentsOf(name: string): Promise<number[]> {
  const figure = await readyFigure(name);
  const { length } = figure.run(openingValues(figure.params, figure.initial), figureData(figure));
  return [...new Set([frameIndex(figure.initial.frame, length), Math.floor(length / 2), length - 1])];
}

/** Opens a page in a theme and a width, its fonts loaded; runs `use` with it. */
async function withPage<T>(
  browser: Browser,
  { width, theme }: { width: number; theme: Theme },
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({
    viewport: { width, height: 1000 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    deviceScaleFactor: 1,
  });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Goes to an address, from another page: the part after `#` alone would not load it again. */
async function visit(page: Page, address: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(address, { waitUntil: 'load' });
  await page.evaluate(() => document.fonts.ready);
}

/** Waits until a figure shows a moment; throws a CommandError if its address does not lead there. */
async function reached(figure: Locator, moment: number): Promise<void> {
  try {
    // The scrubber of a long run goes in strides; the words beside it do not.
    await expect(figure.locator('.position')).toHaveText(new RegExp(`^${moment + 1} /`));
  } catch {
    throw new CommandError(`${figure.page().url()} did not open at frame ${moment}, as its address asks.`);
  }
}

/** Pictures of one figure's moments at one width. */
async function figureTiles(browser: Browser, site: Site, name: string, width: number, theme: Theme): Promise<Tile[]> {
  const moments = await momentsOf(name);
  const address = `${site.url}figures/${name}/`;
  return withPage(browser, { width, theme }, async (page) => {
    await visit(page, address); // fonts that come late are not shown on the first visit
    const tiles: Tile[] = [];
    for (const moment of moments) {
      await visit(page, `${address}#${name}.frame=${moment}`);
      const figure = page.locator(`xen-figure[data-state=live]#${name}`);
      await figure.waitFor();
      if (moments.length > 1) await reached(figure, moment);
      tiles.push({ label: `${width} px, frame ${moment}`, png: await figure.screenshot() });
    }
    return tiles;
  });
}

/** One sheet of a figure: the two wide screens in rows of their own, the two phones beside each other. */
async function figureSheet(browser: Browser, site: Site, name: string, theme: Theme): Promise<Buffer> {
  const rows: Tile[][] = [];
  for (const width of widths) rows.push(await figureTiles(browser, site, name, width, theme));
  const [large = [], middle = [], ...phones] = rows;
  return contactSheet(browser, `${name}, ${theme}`, [large, middle, phones.flat()]);
}

/** One sheet of a page: all of it, cut into columns. */
async function pageSheet(browser: Browser, site: Site, path: string, width: number, theme: Theme): Promise<Buffer> {
  const tiles = await withPage(browser, { width, theme }, async (page) => {
    const address = new URL(path.replace(/^\//, ''), site.url).href;
    for (const turn of [address, address]) await visit(page, turn);
    // What comes when it is near the viewport has to have come.
    for (const figure of await page.locator('xen-figure').all()) {
      await figure.scrollIntoViewIfNeeded();
      await figure.and(page.locator('[data-state=live]')).waitFor();
    }
    await page.evaluate(() => scrollTo(0, 0));
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    const columns: Tile[] = [];
    for (let top = 0; top < height; top += columnHeight) {
      const clip = { x: 0, y: top, width, height: Math.min(columnHeight, height - top) };
      columns.push({ label: `${top} px`, png: await page.screenshot({ clip, fullPage: true }) });
    }
    return columns;
  });
  return contactSheet(browser, `${path}, ${width} px, ${theme}`, [tiles]);
}

/** The paths of the pages that are looked at when none is named. */
function usualPages(dist: string): string[] {
  const pages = filesBelow(dist).filter((path) => path.endsWith('index.html'));
  const paths = pages.map((path) => `/${relative(dist, path).split(sep).join('/').replace('index.html', '')}`);
  return paths.filter((path) => /^\/(learn\/.*|figures\/)?$/.test(path));
}

async function main(names: readonly string[]): Promise<number> {
  const isPage = (name: string) => name.startsWith('/');
  const unknown = names.find((name) => !isPage(name) && !figureNames.includes(name));
  if (unknown !== undefined) {
    const known = figureNames.join(', ');
    throw new CommandError(`There is no figure ${unknown}. There are: ${known}; a page is a path such as /learn/.`);
  }
  const found = await findBrowser();
  await build();
  const site = await serve(distDir(), { port: 0, base: siteBase() });
  const browser = await chromium.launch(launchOptions(found));
  const folder = join(root, 'shots');
  mkdirSync(folder, { recursive: true });
  const save = (name: string, png: Buffer) => {
    writeFileSync(join(folder, `${name}.png`), png);
    console.log(`shots/${name}.png`);
  };
  try {
    for (const name of names.length === 0 ? figureNames : names.filter((one) => !isPage(one))) {
      for (const theme of themes) save(`${name}-${theme}`, await figureSheet(browser, site, name, theme));
    }
    for (const path of names.length === 0 ? usualPages(distDir()) : names.filter(isPage)) {
      const stem = path.replace(/^\/|\/$/g, '').replaceAll('/', '-') || 'home';
      for (const theme of themes) {
        for (const width of widths)
          save(`page-${stem}-${theme}-${width}`, await pageSheet(browser, site, path, width, theme));
      }
    }
  } finally {
    await browser.close();
    await site.close();
  }
  return 0;
}

if (isMain(import.meta.url)) await runMain(() => main(process.argv.slice(2)));
