/**
 * Reads a `_headers` file so that the local server answers as production will: what Netlify and Cloudflare Pages both
 * understand, and no more.
 */

/** One block of the file: a path pattern and what it sets. */
export interface HeaderRule {
  readonly pattern: RegExp;
  readonly set: readonly (readonly [name: string, value: string])[];
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*/g, '.*').replace(/\/:[A-Za-z]\w*/g, '/[^/]+')}$`);
}

/** Parses the text of a `_headers` file; throws an Error that names the line that is neither a path nor a header. */
export function parseHeaders(text: string): HeaderRule[] {
  const rules: { pattern: RegExp; set: [string, string][] }[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const rule = rules.at(-1);
    const header = /^\s+([A-Za-z0-9-]+):\s*(.*)$/.exec(line);
    if (/^\/\S*\s*$/.test(line)) rules.push({ pattern: patternOf(line.trim()), set: [] });
    else if (header?.[1] && rule) rule.set.push([header[1], (header[2] ?? '').trim()]);
    else throw new Error(`_headers, line ${index + 1}: neither a path nor a header: ${line.trim()}`);
  }
  return rules;
}

/** The headers of one path: all matching blocks in order, a repeated name joined by a comma. Names in lower case. */
export function headersFor(rules: readonly HeaderRule[], path: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const { pattern, set } of rules) {
    if (!pattern.test(path)) continue;
    for (const [name, value] of set) {
      const before = headers.get(name.toLowerCase());
      headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
    }
  }
  return headers;
}
