/** The order of teaching: a word is taught once, by an article that uses it, and used by no earlier one. */
import type { ArticleFile } from './articles.ts';

/** What is wrong with the order of the articles, a sentence each. */
export function orderFaults(
  articles: readonly Pick<ArticleFile, 'slug' | 'data' | 'scan'>[],
  glossary: ReadonlySet<string>,
): readonly string[] {
  const taughtBy = new Map<string, number>();
  const twice: string[] = [];
  for (const [place, { slug, data }] of articles.entries())
    for (const id of data.teaches)
      if (taughtBy.has(id)) twice.push(`${slug} teaches ${id}, which ${articles[taughtBy.get(id) ?? 0]?.slug} taught`);
      else taughtBy.set(id, place);
  const faults = articles.flatMap(({ slug, data, scan }, place) => {
    const used = scan.names.filter((name) => name.tag === 'Term').map((name) => name.of);
    const words = used.flatMap((id) => {
      const teacher = taughtBy.get(id);
      if (!glossary.has(id)) return [`${slug} uses ${id}, which the glossary does not have`];
      if (teacher === undefined) return [`${slug} uses ${id}, which no article teaches`];
      return teacher > place ? [`${slug} uses ${id} before ${articles[teacher]?.slug} teaches it`] : [];
    });
    const taught = data.teaches.flatMap((id) => [
      ...(glossary.has(id) ? [] : [`${slug} teaches ${id}, which the glossary does not have`]),
      ...(used.includes(id) ? [] : [`${slug} teaches ${id} and has no Term of it`]),
    ]);
    const slugs = articles.map((article) => article.slug);
    const needs = data.needs.flatMap((need) => {
      const at = slugs.indexOf(need);
      return at < 0 || at >= place ? [`${slug} needs ${need}, which is no earlier article`] : [];
    });
    return [...words, ...taught, ...needs];
  });
  return [...new Set([...twice, ...faults])];
}
