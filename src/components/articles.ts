/** The series: articles in order, and what each one's text names (figures, citations), read before it is rendered. */
import { getCollection, type CollectionEntry } from 'astro:content';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ArticleData } from './article-schema.ts';
import { scanArticle, type Scan } from './scan.ts';

/** One article with its place in the series. */
export interface Article {
  readonly slug: string;
  /** Folder name of the part, e.g. '01-why-virtual-machines'. */
  readonly part: string;
  /** Path from the repository's root, for edit links. */
  readonly path: string;
  readonly data: ArticleData;
  readonly entry: CollectionEntry<'articles'>;
  readonly scan: Scan;
}

/** A part of the series. */
export interface Part {
  readonly folder: string;
  readonly number: number;
  readonly title: string;
  readonly summary: string;
  readonly articles: readonly Article[];
}

/** The id of a part on pages that list the series; its folder's number orders, and is no address. */
export function partId(part: Part): string {
  return part.folder.replace(/^\d+-/, '');
}

let parts: Promise<readonly Part[]> | undefined;

/** All parts with their articles, in the order of their numbers. */
export function series(): Promise<readonly Part[]> {
  // In `npm run dev` the text changes under us; in a build it does not.
  if (import.meta.env.DEV) return readSeries();
  return (parts ??= readSeries());
}

/** All articles in order. */
export async function allArticles(): Promise<readonly Article[]> {
  return (await series()).flatMap((part) => part.articles);
}

async function readSeries(): Promise<readonly Part[]> {
  const entries = await getCollection('articles');
  const articles = entries.map((entry) => toArticle(entry)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const twice = articles.find((article, index) => articles.findIndex((other) => other.slug === article.slug) !== index);
  if (twice) throw new Error(`Two articles have the slug ${twice.slug}; addresses would collide.`);
  const folders = [...new Set(articles.map((article) => article.part))];
  return folders.map((folder, index) => {
    const about = parse(readFileSync(join(process.cwd(), 'content/articles', folder, 'part.yaml'), 'utf8')) as {
      title: string;
      summary: string;
    };
    return { folder, number: index + 1, ...about, articles: articles.filter((article) => article.part === folder) };
  });
}

function toArticle(entry: CollectionEntry<'articles'>): Article {
  const path = entry.filePath ?? '';
  const [, part = '', stem = ''] = /([^/]+)\/([^/]+)\.mdx$/.exec(path) ?? [];
  return {
    slug: stem.replace(/^\d+-/, ''),
    part,
    path,
    data: entry.data,
    entry,
    scan: scanArticle(entry.body ?? '', path),
  };
}
