/** An article's page with everything live told in words: what remains is the HTML that Markdown can say. */
import { numberEntry } from '../components/numbers.ts';
import { strings } from '../components/strings.ts';
import { besideText, plain } from './pages.ts';

/** Gives the article's HTML: title, text, figures as words and links, notes as footnotes. Takes the page apart. */
export function prepareArticle(document: Document): string {
  const article = document.querySelector('.article-body');
  const address = document.querySelector('link[rel="canonical"]')?.getAttribute('href');
  if (!article || !address) throw new Error('A page without an article cannot become Markdown.');
  const changed = plain(article.querySelector('.article-foot time')?.textContent);
  for (const figure of article.querySelectorAll('xen-figure')) figure.replaceWith(figureWords(document, figure));
  for (const task of article.querySelectorAll('.task')) task.replaceWith(taskWords(document, task));
  for (const fields of article.querySelectorAll('.question fieldset'))
    fields.replaceWith(...questionWords(document, fields));
  for (const link of article.querySelectorAll('[data-do]')) stateLink(link);
  for (const node of article.querySelectorAll(besideText)) node.remove();
  for (const listing of article.querySelectorAll('.listing')) listingWords(document, listing);
  // Beside the name of a row, in smaller type, stands what belongs to it.
  for (const small of article.querySelectorAll('td small, th small')) small.replaceWith(' (', ...small.childNodes, ')');
  for (const details of article.querySelectorAll('details')) details.replaceWith(detailsWords(document, details));
  for (const note of article.querySelectorAll('[role="note"]'))
    note.replaceWith(quoted(document, [...note.childNodes]));
  footnotes(document, article);
  const facts = article.querySelector('.facts-line');
  const origin = paragraph(document, '');
  const link = document.createElement('a');
  link.href = link.textContent = address;
  origin.append(link, ` · ${changed} · ${strings.footer.content}`);
  facts?.replaceWith(
    paragraph(document, [...facts.children].map((fact) => plain(fact.textContent)).join(' · ')),
    origin,
  );
  for (const link of article.querySelectorAll('a[href]'))
    link.setAttribute('href', new URL(link.getAttribute('href') ?? '', address).href);
  for (const image of article.querySelectorAll('img[src]'))
    image.setAttribute('src', new URL(image.getAttribute('src') ?? '', address).href);
  return article.innerHTML;
}

/** A figure: its title, its picture, its sentence, what is to be compared, its caption, and where it runs. */
function figureWords(document: Document, figure: Element): Element {
  const picture = document.createElement('img');
  picture.setAttribute('alt', figure.querySelector('svg')?.getAttribute('aria-label') ?? '');
  picture.setAttribute('src', figure.querySelector('.moments img')?.getAttribute('src') ?? '');
  const drawn = document.createElement('p');
  drawn.append(picture);
  const title = document.createElement('p');
  const strong = document.createElement('strong');
  const [number, name] = ['.figure-number', '.figure-title strong'].map((one) =>
    plain(figure.querySelector(one)?.textContent),
  );
  strong.textContent = number ? `${number}: ${name}` : (name ?? '');
  title.append(strong);
  const list = document.createElement('ul');
  for (const readout of figure.querySelectorAll('[data-readout]')) {
    const item = document.createElement('li');
    const [label, value] = ['dt', 'dd'].map((one) => plain(readout.querySelector(one)?.textContent));
    item.textContent = `${label}: ${value}`;
    list.append(item);
  }
  const where = document.createElement('p');
  const run = document.createElement('a');
  run.textContent = strings.figure.run;
  run.setAttribute('href', figure.querySelector('.figure-links a')?.getAttribute('href') ?? '');
  where.append(run);
  const sentence = paragraph(document, plain(figure.querySelector('.sentence')?.textContent));
  const caption = paragraph(document, plain(figure.querySelector('figcaption > p')?.textContent));
  return quoted(document, [title, drawn, sentence, list, caption, where]);
}

/** A task: what is to be found out, and the setting that shows it. */
function taskWords(document: Document, task: Element): Element {
  const title = document.createElement('p');
  const strong = document.createElement('strong');
  strong.textContent = plain(task.querySelector('.task-title')?.textContent);
  title.append(strong);
  const text = [...task.children].filter((child) => child.localName === 'p' && !child.className);
  const answer = task.querySelector('.task-show');
  const shown = answer ? [detailsWords(document, withoutLive(answer))] : [];
  return quoted(document, [title, ...text, ...shown]);
}

