/** The moments of an article's figures, as print shows them. */
import type { APIRoute } from 'astro';
import { allArticles } from '../../../components/articles.ts';
import { momentIndices, openFigure, pictureFile } from '../../../components/figures.ts';
import type { Instance } from '../../../components/scan.ts';

/** One path for each moment of each figure. */
export async function getStaticPaths() {
  const articles = await allArticles();
  const pictures = articles.flatMap(({ slug, scan }) => scan.instances.map((instance) => ({ slug, instance })));
  return Promise.all(
    pictures.map(async ({ slug, instance }) =>
      momentIndices(await openFigure(instance)).map((moment) => ({
        params: { slug, picture: `${instance.id}-${moment}` },
        props: { instance, moment },
      })),
    ),
  ).then((paths) => paths.flat());
}

/** The picture in the wide layout. */
export const GET: APIRoute<{ instance: Instance; moment: number }> = async ({ props }) =>
  new Response(await pictureFile(await openFigure(props.instance), 'wide', props.moment));
