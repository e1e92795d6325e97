/** The moments of a figure as its own page prints them. */
import type { APIRoute } from 'astro';
import { momentIndices, openFigure, pictureFile } from '../../../components/figures.ts';
import { figureNames } from '../../../figures/index.ts';

/** One path for each moment. */
export async function getStaticPaths() {
  const paths = figureNames.map(async (name) =>
    momentIndices(await openFigure({ id: name, name })).map((moment) => ({
      params: { name, picture: `${name}-${moment}` },
      props: { moment },
    })),
  );
  return (await Promise.all(paths)).flat();
}

/** The picture in the wide layout. */
export const GET: APIRoute<{ moment: number }> = async ({ params, props }) => {
  const { name = '' } = params;
  return new Response(await pictureFile(await openFigure({ id: name, name }), 'wide', props.moment));
};
