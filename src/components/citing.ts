/** Where each reference is cited: articles with their tables, figures, the atlas and the glossary. */
import type { Param, Params } from '../figure/contract.ts';
import { publishedNames } from '../figure/values.ts';
import { figureNames, loadFigure } from '../figures/index.ts';
import { allArticles } from './articles.ts';
import { citedKeys } from './citations.ts';
import { loadFamily, loadGlossary, loadHypervisors, loadTimeline } from './content-data.ts';
import { selectHypervisors } from './hypervisors.ts';
import { numberEntry } from './numbers.ts';
import { strings } from './strings.ts';

/** One place that cites a reference. */
export interface Place {
  readonly title: string;
  /** Site path, with the anchor of the first citation where there is one. */
  readonly path: string;
  /** Whether it is only recommended there. */
  readonly further?: true;
}

/** All places by cite key, each once, in the order of the site: articles, figures, atlas, glossary. */
export async function citingPlaces(): Promise<ReadonlyMap<string, readonly Place[]>> {
  const places = new Map<string, Place[]>();
  const add = (key: string, place: Place): void => {
    const known = places.get(key) ?? [];
    if (known.some(({ title }) => title === place.title)) return;
    places.set(key, [...known, place]);
  };
  for (const { slug, data, scan } of await allArticles()) {
    const path = `/learn/${slug}/`;
    for (const key of citedKeys(scan)) add(key, { title: data.title, path: `${path}#cite-${key}` });
    for (const { tag, of } of scan.names)
      if (tag === 'Hypervisors')
        for (const { sources } of selectHypervisors(of || undefined))
          for (const key of sources) add(key, { title: data.title, path });
    for (const { cite } of data.further)
      add(cite, { title: data.title, path: `${path}#further-reading`, further: true });
  }
  for (const name of figureNames) {
    const { title, keys } = await figureSources(name);
    for (const key of keys) add(key, { title, path: `/figures/${name}/` });
  }
  for (const { id, name, sources } of loadHypervisors())
    for (const key of sources) add(key, { title: `${strings.nav.atlas}: ${name}`, path: `/atlas/#${id}` });
  for (const { id, term, source } of loadGlossary())
    if (source) add(source, { title: `${strings.glossary.title}: ${term}`, path: `/glossary/#${id}` });
  return places;
}

async function figureSources(name: string): Promise<{ readonly title: string; readonly keys: readonly string[] }> {
  const figure = await loadFigure(name);
  const { title, sources, data } = figure.about;
  const params = Object.values(figure.params as Params);
  const cited = params.flatMap(({ source }: Param) => (source && source !== 'unpublished' ? [source.cite] : []));
  const numbers = publishedNames(figure).map((number) => numberEntry(number).source);
  const events = data === 'timeline.yaml' ? loadTimeline().map(({ source }) => source) : [];
  const kin = data === 'family-tree.yaml' ? familySources() : [];
  return {
    title: `${strings.figure.figure}: ${title}`,
    keys: [...sources.map(({ cite }) => cite), ...cited, ...numbers, ...events, ...kin],
  };
}

function familySources(): readonly string[] {
  const { systems, edges } = loadFamily();
  return [...systems.map(({ source }) => source), ...edges.flatMap(({ sources }) => sources)];
}
