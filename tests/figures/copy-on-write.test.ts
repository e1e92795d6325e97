/** What the reader must see in copy-on-write. */
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { Stage, Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import type { Frame } from '../../src/figures/copy-on-write-story.ts';
import { textWidth } from '../../src/figures/marks/text.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('copy-on-write');
const value = (change: Values, id: string, frame: number | 'last' = 'last'): number =>
  Number(readoutsOf(it, runWith(it, change, frame)).get(id)?.value);
const saying = (change: Values, frame: number | 'last' = 'last'): string => {
  const run = runWith(it, change, frame);
  return it.figure.describe(run.frames.at(run.index), run.values);
};
const picture = (change: Values, stage: Stage, frame: number | 'last' = 'last'): string => {
  const run = runWith(it, change, frame);
  return drawStatic(it.figure, run.frames.at(run.index), run.values, stage, 'x');
};

const nodes = (markup: string, selector: string): readonly Element[] => [
  ...parseHTML(`<html><body><svg>${markup}</svg></body></html>`).document.querySelectorAll(selector),
];

describe('the opening', () => {
  test('is rolled back: every block is A’s, and five blocks of the patch and three of work are gone', () => {
    expect(['stored', 'copies', 'asked', 'lost', 'lostWork'].map((id) => value({}, id))).toEqual([16, 32, 2, 8, 3]);
    expect(saying({})).toMatch(/^Rolled back to snapshot 1\. .* 8 blocks, 3 of them work\./);
  });
  test.each(['wide', 'narrow'] as const)('shows the image that was thrown away, crossed out (%s)', (stage) => {
    const markup = picture({}, stage);
    expect(markup).toContain('B: thrown away');
    expect(markup).toContain('C: the machine');
    expect(markup.match(/node cross/g)).toHaveLength(1);
    // Fifteen inherited blocks have A’s letter; the sixteenth is the one that is read.
    expect(markup).toContain(`>${'A'.repeat(15)}<`);
  });
});

describe('the stories', () => {
  test('a snapshot stores nothing, a patch its blocks, work its own', () => {
    expect([0, 1, 2, 3, 4].map((frame) => value({}, 'stored', frame))).toEqual([16, 16, 21, 24, 24]);
  });
  test('a block that patch and work both write is lost once: all 16 and 3 make 16', () => {
    expect(value({ written: 16 }, 'lost')).toBe(16);
    expect(value({ written: 16 }, 'stored', 3)).toBe(32);
  });
  test('deleting the snapshot frees nothing; merging leaves one image of 16 blocks', () => {
    const keep = { story: 'keep' };
    expect([value(keep, 'stored', 4), value(keep, 'copies', 4), value(keep, 'stored')]).toEqual([24, 16, 16]);
    expect(saying(keep)).toContain('asks A alone');
    expect(picture(keep, 'wide')).toContain('B: merged into A');
  });
  test('three clones store 16 + 3 · 8 blocks instead of 64, and 8 less when one is deleted', () => {
    const clones = { story: 'clones', count: 3 };
    expect([value(clones, 'stored', 4), value(clones, 'copies', 4), value(clones, 'stored')]).toEqual([40, 64, 32]);
  });
  test('the faulty machine is hatched and crossed, and so are only its own blocks', () => {
    const markup = picture({ story: 'clones', count: 3 }, 'wide', 4);
    expect(nodes(markup, '.row.a-fault')).toHaveLength(1);
    expect(nodes(markup, '.node.cross')).toHaveLength(1);
    const hatched = nodes(markup, '.over').filter((path) => path.getAttribute('d') !== '');
    expect(hatched.map((path) => path.getAttribute('fill'))).toEqual(['url(#x-wide-hatch-a-fault)']);
    expect(hatched[0]?.getAttribute('d')?.match(/M/g)).toHaveLength(8);
  });
});

describe('what cannot be done is said', () => {
  test('without a snapshot there is no way back', () => {
    expect(saying({ count: 0 })).toContain('There is no snapshot to go back to.');
    expect(value({ count: 0 }, 'lost')).toBe(0);
    expect(picture({ count: 0 }, 'narrow')).toContain('No way back');
  });
  test('without a clone no machine runs, and nobody reads', () => {
    expect(saying({ story: 'clones', count: 0 })).toMatch(/no machine runs.*No machine is left to read/);
    expect(picture({ story: 'clones', count: 0 }, 'wide')).toContain('nobody reads');
  });
  test('one clone, deleted, leaves the golden image alone', () => {
    expect(value({ story: 'clones', count: 1 }, 'asked')).toBe(0);
    expect(value({ story: 'clones', count: 1 }, 'stored')).toBe(16);
  });
});

test('the line of the read meets no words on a narrow stage, whichever block is read', () => {
  for (const story of ['back', 'clones'])
    for (let read = 1; read <= 16; read++) {
      const markup = picture({ story, count: 6, written: 1, work: 0, read }, 'narrow');
      const route = nodes(markup, '.route')[0]?.getAttribute('d') ?? '';
      const lines = [...route.matchAll(/M([\d.]+),([\d.]+)V([\d.]+)/g)].map((match) => match.slice(1).map(Number));
      const words = nodes(markup, '.word').filter((word) => word.getAttribute('text-anchor') !== 'middle');
      expect(words.length).toBeGreaterThan(10);
      for (const [x = 0, y0 = 0, y1 = 0] of lines)
        for (const word of words) {
          const [at, base] = [Number(word.getAttribute('x')), Number(word.getAttribute('y'))];
          const long = textWidth(word.textContent, { size: 13, weight: 'regular' });
          const start = word.getAttribute('text-anchor') === 'end' ? at - long : at;
          const isBeside = x < start || x > start + long;
          expect(isBeside || y1 < base - 9 || y0 > base + 2, `${story} ${read}: ${word.textContent}`).toBe(true);
        }
    }
});

test('at every moment the blocks of the rows are the blocks that are stored', () => {
  for (const story of ['back', 'keep', 'clones'])
    for (let count = 0; count <= 6; count++) {
      const { frames } = runWith(it, { story, count });
      for (let index = 0; index < frames.length; index++) {
        const { rows, store } = frames.at(index) as Frame;
        const shown = rows.filter((row) => !row.gone).reduce((sum, { image }) => sum + image.blocks.size, 0);
        expect(shown).toBe(store.images.reduce((sum, { blocks }) => sum + blocks.size, 0));
        expect(rows).toHaveLength(new Set(rows.map(({ image }) => image.id)).size);
      }
    }
});
