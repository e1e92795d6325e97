/** Finding, without a page: slips, beginnings of words, accents, marks and excerpts. */
import { describe, expect, test } from 'vitest';
import { excerptOf, makeEngine, mark, normalize } from '../../src/client/search-engine.ts';

const documents = [
  {
    address: 'learn/a/',
    title: 'What a hypervisor does',
    crumbs: ['Part'],
    text: 'A guest runs directly until it traps.',
  },
  {
    address: 'learn/a/#cost',
    title: 'What a trap costs',
    crumbs: ['Part', 'What a hypervisor does'],
    text: 'Each trap takes time; Hölzle measured servers.',
  },
  {
    address: 'glossary/#trap',
    title: 'trap',
    crumbs: ['Glossary'],
    text: 'The processor stops and enters the hypervisor.',
  },
  {
    address: 'references/#trap',
    title: 'trap',
    crumbs: ['References'],
    text: 'The processor stops and enters the hypervisor.',
  },
];
const find = makeEngine(documents);
const addresses = (query: string): string[] => find(query).hits.map(({ address }) => address);

describe('the engine', () => {
  test.each([
    ['hyperv', 'learn/a/'],
    ['hypervizor', 'learn/a/'],
    ['HYPERVISOR does', 'learn/a/'],
    ['holzle', 'learn/a/#cost'],
    ['trap', 'glossary/#trap'],
    ['costs of a trap', 'learn/a/#cost'],
  ])('%s finds %s first', (query, address) => {
    expect(addresses(query)[0]).toBe(address);
  });

  test('a word of the book comes before a work that it cites', () => {
    const order = addresses('trap');
    expect(order.indexOf('glossary/#trap')).toBeLessThan(order.indexOf('references/#trap'));
  });

  test('all words are wanted; only where nothing has them all, any will do', () => {
    expect(addresses('trap servers')).toEqual(['learn/a/#cost']);
    expect(addresses('guest servers').sort()).toEqual(['learn/a/', 'learn/a/#cost']);
  });

  test('nothing and nonsense find nothing', () => {
    for (const query of ['', '   ', '!?', 'xqzzyk']) expect(find(query)).toEqual({ total: 0, hits: [] });
  });

  test('of many answers it gives the best thirty and counts all', () => {
    const many = makeEngine(
      Array.from({ length: 50 }, (_, index) => ({ address: `x/${index}`, title: 'guest', crumbs: [], text: 'x' })),
    );
    expect(many('guest').total).toBe(50);
    expect(many('guest').hits).toHaveLength(30);
  });
});

describe('what is shown of an answer', () => {
  test('whole words are marked as they are written', () => {
    expect(mark('Hölzle’s trap, TRAPS', new Set(['trap', normalize('Hölzle')]))).toEqual([
      { text: 'Hölzle', marked: true },
      { text: '’s ', marked: false },
      { text: 'trap', marked: true },
      { text: ', TRAPS', marked: false },
    ]);
    expect(
      mark('<b>', new Set(['b']))
        .map(({ text }) => text)
        .join(''),
    ).toBe('<b>');
  });

  test('the excerpt is the stretch with most of the words, cut between words', () => {
    const text = `${'lorem ipsum '.repeat(40)}guest and hypervisor ${'dolor sit '.repeat(40)}guest`;
    const excerpt = excerptOf(text, new Set(['guest', 'hypervisor']));
    expect(excerpt).toMatch(/^… \w+ .*guest and hypervisor.* …$/);
    expect(excerpt.length).toBeLessThan(190);
    expect(text).toContain(excerpt.slice(2, -2));
    expect(excerptOf('short', new Set(['x']))).toBe('short');
  });
});
