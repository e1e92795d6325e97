/** Pages without the indentation that templates leave: white space at the start of a line says nothing. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Where it does say something, it stays.
const kept = /<(pre|textarea|script|style)\b[\s\S]*?<\/\1>/g;

/** Takes it out of each page of `dist`, but never a line break: that is a space between words. */
export function dropIndentation(dist: string): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.html')) continue;
    const file = join(dist, name);
    writeFileSync(file, withoutIndentation(readFileSync(file, 'utf8')));
  }
}

/** One page's text without indentation and empty lines. */
export function withoutIndentation(html: string): string {
  let out = '';
  let from = 0;
  const drop = (text: string): string => text.replace(/\n\s+/g, '\n');
  for (const match of html.matchAll(kept)) {
    out += drop(html.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return out + drop(html.slice(from));
}
