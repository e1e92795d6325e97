/** Where the site stands, and how its own links are written. */

const base = import.meta.env?.BASE_URL ?? '/';

/** A link inside the site: an absolute path such as `/learn/` under the base path that it is built for. */
export function href(path: string): string {
  return `${base.replace(/\/$/, '')}${path}`;
}

/** Where the source lies; edit and error links are made from it. */
export const repository = (process.env['REPO_URL'] ?? 'https://github.com/inside-xen/inside-xen').replace(/\/$/, '');

/** The full address of a path, for feeds, canonical links and cards. */
export function absolute(path: string, site: URL | undefined): string {
  return new URL(href(path), site ?? 'https://inside-xen.example').href;
}
