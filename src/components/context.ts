/** What components know of the page that they stand on; pages put it into `Astro.locals`. */
import type { Article } from './articles.ts';
import type { Instance } from './scan.ts';

/** What a page says about itself to what stands on it. */
export interface PageContext {
  /** The article, where the page is one. */
  readonly article?: Article;
  /** Number of the article in its part, e.g. '3' of 'Figure 3.1'. */
  readonly number?: string;
  /** The figures on the page, in order. */
  readonly instances: readonly Instance[];
  /** Folder of the moments' pictures as a site path with a slash at its end, where figures open otherwise than on pages of their own. */
  readonly pictures?: string;
}

/** The page's context; a sentence where a component stands on a page that gives none. */
export function pageContext(locals: object): PageContext {
  const { page } = locals as { page?: PageContext };
  if (!page) throw new Error('This component needs a page that sets Astro.locals.page.');
  return page;
}

/** A figure's number on its page, and the beginning of the names of its moments' pictures. */
export function figureContext(
  locals: object,
  { id, name }: Instance,
): { readonly number?: string; readonly pictures: string } {
  const page = pageContext(locals);
  const place = page.instances.findIndex((instance) => instance.id === id);
  return {
    pictures: page.pictures ? `${page.pictures}${id}` : `/figures/${name}/${name}`,
    ...(page.number && place >= 0 ? { number: `${page.number}.${place + 1}` } : {}),
  };
}

/** The instance that `id.name` means, split; throws a sentence where the page has no such figure. */
export function splitOf(locals: object, of: string): { readonly instance: Instance; readonly name: string } {
  const at = of.indexOf('.');
  const instance = pageContext(locals).instances.find((one) => one.id === of.slice(0, at));
  if (!instance) throw new Error(`‘${of}’ names no figure of this page.`);
  return { instance, name: of.slice(at + 1) };
}
