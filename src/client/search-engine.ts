/** Finding in the book: the index, the query and the marked words, without a page. */
import MiniSearch from 'minisearch';

/** One thing that can be found, as the index file holds it: a section, a glossary entry, a figure, a reference. */
export interface SearchDocument {
  /** Where it is, in full or from the site's root: 'learn/type-1-and-type-2/#the-case-of-kvm'. */
  readonly address: string;
  readonly title: string;
  /** What it stands in, from the outside in; empty for a page of its own. */
  readonly crumbs: readonly string[];
  readonly text: string;
}

/** A piece of text, marked where it answers the query. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** One answer. */
export interface Hit {
  readonly address: string;
  readonly crumbs: readonly string[];
  readonly title: readonly Piece[];
  readonly excerpt: readonly Piece[];
}

/** What a query gave: how many answers there are, and the best of them. */
export interface Found {
  readonly total: number;
  readonly hits: readonly Hit[];
}

/** Answers queries. */
export type Engine = (query: string) => Found;

const mostHits = 30;
const excerptLength = 170;
const word = /[\p{L}\p{N}]+/gu;

/** Indexes documents. A query may be the beginning of words, and one letter in five may be wrong. */
export function makeEngine(documents: readonly SearchDocument[]): Engine {
  const index = new MiniSearch<SearchDocument & { readonly id: number }>({
    fields: ['title', 'crumbs', 'text'],
    tokenize: (text) => text.match(word) ?? [],
    processTerm: normalize,
    extractField: (document, field) =>
      field === 'crumbs' ? document.crumbs.join(' ') : String(document[field as 'id' | 'title' | 'text']),
    searchOptions: {
      boost: { title: 4, crumbs: 0.5 },
      prefix: true,
      // A short word has too many neighbours to be a slip of one.
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      weights: { prefix: 0.6, fuzzy: 0.3 },
      combineWith: 'AND',
      // A work that the book cites is rarely what a reader looks for first.
      boostDocument: (id) => (documents[Number(id)]?.address.includes('references/#') ? 0.4 : 1),
    },
  });
  index.addAll(documents.map((document, id) => ({ ...document, id })));
  return (query) => {
    const all = index.search(query);
    const some = all.length > 0 ? all : index.search(query, { combineWith: 'OR' });
    // Who types a title wants that.
    const asked = words(query);
    const isTitle = ({ id }: { readonly id: unknown }): boolean => words(documents[Number(id)]?.title ?? '') === asked;
    const results = [...some.filter(isTitle), ...some.filter((result) => !isTitle(result))];
    const hits = results.slice(0, mostHits).flatMap(({ id, match }) => {
      const document = documents[Number(id)];
      if (!document) return [];
      const terms = new Set(Object.keys(match));
      const { address, crumbs, title, text } = document;
      return [{ address, crumbs, title: mark(title, terms), excerpt: mark(excerptOf(text, terms), terms) }];
    });
    return { total: results.length, hits };
  };
}

function words(text: string): string {
  return (text.match(word) ?? []).map(normalize).join(' ');
}

/** Lower case and without accents, as the index holds a word. */
export function normalize(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Cuts text into pieces, marked where a word is one of the terms (as the index holds them). */
export function mark(text: string, terms: ReadonlySet<string>): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(word)) {
    if (!terms.has(normalize(match[0]))) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), marked: false });
    pieces.push({ text: match[0], marked: true });
    end = match.index + match[0].length;
  }
  return end < text.length ? [...pieces, { text: text.slice(end), marked: false }] : pieces;
}

/** The stretch of a text that holds the most different terms; its beginning where it holds none. */
export function excerptOf(text: string, terms: ReadonlySet<string>): string {
  const places = [...text.matchAll(word)]
    .map((match) => ({ at: match.index, term: normalize(match[0]) }))
    .filter(({ term }) => terms.has(term));
  let best = 0;
  let most = 0;
  for (const { at } of places) {
    const count = new Set(
      places.filter((one) => one.at >= at && one.at < at + excerptLength * 0.7).map((one) => one.term),
    ).size;
    if (count > most) [best, most] = [at, count];
  }
  // Some words before the first marked one say what it stands in.
  const wanted = Math.max(0, best - excerptLength * 0.25);
  const start = wanted === 0 ? 0 : text.indexOf(' ', wanted) + 1;
  const rest = text.slice(start);
  if (rest.length <= excerptLength) return (start > 0 ? '… ' : '') + rest;
  const cut = rest.lastIndexOf(' ', excerptLength);
  return `${start > 0 ? '… ' : ''}${rest.slice(0, cut > 0 ? cut : excerptLength)} …`;
}
