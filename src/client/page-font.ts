/** The letters of the page, for a picture that a reader takes along. */

/** A `@font-face` rule with the page's sans in it; empty where it cannot be had: offline, or on a page from a folder. */
export async function pageFont(): Promise<string> {
  const link = document.querySelector<HTMLLinkElement>('link[rel="preload"][as="font"]');
  try {
    const font = await (await fetch(link?.href ?? '')).blob();
    const data = await new Promise<string>((resolve, reject) => {
      const reader = new FileReader();
      reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''));
      reader.addEventListener('error', () => reject(reader.error ?? new Error('unreadable')));
      reader.readAsDataURL(font);
    });
    if (!data.startsWith('data:font/')) return '';
    return `@font-face{font-family:'IBM Plex Sans Variable';font-weight:100 700;src:url(${data}) format('woff2')}`;
  } catch {
    return '';
  }
}
