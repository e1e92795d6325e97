/** Reads, validates and caches the data files of content/, at build and in tests. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'astro/zod';
import { parseDocument } from 'yaml';
import { gridsSchema, rackSchema, type Grids, type Server } from './capacity-schemas.ts';
import { commitsSchema, type Commits } from './commits-schema.ts';
import {
  glossarySchema,
  hypervisorsSchema,
  numbersSchema,
  referencesSchema,
  timelineSchema,
  type Hypervisor,
  type Numbers,
  type References,
  type Term,
  type TimelineEvent,
} from './content-schemas.ts';
import { familySchema, type Family } from './family-schema.ts';
import { nanoSchema, publishedRow, type Published } from './nano-schema.ts';
import { sospSchema, type SospTable } from './sosp-schema.ts';
import { guestTypesSchema, type GuestTypes } from './guest-types-schema.ts';

/** The folder that the loaders read when they are given none: content/ of the project in which Node was started. */
export function contentFolder(): string {
  return join(process.cwd(), 'content');
}

/** The works of content/references.yaml by cite key; throws a sentence that names file, entry and key. */
export function loadReferences(folder = contentFolder()): References {
  return load(folder, 'references.yaml', referencesSchema);
}

/** The figures of content/numbers.yaml by group and name; throws also where a source is not among the references. */
export function loadNumbers(folder = contentFolder()): Numbers {
  const file = 'numbers.yaml';
  return load(folder, file, numbersSchema, (groups) => {
    for (const [group, entries] of Object.entries(groups))
      for (const [name, { source }] of Object.entries(entries)) assertCited(folder, file, `${group}.${name}`, [source]);
  });
}

/** The events of content/timeline.yaml, oldest first; throws also where a source is not among the references. */
export function loadTimeline(folder = contentFolder()): readonly TimelineEvent[] {
  const file = 'timeline.yaml';
  return load(folder, file, timelineSchema, (events) => {
    for (const { id, source } of events) assertCited(folder, file, id, [source]);
  });
}

/** Systems and edges of content/family-tree.yaml; throws also where a source is not among the references. */
export function loadFamily(folder = contentFolder()): Family {
  const file = 'family-tree.yaml';
  return load(folder, file, familySchema, ({ systems, edges }) => {
    for (const { id, source } of systems) assertCited(folder, file, id, [source]);
    for (const { from, to, sources } of edges) assertCited(folder, file, `${from} → ${to}`, sources);
  });
}

/** The rows of content/hypervisors.yaml; throws also where a source is not among the references. */
export function loadHypervisors(folder = contentFolder()): readonly Hypervisor[] {
  const file = 'hypervisors.yaml';
  return load(folder, file, hypervisorsSchema, (rows) => {
    for (const { id, sources } of rows) assertCited(folder, file, id, sources);
  });
}

/** The servers of content/racks.yaml, in the order of the rack. */
export function loadRack(folder = contentFolder()): readonly Server[] {
  return load(folder, 'racks.yaml', rackSchema);
}

/** The words of content/glossary.yaml, sorted; throws also where a source is not among the references. */
export function loadGlossary(folder = contentFolder()): readonly Term[] {
  const file = 'glossary.yaml';
  return load(folder, file, glossarySchema, (terms) => {
    for (const { id, source } of terms) assertCited(folder, file, id, source === undefined ? [] : [source]);
  });
}

/** The counts of content/commits.yaml, oldest release first. */
export function loadCommits(folder = contentFolder()): Commits {
  return load(folder, 'commits.yaml', commitsSchema);
}

/** The grids of content/grids.yaml; throws also where the source is not among the references. */
export function loadGrids(folder = contentFolder()): Grids {
  const file = 'grids.yaml';
  return load(folder, file, gridsSchema, ({ source }) => assertCited(folder, file, 'its source', [source]));
}

