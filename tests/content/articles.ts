/** The articles as files: what the checks of this folder read. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { articleSchema, type ArticleData } from '../../src/components/article-schema.ts';
import { contentFolder } from '../../src/components/content-data.ts';
import { scanArticle, type Scan } from '../../src/components/scan.ts';

/** One article, read. */
export interface ArticleFile {
  readonly path: string;
  readonly slug: string;
  readonly data: ArticleData;
  readonly body: string;
  readonly scan: Scan;
}

/** Splits a file into its front matter and its body; throws where it has none. */
export function splitFrontMatter(text: string): { readonly front: string; readonly body: string } {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text);
  if (!match) throw new Error('An article begins with its front matter between two lines of three hyphens.');
  return { front: match[1] ?? '', body: match[2] ?? '' };
}

/** Reads one article from its text. */
export function readArticle(path: string, text: string): ArticleFile {
  const { front, body } = splitFrontMatter(text);
  const raw = parse(front) as Record<string, unknown>;
  // As Astro's reader of front matter has it: a plain date is a date.
  const updated = new Date(String(raw['updated']));
  const slug = (path.split('/').at(-1) ?? '').replace(/^\d+-/, '').replace(/\.mdx$/, '');
  return { path, slug, data: articleSchema.parse({ ...raw, updated }), body, scan: scanArticle(body, path) };
}

/** All articles in their order. */
export function readArticles(folder = join(contentFolder(), 'articles')): readonly ArticleFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.mdx'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => readArticle(path, readFileSync(join(folder, path), 'utf8')));
}
