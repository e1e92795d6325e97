/** Holds the table of who may import whom. */
import { describe, expect, test } from 'vitest';
import { forbiddenImports, importsOf, undeclaredPackages } from './imports.ts';
import { readTree } from './tree.ts';

const isCode = /^(src|lab|tests)\/.*\.(ts|mjs|js|astro|css)$|^[^/]+\.(mjs|js|ts)$|^content\/.*\.mdx?$/;

test('every import of the project is one that the table allows', () => {
  const tree = readTree((path) => isCode.test(path));
  expect(Object.keys(tree).length).toBeGreaterThan(10);
  expect(forbiddenImports(tree)).toEqual([]);
});

test('every package that is imported is one that package.json names', () => {
  const { 'package.json': manifest = '', ...tree } = readTree((path) => isCode.test(path) || path === 'package.json');
  expect(undeclaredPackages(tree, manifest)).toEqual([]);
});

describe('the check', () => {
  const cases: readonly (readonly [path: string, text: string, allowed: boolean])[] = [
    ['src/models/cpu/trap.ts', "import { a } from './vcpu.ts';", true],
    ['src/models/cpu/trap.ts', "import { a } from '../../figure/words.ts';", false],
    ['src/models/cpu/trap.ts', "import { a } from 'd3-array';", false],
    ['src/models/cpu/trap.ts', "import { readFileSync } from 'node:fs';", false],
    ['src/models/cpu/trap.ts', "export { a } from '../../client/search.ts';", false],
    ['src/models/cpu/trap.ts', "const a = await import('../../client/search.ts');", false],
    ['src/models/cpu/trap.test.ts', "import { test } from 'vitest';", true],
    ['src/figure/static.ts', "import { parseHTML } from 'linkedom';", true],
    ['src/figure/values.ts', "import { parseHTML } from 'linkedom';", false],
    ['src/figures/credit2.ts', "import { run } from '../models/scheduling/credit2.ts';", true],
    ['src/figures/credit2.ts', "import { keyed } from './marks/keyed.ts';", true],
    ['src/figures/credit2.ts', "import { draw } from './time-sharing.ts';", false],
    ['src/figures/credit2.ts', "import { draw } from './credit2-drawing.ts';", true],
    ['src/figures/credit2-drawing.ts', "import { words } from './credit2-words.ts';", true],
    ['src/figures/credit2.ts', "import { draw } from './time-sharing-drawing.ts';", false],
    ['src/figures/credit2-words.ts', "import { draw } from './credit.ts';", false],
    ['src/figures/credit2.ts', "import { select } from 'd3';", false],
    ['src/figures/credit2.ts', "import type { A } from '../client/player.ts';", false],
    ['src/figures/index.ts', "const a = () => import('./credit2.ts');", true],
    ['src/client/search.ts', "import MiniSearch from 'minisearch';", true],
    ['src/client/search.ts', "import { run } from '../models/cpu/trap.ts';", false],
    ['src/client/search.ts', "import { x } from '../components/site.ts';", false],
    ['src/components/Figure.astro', "---\nimport { f } from '../figures/index.ts';\n---\n<p></p>", true],
    ['src/components/Figure.astro', "---\nimport { f } from '../figures/credit2.ts';\n---\n<p></p>", false],
    ['src/components/Figure.astro', "<script>import '../client/search.ts';</script>", false],
    ['src/pages/x.ts', "const all = import.meta.glob('../models/**/*.ts');", false],
    ['src/utils/x.ts', '', false],
    ['content/articles/01-a/01-b.mdx', "import X from '../x.astro';\n\nText.", false],
    ['content/articles/01-a/01-b.mdx', '```js\nimport x from "y";\n```\nWe import nothing.', true],
  ];
  const register = "const all = [() => import('./credit2.ts'), () => import('./time-sharing.ts')];";
  test.each(cases)('%s with %s: %s', (path, text, allowed) => {
    expect(forbiddenImports({ 'src/figures/index.ts': register, [path]: text }).length === 0).toBe(allowed);
  });

  test('finds a package that came along with another', () => {
    const manifest = '{ "dependencies": { "astro": "1" }, "devDependencies": { "@a/b": "1" } }';
    const tree = {
      'src/a.ts': "import 'astro:content';\nimport 'node:fs';\nimport '@a/b/c';\nimport './d.ts';\nimport 'e/f';",
    };
    expect(undeclaredPackages(tree, manifest)).toEqual(['src/a.ts imports e, which package.json does not name']);
  });

  test('sees every form of an import', () => {
    const forms = [
      "import 'a';",
      "import b from 'b';",
      "import type { C } from 'c';",
      "export * from 'd';",
      "await import('e');",
      "const g = import.meta.glob('./g/*');",
    ];
    expect(importsOf('x.ts', forms.join('\n')).sort()).toEqual(['./g/*', 'a', 'b', 'c', 'd', 'e']);
    expect(importsOf('x.css', "@import url('f.css');")).toEqual(['f.css']);
  });
});
