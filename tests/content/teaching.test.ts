/** The check of the order of teaching, on articles made for it. */
import { expect, test } from 'vitest';
import type { ArticleData } from '../../src/components/article-schema.ts';
import { scanArticle } from '../../src/components/scan.ts';
import { orderFaults } from './teaching.ts';

const glossary = new Set(['trap', 'guest']);
const article = (slug: string, teaches: readonly string[], text: string, needs: readonly string[] = []) => ({
  slug,
  data: { teaches, needs } as unknown as ArticleData,
  scan: scanArticle(text, slug),
});
const trap = '<Term of="trap">trap</Term>';
const guest = '<Term of="guest">guest</Term>';

test('words that are taught, then used, pass', () => {
  const first = article('first', ['trap'], trap);
  expect(orderFaults([first, article('second', ['guest'], `${trap} ${guest}`, ['first'])], glossary)).toEqual([]);
});

test.each([
  ['before its teacher', [article('first', [], trap), article('second', ['trap'], trap)]],
  ['that nobody teaches', [article('first', [], guest)]],
  ['that the glossary lacks', [article('first', ['ring'], '<Term of="ring">ring</Term>')]],
  ['that its teacher does not use', [article('first', ['trap'], '')]],
  ['that is taught twice', [article('first', ['trap'], trap), article('second', ['trap'], trap)]],
])('a word %s fails', (_, articles) => {
  expect(orderFaults(articles, glossary)).not.toEqual([]);
});

test('an article that needs a later one, or one that does not exist, fails', () => {
  expect(orderFaults([article('first', [], '', ['second']), article('second', [], '')], glossary)).toHaveLength(1);
  expect(orderFaults([article('first', [], '', ['nothing'])], glossary)).toHaveLength(1);
});
