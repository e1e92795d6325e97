/** The one entry from pages to figures: loads, fills in published numbers, runs and draws at build. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyFigure, Frames, Preset, Readout, Stage, Values } from '../figure/contract.ts';
import { readSettings, splitSettings } from '../figure/address.ts';
import { standalone } from '../figure/standalone.ts';
import { drawStatic } from '../figure/static.ts';
import {
  frameIndex,
  openingValues,
  presetValues,
  publishedNames,
  resolveNumbers,
  sameValue,
} from '../figure/values.ts';
import { loadComputed, loadFigure } from '../figures/index.ts';
import { referenceShort } from './citations.ts';
import {
  loadCommits,
  loadFamily,
  loadGrids,
  loadGuestTypes,
  loadNano,
  loadRack,
  loadSosp,
  loadTimeline,
} from './content-data.ts';
import type { TimelineEvent } from './content-schemas.ts';
import { publishedNumber } from './numbers.ts';
import { pictureFonts } from './picture-fonts.ts';
import type { Instance } from './scan.ts';
import { href } from './site.ts';

/** A figure as it opens in one place. */
export interface Opening {
  readonly figure: AnyFigure;
  readonly instance: Instance;
  readonly values: Values;
  readonly frames: Frames<unknown>;
  readonly index: number;
  readonly sentence: string;
  readonly readouts: readonly Readout[];
  /** What the browser needs beside the module: published numbers and the content the figure draws on. */
  readonly handed: {
    readonly numbers: Readonly<Record<string, number>>;
    readonly data?: unknown;
    /** Where the rest of the data is. */
    readonly rest?: string;
  };
}

const figures = new Map<string, Promise<AnyFigure>>();
/** What models have computed for figures; `readyFigure` puts it here. */
const computed = new Map<string, unknown>();
const openings = new Map<string, Promise<Opening>>();

/** A figure with its published numbers filled in. */
export function readyFigure(name: string): Promise<AnyFigure> {
  let figure = figures.get(name);
  if (!figure) {
    figure = loadFigure(name).then(async (module) => {
      computed.set(name, await loadComputed(name));
      return resolveNumbers(module, publishedNumber);
    });
    if (!import.meta.env?.DEV) figures.set(name, figure);
  }
  return figure;
}

/** Files of content that figures are handed, each through its strict loader: a fault in one stops the build. */
const loaders: Readonly<Record<string, () => unknown>> = {
  'timeline.yaml': () => loadTimeline().map(travelling),
  'family-tree.yaml': familyData,
  'commits.yaml': () => loadCommits(),
  'racks.yaml': () => loadRack(),
  'grids.yaml': () => loadGrids(),
  'sosp2003.yaml': () => loadSosp(),
  'nano-benchmarks.yaml': () => ({ published: loadNano(), counted: computed.get('nano-benchmarks') }),
  'guest-types.yaml': guestTypesData,
};

/** The content file that a figure is handed; undefined where it names none. It travels with the page. */
export function figureData(figure: AnyFigure): unknown {
  const file = figure.about.data;
  if (!file) return undefined;
  const loader = loaders[file];
  if (!loader) throw new Error(`Figure ${figure.about.name} is handed ${file}, which no loader reads.`);
  return loader();
}

// Systems are known by their ids; an edge travels with the names of its sources.
function familyData(): unknown {
  const { systems, edges } = loadFamily();
  return {
    systems: systems.map(({ source: _, ...shown }) => shown),
    edges: edges.map(({ sources, at, ...shown }) => ({ ...shown, cited: citedWords(sources, at) })),
  };
}

// Aspects and kinds; a cell travels with the name of its source.
function guestTypesData(): unknown {
  const { aspects, types } = loadGuestTypes();
  return {
    aspects,
    types: types.map(({ cells, ...type }) => ({
      ...type,
      cells: Object.fromEntries(
        Object.entries(cells).map(([aspect, { cite, at, ...shown }]) => [
          aspect,
          { ...shown, cited: citedWords([cite], at) },
        ]),
      ),
    })),
  };
}

// 'Whitaker et al. 2002, §2': the place belongs to the first source.
function citedWords(sources: readonly string[], at?: string): string {
  return sources.map((source, index) => referenceShort(source) + (at && index === 0 ? `, ${at}` : '')).join('; ');
}

