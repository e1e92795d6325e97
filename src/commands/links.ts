/**
 * Looks for dead links and anchors in the built site: every page, every file that a page names, every `#…`.
 * linkinator follows the links. Anchors are looked up here: linkinator takes a link that has an id for proof that what
 * it points to exists, skips pages that search engines shall leave out, and does not know addresses of states.
 */
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { LinkChecker, LinkState } from 'linkinator';
import { parseHTML } from 'linkedom';
import { filesBelow } from './build.ts';
import type { Site } from './serve.ts';

/** How many links were looked at, on how many pages, and the dead ones, a line each. */
export interface LinkReport {
  readonly pages: number;
  readonly links: number;
  readonly dead: readonly string[];
}

/** The address of a file of the site: a folder's index has the folder's. */
function addressOf(dist: string, path: string, site: Site): string {
  const inner = relative(dist, path).split(sep).join('/');
  return new URL(inner.replace(/(^|\/)index\.html$/, '$1'), site.url).href;
}

/** The element that a fragment asks for. `#figure.param=1&figure.frame=2` is a state of the element `figure`. */
export function targetOf(fragment: string): string {
  const name = decodeURIComponent(fragment);
  return name.includes('=') ? (/^[^.=]*/.exec(name)?.[0] ?? '') : name;
}

/** Fragments of one page's links for which the page that they lead to has no element. `pages` maps addresses to ids. */
function deadAnchors(address: string, html: string, pages: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const { document } = parseHTML(html);
  return Array.from(document.querySelectorAll('a[href], area[href]')).flatMap((link) => {
    const url = new URL(link.getAttribute('href') ?? '', address);
    const fragment = url.hash.slice(1);
    const ids = pages.get(url.href.slice(0, url.href.length - url.hash.length));
    if (fragment === '' || ids === undefined || ids.has(targetOf(fragment))) return [];
    return [`${new URL(address).pathname}: nothing has the id of ${url.pathname}#${fragment}`];
  });
}

/** The origin that the site was built for, from its home page; its pages name themselves by it in full. */
function ownOrigin(dist: string): string {
  const { document } = parseHTML(readFileSync(join(dist, 'index.html'), 'utf8'));
  const canonical = document.querySelector('link[rel=canonical]')?.getAttribute('href');
  return canonical ? new URL(canonical).origin : 'https://no-canonical.invalid';
}

/** Addresses of the site itself in its feeds, site maps and texts, moved to the server that serves it now. */
function addressesInTexts(dist: string, own: string, origin: string): string[] {
  const texts = filesBelow(dist).filter((path) => /\.(xml|txt|md)$/.test(path));
  const found = texts.flatMap((path) => readFileSync(path, 'utf8').match(/https?:\/\/[^\s<>"')\]]+/g) ?? []);
  const mine = found.filter((address) => address.startsWith(`${own}/`));
  return [...new Set(mine.map((address) => origin + address.slice(own.length).replace(/#.*$/, '')))];
}

/** Checks all links between pages of a site that is being served. Links to elsewhere are not fetched. */
export async function checkLinks(dist: string, site: Site): Promise<LinkReport> {
  const files = filesBelow(dist).filter((path) => path.endsWith('.html'));
  const texts = new Map(files.map((path) => [addressOf(dist, path, site), readFileSync(path, 'utf8')]));
  const ids = new Map(
    Array.from(texts, ([address, html]) => {
      const elements = parseHTML(html).document.querySelectorAll('[id]');
      return [address, new Set(Array.from(elements, (element) => element.id))] as const;
    }),
  );
  const origin = new URL(site.url).origin;
  const own = ownOrigin(dist);
  const result = await new LinkChecker().check({
    // Every page by its name: one that no other page links to is looked at too.
    path: [...new Set([...texts.keys(), ...addressesInTexts(dist, own, origin)])].filter(
      (a) => !a.endsWith('/404.html'),
    ),
    recurse: true,
    concurrency: 16,
    checkCss: true,
    urlRewriteExpressions: [{ pattern: new RegExp(`^${own.replaceAll('.', '\\.')}/`), replacement: `${origin}/` }],
    linksToSkip: (link) => Promise.resolve(![origin, own].some((start) => link.startsWith(`${start}/`))),
  });
  const broken = result.links
    .filter(({ state }) => state === LinkState.BROKEN)
    .map(({ url, parent, status }) => `${new URL(parent ?? site.url).pathname}: ${url} answers ${status ?? 'nothing'}`);
  const anchors = Array.from(texts, ([address, html]) => deadAnchors(address, html, ids)).flat();
  const looked = result.links.filter(({ state }) => state !== LinkState.SKIPPED);
  return { pages: texts.size, links: looked.length, dead: [...new Set([...broken, ...anchors])] };
}
