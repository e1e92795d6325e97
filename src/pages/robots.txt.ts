/** Crawlers may read everything; frames say for themselves that they are no pages. */
import type { APIRoute } from 'astro';
import { absolute } from '../components/site.ts';

/** The rules, and where the site map lies. */
export const GET: APIRoute = ({ site }) =>
  new Response(`User-agent: *\nAllow: /\n\nSitemap: ${absolute('/sitemap-index.xml', site)}\n`);
