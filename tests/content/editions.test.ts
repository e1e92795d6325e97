/** What is made from the built site, and the files that machines read. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../src/commands/build.ts';
import { headersFor, parseHeaders } from '../../src/commands/headers.ts';
import { distDir } from '../../src/commands/project.ts';
import { checkLicences, missingLicences } from '../../src/editions/licences.ts';
import type { Params } from '../../src/figure/contract.ts';
import { builtPages } from '../../src/editions/pages.ts';
import { packageOf } from '../../src/components/licences.ts';
import { figureNames, loadFigure } from '../../src/figures/index.ts';
import { envWithThisNode, withFile, withPackages } from '../commands/scratch.ts';

/** A built site by its folder. */
class Built {
  readonly dist: string;
  /** Where its home page says that it stands, with a slash at the end. */
  readonly home: string;

  constructor(dist: string) {
    this.dist = dist;
    const { document } = parseHTML(this.read('index.html'));
    this.home = document.querySelector('link[rel="canonical"]')?.getAttribute('href') ?? '';
  }

  read(path: string): string {
    return readFileSync(join(this.dist, path), 'utf8');
  }

  /** Whether an address in full is one of this site's, and its file is there. */
  has(address: string): boolean {
    const { origin, pathname } = new URL(address);
    if (!`${origin}${pathname}`.startsWith(this.home)) return false;
    const path = decodeURIComponent(`${origin}${pathname}`.slice(this.home.length));
    return existsSync(join(this.dist, path.endsWith('/') || path === '' ? `${path}index.html` : path));
  }

  /** Addresses of the articles, in full. */
  articles(): string[] {
    const folders = readdirSync(join(this.dist, 'learn'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    return folders.map(({ name }) => `${this.home}learn/${name}/`);
  }
}

const all = (text: string, pattern: RegExp): string[] => Array.from(text.matchAll(pattern), ([, found = '']) => found);

/** Everything that holds of a built site wherever it stands. */
function holds(site: () => Built): void {
  test('the site map has every page that is one, in full, and nothing else', () => {
    const { dist, home } = site();
    const listed = all(site().read('sitemap-index.xml'), /<loc>([^<]+)<\/loc>/g);
    expect(listed).toEqual([`${home}sitemap-0.xml`]);
    const pages = all(site().read('sitemap-0.xml'), /<loc>([^<]+)<\/loc>/g);
    const wanted = builtPages(dist)
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('embed/'));
    expect(pages.sort()).toEqual(wanted.map((path) => home + path).sort());
  });

  test('robots.txt names the site map in full', () => {
    const [map = ''] = all(site().read('robots.txt'), /^Sitemap: (\S+)$/gm);
    expect(site().has(map)).toBe(true);
  });

  test('the feed has every article, in full', () => {
    const feed = site().read('rss.xml');
    expect(all(feed, /<item>.*?<link>([^<]+)<\/link>/gs).sort()).toEqual(site().articles().sort());
    expect(all(feed, /<pubDate>([^<]+)</g)).toHaveLength(site().articles().length);
    expect(all(feed, /<link>([^<]+)<\/link>/g).filter((link) => !site().has(link))).toEqual([]);
  });

  test('llms.txt has every article as Markdown, and only links that lead somewhere', () => {
    const links = all(site().read('llms.txt'), /\]\(([^)]+)\)/g);
    expect(links.filter((link) => !site().has(link))).toEqual([]);
    expect(links.filter((link) => link.endsWith('.md'))).toEqual(
      expect.arrayContaining(
        site()
          .articles()
          .map((article) => article.replace(/\/$/, '.md')),
      ),
    );
  });

  test('every page names a card of 1200 × 630 that is there, articles and figures one of their own', () => {
    const cards = builtPages(site().dist)
      .filter(({ path }) => !path.startsWith('embed/'))
      .map(({ path, document }) => ({
        path,
        card: document.querySelector('meta[property="og:image"]')?.getAttribute('content') ?? '',
      }));
    for (const { path, card } of cards) {
      expect(site().has(card), path).toBe(true);
      const png = readFileSync(join(site().dist, card.slice(site().home.length)));
      expect(png.toString('latin1', 1, 4), card).toBe('PNG');
      expect([png.readUInt32BE(16), png.readUInt32BE(20)], card).toEqual([1200, 630]);
    }
    const own = cards.filter(({ path }) => /^(learn|figures)\/./.test(path)).map(({ card }) => card);
    expect(new Set(own).size).toBe(own.length);
  });

  test('a page names the modules of its own figures, which are there, and of no others', () => {
    const moduleOf = new Map<string, string>();
    for (const { path, document } of builtPages(site().dist))
      for (const figure of document.querySelectorAll('xen-figure')) {
        const module = new URL(figure.getAttribute('data-module') ?? '', site().home).href;
        expect(site().has(module), `${path}: ${module}`).toBe(true);
        moduleOf.set(figure.getAttribute('data-figure') ?? '', module);
      }
    expect([...moduleOf.keys()].sort()).toEqual([...figureNames].sort());
    expect(new Set(moduleOf.values()).size).toBe(figureNames.length);
    const files = [...moduleOf.values()].map((module) => module.slice(module.lastIndexOf('/') + 1));
    const scripts = readdirSync(join(site().dist, 'assets')).filter((name) => name.endsWith('.js'));
    for (const script of scripts) {
      const text = site().read(`assets/${script}`);
      expect(
        files.filter((file) => file !== script && text.includes(file)),
        script,
      ).toEqual([]);
    }
  });

  test('links of the Markdown are in full and lead somewhere', () => {
    for (const article of site().articles()) {
      const markdown = site().read(`${article.slice(site().home.length, -1)}.md`);
      const links = all(markdown.replace(/```[\s\S]*?```/g, ''), /\]\((\S+?)\)/g).map((link) =>
        link.replaceAll('\\', ''),
      );
      expect(links.length).toBeGreaterThan(5);
      expect(links.filter((link) => !/^https?:\/\//.test(link))).toEqual([]);
      expect(links.filter((link) => link.startsWith(site().home) && !site().has(link))).toEqual([]);
    }
  });
}

