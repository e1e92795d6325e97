/** The search index, made from the built pages: every section of every article and figure, every word, every reference. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { besideText, plain, type BuiltPage } from './pages.ts';

/** What the index holds of one section: path, title, what it stands in, and its text. client/search.ts reads it. */
export type Entry = readonly [path: string, title: string, crumbs: readonly string[], text: string];

/** What an answer should not quote: lists that have entries of their own, and what belongs to a figure's machinery. */
const left = [
  '.references, .notes, .readouts, .cite, .facts-line, .task-show, .series-fold, .figure-number, .embed-how',
  '.answers, .hint, .option-letter, .question-number, .question-note',
].join(', ');

const blocks =
  /^(p|div|li|ul|ol|dl|dt|dd|h[1-6]|td|th|tr|caption|figcaption|figure|header|section|pre|summary|details|blockquote|legend|label)$/;

/** Writes `search-index.js` and says how many entries it has; throws a sentence where there are none. */
export function writeSearchIndex(dist: string, pages: readonly BuiltPage[]): number {
  const entries = pages.flatMap(entriesOf);
  if (entries.length === 0) throw new Error('No page of the built site has anything to search.');
  // A classic script: pages that are opened from a folder may load nothing else.
  writeFileSync(join(dist, 'search-index.js'), `globalThis.insideXenIndex=${JSON.stringify(entries)};\n`);
  return entries.length;
}

/** The entries of one page. Lists of pages (home, series, gallery) and frames have none: what they show has its own. */
export function entriesOf({ path, document }: BuiltPage): readonly Entry[] {
  const main = document.querySelector('main');
  if (!main) return [];
  if (/^(glossary|references)\/$/.test(path)) return listed(path, main);
  if (path === 'atlas/') return rows(path, main);
  return /^(learn|figures)\/[^/]+\/$/.test(path) ? sections(path, main) : [];
}

function listed(path: string, main: Element): readonly Entry[] {
  const crumbs = [plain(main.querySelector('h1')?.textContent)];
  return Array.from(main.querySelectorAll('.entries [id], .entries > li[id]'), (entry) => {
    const title = entry.querySelector('dt > :first-child, .reference a, .reference cite');
    const text = plain(entry.querySelector('dd')?.textContent ?? entry.querySelector('.reference')?.textContent);
    const aka = plain(entry.querySelector('dt .entry-facts')?.textContent);
    return [`${path}#${entry.id}`, plain(title?.textContent), crumbs, aka ? `(${aka}) ${text}` : text] as const;
  });
}

/** The rows of a table: the name, and what its cells say under their headings. */
function rows(path: string, main: Element): readonly Entry[] {
  const crumbs = [plain(main.querySelector('h1')?.textContent)];
  return Array.from(main.querySelectorAll('tbody tr[id]'), (row) => {
    const [name, ...cells] = row.children;
    const title = plain(name?.firstChild?.textContent);
    const said = [name?.querySelector('small'), ...cells].map((cell) => plain(cell?.textContent));
    return [`${path}#${row.id}`, title, crumbs, said.filter((text) => /\w/.test(text)).join(' · ')] as const;
  });
}

function sections(path: string, main: Element): readonly Entry[] {
  const crumbs = Array.from(main.querySelectorAll('.crumbs li'), (item) => plain(item.textContent));
  // An article stands in its part, a figure among the figures.
  const [first = '', second = ''] = crumbs;
  const around = path.startsWith('learn/') ? second : first;
  for (const node of main.querySelectorAll(`${besideText}, ${left}`)) node.remove();
  for (const id of ['further-reading', 'references', 'used'])
    main.querySelector(`#${id}`)?.closest('section')?.remove();
  const page = plain(main.querySelector('h1')?.textContent);
  const found: { path: string; title: string; crumbs: readonly string[]; text: string }[] = [];
  const visit = (node: Node): void => {
    if (node.nodeType === 3) {
      const last = found.at(-1);
      if (last) last.text += node.textContent ?? '';
      return;
    }
    if (node.nodeType !== 1) return;
    const element = node as Element;
    const name = element.localName;
    if (name === 'h1') found.push({ path, title: page, crumbs: [around], text: '' });
    else if (/^h[23]$/.test(name) && element.id)
      found.push({
        path: `${path}#${element.id}`,
        title: plain(element.textContent),
        crumbs: [around, page],
        text: '',
      });
    else for (const child of element.childNodes) visit(child);
    const last = found.at(-1);
    // Headings, cells and options end without a full stop; what follows them is something else.
    if (last && blocks.test(name)) last.text += /[\p{L}\p{N}%)’]\s*$/u.test(last.text) ? ' · ' : ' ';
  };
  visit(main);
  return found
    .map((section) => [section.path, section.title, section.crumbs, plain(section.text).replace(/ ·$/, '')] as const)
    .filter(([, , , text]) => text !== '');
}
