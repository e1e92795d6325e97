/** The front matter of an article. */
import { z } from 'astro/zod';

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is lower case words with hyphens');

/** Strict: an unknown key stops the build and is named. */
export const articleSchema = z.strictObject({
  /** Makes a claim or asks a question. */
  title: z.string().min(8).max(80),
  /** For the series navigation. */
  short: z.string().max(28),
  /** One sentence. */
  summary: z.string().min(20).max(260),
  minutes: z.number().int().min(3).max(45),
  /** The release that the article was checked against. */
  checked: z.string().regex(/^Xen \d+\.\d+$/),
  updated: z.date(),
  /** The figure whose picture stands on the article's card. */
  figure: slug,
  /** Slugs of the articles that it builds on. */
  needs: z.array(slug),
  /** Ids of the glossary entries that it defines for the first time. */
  teaches: z.array(slug),
  objectives: z.array(z.strictObject({ id: slug, text: z.string().min(10) })).min(1),
  further: z.array(z.strictObject({ cite: slug, note: z.string().min(5) })),
});

/** The front matter of an article, read. */
export type ArticleData = z.infer<typeof articleSchema>;