describe('the built site', () => {
  const site = new Built(distDir());
  holds(() => site);

  test('each article as Markdown says what its page says', () => {
    for (const { path, document } of builtPages(site.dist).filter((page) => /^learn\/./.test(page.path))) {
      const markdown = site.read(`${path.slice(0, -1)}.md`);
      const text = (node: Element): string => (node.textContent ?? '').replace(/#$/, '').replace(/\s+/g, ' ').trim();
      expect(markdown.startsWith(`# ${text(document.querySelector('h1') as Element)}\n`)).toBe(true);
      for (const heading of document.querySelectorAll('.article-body h2:not(#references)'))
        expect(markdown).toContain(`\n## ${text(heading)}\n`);
      for (const figure of document.querySelectorAll('.figure-title strong')) expect(markdown).toContain(text(figure));
      for (const figure of document.querySelectorAll('xen-figure .sentence'))
        expect(markdown).toContain(text(figure).slice(0, 40));
      for (const row of document.querySelectorAll('.article-body tbody th'))
        expect(markdown).toContain(`| ${text(row).slice(0, 3)}`);
      const questions = document.querySelectorAll('.question').length;
      expect(all(markdown, /^\*\*(\d+)\.\*\* /gm)).toHaveLength(questions);
      const noted = new Set(all(markdown, /\[\^(\d+)\](?!:)/g));
      expect(noted.size).toBeGreaterThan(2);
      expect(new Set(all(markdown, /^\[\^(\d+)\]: \S/gm))).toEqual(noted);
      // No markup is left over, and no control.
      expect(markdown.replace(/```[\s\S]*?```|`[^`\n]*`|<https?:[^>]*>/g, '')).not.toMatch(/<[a-z/]/i);
      expect(markdown).not.toMatch(/Share this state|Step back|Copy$/m);
    }
  });

  test('what is published of a figure’s controls has its source beside it, in view or folded', async () => {
    for (const name of figureNames) {
      const { document } = parseHTML(site.read(`figures/${name}/index.html`));
      for (const [param, { source }] of Object.entries((await loadFigure(name)).params as Params)) {
        if (!source || source === 'unpublished') continue;
        const link = document.querySelector(`.control[data-param="${param}"] .control-source a`);
        expect(link?.getAttribute('href'), `${name}.${param}`).toMatch(new RegExp(`/references/#${source.cite}$`));
      }
    }
  });

  test('the search index leads to every section, word, reference and figure, and nowhere else', () => {
    const pages = builtPages(site.dist);
    const script = site.read('search-index.js');
    const index = JSON.parse(script.replace(/^globalThis\.insideXenIndex=|;\n$/g, '')) as [
      string,
      string,
      string[],
      string,
    ][];
    const ids = new Map(
      pages.map(({ path, document }) => [path, new Set(Array.from(document.querySelectorAll('[id]'), ({ id }) => id))]),
    );
    const dead = index.filter(([address]) => {
      const [path = '', anchor] = address.split('#');
      return anchor === undefined ? !ids.has(path) : !ids.get(path)?.has(anchor);
    });
    expect(dead).toEqual([]);
    const found = new Set(index.map(([address]) => address));
    expect(found.size).toBe(index.length);
    for (const { path, document } of pages) {
      const headings = path.startsWith('learn/')
        ? '.article-body :is(h2, h3)[id]:not(#references, #further-reading)'
        : '';
      const entries = /^(glossary|references)\/$/.test(path) ? '.entries > [id]' : headings;
      if (entries) for (const { id } of document.querySelectorAll(entries)) expect(found).toContain(`${path}#${id}`);
      if (/^(learn|figures)\/./.test(path)) expect(found).toContain(path);
    }
    for (const [address, title, crumbs, text] of index) {
      expect(
        [address, title, text].filter((one) => one.trim() === ''),
        address,
      ).toEqual([]);
      expect(crumbs.length, address).toBeGreaterThan(0);
      expect(text).not.toMatch(/Share this state|Step back|undefined|\[object/);
    }
  });

  test('the page of licences gives the text for each package, and the build holds it against the bundle', () => {
    const page = site.read('licences/index.html');
    const { document } = parseHTML(page);
    const items = [...document.querySelectorAll('[data-package]')];
    for (const item of items)
      expect(item.querySelector('pre')?.textContent, item.textContent ?? '').toMatch(/permission|licen[cs]e/i);
    const names = items.map((item) => item.getAttribute('data-package'));
    const needed = [
      'd3-selection',
      'minisearch',
      '@fontsource-variable/ibm-plex-sans',
      '@fontsource-variable/jetbrains-mono',
      '@fontsource-variable/source-serif-4',
    ];
    expect(names).toEqual(expect.arrayContaining(needed));
    expect(missingLicences(page, ['minisearch', 'left-pad'])).toEqual(['left-pad']);
    expect(() => checkLicences(site.dist, ['d3-selection', 'left-pad'])).toThrow('left-pad');
    expect(() => checkLicences(site.dist, [])).toThrow('not watched');
    expect(packageOf('/x/node_modules/@a/b/c.js')).toBe('@a/b');
    expect(packageOf('/x/src/client/shell.ts')).toBeUndefined();
  });

  test('a page may be framed by this site alone, a frame by everyone, and no path has one header from two rules', () => {
    const rules = parseHeaders(site.read('_headers'));
    const paths = readdirSync(site.dist, { recursive: true, encoding: 'utf8' }).map(
      (file) => `/${file.replace(/(^|\/)index\.html$/, '$1')}`,
    );
    expect(paths).toContain('/embed/stack-paths/');
    for (const path of paths) {
      const names = rules.filter(({ pattern }) => pattern.test(path)).flatMap(({ set }) => set.map(([name]) => name));
      expect(names, path).toEqual([...new Set(names)]);
      if (!path.endsWith('/')) continue;
      const policy = headersFor(rules, path).get('content-security-policy');
      expect(policy, path).toContain("default-src 'none'");
      expect(policy?.includes("frame-ancestors 'self'"), path).toBe(!path.startsWith('/embed/'));
    }
  });

  test('pictures that are opened by themselves may use the style and the letters that they carry', () => {
    const own = headersFor(parseHeaders(site.read('_headers')), '/figures/stack-paths.svg');
    expect(own.get('content-security-policy')).toMatch(/style-src [^;]*'unsafe-inline';.*font-src [^;]*data:;/);
    const svg = site.read('figures/stack-paths.svg');
    expect(svg).toMatch(
      /@font-face\{font-family:'IBM Plex Sans Variable';font-weight:400 600;src:url\(data:font\/woff2;base64,/,
    );
    expect(svg).not.toMatch(/var\(--|url\((?!data:|#|"#)/);
  });
});

describe('under a base path', { timeout: 120_000 }, () => {
  let site: Built;
  let root = '';
  beforeAll(async () => {
    root = withPackages(mkdtempSync(join(tmpdir(), 'inside-xen-base-')));
    for (const path of ['content', 'public', 'src', 'astro.config.mjs', 'package.json', 'tsconfig.json'])
      withFile(root, path);
    // What a test runner puts into the environment is not for the build.
    const { PATH } = envWithThisNode();
    const env = {
      PATH,
      SITE_BASE: '/book/',
      SITE_URL: 'https://book.example',
      DIST_DIR: 'dist',
      ASTRO_CACHE: join(root, 'cache'),
    };
    await build({ root, cache: join(root, 'stamps'), env });
    site = new Built(join(root, 'dist'));
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  test('its pages stand there', () => expect(site.home).toBe('https://book.example/book/'));
  holds(() => site);

  test('no page has a link, picture, script or style that leaves it', () => {
    const outside = builtPages(site.dist).flatMap(({ path, document }) =>
      Array.from(document.querySelectorAll('[href], [src], [data-index]'), (node) =>
        ['href', 'src', 'data-index'].map((name) => node.getAttribute(name)),
      )
        .flat()
        .filter((address) => address?.startsWith('/') && !address.startsWith('/book/'))
        .map((address) => `/${path}: ${address}`),
    );
    expect(outside).toEqual([]);
  });
});
