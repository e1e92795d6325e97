/** Each article as Markdown (CommonMark with GitHub's tables and footnotes), made from its page: /learn/<slug>.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHtml } from 'hast-util-from-html';
import { toMdast, type Handle } from 'hast-util-to-mdast';
import { gfmToMarkdown } from 'mdast-util-gfm';
import { toMarkdown } from 'mdast-util-to-markdown';
import { prepareArticle } from './markdown-page.ts';
import type { BuiltPage } from './pages.ts';

/** Writes the Markdown of every article beside its folder and says how many there are. Takes the pages apart. */
export function writeMarkdown(dist: string, pages: readonly BuiltPage[]): number {
  const articles = pages.filter(({ path }) => /^learn\/[^/]+\/$/.test(path));
  for (const page of articles)
    writeFileSync(join(dist, `${page.path.slice(0, -1)}.md`), articleMarkdown(page.document));
  return articles.length;
}

/** The Markdown of one article's page. Takes the page apart. */
export function articleMarkdown(document: Document): string {
  const html = prepareArticle(document);
  const tree = toMdast(fromHtml(html, { fragment: true }), {
    handlers: { 'foot-ref': footnoteReference, 'foot-note': footnoteDefinition },
  });
  return toMarkdown(tree, { extensions: [gfmToMarkdown({ tablePipeAlign: false })], bullet: '-', rule: '-' });
}

const footnoteReference: Handle = (_state, node) => {
  const label = String(node.properties['name']);
  return { type: 'footnoteReference', identifier: label, label };
};

const footnoteDefinition: Handle = (state, node) => {
  const label = String(node.properties['name']);
  return { type: 'footnoteDefinition', identifier: label, label, children: state.toFlow(state.all(node)) };
};
