/** The shell's behaviour. What is not needed before a reader asks for it is loaded then. */
import { bindContents } from './contents.ts';
import { bindProgress } from './progress.ts';
import { onChange, read, write } from './storage.ts';
import { strings } from './strings.ts';
import { bindTheme } from './theme.ts';

/** Makes header, lists and frames work. */
export function bindShell(): void {
  bindTheme();
  bindProgress();
  bindContents();
  if (document.querySelector('main.embed')) void import('./embed.ts').then(({ bindEmbed }) => bindEmbed());
  bindSearch();
}

function bindSearch(): void {
  const dialog = document.querySelector<HTMLDialogElement>('.search');
  const button = document.querySelector<HTMLButtonElement>('.search-open');
  if (!dialog || !button) return;
  const open = (): void => {
    if (dialog.open) return;
    dialog.showModal();
    const field = dialog.querySelector('input');
    field?.focus();
    field?.select();
    import('./search.ts').then(
      ({ startSearch }) => startSearch(dialog),
      () => {
        const state = dialog.querySelector('.search-state');
        if (state) state.textContent = strings().search.failed;
      },
    );
  };
  const slash = dialog.querySelector<HTMLInputElement>('input[type="checkbox"]');
  const showSlash = (): void => {
    if (slash) slash.checked = read('slash') !== false;
    button.toggleAttribute('data-no-slash', read('slash') === false);
  };
  showSlash();
  onChange('slash', showSlash);
  slash?.addEventListener('change', () => {
    write('slash', slash.checked ? undefined : false);
    button.toggleAttribute('data-no-slash', !slash.checked);
  });
  button.addEventListener('click', open);
  dialog.addEventListener('click', (event) => {
    // A press on the dialog itself is one beside its content: on the backdrop.
    if (event.target === dialog || (event.target as Element).closest('.search-close')) dialog.close();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (slash?.checked === false || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    open();
  });
}

function isTyping(target: EventTarget | null): boolean {
  const typed =
    ':is(input:not([type="range"], [type="checkbox"], [type="radio"]), textarea, select, [contenteditable])';
  return target instanceof Element && target.matches(typed);
}
