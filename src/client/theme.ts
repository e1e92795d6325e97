/** Light, dark, or as the system: the switch in the header. The choice is put in place before the first paint by the layout. */
import { onChange, read, write } from './storage.ts';
import { strings } from './strings.ts';

const order = ['system', 'light', 'dark'] as const;
type Theme = (typeof order)[number];

/** Makes the switch work: each press goes one on, is remembered and is said. */
export function bindTheme(): void {
  const button = document.querySelector<HTMLButtonElement>('.theme-switch');
  if (!button) return;
  const spoken = button.nextElementSibling;
  const colours = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')];
  const [light = '', dark = ''] = colours.map((meta) => meta.content);
  const show = (theme: Theme): string => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    for (const [index, meta] of colours.entries())
      meta.content = theme === 'light' || (theme === 'system' && index === 0) ? light : dark;
    const words = strings().theme;
    const label = `${words.toggle}: ${words[theme]}`;
    button.setAttribute('aria-label', label);
    button.title = label;
    return label;
  };
  button.addEventListener('click', () => {
    const next = order[(order.indexOf(shown()) + 1) % order.length] ?? 'system';
    write('theme', next === 'system' ? undefined : next);
    const label = show(next);
    if (spoken) spoken.textContent = label;
  });
  onChange('theme', () => show(remembered()));
  show(shown());
}

// What stands is asked of the page, so that the switch works where nothing can be kept.
function shown(): Theme {
  return asTheme(document.documentElement.dataset['theme']);
}

function remembered(): Theme {
  return asTheme(read('theme'));
}

function asTheme(value: unknown): Theme {
  return value === 'light' || value === 'dark' ? value : 'system';
}
