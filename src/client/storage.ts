/** What the site keeps for a reader: in this browser only, and nothing that cannot be lost. */

const prefix = 'inside-xen:';

/** What is kept under a key; undefined where nothing is, where it is junk, or where the browser refuses. */
export function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(prefix + key) ?? '') as unknown;
  } catch {
    return undefined;
  }
}

/** Keeps a value under a key; undefined forgets it. A browser that refuses is left in peace. */
export function write(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Private windows and full stores: the page works, and forgets.
  }
}

/** Calls back when another tab keeps or forgets something under a key, and when the page returns from the back-forward cache. */
export function onChange(key: string, show: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === null || event.key === prefix + key) show();
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) show();
  });
}
