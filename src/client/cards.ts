/** Cards beside a term or a citation: they open on hover and focus, stay while the pointer is on them, and close on Escape. */

const openMs = 120;
const closeMs = 250;
const gapPx = 6;

/** Opens a card for terms and citations of the page. */
export function bindCards(): void {
  const links = document.querySelectorAll<HTMLElement>('a.term, .cite > a');
  if (links.length === 0) return;
  const card = document.createElement('div');
  card.className = 'card';
  card.id = 'card';
  card.hidden = true;
  card.setAttribute('role', 'tooltip');
  (document.querySelector('main') ?? document.body).append(card);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const soon = (act: () => void, ms: number): void => {
    clearTimeout(waiting);
    waiting = setTimeout(act, ms);
  };
  const close = (): void => {
    clearTimeout(waiting);
    wanted = undefined;
    card.hidden = true;
  };
  let wanted: HTMLElement | undefined;
  const open = async (link: HTMLElement): Promise<void> => {
    clearTimeout(waiting);
    wanted = link;
    const words = await cardWords();
    // The pointer may have gone elsewhere meanwhile.
    if (wanted !== link) return;
    const parts = link.matches('.term') ? termParts(link, words) : citationParts(link, words);
    card.replaceChildren(...parts.filter(([, text]) => text !== '').map(([kind, text]) => paragraph(kind, text)));
    if (card.childElementCount === 0) return;
    card.hidden = false;
    link.setAttribute('aria-describedby', card.id);
    place(card, link);
  };
  for (const link of links) {
    link.addEventListener('pointerenter', (event) => {
      // A tap follows the link.
      if (event.pointerType !== 'touch') soon(() => void open(link), openMs);
    });
    link.addEventListener('pointerleave', () => soon(close, closeMs));
    link.addEventListener('focus', () => link.matches(':focus-visible') && void open(link));
    link.addEventListener('blur', close);
  }
  card.addEventListener('pointerenter', () => clearTimeout(waiting));
  card.addEventListener('pointerleave', () => soon(close, closeMs));
  document.addEventListener('keydown', (event) => event.key === 'Escape' && close());
  addEventListener('resize', close);
  // This may have been loaded because the pointer, or the focus, has just come to one of them.
  const reached = [...links].find((link) => link.matches(':hover, :focus-visible'));
  if (reached) soon(() => void open(reached), openMs);
}

interface Words {
  readonly terms: Readonly<Record<string, readonly [term: string, definition: string]>>;
  readonly numbers: Readonly<Record<string, string>>;
}

let asked: Promise<Words> | undefined;

// Without them (offline, from a file) terms still lead to the glossary, and citations show their source.
function cardWords(): Promise<Words> {
  const path = document.querySelector<HTMLElement>('main[data-cards]')?.dataset['cards'];
  asked ??= fetch(path ?? '')
    .then((answer) => (answer.ok ? (answer.json() as Promise<Words>) : Promise.reject(new Error(answer.statusText))))
    .catch(() => {
      asked = undefined;
      return { terms: {}, numbers: {} };
    });
  return asked;
}

function termParts(link: HTMLElement, { terms }: Words): readonly (readonly [string, string])[] {
  const id = (link.getAttribute('href') ?? '').split('#')[1] ?? '';
  const [term, definition] = terms[id] ?? ['', ''];
  return [
    ['card-head', term],
    ['card-text', definition],
  ];
}

function citationParts(link: HTMLElement, { numbers }: Words): readonly (readonly [string, string])[] {
  const reference = document.getElementById((link.getAttribute('href') ?? '').slice(1))?.querySelector('.reference');
  const { number = '', at = '' } = link.dataset;
  return [
    ['card-text', numbers[number] ?? ''],
    [
      'card-source',
      [reference?.textContent.replace(/\s+/g, ' ').trim() ?? '', at].filter((part) => part !== '').join(' '),
    ],
  ];
}

function paragraph(kind: string, text: string): HTMLElement {
  const made = document.createElement('p');
  made.className = kind;
  made.textContent = text;
  return made;
}

// Below the word, or above it where there is no room; never over it, and never outside of the window.
function place(card: HTMLElement, link: HTMLElement): void {
  const lines = [...link.getClientRects()];
  const first = lines[0];
  const last = lines.at(-1);
  if (!first || !last) return;
  const width = document.documentElement.clientWidth;
  const { offsetWidth, offsetHeight } = card;
  const below = last.bottom + gapPx + offsetHeight <= innerHeight || first.top - gapPx - offsetHeight < 0;
  const line = below ? last : first;
  const left = Math.max(8, Math.min(line.left, width - offsetWidth - 8));
  const top = below ? last.bottom + gapPx : first.top - gapPx - offsetHeight;
  card.style.left = `${left + scrollX}px`;
  card.style.top = `${top + scrollY}px`;
}
