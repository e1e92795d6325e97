/** Nothing in the project knows one machine, one registry or a test that does not run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockfileFaults, strangersIn } from './strangers.ts';
import { readTree, root } from './tree.ts';

const isText = /(\.(ts|mjs|js|json|astro|css|mdx?|ya?ml|svg|txt|sh|py|html)|^[^/]+|\.ci\/.*)$/;

test('no file holds a path of one machine, a registry, a note for later or a test that does not run', () => {
  const own = 'tests/house/strangers.test.ts';
  const tree = readTree((path) => isText.test(path) && path !== own && path !== 'package-lock.json');
  expect(Object.keys(tree)).toContain('package.json');
  expect(strangersIn(tree)).toEqual([]);
});

test('the lockfile is bound to no host, and knows the digest of every package', () => {
  expect(lockfileFaults(readFileSync(join(root, 'package-lock.json'), 'utf8'))).toEqual([]);
});

describe('the check', () => {
  test.each([
    ['src/a.ts', "const a = '/home/somebody/x';", 1],
    ['src/a.ts', "const a = '/Users/somebody/x';", 1],
    ['src/a.ts', `const a = '${['', 'root', 'x'].join('/')}';`, 1],
    ['src/a.ts', "const a = 'https://example.org/home/somebody/';", 0],
    ['src/a.ts', '// it works / root cause', 0],
    ['content/a.yaml', `url: https://${['registry', 'npmjs', 'org'].join('.')}/x`, 1],
    ['src/a.ts', '// TODO: later', 1],
    ['tests/a.test.ts', "test.skip('a', () => {});", 1],
    ['tests/a.test.ts', "test.describe.only('a', () => {});", 1],
    ['tests/e2e/a.spec.ts', 'await page.waitForTimeout(500);', 1],
    ['tests/a.test.ts', "test('skip links', () => {});", 0],
  ])('%s with %s: %i', (path, text, count) => {
    expect(strangersIn({ [path]: text })).toHaveLength(count);
  });

  test('finds a host and a missing digest in a lockfile', () => {
    const packages = {
      '': {},
      'node_modules/a': { resolved: 'https://example.org/a.tgz' },
      'node_modules/b': { integrity: 'x' },
    };
    expect(lockfileFaults(JSON.stringify({ packages }))).toHaveLength(2);
  });
});
