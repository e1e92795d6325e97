/** Listings that say they are what a model makes are just that. */
import { expect, test } from 'vitest';
import { criticalSection } from '../../src/models/x86/samples/critical-section.ts';
import { port } from '../../src/models/x86/techniques/port.ts';
import { readArticles } from './articles.ts';

/** Lines without comments and without what spacing is for the eye. */
function statements(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/;.*/, '').trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '');
}

test('the ported critical section of the article is the porter’s, and so is the number of changes that it tells', () => {
  const article = readArticles().find(({ slug }) => slug === 'paravirtualization');
  const [, listing = ''] =
    /```asm title="a critical section, ported to Xen"[^\n]*\n([\s\S]*?)```/.exec(article?.body ?? '') ?? [];
  const { text, counts } = port(criticalSection.text);
  expect(statements(listing)).toContain('add_one:');
  expect(statements(text).join('\n')).toContain(statements(listing).join('\n'));
  expect(article?.body).toContain('In the whole program around it the porter changes eight statements.');
  expect(counts.changed).toBe(8);
});
