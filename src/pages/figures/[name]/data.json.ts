/** All data of a figure whose pages carry only a part of it. */
import type { APIRoute } from 'astro';
import { figureData, readyFigure } from '../../../components/figures.ts';
import { figureNames } from '../../../figures/index.ts';

/** One path for each figure that says what travels first. */
export async function getStaticPaths() {
  const figures = await Promise.all(figureNames.map((name) => readyFigure(name)));
  return figures.filter((figure) => figure.first).map((figure) => ({ params: { name: figure.about.name } }));
}

/** The content file as JSON. */
export const GET: APIRoute = async ({ params }) =>
  new Response(JSON.stringify(figureData(await readyFigure(params['name'] ?? ''))));
