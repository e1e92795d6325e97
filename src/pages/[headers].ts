/** The headers file that static hosts read (Netlify's and Cloudflare's form). A name with `_` cannot be a page's file name. */
import type { APIRoute } from 'astro';
import { policy } from '../layouts/policy.ts';

/** The one path. */
export const getStaticPaths = () => [{ params: { headers: '_headers' } }];

/**
 * Hashed assets never change; only /embed/ may be framed by strangers. Where two rules name the same header, one host
 * joins them, another takes the last: no header stands in two rules that match one path.
 */
export const GET: APIRoute = () => {
  const base = import.meta.env.BASE_URL.replace(/\/$/, '');
  const framed = `Content-Security-Policy: ${policy}; frame-ancestors 'self'`;
  return new Response(
    [
      `${base}/*`,
      '  X-Content-Type-Options: nosniff',
      '  Referrer-Policy: no-referrer',
      '  Permissions-Policy: camera=(), microphone=(), geolocation=()',
      `${base}/assets/*`,
      '  Cache-Control: public, max-age=31536000, immutable',
      `${base}/`,
      `  ${framed}`,
      ...rooms().flatMap((room) => [`${base}/${room}/*`, `  ${room === 'figures' ? pictures(framed) : framed}`]),
      `${base}/embed/*`,
      `  Content-Security-Policy: ${policy}`,
      '',
    ].join('\n'),
  );
};

/** First folders of the pages' addresses, but that of the frames: 'learn', 'figures', 'glossary' … */
function rooms(): readonly string[] {
  const pages = Object.keys(import.meta.glob('./**/*.astro'));
  const names = pages.map((page) => page.slice(2).replace(/\/.*|\.astro$/, ''));
  return [...new Set(names)].filter((name) => !['index', '404', 'embed'].includes(name)).sort();
}

/** A picture that is opened by itself carries its style and its letters within; the pages beside it narrow this again. */
function pictures(header: string): string {
  return header.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace("font-src 'self'", '$& data:');
}
