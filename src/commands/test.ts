/**
 * `npm test`: everything that can fail, in one run that ends with `N passed, N failed`.
 * `npm test -- --only vitest,e2e [words]` runs some stages; words choose test files. `--list` names the stages,
 * `--update` writes the pictures of figures again that have changed.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Browser, findBrowser, temporaryFolder } from './browser.ts';
import type { Counts } from './counts.ts';
import { CommandError, distDir, isMain, runMain, siteBase } from './project.ts';
import { type Site, serve } from './serve.ts';
import { type Context, type Outcome, type Stage, stages } from './stages.ts';

/** Runs one stage; an exception is a failure with its message. */
async function runStage(stage: Stage, context: Context): Promise<Outcome> {
  try {
    return await stage.run(context);
  } catch (error) {
    const text = error instanceof CommandError ? error.message : error instanceof Error ? error.stack : String(error);
    return { passed: 0, failed: 1, output: text ?? '' };
  }
}

/** The stages that were asked for, with the build where one of them needs its result. */
export function chosenStages(only: string | undefined): Stage[] {
  if (only === undefined) return [...stages];
  const names = only.split(',');
  const unknown = names.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    throw new CommandError(`There is no stage ${unknown}. There are: ${stages.map(({ name }) => name).join(', ')}.`);
  }
  const needsSite = stages.some((stage) => names.includes(stage.name) && stage.needsSite);
  return stages.filter(({ name }) => names.includes(name) || (name === 'build' && needsSite));
}

/** Runs stages in order and adds them up. A stage whose site could not be built counts as failed. */
export async function runStages(
  chosen: readonly Stage[],
  context: Context,
  say: (text: string) => void = console.log,
): Promise<Counts> {
  let passed = 0;
  let failed = 0;
  let hasSite = true;
  for (const stage of chosen) {
    const start = performance.now();
    const outcome =
      stage.needsSite && !hasSite
        ? { passed: 0, failed: 1, output: 'Not run: there is no site, because the build failed.' }
        : await runStage(stage, context);
    if (stage.name === 'build' && outcome.failed > 0) hasSite = false;
    passed += outcome.passed;
    failed += outcome.failed;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    if (outcome.failed > 0) say(`${outcome.output.trimEnd()}\n`);
    say(`${stage.name.padEnd(11)} ${outcome.passed} passed, ${outcome.failed} failed  (${seconds} s)`);
  }
  return { passed, failed };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
    },
  });
  if (values.list) {
    console.log(stages.map(({ name }) => name).join('\n'));
    return 0;
  }
  const chosen = chosenStages(values.only);
  let browser: Browser;
  try {
    browser = await findBrowser();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.log(`${error.message}\n0 passed, ${chosen.length} failed`);
    return 1;
  }
  const folder = temporaryFolder('test');
  let site: Promise<Site> | undefined;
  const open = () => (site ??= serve(distDir(), { port: 0, base: siteBase() }));
  try {
    const { passed, failed } = await runStages(chosen, {
      browser,
      site: open,
      folder,
      words: positionals,
      update: values.update,
    });
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed > 0 ? 1 : 0;
  } finally {
    await site?.then((running) => running.close());
    rmSync(folder, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) await runMain(main);
