/** What belongs to one machine, to one moment or to nobody, and therefore not into the project. */
import type { Tree } from './tree.ts';

/** What is looked for. The patterns are written so that they do not match themselves. */
const strangers: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'a path of one machine',
    /(?<![\w.~-])\/(home|Users)\/[a-z][\w.-]*\/|(?<![\w.~/-])\/(root|wor[k])\/\w|\b[A-Z]:\\Users\\/,
  ],
  [
    'the host of a package registry',
    /\bregistry\.(npmj[s]|yarnpk[g])\b|\bnpm\.pkg\.|artifactor[y]|verdacci[o]|npmmirro[r]/i,
  ],
  ['a note to do something later', /\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/],
];

/** What keeps a test from being run. */
const sleepers: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'a test that is left out',
    /\b(test|it|describe|suite)(\.\w+)*\.(skip|todo|fixme|fails|skipIf|runIf)\b|\bx(it|describe)\(/,
  ],
  ['a test that shuts others out', /\b(test|it|describe|suite)(\.\w+)*\.only\b|\bf(it|describe)\(/],
  ['a fixed wait', /\bwaitForTimeout\(|await new Promise\(\s*\(?\w+\)?\s*=>\s*setTimeout\(/],
];

/** Strangers in a tree of texts, a sentence each with the line. */
export function strangersIn(tree: Tree): string[] {
  return Object.entries(tree).flatMap(([path, text]) => {
    const wanted = /\.test\.ts$|^tests\//.test(path) ? [...strangers, ...sleepers] : strangers;
    return text
      .split('\n')
      .flatMap((line, index) =>
        wanted.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${path}:${index + 1} holds ${what}`),
      );
  });
}

/** What is wrong with a lockfile: hosts in it, or a package without its digest. */
export function lockfileFaults(text: string): string[] {
  const { packages } = JSON.parse(text) as {
    packages: Readonly<Record<string, { resolved?: string; integrity?: string; link?: boolean }>>;
  };
  return Object.entries(packages).flatMap(([path, { resolved, integrity, link = false }]) => [
    ...(resolved !== undefined && /:\/\//.test(resolved) ? [`${path} is bound to a host`] : []),
    ...(path !== '' && !link && integrity === undefined ? [`${path} has no digest`] : []),
  ]);
}
