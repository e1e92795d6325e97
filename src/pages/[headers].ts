/** The headers file that static hosts read (Netlify's and Cloudflare's form). A name with `_` cannot be a page's file name. */
import type { APIRoute } from 'astro';
import { policy } from '../layouts/policy.ts';

/** The one path. */
export const getStaticPaths = () => [{ params: { headers: '_headers' } }];

/** Hashed assets never change, pages are asked for again; only /embed/ may be framed by strangers. */
export const GET: APIRoute = () => {
  const base = import.meta.env.BASE_URL.replace(/\/$/, '');
  return new Response(
    [
      `${base}/*`,
      `  Content-Security-Policy: ${policy}; frame-ancestors 'self'`,
      '  X-Content-Type-Options: nosniff',
      '  Referrer-Policy: no-referrer',
      '  Permissions-Policy: camera=(), microphone=(), geolocation=()',
      '  Cache-Control: public, max-age=0, must-revalidate',
      `${base}/assets/*`,
      '  ! Cache-Control',
      '  Cache-Control: public, max-age=31536000, immutable',
      `${base}/embed/*`,
      '  ! Content-Security-Policy',
      `  Content-Security-Policy: ${policy}`,
      // A picture that is opened by itself carries its style and its letters within.
      `${base}/*.svg`,
      '  ! Content-Security-Policy',
      "  Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; font-src data:",
      '',
    ].join('\n'),
  );
};