// An entry without what no picture shows, and with the name of its source: a figure's room knows no references.
function travelling({ id: _, source, confidence, ...shown }: TimelineEvent): unknown {
  return {
    ...shown,
    ...(source ? { cited: referenceShort(source) } : {}),
    ...(confidence === 'secondary' ? { confidence } : {}),
  };
}

/** Data that reads as a list of its own; components/DataList.astro writes it. Other data are what a model starts from. */
const listed: readonly (string | undefined)[] = [
  'timeline.yaml',
  'family-tree.yaml',
  'commits.yaml',
  'sosp2003.yaml',
  'guest-types.yaml',
];

/** Whether a figure's page has the figure's data as a list. */
export function hasList({ about }: Pick<AnyFigure, 'about'>): boolean {
  return listed.includes(about.data);
}

/** Runs a figure as an instance opens it; throws a sentence where the article sets what is not there. */
export function openFigure(instance: Instance): Promise<Opening> {
  const key = JSON.stringify(instance);
  let opening = openings.get(key);
  if (!opening) {
    opening = open(instance);
    if (!import.meta.env?.DEV) openings.set(key, opening);
  }
  return opening;
}

async function open(instance: Instance): Promise<Opening> {
  const figure = await readyFigure(instance.name);
  const preset = figure.presets.find((one) => one.name === instance.preset);
  if (instance.preset && !preset) throw new Error(`Figure ${instance.name} has no preset ${instance.preset}.`);
  const asked = readSettings(splitSettings(instance.set ?? ''), figure.params);
  if (asked.problems.length > 0) throw new Error(`Figure ${instance.id}: ${asked.problems.join('; ')}.`);
  const start = preset ? presetValues(figure.params, preset) : openingValues(figure.params, figure.initial);
  const values: Values = { ...start, ...asked.values };
  const data = figureData(figure);
  const frames = figure.run(values, data);
  const wanted = instance.frame === 'last' ? 'last' : instance.frame === undefined ? undefined : Number(instance.frame);
  const index = frameIndex(wanted ?? asked.frame ?? preset?.frame ?? figure.initial.frame, frames.length);
  const frame = frames.at(index);
  const module = await loadFigure(instance.name);
  return {
    figure,
    instance,
    values,
    frames,
    index,
    sentence: figure.describe(frame, values),
    readouts: figure.readouts(frame, values),
    handed: {
      numbers: Object.fromEntries(publishedNames(module).map((name) => [name, publishedNumber(name)])),
      ...(data === undefined ? {} : { data: figure.first ? (figure.first(data, values) as unknown) : data }),
      ...(figure.first ? { rest: href(`/figures/${instance.name}/data.json`) } : {}),
    },
  };
}

/** The markup of one stage of an opening, at its frame or another. */
export function stageMarkup(opening: Opening, stage: Stage, index = opening.index): string {
  return drawStatic(opening.figure, opening.frames.at(index), opening.values, stage, opening.instance.id);
}

/** A picture file of an opening at a frame, with the letters that it is written with. */
export async function pictureFile(opening: Opening, stage: Stage, index: number): Promise<string> {
  return picture(opening, stage, index, await pictureFonts(stageMarkup(opening, stage, index)));
}

/** The same without letters of its own, for who has the fonts. */
export function picture(opening: Opening, stage: Stage, index: number, fonts = ''): string {
  const { figure, frames, values } = opening;
  const read = (file: string): string => readFileSync(join(process.cwd(), 'src/styles', file), 'utf8');
  return standalone({
    markup: stageMarkup(opening, stage, index),
    fonts,
    stage,
    height: figure.heightOf?.(values, stage) ?? figure.about.height[stage],
    title: figure.about.picture,
    description: figure.describe(frames.at(index), values),
    tokens: read('tokens.css'),
    marks: read('figure.css'),
    theme: 'light',
  });
}

/** The frames that print shows. */
export function momentIndices(opening: Opening): readonly number[] {
  return [...new Set(opening.figure.moments(opening.frames).map((index) => frameIndex(index, opening.frames.length)))];
}

/** The preset whose values an opening has, or undefined. */
export function fittingPreset({ figure, values }: Opening): Preset | undefined {
  return figure.presets.find((preset) =>
    Object.entries(presetValues(figure.params, preset)).every(([name, value]) => sameValue(value, values[name])),
  );
}
