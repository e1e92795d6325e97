/** Citations: numbers within an article, short names, and where each reference is cited. */
import { loadReferences } from './content-data.ts';
import { numberEntry } from './numbers.ts';
import { pageContext } from './context.ts';
import type { Citation, Scan } from './scan.ts';

/** The reference of a cite key; throws a sentence where there is none. */
export function reference(cite: string) {
  const found = loadReferences()[cite];
  if (!found) throw new Error(`content/references.yaml has no reference ${cite}.`);
  return found;
}

/** Authors and year, as a short name: 'Sugerman et al. 2001'. */
export function referenceShort(cite: string): string {
  const { authors, year } = reference(cite);
  const family = (name: string): string =>
    /\s/.test(name) && /^[^\s]+\.?\s/.test(name) ? (name.split(' ').at(-1) ?? name) : name;
  const [first = '', second] = authors;
  const who =
    authors.length > 2
      ? `${family(first)} et al.`
      : second
        ? `${family(first)} and ${family(second)}`
        : authorOf(first);
  return `${who} ${year}`;
}

// A single author may be an organisation, whose name is not shortened to its last word.
function authorOf(name: string): string {
  return /^(\p{Lu}\.\s?)+/u.test(name) ? (name.split(' ').at(-1) ?? name) : name;
}

/** The work that a Cite or a Number stands for, and the place in it. */
function target({ tag, of, at }: Citation): { readonly cite: string; readonly at?: string } {
  if (tag === 'Cite') return { cite: of, ...(at ? { at } : {}) };
  const entry = numberEntry(of);
  return { cite: entry.source, ...(entry.at ? { at: entry.at } : {}) };
}

/** The cite keys of an article in the order of their numbers: those of published numbers count with the others. */
export function citedKeys(scan: Pick<Scan, 'cited'>): readonly string[] {
  return [...new Set(scan.cited.map((citation) => target(citation).cite))];
}

/** One place of the text at which a work is cited. */
export interface CitedPlace {
  /** Element id of the citation, which the reference list links back to. */
  readonly id: string;
  readonly at?: string;
}

/** The places at which an article cites a work, in the order of the text. */
export function citedPlaces(scan: Scan, cite: string): readonly CitedPlace[] {
  return scan.cited
    .map(target)
    .filter((one) => one.cite === cite)
    .map(({ at }, place) => ({ id: placeId(cite, place), ...(at ? { at } : {}) }));
}

function placeId(cite: string, place: number): string {
  return place === 0 ? `cite-${cite}` : `cite-${cite}-${place + 1}`;
}

/** A citation as it is printed. */
export interface PrintedCitation extends CitedPlace {
  /** Number of the reference on this page. */
  readonly number: number;
  readonly cite: string;
}

// How often each citation has been printed on a page: the text has the order, components may be rendered in another.
const printed = new WeakMap<object, Map<string, number>>();

/** Number, element id and target of the next citation of this kind on the page; throws a sentence outside of articles. */
export function printCitation(locals: object, citation: Citation): PrintedCitation {
  const page = pageContext(locals);
  const { cite, at } = target(citation);
  reference(cite);
  const cited = page.article?.scan.cited ?? [];
  const same = (one: Citation): boolean => one.tag === citation.tag && one.of === citation.of && one.at === citation.at;
  const counts = printed.get(page) ?? new Map<string, number>();
  printed.set(page, counts);
  const key = JSON.stringify([citation.tag, citation.of, citation.at]);
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  // The same words at the same place of a work may stand in the text several times.
  const index = cited.flatMap((one, i) => (same(one) ? [i] : []))[count];
  if (index === undefined)
    throw new Error(`${citation.of} is cited where the text was not read; Cite and Number stand in articles only.`);
  const place = cited.slice(0, index).filter((one) => target(one).cite === cite).length;
  const number = citedKeys({ cited }).indexOf(cite) + 1;
  return { number, cite, id: placeId(cite, place), ...(at ? { at } : {}) };
}