/** The tables of content/sosp2003.yaml, every cell a number; throws also where one names no number of content/numbers.yaml. */
export function loadSosp(folder = contentFolder()): readonly SospTable[] {
  const file = 'sosp2003.yaml';
  const numbers = loadNumbers(folder)['sosp2003'] ?? {};
  const valueOf = (entry: string, cell: number | string): number => {
    const value = typeof cell === 'number' ? cell : numbers[cell]?.value;
    if (value === undefined)
      throw new Error(`content/${file}: ${entry} names sosp2003.${cell}, which content/numbers.yaml does not have.`);
    return value;
  };
  return load(folder, file, sospSchema).map((table) => ({
    ...table,
    rows: table.rows.map((row) => ({ ...row, cells: row.cells.map((cell) => valueOf(row.id, cell)) })),
  }));
}

/** The kinds of guests of content/guest-types.yaml; throws also where a source is not among the references. */
export function loadGuestTypes(folder = contentFolder()): GuestTypes {
  const file = 'guest-types.yaml';
  return load(folder, file, guestTypesSchema, ({ types, rules }) => {
    for (const { id, cite } of rules) assertCited(folder, file, id, [cite]);
    for (const { id, cells } of types)
      for (const [aspect, { cite }] of Object.entries(cells)) assertCited(folder, file, `${id}.${aspect}`, [cite]);
  });
}

/** The rows of content/nano-benchmarks.yaml with their numbers; throws also where content/numbers.yaml has no such number. */
export function loadNano(folder = contentFolder()): readonly Published[] {
  const file = 'nano-benchmarks.yaml';
  const numbers = loadNumbers(folder);
  const value = (name: string): number => {
    const [group = '', key = ''] = name.split('.');
    const entry = numbers[group]?.[key];
    if (!entry) throw new Error(`content/${file} names ${name}, which content/numbers.yaml does not have.`);
    return entry.value;
  };
  return load(folder, file, nanoSchema).map((row) => publishedRow(row, value));
}

const cache = new Map<string, { readonly stamp: string; readonly data: unknown }>();

function load<S extends z.ZodType>(
  folder: string,
  file: string,
  schema: S,
  check?: (data: z.infer<S>) => void,
): z.infer<S> {
  const path = join(folder, file);
  const name = `content/${file}`;
  // `npm run dev` outlives an edit, so the stamp tells whether the text is still the one that was read.
  const { mtimeMs, size } = statSync(path);
  const stamp = `${mtimeMs} ${size}`;
  const cached = cache.get(path);
  if (cached?.stamp === stamp) return cached.data as z.infer<S>;
  const document = parseDocument(readFileSync(path, 'utf8'));
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw new Error(`${name} is not YAML as it should be: ${fault.message}`);
  const raw: unknown = document.toJS();
  const result = schema.safeParse(raw);
  if (!result.success) {
    const said = result.error.issues.map((issue) => `  ${place(raw, issue.path)}: ${issue.message}`);
    throw new Error(`${name} breaks its schema:\n${said.join('\n')}`);
  }
  check?.(result.data);
  cache.set(path, { stamp, data: result.data });
  return result.data;
}

/** The place of a fault in words: entries of a list by their id, so that a reader finds them. */
function place(raw: unknown, path: readonly PropertyKey[]): string {
  const [first, ...rest] = path;
  if (first === undefined) return 'the file';
  const entry: unknown = Array.isArray(raw) && typeof first === 'number' ? raw[first] : undefined;
  const id = isRecord(entry) && typeof entry['id'] === 'string' ? entry['id'] : undefined;
  const start = id ?? (typeof first === 'number' ? `entry ${first + 1}` : String(first));
  return [start, ...rest.map(String)].join('.');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function assertCited(folder: string, file: string, entry: string, keys: readonly string[]): void {
  const references = loadReferences(folder);
  for (const key of keys)
    if (!Object.hasOwn(references, key))
      throw new Error(`content/${file}: ${entry} cites ${key}, which content/references.yaml does not have.`);
}
