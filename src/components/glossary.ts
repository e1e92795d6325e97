/** Words of the glossary, for the prose. */
import type { Term } from './content-schemas.ts';
import { loadGlossary } from './content-data.ts';
import type { Scan } from './scan.ts';

/** The glossary's entry of an id; throws a sentence where there is none. */
export function glossaryTerm(id: string): Term {
  const term = loadGlossary().find((one) => one.id === id);
  if (!term) throw new Error(`content/glossary.yaml has no word ${id}.`);
  return term;
}

/** The entries that an article names, each once, in the order of the text. */
export function articleTerms(scan: Pick<Scan, 'names'>): readonly Term[] {
  return [...new Set(scan.names.filter((name) => name.tag === 'Term').map((name) => name.of))].map(glossaryTerm);
}
