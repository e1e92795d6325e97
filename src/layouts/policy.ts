/** The Content-Security-Policy: the same sentence in every page's head and in the headers file. */
import { createHash } from 'node:crypto';

/** Runs before the first paint, so that a remembered theme does not flash. The only inline script. */
export const themeScript =
  "try{var t=JSON.parse(localStorage.getItem('inside-xen:theme'));if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch(e){}";

const themeHash = createHash('sha256').update(themeScript).digest('base64');

/** No third party, no eval, no inline script but the theme's; style attributes are Shiki's colours. */
export const policy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${themeHash}'`,
  // While one writes, Vite puts styles into the page to change them without a reload.
  `style-src 'self'${import.meta.env?.DEV ? " 'unsafe-inline'" : ''}`,
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
