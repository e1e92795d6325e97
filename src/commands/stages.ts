/** The stages of `npm test`, in their order. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { audit } from './audit.ts';
import { type Browser } from './browser.ts';
import { build } from './build.ts';
import { type Counts, countPlaywright, countVitest } from './counts.ts';
import { validatePages } from './html.ts';
import { checkLinks } from './links.ts';
import { binOf, distDir, root } from './project.ts';
import type { Site } from './serve.ts';

/** What a stage is given. */
export interface Context {
  readonly browser: Browser;
  /** The built site on a server of its own, started when it is first asked for. */
  readonly site: () => Promise<Site>;
  /** For reports; removed at the end. */
  readonly folder: string;
  /** Words after the options, for a stage that is run alone: names of test files. */
  readonly words: readonly string[];
  /** Writes pictures of figures again that have changed. */
  readonly update: boolean;
}

/** What came of a stage; `output` is shown if something failed. */
export interface Outcome extends Counts {
  readonly output: string;
}

/** One stage. */
export interface Stage {
  readonly name: string;
  readonly needsSite?: boolean;
  run(context: Context): Promise<Outcome>;
}

/** The page on which budgets and audits are measured. */
export const measuredPage = 'learn/type-1-and-type-2/';

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs a package's command on this Node; gives its exit code and all that it printed. */
async function tool(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const [packageName = name, command = packageName] = name.split(' ');
  const quiet = { ASTRO_TELEMETRY_DISABLED: '1', FORCE_COLOR: '0', NO_COLOR: '1' };
  const child = spawn(process.execPath, [binOf(packageName, command), ...args], {
    cwd: root,
    env: { ...process.env, ...quiet, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject).on('close', (status) => resolve(status ?? 1));
  });
  return { code, output };
}

function asOne({ code, output }: Ran): Outcome {
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
}

function sum(outcomes: readonly Outcome[]): Outcome {
  const total = (key: 'passed' | 'failed') => outcomes.reduce((all, outcome) => all + outcome[key], 0);
  const output = outcomes.filter(({ failed }) => failed > 0).map((outcome) => outcome.output);
  return { passed: total('passed'), failed: total('failed'), output: output.join('\n') };
}

const types: Stage = {
  name: 'types',
  // Astro's check reads every TypeScript file, too, and writes the types of the content; models know no DOM.
  run: async () => {
    const site = asOne(await tool('astro', ['check', '--minimumFailingSeverity', 'warning']));
    const models = asOne(await tool('typescript tsc', ['-p', 'src/models']));
    return sum([site, models]);
  },
};

const format: Stage = {
  name: 'format',
  run: async () => asOne(await tool('prettier', ['--check', '.'])),
};

const lint: Stage = {
  name: 'lint',
  run: async () => {
    const options = ['--config', 'tests/house/eslint.config.js', '--max-warnings', '0'];
    return asOne(await tool('eslint', [...options, '.']));
  },
};

const makeSite: Stage = {
  name: 'build',
  run: async () => {
    await build();
    return { passed: 1, failed: 0, output: '' };
  },
};

const vitest: Stage = {
  name: 'vitest',
  needsSite: true,
  run: async ({ folder, words, browser, update }) => {
    const report = join(folder, 'vitest.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const args = ['run', '--config', 'tests/vitest.config.ts', ...reporters, ...(update ? ['--update'] : []), ...words];
    const { code, output } = await tool('vitest', args, { ...browser.env, CHROMIUM: browser.path });
    return { ...countVitest(report, code), output };
  },
};

const html: Stage = {
  name: 'html',
  needsSite: true,
  run: async () => {
    const { pages, faultyPages, faults } = await validatePages(distDir());
    return { passed: pages - faultyPages, failed: pages === 0 ? 1 : faultyPages, output: faults.join('\n') };
  },
};

const links: Stage = {
  name: 'links',
  needsSite: true,
  run: async ({ site }) => {
    const { pages, links: looked, dead } = await checkLinks(distDir(), await site());
    // A check that looked at nothing has proved nothing.
    const empty = pages === 0 || looked < pages ? [`only ${looked} links were looked at on ${pages} pages`] : [];
    const faults = [...dead, ...empty];
    return { passed: faults.length === 0 ? 1 : 0, failed: faults.length, output: faults.join('\n') };
  },
};

const e2e: Stage = {
  name: 'e2e',
  needsSite: true,
  run: async ({ folder, site, words, browser }) => {
    const report = join(folder, 'playwright.json');
    const env = { E2E_URL: (await site()).url, PLAYWRIGHT_JSON_OUTPUT_NAME: report, CHROMIUM: browser.path };
    const args = ['test', '--config', 'tests/e2e/playwright.config.ts', '--reporter=list,json', ...words];
    const { code, output } = await tool('@playwright/test playwright', args, { ...browser.env, ...env });
    return { ...countPlaywright(report, code), output };
  },
};

const lighthouse: Stage = {
  name: 'lighthouse',
  needsSite: true,
  run: async ({ browser, site }) => {
    const categories = ['accessibility', 'best-practices', 'seo'];
    const { scores, shortOf } = await audit(browser, new URL(measuredPage, (await site()).url).href, categories);
    const short = categories.filter((category) => scores[category] !== 100);
    const lines = short.map((category) => `${category}: ${scores[category]} of 100`);
    return {
      passed: categories.length - short.length,
      failed: short.length,
      output: [...lines, ...shortOf].join('\n'),
    };
  },
};

/** All stages, in the order in which they are run: the quick ones first. */
export const stages: readonly Stage[] = [types, format, lint, makeSite, vitest, html, links, e2e, lighthouse];
