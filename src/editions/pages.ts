/** The pages of the built site, for what is made from them. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseHTML } from 'linkedom';

/** One built page. */
export interface BuiltPage {
  /** From the site's root, without a slash in front: '' for the home page, 'learn/type-1-and-type-2/'. */
  readonly path: string;
  /** Parsed anew each time that it is asked for: all pages at once would fill the memory of a long book's build. */
  readonly document: Document;
}

/** Every page that has an address of its own, in the order of their paths; 404 is none. */
export function builtPages(dist: string): readonly BuiltPage[] {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === 'index.html')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return files.map((file) => ({
    path: relative(dist, file)
      .split(sep)
      .join('/')
      .replace(/index\.html$/, ''),
    get document() {
      // No edition reads inside a drawing, and its nodes are half of a page's.
      return parseHTML(readFileSync(file, 'utf8').replace(/(<svg\b[^>]*>)[\s\S]*?<\/svg>/g, '$1</svg>')).document;
    },
  }));
}

/** What stands on a page beside its text: controls, chrome, and words that only screen readers hear while it is live. */
export const besideText = [
  'script, style, nav, svg, [hidden], [aria-hidden="true"]',
  '.live, .controls, .assumptions, .moments, .spoken, .notice, .preset-says, .figure-links, .heading-anchor, .back-links, .article-foot',
].join(', ');

/** Text with its white space as a browser shows it. */
export function plain(text: string | null | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ').trim();
}
