/** What the cards of an article say: its terms' definitions, and what its published numbers are numbers of. */
import type { APIRoute } from 'astro';
import { allArticles, type Article } from '../../../components/articles.ts';
import { articleTerms } from '../../../components/glossary.ts';
import { numberWords } from '../../../components/numbers.ts';

/** One path an article. */
export const getStaticPaths = async () =>
  (await allArticles()).map((article) => ({ params: { slug: article.slug }, props: { article } }));

/** Asked for when a reader's pointer or focus first comes to a term or a citation. */
export const GET: APIRoute<{ article: Article }> = ({ props }) => {
  const { scan } = props.article;
  const numbers = scan.cited.flatMap((one) => (one.tag === 'Number' ? [one.of] : []));
  return new Response(
    JSON.stringify({
      terms: Object.fromEntries(articleTerms(scan).map(({ id, term, definition }) => [id, [term, definition]])),
      numbers: Object.fromEntries(numbers.map((name) => [name, numberWords(name)])),
    }),
  );
};
