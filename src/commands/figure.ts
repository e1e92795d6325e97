/** `npm run -s figure -- <name> [param=value …] [--frame N] [--json]`: a figure in the terminal. */
import { parseArgs } from 'node:util';
import { readSettings } from '../figure/address.ts';
import type { AnyFigure, Column, Param, Params, Value } from '../figure/contract.ts';
import { toCsv } from '../figure/csv.ts';
import { frameIndex, openingValues, resolveNumbers } from '../figure/values.ts';
import { formatParam, formatReadout } from '../figure/words.ts';
import { figureNames, loadFigure } from '../figures/index.ts';
import { numbersIn } from './numbers.ts';
import { isMain, root } from './project.ts';

/** What the terminal gets: text for the two streams and the exit code (2 where the call was wrong). */
export interface Answer {
  readonly out: string;
  readonly err: string;
  readonly code: 0 | 2;
}

/** Answers one call; `root` is the repository's folder, from which content is read. */
export async function answer(args: readonly string[], root: string): Promise<Answer> {
  try {
    return { out: await run(args, root), err: '', code: 0 };
  } catch (reason) {
    return { out: '', err: `${reason instanceof Error ? reason.message : String(reason)}\n`, code: 2 };
  }
}

async function run(args: readonly string[], root: string): Promise<string> {
  const { values: options, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { frame: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [name, ...settings] = positionals;
  if (name === undefined || !figureNames.includes(name))
    throw new Error(
      `${name === undefined ? 'Name a figure' : `There is no figure ${name}`}. There are: ${figureNames.join(', ')}.`,
    );
  const figure = resolveNumbers(await loadFigure(name), numbersIn(root));
  const asked = readSettings(
    [...settings, ...(options.frame === undefined ? [] : [`frame=${options.frame}`])].map(splitSetting),
    figure.params,
  );
  if (asked.problems.length > 0) throw new Error(`${asked.problems.join('.\n')}.\n${listParams(figure)}`);
  const values = openingValues(figure.params, figure.initial, asked.values);
  const data = await dataOf(figure);
  const frames = figure.run(values, data);
  if (typeof asked.frame === 'number' && asked.frame >= frames.length)
    throw new Error(`There is no moment ${asked.frame}: frame goes from 0 to ${frames.length - 1}, or is last.`);
  const index = frameIndex(asked.frame ?? figure.initial.frame, frames.length);
  const frame: unknown = frames.at(index);
  const sentence = figure.describe(frame, values);
  const readouts = figure.readouts(frame, values);
  if (options.json) {
    const rows: readonly unknown[] = figure.rows
      ? figure.rows(frames)
      : Array.from({ length: frames.length }, (_, at): unknown => frames.at(at));
    const columns = figure.columns as readonly Column<unknown>[];
    const table = rows.map((row) => Object.fromEntries(columns.map((column) => [column.name, column.value(row)])));
    const named = Object.fromEntries(
      readouts.map((readout) => [readout.id, { value: readout.value, unit: readout.unit ?? '' }]),
    );
    return `${JSON.stringify({ figure: name, values, frame: index, of: frames.length, sentence, readouts: named, rows: table }, null, 2)}\n`;
  }
  return [
    figure.about.title,
    listValues(figure, values),
    '',
    `Moment ${index + 1} of ${frames.length}: ${sentence}`,
    ...readouts.map((readout) => `  ${readout.label}: ${formatReadout(readout)}`),
    '',
    toCsv(figure, frames).replaceAll('\r\n', '\n'),
  ].join('\n');
}

/** What the figure is handed on its page, through the same loader: some cells are names, some data are computed. */
async function dataOf({ about }: AnyFigure): Promise<unknown> {
  if (!about.data) return undefined;
  const { figureData, readyFigure } = await import('../components/figures.ts');
  return figureData(await readyFigure(about.name));
}

function splitSetting(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new Error(`‘${text.slice(0, 40)}’ is not a setting: write param=value.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function listValues(figure: AnyFigure, values: Readonly<Record<string, Value>>): string {
  return Object.entries(figure.params as Params)
    .map(([name, param]) => `  ${name} = ${formatParam(param, values[name] as Value)} (${param.label})`)
    .join('\n');
}

function listParams(figure: AnyFigure): string {
  const range = (param: Param): string => {
    if (param.kind === 'number')
      return `${param.min} to ${param.max}${param.unit ? ` ${param.unit}` : ''}, in steps of ${param.step}`;
    if (param.kind === 'switch') return 'on, off';
    if (param.kind === 'lines') return `line numbers of ${param.of}, with commas`;
    if (param.kind === 'text')
      return [...Object.keys(param.named ?? {}), `a text of at most ${param.longest} characters`].join(', ');
    return `${param.kind === 'set' ? 'any of ' : ''}${param.options.map((option) => option.value).join(', ')}`;
  };
  const lines = Object.entries(figure.params as Params).map(([name, param]) => `  ${name}: ${range(param)}`);
  return ['Valid are:', ...lines, '  frame: a whole number from 0, or last'].join('\n');
}

if (isMain(import.meta.url)) {
  // Loaders read content/ of the folder that Node was started in.
  process.chdir(root);
  const { out, err, code } = await answer(process.argv.slice(2), root);
  process.stdout.write(out);
  process.stderr.write(err);
  process.exitCode = code;
}
