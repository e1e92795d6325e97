/** The book for language models, by the convention of llms.txt: what there is, in a sentence each, as Markdown. */
import type { APIRoute } from 'astro';
import { series } from '../components/articles.ts';
import { readyFigure } from '../components/figures.ts';
import { absolute } from '../components/site.ts';
import { strings } from '../components/strings.ts';
import { figureNames } from '../figures/index.ts';

/** Articles with their summaries and links to their Markdown, then figures and lists. */
export const GET: APIRoute = async ({ site }) => {
  const to = (title: string, path: string, says: string): string => `- [${title}](${absolute(path, site)}): ${says}`;
  const parts = (await series()).flatMap((part) => [
    `## ${strings.article.part} ${part.number}: ${part.title}`,
    '',
    ...part.articles.map(({ slug, data }) => to(data.title, `/learn/${slug}.md`, data.summary)),
    '',
  ]);
  const figures = await Promise.all(
    figureNames.map(async (name) => {
      const { title, question } = (await readyFigure(name)).about;
      return to(title, `/figures/${name}/`, question);
    }),
  );
  const lines = [
    `# ${strings.siteName}`,
    '',
    `> ${strings.tagline}. ${strings.home.summary}`,
    '',
    `${strings.independent} ${strings.licences.ownText}`,
    '',
    ...parts,
    `## ${strings.nav.figures}`,
    '',
    ...figures,
    '',
    '## Optional',
    '',
    to(strings.atlas.title, '/atlas/', strings.atlas.summary),
    to(strings.glossary.title, '/glossary/', strings.glossary.summary),
    to(strings.works.title, '/references/', strings.works.summary),
    '',
  ];
  return new Response(lines.join('\n'));
};
