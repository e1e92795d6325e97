/** Every figure at every width: type that can be read, nothing cut off, nothing over another; and the same nodes upgraded. */
import { expect } from '@playwright/test';
import { figureNames } from '../../src/figures/index.ts';
import { live, test } from './pages.ts';

// A page is opened once for each stage; what else is as wide is come to by changing the window, as a reader does.
const openings = [
  [320, 390, 600],
  [820, 1440],
];

for (const name of figureNames) {
  test(`${name}: type ≥ 13 px, inside the stage, no two texts overlap, at five widths and three moments`, async ({
    page,
  }) => {
    const faults: string[] = [];
    // A page that has not got its letters in a tenth of a second keeps others: have them in the cache.
    await page.goto('figures/');
    await page.evaluate(() => document.fonts.ready);
    for (const [width, opened] of openings.flatMap((widths) => widths.map((width, at) => [width, at === 0] as const))) {
      await page.setViewportSize({ width, height: 900 });
      if (opened) {
        await page.goto('about:blank');
        await page.goto(`figures/${name}/`);
        await live(page, name);
        await page.evaluate(() => document.fonts.ready);
      } else {
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      }
      const moments = await page.evaluate(() => {
        const last = Number(document.querySelector<HTMLInputElement>('.scrubber')?.max ?? 0);
        return [...new Set([Math.floor(last / 2), last])];
      });
      faults.push(...(await page.evaluate(faultsOfStage, `${width} px, ${opened ? 'opening' : 'as it was left'}`)));
      for (const moment of moments) {
        await page.evaluate((frame) => {
          const scrubber = document.querySelector<HTMLInputElement>('.scrubber');
          if (!scrubber) return;
          scrubber.value = String(frame);
          scrubber.dispatchEvent(new Event('input', { bubbles: true }));
        }, moment);
        faults.push(...(await page.evaluate(faultsOfStage, `${width} px, frame ${moment}`)));
      }
    }
    expect(faults).toEqual([]);
  });
}

// Runs in the page.
function faultsOfStage(where: string): string[] {
  const svg = [...document.querySelectorAll<SVGSVGElement>('.stage-svg')].find(
    (one) => one.getClientRects().length > 0,
  );
  if (!svg) return [`${where}: no stage is shown`];
  const faults: string[] = [];
  const stage = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll<SVGTextElement>('text')]
    .filter((text) => (text.textContent ?? '').trim() !== '' && getComputedStyle(text).visibility !== 'hidden')
    .map((text) => {
      const size = Number.parseFloat(getComputedStyle(text).fontSize) * (text.getScreenCTM()?.a ?? 1);
      const { left, right, top, bottom } = text.getBoundingClientRect();
      // The box of a line is taller than its letters: ascenders and descenders only.
      const trim = (bottom - top - size * 0.95) / 2;
      return {
        word: text.textContent ?? '',
        size,
        left,
        right,
        top: top + Math.max(0, trim),
        bottom: bottom - Math.max(0, trim),
      };
    });
  for (const text of texts) {
    if (text.size < 12.99) faults.push(`${where}: ‘${text.word}’ is ${text.size.toFixed(1)} px`);
    if (
      text.left < stage.left - 0.5 ||
      text.right > stage.right + 0.5 ||
      text.top < stage.top - 0.5 ||
      text.bottom > stage.bottom + 0.5
    )
      faults.push(`${where}: ‘${text.word}’ leaves the stage`);
  }
  texts.forEach((a, at) => {
    for (const b of texts.slice(at + 1))
      if (a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5)
        faults.push(`${where}: ‘${a.word}’ and ‘${b.word}’ overlap`);
  });
  return faults;
}

for (const name of figureNames) {
  test(`${name}: the browser upgrades the nodes that the build drew`, async ({ quietPage: page }) => {
    await page.addInitScript(() => {
      document.addEventListener('DOMContentLoaded', () => {
        const nodes = [...document.querySelectorAll('.stage-svg *')];
        Object.assign(window, { builtNodes: nodes, builtMarkup: nodes.map((node) => node.outerHTML) });
      });
    });
    await page.goto(`figures/${name}/`);
    await live(page, name);
    const found = await page.evaluate(() => {
      const { builtNodes, builtMarkup } = window as unknown as { builtNodes: Element[]; builtMarkup: string[] };
      const now = [...document.querySelectorAll('.stage-svg *')];
      return {
        same: now.length === builtNodes.length && now.every((node, at) => node === builtNodes[at]),
        unchanged: now.every((node, at) => node.outerHTML === builtMarkup[at]),
        count: now.length,
      };
    });
    expect(found.count).toBeGreaterThan(5);
    expect(found.same).toBe(true);
    expect(found.unchanged).toBe(true);
  });
}