function withoutLive(element: Element): Element {
  for (const node of element.querySelectorAll('.live, button')) node.remove();
  return element;
}

/** A question: its number, what is asked, and the options as a list. Its answers stand folded behind it. */
function questionWords(document: Document, fields: Element): readonly Element[] {
  const asked = document.createElement('p');
  const number = document.createElement('strong');
  number.textContent = plain(fields.querySelector('.question-number')?.textContent);
  fields.querySelector('.question-number')?.remove();
  asked.append(number, ...(fields.querySelector('legend')?.childNodes ?? []));
  const options = document.createElement('ul');
  for (const option of fields.querySelectorAll('.option')) {
    const item = document.createElement('li');
    const letter = option.querySelector('.option-letter');
    letter?.replaceWith(`${plain(letter.textContent)}: `);
    item.append(...option.childNodes);
    options.append(item);
  }
  return [asked, ...fields.querySelectorAll('.question-note'), ...(options.firstChild ? [options] : [])];
}

/** An instruction becomes a link to the state that it sets. */
function stateLink(link: Element): void {
  link.setAttribute('href', `#${(link.getAttribute('data-do') ?? '').replaceAll(';', '&')}`);
}

/** A program with its file name in front, its lines as text, its language where Markdown looks for it. */
function listingWords(document: Document, listing: Element): void {
  const title = plain(listing.querySelector('.listing-title')?.textContent);
  const code = listing.querySelector('code');
  const pre = document.createElement('pre');
  const language = listing.querySelector('pre')?.getAttribute('data-language');
  const lines = document.createElement('code');
  if (language) lines.className = `language-${language}`;
  lines.textContent = code?.textContent ?? '';
  pre.append(lines);
  const name = document.createElement('code');
  name.textContent = title;
  const head = document.createElement('p');
  head.append(name, ':');
  listing.replaceWith(...(title ? [head] : []), pre);
}

/** What is folded is unfolded, its summary in bold. */
function detailsWords(document: Document, details: Element): Element {
  const unfolded = document.createElement('div');
  const summary = details.querySelector('summary');
  const strong = document.createElement('strong');
  strong.textContent = plain(summary?.textContent);
  const head = document.createElement('p');
  head.append(strong);
  summary?.remove();
  unfolded.append(head, ...details.childNodes);
  return unfolded;
}

/** Citations become footnotes, one for each place in each work; the list of references is what they say. */
function footnotes(document: Document, article: Element): void {
  const notes = new Map<string, Element>();
  for (const cite of article.querySelectorAll('.cite')) {
    const link = cite.querySelector('a');
    const key = (link?.getAttribute('href') ?? '').replace('#ref-', '');
    const at = link?.getAttribute('data-at');
    const says = numberWords(link?.getAttribute('data-number'));
    const place = [key, at, says].join('\n');
    const known = notes.get(place);
    const number = known?.getAttribute('name') ?? String(notes.size + 1);
    if (!known) {
      const note = document.createElement('foot-note');
      note.setAttribute('name', number);
      const text = document.createElement('p');
      const work = article.querySelector(`[id="ref-${key}"] .reference`)?.cloneNode(true);
      if (work) text.append(work);
      text.append(at ? ` ${at.replace(/\.$/, '')}.` : '', says ? ` ${says}` : '');
      note.append(text);
      notes.set(place, note);
    }
    const reference = document.createElement('foot-ref');
    reference.setAttribute('name', number);
    cite.replaceWith(reference);
  }
  article.querySelector('#references')?.parentElement?.remove();
  article.append(...notes.values());
}

/** What a published number is a number of, on which machine. */
function numberWords(name: string | null | undefined): string {
  if (!name) return '';
  const { what, machine, note } = numberEntry(name);
  return [what, machine && `${machine}.`, note].filter(Boolean).join(' ');
}

function paragraph(document: Document, text: string): Element {
  const element = document.createElement('p');
  element.textContent = text;
  return element;
}

function quoted(document: Document, nodes: readonly Node[]): Element {
  const quote = document.createElement('blockquote');
  quote.append(...nodes);
  return quote;
}
