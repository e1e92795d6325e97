/** Times `draw` of every figure in Chromium, beside a bare D3 join of as many nodes. */
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { figureData, readyFigure } from '../components/figures.ts';
import { openingValues } from '../figure/values.ts';
import type { DrawTimes } from './bench-page.ts';
import { type Browser, launchOptions } from './browser.ts';
import { root } from './project.ts';

/** Times of one figure's drawing. */
export interface FigureDrawTimes extends DrawTimes {
  readonly name: string;
}

async function bundle(): Promise<string> {
  const result = await build({
    stdin: {
      contents: "import { timeDraw } from './src/commands/bench-page.ts';\nglobalThis.timeDraw = timeDraw;",
      resolveDir: root,
    },
    bundle: true,
    format: 'iife',
    minify: true,
    write: false,
    logLevel: 'error',
  });
  return result.outputFiles.map(({ text }) => text).join('');
}

/** Times the figures of these names, each in a page of its own. */
export async function timeDraws(found: Browser, names: readonly string[]): Promise<FigureDrawTimes[]> {
  const content = await bundle();
  const browser = await chromium.launch(launchOptions(found));
  const times: FigureDrawTimes[] = [];
  try {
    for (const name of names) {
      const figure = await readyFigure(name);
      const handed = JSON.stringify([name, openingValues(figure.params, figure.initial), figureData(figure) ?? null]);
      const page = await browser.newPage();
      await page.setContent('<!doctype html><body></body>');
      await page.addScriptTag({ content });
      times.push({ name, ...(await page.evaluate<DrawTimes>(`timeDraw(...${handed})`)) });
      await page.close();
    }
  } finally {
    await browser.close();
  }
  return times;
}
