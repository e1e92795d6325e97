/** Open Graph pictures of articles, figures and the home page. */
import type { APIRoute } from 'astro';
import { allArticles } from '../../components/articles.ts';
import { card } from '../../components/cards.ts';
import { openFigure, readyFigure } from '../../components/figures.ts';
import type { Instance } from '../../components/scan.ts';
import { strings } from '../../components/strings.ts';
import { figureNames } from '../../figures/index.ts';

interface Props {
  readonly title: string;
  readonly instance: Instance;
}

/** One path for each; an article's figure opens on its card as it opens in the article. */
export async function getStaticPaths() {
  const path = (name: string, props: Props) => ({ params: { card: name }, props });
  const articles = (await allArticles()).map(({ slug, data, scan }) => {
    const own = scan.instances.find(({ name }) => name === data.figure);
    return path(slug, { title: data.title, instance: own ?? { id: data.figure, name: data.figure } });
  });
  const figures = figureNames.map(async (name) => {
    const { title } = (await readyFigure(name)).about;
    return path(`figure-${name}`, { title, instance: { id: name, name } });
  });
  const home = { title: strings.home.title, instance: { id: 'machine', name: 'trap-and-emulate' } };
  return [path('home', home), ...articles, ...(await Promise.all(figures))];
}

/** The picture. */
export const GET: APIRoute<Props> = async ({ props }) =>
  new Response(card(props.title, await openFigure(props.instance)));
