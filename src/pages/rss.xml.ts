/** The feed of articles, newest change first. */
import rss from '@astrojs/rss';
import type { APIRoute } from 'astro';
import { allArticles } from '../components/articles.ts';
import { absolute } from '../components/site.ts';
import { strings } from '../components/strings.ts';

/** RSS 2.0; every address in full. */
export const GET: APIRoute = async ({ site }) => {
  const articles = [...(await allArticles())].sort((a, b) => b.data.updated.getTime() - a.data.updated.getTime());
  return rss({
    title: strings.siteName,
    description: strings.tagline,
    site: absolute('/', site),
    items: articles.map(({ slug, data }) => ({
      title: data.title,
      description: data.summary,
      link: absolute(`/learn/${slug}/`, site),
      pubDate: data.updated,
    })),
    customData: `<language>${strings.language}</language>`,
  });
};
