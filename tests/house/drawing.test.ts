/** Drawings only set attributes, classes and text; and what the browser is not given is not missed. */
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import { readFileSync, readdirSync } from 'node:fs';
import {
  buildOnlyWords,
  forbiddenMethods,
  plainChunks,
  unusedMethods,
  without,
  type Node,
} from '../../src/components/light.ts';
import { figureChunks, withModules } from '../../src/editions/figure-modules.ts';
import { withoutIndentation } from '../../src/editions/indentation.ts';

const parse = (code: string): Node => parseSync('module.js', code).program as unknown as Node;
const used = new RegExp(`\\.(${unusedMethods.join('|')})\\(`);
const folder = new URL('../../src/figures/', import.meta.url);
const drawings = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

test.each(drawings)('%s calls nothing of d3-selection that the browser does not get', (name) => {
  expect(readFileSync(new URL(name, folder), 'utf8')).not.toMatch(used);
});

test('a planted call is found', () => {
  expect('group.style("fill", "red")').toMatch(used);
  expect('group.attr("fill", "red")').not.toMatch(used);
});

describe('what travels', () => {
  test('a figure keeps what it computes with and loses what only the page says', () => {
    const code = `
      export const about = { name: 'x', title: 'T', models: ['m'], frameMs: 300 };
      export const params = { n: { kind: 'number', label: 'L', min: 1, help: 'h' }, s: { kind: 'set', options: [{ value: 'a', label: 'A' }] } };
      export const presets = [{ name: 'p', label: 'L', says: 'S', values: { n: 2 } }];
      export const tasks = [{ name: 't', title: 'T', text: 'X', check() { return { done: true, says: 's' }; } }];
      export const other = { label: 'stays' };`;
    const light = without(code, buildOnlyWords(parse(code)));
    expect(parse(light)).toBeDefined();
    for (const gone of ["'T'", "'L'", "'m'", "'h'", "'S'", "'X'"]) expect(light).not.toContain(gone);
    for (const kept of ["name: 'x'", 'frameMs: 300', 'min: 1', "label: 'A'", 'n: 2', "says: 's'", "'stays'"])
      expect(light).toContain(kept);
  });

  test('d3-selection loses the methods that are named and keeps those that joins need', () => {
    const code = readFileSync(
      new URL('../../node_modules/d3-selection/dist/d3-selection.mjs', import.meta.url),
      'utf8',
    );
    const cuts = forbiddenMethods(parse(code));
    expect(cuts).toHaveLength(unusedMethods.length + 6);
    const light = without(code, cuts);
    expect(parse(light)).toBeDefined();
    expect(light).toMatch(/selectAll: selection_selectAll/);
    expect(light).not.toMatch(/\n {2}style: /);
  });
});

test('indentation goes, words stay apart, listings stay as they are', () => {
  const html = '<p>\n      one\n      <b>two</b>\n\n  three</p>\n<pre>\n  a\n    b</pre>';
  expect(withoutIndentation(html)).toBe('<p>\none\n<b>two</b>\nthree</p>\n<pre>\n  a\n    b</pre>');
});

test('the source of a figure’s module gives way to its file, under any base; without a file the build stops', () => {
  const html = '<xen-figure id="a" data-module="/book/src/figures/rings.ts"></xen-figure><p>src/figures/rings.ts"</p>';
  const fileOf = (name: string): string => `assets/${name}.abc.js`;
  expect(withModules(html, fileOf)).toBe(
    '<xen-figure id="a" data-module="/book/assets/rings.abc.js"></xen-figure><p>src/figures/rings.ts"</p>',
  );
  expect(() => figureChunks().fileOf('rings')).toThrow('rings');
});

test('the bundler’s helper goes into the files that call it, and stays where one calls it otherwise', () => {
  const helper = 'var e=Object.defineProperty,t=(t)=>e({},`a`,{get:t});export{t};';
  const chunk = (fileName: string, code: string) => ({ type: 'chunk', fileName, code });
  const bundle = (call: string) =>
    Object.fromEntries(
      [
        chunk('assets/rolldown-runtime.aa_1.js', helper),
        chunk(
          'assets/figure.b.js',
          `const __vite__mapDeps=(i)=>i;\n${call}e({});import(\`./x.js\`),__vite__mapDeps([0,1])`,
        ),
      ].map((one) => [one.fileName, one]),
    );
  const plain = bundle('import{t as e}from"./rolldown-runtime.aa_1.js";');
  plainChunks(plain);
  expect(Object.values(plain).map(({ code }) => code)).toEqual([
    'const e=(()=>{var e=Object.defineProperty,t=(t)=>e({},`a`,{get:t});return t})();e({});import(`./x.js`)',
  ]);
  const other = bundle('import*as r from"./rolldown-runtime.aa_1.js";');
  plainChunks(other);
  expect(Object.keys(other)).toHaveLength(2);
});
