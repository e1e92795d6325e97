/** Which rows of content/hypervisors.yaml a table shows, and how their states and sources are said. */
import { formatDate } from '../figure/words.ts';
import { reference, referenceShort } from './citations.ts';
import { loadHypervisors } from './content-data.ts';
import { kinds, type Hypervisor } from './content-schemas.ts';
import { href } from './site.ts';
import { strings } from './strings.ts';

/** Rows by ids and kinds, separated by commas, in the order of the file; all rows where nothing is chosen. */
export function selectHypervisors(of?: string): readonly Hypervisor[] {
  const rows = loadHypervisors();
  if (of === undefined) return rows;
  const chosen = of.split(',').map((word) => word.trim());
  const known: readonly string[] = [...kinds, ...rows.map(({ id }) => id)];
  const stranger = chosen.find((word) => !known.includes(word));
  if (stranger !== undefined)
    throw new Error(`Hypervisors of="${of}": content/hypervisors.yaml has no id and no kind ‘${stranger}’.`);
  return rows.filter(({ id, kind }) => chosen.includes(id) || chosen.includes(kind));
}

/** One cell behind name and kind. */
export interface Cell {
  readonly label: string;
  readonly text: string;
  /** What it is sorted by, where its words would sort wrongly; nothing comes last. */
  readonly key?: string | number;
  /** A word in bold in front. */
  readonly lead?: string;
  /** The words before the row’s sources, where these stand in it. */
  readonly sources?: string;
}

const s = strings.table;

/** The columns behind name and kind: what the machine looks like, or how the thing stands today. */
export const views = {
  anatomy: [s.first, s.drivers, s.technique, s.licence, s.newest],
  status: [s.status, s.newest, s.licence],
} as const;

/** The cells of a row in a view; its month only where it is not the stated one. Throws where it has nothing to say there. */
export function cellsOf(row: Hypervisor, view: keyof typeof views, stated = ''): readonly Cell[] {
  const { id, bootsFirst, drivers, technique, licence, newest, state, status, asOf } = row;
  const version = newest && `${newest.version}${newest.date ? `, ${formatDate(newest.date)}` : ''}`;
  const key = newest?.date ?? '';
  if (view === 'status')
    return [
      {
        label: s.status,
        lead: s.states[state],
        text: status,
        key: Object.keys(s.states).indexOf(state),
        sources: `${asOf === stated ? '' : `${s.checked} ${formatDate(asOf)}. `}${s.sources}:`,
      },
      { label: s.newest, text: version ?? '', key },
      { label: s.licence, text: licence ?? '', ...(licence ? {} : { key: '' }) },
    ];
  if (!bootsFirst || !drivers || !technique || !licence)
    throw new Error(`Hypervisors: ${id} says nothing of what starts first and where drivers are; show="status" does.`);
  return [
    { label: s.first, text: bootsFirst },
    { label: s.drivers, text: drivers },
    { label: s.technique, text: technique },
    { label: s.licence, text: licence },
    { label: s.newest, text: version ? `${version}. ${status}` : status, key, sources: `${s.sources}:` },
  ];
}

/** Sources as author and year; works of the same author and year are told apart by letters, as in a bibliography. */
export function sourceLinks(sources: readonly string[]) {
  const names = sources.map((key) => referenceShort(key).replace(' contributors', ''));
  return sources.map((key, index) => {
    const name = names[index] ?? '';
    const place = names.slice(0, index).filter((other) => other === name).length;
    const letter = names.indexOf(name) === names.lastIndexOf(name) ? '' : String.fromCharCode(97 + place);
    const label = letter === '' ? undefined : `${name}${letter}: ${reference(key).title}`;
    return { path: href(`/references/#${key}`), text: place > 0 ? letter : name + letter, label };
  });
}
