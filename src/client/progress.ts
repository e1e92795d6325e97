/** What has been read: an article counts when its end has been seen. */
import { onChange, read, write } from './storage.ts';
import { strings } from './strings.ts';

/** Marks what has been read in every list of the page, and watches for the end of the article that stands on it. */
export function bindProgress(): void {
  show();
  onChange('read', show);
  const slug = document.querySelector<HTMLElement>('main[data-article]')?.dataset['article'];
  const end = document.querySelector('.article-foot');
  if (!slug || !end) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    const slugs = slugsRead();
    if (slugs.includes(slug)) return;
    write('read', [...slugs, slug]);
    show([...slugs, slug]);
  });
  seen.observe(end);
}

function slugsRead(): readonly string[] {
  const kept = read('read');
  return Array.isArray(kept) ? kept.filter((slug): slug is string => typeof slug === 'string') : [];
}

function show(slugs: readonly string[] = slugsRead()): void {
  for (const entry of document.querySelectorAll<HTMLElement>('[data-slug]')) {
    const isRead = slugs.includes(entry.dataset['slug'] ?? '');
    entry.classList.toggle('is-read', isRead);
    const word = entry.querySelector('.read-word');
    if (word) word.textContent = isRead ? `(${strings().article.read})` : '';
  }
}
