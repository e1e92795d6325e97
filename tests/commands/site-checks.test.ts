/** The checks over the built site find what they are there for. */
import { expect, onTestFinished, test } from 'vitest';
import { validatePages } from '../../src/commands/html.ts';
import { type LinkReport, checkLinks, targetOf } from '../../src/commands/links.ts';
import { serve } from '../../src/commands/serve.ts';
import { scratch } from './scratch.ts';

const head =
  '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title>' +
  '<link rel="canonical" href="https://example.org/"></head><body>';

async function linksOf(files: Readonly<Record<string, string>>): Promise<LinkReport> {
  const dist = scratch(files);
  const site = await serve(dist, { port: 0 });
  onTestFinished(() => site.close());
  return checkLinks(dist, site);
}

test('links that lead somewhere are not complained about', async () => {
  const { pages, dead } = await linksOf({
    'index.html': `${head}<p id="top"><a href="/a/#here">A</a> <a href="#top">B</a> <a href="/a.csv">C</a>
      <a href="https://elsewhere.invalid/">D</a> <a href="mailto:a@example.org">E</a> <a href="https://example.org/a/">F</a>
      <a href="/a/#here.speed=2&here.frame=last">G</a>`,
    'a/index.html': `${head}<h2 id="here">A</h2>`,
    'a.csv': 'a,b\n',
    'sitemap.xml': '<urlset><url><loc>https://example.org/a/</loc></url></urlset>',
  });
  expect([pages, dead]).toEqual([2, []]);
});

test.each([
  ['a page that is not there', '<a href="/b/">B</a>', '/b/ answers 404'],
  ['a picture that is not there', '<img src="/b.png" alt="">', '/b.png answers 404'],
  ['a page of its own that is named in full', '<a href="https://example.org/b/">B</a>', '/b/ answers 404'],
  ['an anchor on the same page', '<a href="#b">B</a>', 'nothing has the id of /#b'],
  ['an anchor on another page', '<a href="/a/#b">B</a>', 'nothing has the id of /a/#b'],
  ['an anchor that a link with an id names', '<a id="c" href="#b">B</a>', 'nothing has the id of /#b'],
  ['the state of a figure that is not there', '<a href="/a/#b.speed=2">B</a>', 'nothing has the id of /a/#b.speed=2'],
])('%s is found', async (_, body, sentence) => {
  const { dead } = await linksOf({ 'index.html': head + body, 'a/index.html': `${head}<h2 id="here">A</h2>` });
  expect(dead.join('\n')).toContain(sentence);
});

test('a dead link on a page that nobody links to, and one in the site map, are found', async () => {
  const { dead } = await linksOf({
    'index.html': head,
    'alone/index.html': `${head}<a href="/b/">B</a>`,
    'sitemap.xml': '<urlset><url><loc>https://example.org/c/</loc></url></urlset>',
  });
  expect(dead.some((line) => line.includes('/b/ answers 404'))).toBe(true);
  expect(dead.some((line) => line.includes('/c/ answers 404'))).toBe(true);
});

test.each([
  ['paths.load=2&paths.frame=3', 'paths'],
  ['paths=3', 'paths'],
  ['section-2.1', 'section-2.1'],
  ['%C3%A9t%C3%A9', 'été'],
])('#%s asks for the element %s', (fragment, id) => {
  expect(targetOf(fragment)).toBe(id);
});

test('pages that are not valid are counted, with their faults', async () => {
  const dist = scratch({
    'index.html': `${head}<main><h1>Fine</h1></main></body></html>`,
    'a/index.html': `${head}<main><h1>Bad</h1><p><div></div></p><img src="a.png"></main></body></html>`,
  });
  const { pages, faultyPages, faults } = await validatePages(dist);
  expect([pages, faultyPages]).toEqual([2, 1]);
  expect(faults.some((line) => line.startsWith('a/index.html:1:'))).toBe(true);
  expect(faults.some((line) => line.includes('alt'))).toBe(true);
});
