/** A table that sorts by its columns and filters by words and by kinds. Everything is in the page before it starts. */
import { strings } from './strings.ts';

/** Makes every `[data-sortable]` below `root` sort and filter; a second call changes nothing. */
export function enhance(root: ParentNode): void {
  for (const host of root.querySelectorAll<HTMLElement>('[data-sortable]:not([data-live])')) {
    const body = host.querySelector('tbody');
    if (!body) continue;
    host.dataset['live'] = '';
    bindSorting(host, body);
    bindFilter(host, [...body.rows]);
  }
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function bindSorting(host: HTMLElement, body: HTMLTableSectionElement): void {
  const headings = [...host.querySelectorAll<HTMLTableCellElement>('thead th')];
  headings.forEach((heading, column) => {
    heading.querySelector('button')?.addEventListener('click', () => {
      const down = heading.getAttribute('aria-sort') === 'ascending';
      for (const other of headings) other.setAttribute('aria-sort', 'none');
      heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows].map((row) => ({ row, says: sortKey(row.cells[column]) }));
      // Rows that say the same keep the order in which they stand; rows that say nothing come last either way.
      rows.sort((a, b) =>
        a.says === '' || b.says === ''
          ? Number(a.says === '') - Number(b.says === '')
          : (down ? -1 : 1) * collator.compare(a.says, b.says),
      );
      body.append(...rows.map(({ row }) => row));
    });
  });
}

// What a cell is sorted by: its own key where its words would sort wrongly.
function sortKey(cell: HTMLTableCellElement | undefined): string {
  return cell?.dataset['key'] ?? cell?.textContent?.trim() ?? '';
}

function bindFilter(host: HTMLElement, rows: readonly HTMLTableRowElement[]): void {
  const field = host.querySelector<HTMLInputElement>('input[type="search"]');
  const chips = [...host.querySelectorAll<HTMLButtonElement>('button[data-kind]')];
  const status = host.querySelector('[role="status"]');
  const empty = host.querySelector<HTMLElement>('.table-empty');
  const texts = new Map(rows.map((row) => [row, plain([...row.cells].map((cell) => cell.textContent).join(' '))]));
  const show = (): void => {
    const words = plain(field?.value ?? '')
      .split(' ')
      .filter((word) => word !== '');
    const kinds = chips
      .filter((chip) => chip.getAttribute('aria-pressed') === 'true')
      .map((chip) => chip.dataset['kind']);
    for (const row of rows) {
      const fits = words.every((word) => texts.get(row)?.includes(word));
      row.hidden = !(fits && (kinds.length === 0 || kinds.includes(row.dataset['kind'])));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    const { of, shown: word } = strings().table;
    if (status) status.textContent = `${shown} ${of} ${rows.length} ${word}`;
    if (empty) empty.hidden = shown > 0;
  };
  field?.addEventListener('input', show);
  for (const chip of chips)
    chip.addEventListener('click', () => {
      chip.setAttribute('aria-pressed', chip.getAttribute('aria-pressed') === 'true' ? 'false' : 'true');
      show();
    });
  empty?.querySelector('button')?.addEventListener('click', () => {
    if (field) field.value = '';
    for (const chip of chips) chip.setAttribute('aria-pressed', 'false');
    show();
    field?.focus();
  });
  // What was typed before the code was there is the reader's wish.
  if (field && field.value !== '') show();
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}
