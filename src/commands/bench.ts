/**
 * `npm run bench`: what has to stay fast, with its bounds. Exits with 1 if one is broken; writes nothing.
 * `npm run bench -- --only run,draw,machine,build,lighthouse` takes some parts, `--figure <name>` one figure.
 */
import { parseArgs } from 'node:util';
import { figureNames } from '../figures/index.ts';
import { audit } from './audit.ts';
import { timeBuilds } from './bench-build.ts';
import { timeDraws } from './bench-draw.ts';
import { timeMachine } from './bench-machine.ts';
import { median, timeRun } from './bench-run.ts';
import { findBrowser } from './browser.ts';
import { build } from './build.ts';
import { CommandError, distDir, isMain, runMain, siteBase } from './project.ts';
import { serve } from './serve.ts';
import { measuredPage } from './stages.ts';

/** One line of the table: what was measured, and the bound that it is held to, if it has one. */
interface Row {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly bound?: { readonly most: number } | { readonly least: number };
  readonly note?: string;
}

function holds({ measured, bound }: Row): boolean {
  if (bound === undefined) return true;
  return 'most' in bound ? measured <= bound.most : measured >= bound.least;
}

function print(row: Row): void {
  const { what, measured, unit, bound, note = '' } = row;
  const limit = bound === undefined ? '' : 'most' in bound ? `≤ ${bound.most}` : `≥ ${bound.least}`;
  const verdict = bound === undefined ? '' : holds(row) ? 'ok' : 'BROKEN';
  const number = measured.toFixed(measured >= 100 ? 0 : 2).padStart(9);
  console.log(
    `${what.padEnd(44)} ${number} ${unit.padEnd(7)} ${limit.padEnd(7)} ${verdict.padEnd(7)} ${note}`.trimEnd(),
  );
}

async function runRows(names: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of names) {
    const { defaultMs, worstMs, worstValues, corners } = await timeRun(name);
    rows.push({ what: `${name}: run, as it opens`, measured: defaultMs, unit: 'ms', bound: { most: 20 } });
    const note = `of ${corners} settings; slowest: ${worstValues || 'as it opens'}`;
    rows.push({ what: `${name}: run, at worst`, measured: worstMs, unit: 'ms', bound: { most: 50 }, note });
  }
  return rows;
}

function machineRows(): Row[] {
  const { million, back } = timeMachine();
  return [
    { what: 'x86: instructions, bare machine', measured: million, unit: 'M/s', bound: { least: 5 } },
    ...back.map(({ name, ms }) => ({
      what: `x86: 10 000 steps back, ${name}`,
      measured: ms,
      unit: 'ms',
      bound: { most: 50 },
    })),
  ];
}

async function drawRows(names: readonly string[]): Promise<Row[]> {
  const times = await timeDraws(await findBrowser(), names);
  return times.flatMap(({ name, nodes, first, firstBare, next, nextBare }) => [
    {
      what: `${name}: draw over the frame before`,
      measured: next / nextBare,
      unit: '× bare',
      bound: { most: 3 },
      note: `${nodes} nodes, ${next.toFixed(2)} ms`,
    },
    {
      what: `${name}: draw into an empty group`,
      measured: first / firstBare,
      unit: '× bare',
      bound: { most: 3 },
      note: `${first.toFixed(2)} ms`,
    },
  ]);
}

async function buildRows(): Promise<Row[]> {
  const { builds, fewMs, manyMs } = await timeBuilds();
  const times = ([20, 100, 500] as const).map((articles) => ({
    what: `build with ${articles} articles`,
    measured: builds[articles].seconds,
    unit: 's',
    note: `${builds[articles].cpuSeconds.toFixed(1)} s on the processor`,
  }));
  const note = `${fewMs.toFixed(1)} ms on the processor from 20 to 100, ${manyMs.toFixed(1)} ms from 100 to 500`;
  return [
    ...times,
    { what: 'cost of a page, many beside few', measured: manyMs / fewMs, unit: '×', bound: { most: 1.3 }, note },
  ];
}

async function lighthouseRows(): Promise<Row[]> {
  const browser = await findBrowser();
  await build();
  const site = await serve(distDir(), { port: 0, base: siteBase() });
  try {
    const scores: number[] = [];
    let shortOf: readonly string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const result = await audit(browser, new URL(measuredPage, site.url).href, ['performance']);
      scores.push(result.scores['performance'] ?? NaN);
      shortOf = result.shortOf;
    }
    const measured = median(scores);
    const note = `of ${scores.join(', ')}${measured < 99 ? `; ${shortOf.join('; ')}` : ''}`;
    return [{ what: `Lighthouse performance, /${measuredPage}`, measured, unit: 'of 100', bound: { least: 99 }, note }];
  } finally {
    await site.close();
  }
}

const parts: Readonly<Record<string, (names: readonly string[]) => Promise<Row[]>>> = {
  run: runRows,
  draw: drawRows,
  machine: () => Promise.resolve(machineRows()),
  build: buildRows,
  lighthouse: lighthouseRows,
};

async function main(): Promise<number> {
  const options = { only: { type: 'string' }, figure: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  const chosen = values.only?.split(',') ?? Object.keys(parts);
  const names = values.figure === undefined ? figureNames : [values.figure];
  const stranger =
    chosen.find((part) => !Object.hasOwn(parts, part)) ?? names.find((one) => !figureNames.includes(one));
  if (stranger !== undefined) {
    const known = `parts are ${Object.keys(parts).join(', ')}; figures are ${figureNames.join(', ')}`;
    throw new CommandError(`There is no ${stranger}: ${known}.`);
  }
  let broken = 0;
  for (const part of chosen) {
    const rows = (await parts[part]?.(names)) ?? [];
    rows.forEach(print);
    broken += rows.filter((row) => !holds(row)).length;
  }
  console.log(
    broken === 0 ? '\nEvery bound holds.' : `\n${broken} of the bounds ${broken === 1 ? 'is' : 'are'} broken.`,
  );
  return broken === 0 ? 0 : 1;
}

if (isMain(import.meta.url)) await runMain(main);
