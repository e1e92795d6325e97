/** A figure's opening picture as a file that carries its own colours. */
import type { APIRoute } from 'astro';
import { openFigure, pictureFile } from '../../components/figures.ts';
import { figureNames } from '../../figures/index.ts';

/** One path a figure. */
export const getStaticPaths = () => figureNames.map((name) => ({ params: { name } }));

/** The picture in the wide layout. */
export const GET: APIRoute = async ({ params }) => {
  const { name = '' } = params;
  const opening = await openFigure({ id: name, name });
  return new Response(await pictureFile(opening, 'wide', opening.index));
};
