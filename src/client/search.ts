/** The search dialog: a text field over a list of answers, by keyboard and pointer. Loaded when it is first opened. */
import sheet from '../styles/search.css?url';
import { makeEngine, type Engine, type Hit, type Piece } from './search-engine.ts';
import { strings } from './strings.ts';

/** What the index file leaves behind: tuples, to be small; the path counts from the folder in which the file lies. */
type Index = readonly (readonly [path: string, title: string, crumbs: readonly string[], text: string])[];

let engine: Promise<Engine> | undefined;
const started = new WeakSet<HTMLDialogElement>();

/** Makes the dialog work and begins to load the index; once, however often it is called. */
export function startSearch(dialog: HTMLDialogElement): void {
  const field = dialog.querySelector('input');
  const list = dialog.querySelector<HTMLElement>('[role="listbox"]');
  if (!field || !list) return;
  void answer(dialog, field, list);
  if (started.has(dialog)) return;
  started.add(dialog);
  // A plain import would put the sheet on every page.
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = sheet;
  document.head.append(link);
  field.addEventListener('input', () => void answer(dialog, field, list));
  field.addEventListener('keydown', (event) => steer(event, field, list));
  list.addEventListener('click', (event) => {
    // An answer on this very page leaves the dialog standing in its way.
    if ((event.target as Element).closest('a') && !event.ctrlKey && !event.metaKey && !event.shiftKey) dialog.close();
  });
}

/** Answers what stands in the field now: says that it loads, that it failed, that there is nothing, or lists what there is. */
async function answer(dialog: HTMLDialogElement, field: HTMLInputElement, list: HTMLElement): Promise<void> {
  const words = strings().search;
  const asked = field.value;
  const say = (text: string): void => {
    const state = dialog.querySelector('.search-state');
    if (state) state.textContent = text;
  };
  let find: Engine;
  try {
    const loading = (engine ??= loadEngine(dialog.dataset['index'] ?? ''));
    if (!list.firstChild) say(words.loading);
    find = await loading;
  } catch {
    // The next letter tries again.
    engine = undefined;
    show(field, list, []);
    say(words.failed);
    return;
  }
  if (field.value !== asked) return;
  const query = asked.trim();
  const { total, hits } = find(query);
  show(field, list, hits);
  if (query === '') say(words.empty);
  else if (total === 0) say(`${words.none} ‘${query}’.`);
  else
    say(total === hits.length ? `${total} ${words.found}` : `${total} ${words.found}, ${hits.length} ${words.shown}`);
}

/** The index comes as a classic script, because pages that are opened from a folder may load nothing else. */
function loadEngine(source: string): Promise<Engine> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = source;
    script.addEventListener('error', () => reject(new Error(source)));
    script.addEventListener('load', () => {
      const index = (globalThis as { insideXenIndex?: Index }).insideXenIndex ?? [];
      const toDocument = ([path, title, crumbs, text]: Index[number]) => {
        return { address: new URL(path, script.src).href, title, crumbs, text };
      };
      if (index.length === 0) reject(new Error(source));
      else resolve(makeEngine(index.map(toDocument)));
    });
    document.head.append(script);
  });
}

function show(field: HTMLInputElement, list: HTMLElement, hits: readonly Hit[]): void {
  list.replaceChildren(...hits.map(toOption));
  list.hidden = hits.length === 0;
  list.scrollTop = 0;
  field.setAttribute('aria-expanded', String(hits.length > 0));
  activate(field, list.firstElementChild);
}

// An answer is a link, so that it opens in a new tab as links do; its words are text, never markup.
function toOption({ address, crumbs, title, excerpt }: Hit, index: number): HTMLElement {
  const option = document.createElement('a');
  option.id = `search-hit-${index}`;
  option.href = address;
  option.tabIndex = -1;
  option.setAttribute('role', 'option');
  option.setAttribute('aria-selected', 'false');
  const line = (name: string, nodes: readonly (Node | string)[]): HTMLElement => {
    const span = document.createElement('span');
    span.className = name;
    span.append(...nodes);
    return span;
  };
  option.append(line('hit-title', title.map(toNode)));
  if (crumbs.length > 0) option.append(' ', line('hit-crumbs', [crumbs.join(' › ')]));
  if (excerpt.length > 0) option.append(' ', line('hit-excerpt', excerpt.map(toNode)));
  return option;
}

function toNode({ text, marked }: Piece): Node | string {
  if (!marked) return text;
  const mark = document.createElement('mark');
  mark.textContent = text;
  return mark;
}

function activate(field: HTMLInputElement, option: Element | null): void {
  option?.parentElement?.querySelector('[aria-selected="true"]')?.setAttribute('aria-selected', 'false');
  option?.setAttribute('aria-selected', 'true');
  if (option) field.setAttribute('aria-activedescendant', option.id);
  else field.removeAttribute('aria-activedescendant');
}

function steer(event: KeyboardEvent, field: HTMLInputElement, list: HTMLElement): void {
  if (event.isComposing || event.altKey || event.shiftKey || event.ctrlKey || event.metaKey) return;
  const options = [...list.children];
  const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  const wanted: Readonly<Record<string, number>> = {
    ArrowDown: (at + 1) % options.length,
    ArrowUp: (at - 1 + options.length) % options.length,
    Home: 0,
    End: options.length - 1,
    Enter: at,
  };
  const option = options[wanted[event.key] ?? -1];
  if (!option) return;
  event.preventDefault();
  if (event.key === 'Enter') {
    (option as HTMLElement).click();
    return;
  }
  activate(field, option);
  option.scrollIntoView({ block: 'nearest' });
}
