/** The form of an address's fragment, apart from what figures make of it: every page reads it, few have figures. */

/** Longest fragment that is read as a state, in characters: a program of 200 lines is in it, percent-encoded. */
export const longestHash = 0x10000;

/** Whether a fragment is the address of a state, and not a plain anchor. */
export function isStateHash(hash: string): boolean {
  return /^#?[^=&]*\.[^=&]*=/.test(hash);
}

/** The ids of figures that a fragment names, known or not. */
export function namedFigures(hash: string): readonly string[] {
  return [...new Set(splitHash(hash).map(([key]) => key.slice(0, key.indexOf('.'))))];
}

/** Splits `#id.name=value&…` into pairs of `id.name` and value; what has another form is left out. */
export function splitHash(hash: string): readonly (readonly [string, string])[] {
  const text = hash.startsWith('#') ? hash.slice(1) : hash;
  // A flood of pairs is cut: no figure has so many parameters.
  return text
    .slice(0, 2 * longestHash)
    .split('&', 200)
    .flatMap((item) => {
      const at = item.indexOf('=');
      if (at < 0 || !item.slice(0, at).includes('.')) return [];
      return [[item.slice(0, at), decode(item.slice(at + 1))] as const];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
