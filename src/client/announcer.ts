/** One polite live region for what the prose does. */

let region: HTMLElement | undefined;

/** Puts the region into the page: screen readers only follow one that was there before it spoke. */
export function bindAnnouncer(): void {
  if (region) return;
  region = document.createElement('p');
  region.className = 'unseen announcer';
  region.setAttribute('role', 'status');
  document.body.append(region);
}

/** Says a sentence; the same one twice is said twice. */
export function say(text: string): void {
  bindAnnouncer();
  const spoken = region;
  if (!spoken) return;
  spoken.textContent = '';
  requestAnimationFrame(() => (spoken.textContent = text));
}
