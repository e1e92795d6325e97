/** The collection of articles; every other file of content/ is read by components/content-data.ts. */
import { glob } from 'astro/loaders';
import { defineCollection } from 'astro:content';
import { articleSchema } from './components/article-schema.ts';

/** Articles, by their path below content/articles without numbers' meaning: the number orders, the stem is the URL. */
export const collections = {
  articles: defineCollection({
    loader: glob({ pattern: '*/*.mdx', base: './content/articles' }),
    schema: articleSchema,
  }),
};
