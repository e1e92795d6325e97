/** What the figure of a fault on a host must show. */
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it0 = await ready('blast-radius');
const stages = ['wide', 'narrow'] as const;

function picture(values: Values, frame: number | 'last' | undefined, stage: 'wide' | 'narrow'): Element {
  const { frames, index, values: all } = runWith(it0, values, frame);
  const markup = drawStatic(it0.figure, frames.at(index), all, stage, 'x');
  const { document } = parseHTML(`<html><body><svg>${markup}</svg></body></html>`);
  return document.querySelector('.root') as unknown as Element;
}

const box = (root: Element, part: string): Element | null => root.querySelector(`.host [data-key=${part}].box`);
const has = (root: Element, part: string, mark: string): boolean =>
  (box(root, part)?.querySelector(`.${mark}`)?.getAttribute('d') ?? '') !== '';
const read = (values: Values, frame?: number | 'last'): readonly unknown[] =>
  [...readoutsOf(it0, runWith(it0, values, frame)).values()].map(({ value }) => value);
const says = (values: Values, frame?: number | 'last'): string => {
  const { frames, index, values: all } = runWith(it0, values, frame);
  return it0.figure.describe(frames.at(index), all);
};

describe('as it opens', () => {
  it('crosses one box out, the network driver in a driver domain; no guest is hatched, each is dashed', () => {
    for (const stage of stages) {
      const root = picture({}, undefined, stage);
      for (const driver of ['net', 'disk']) expect(box(root, driver)?.getAttribute('class')).toBe('box a-driver is-on');
      expect(root.querySelectorAll('.host .is-on').length).toBe(2);
      expect(has(root, 'net', 'cross')).toBe(true);
      for (const guest of ['g1', 'g2', 'g3']) {
        expect(has(root, guest, 'down')).toBe(false);
        expect(box(root, guest)?.getAttribute('class')).toContain('is-dashed');
      }
      expect(has(root, 'dom0', 'down')).toBe(false);
    }
    expect(read({})).toEqual([0, 3, 3, 0]);
  });
  it('shows beside it that the same fault takes three guests with all in dom0, and one of dom0less', () => {
    for (const stage of stages) {
      const root = picture({}, undefined, stage);
      const cells = [...root.querySelectorAll('.elsewhere .cell-of')];
      const down = cells.map(
        (cell) => [...cell.querySelectorAll('.box .down')].filter((mark) => mark.getAttribute('d') !== '').length,
      );
      expect(down).toEqual([3, 0, 0, 1]);
    }
  });
});

describe('the layouts', () => {
  it('give what was taken out the colour of driver domains, and dom0 its own to the rest', () => {
    const actors = (layout: string): readonly (string | undefined)[] => {
      const root = picture({ layout }, 0, 'wide');
      return ['net', 'disk', 'qemu', 'xs', 'tools'].map(
        (part) => /a-(\w+)/.exec(box(root, part)?.getAttribute('class') ?? '')?.[1],
      );
    };
    expect(actors('dom0')).toEqual(['dom0', 'dom0', 'dom0', 'dom0', 'dom0']);
    expect(actors('drivers')).toEqual(['driver', 'driver', 'dom0', 'dom0', 'dom0']);
    expect(actors('stubs')).toEqual(['driver', 'driver', 'driver', 'driver', 'dom0']);
    expect(actors('dom0less')).toEqual(['domu1', 'domu2', undefined, undefined, undefined]);
  });
  it('say so where they have no such part', () => {
    expect(says({ layout: 'dom0less', fault: 'xs' })).toBe('This layout has no xenstored.');
    expect(read({ layout: 'dom0less', fault: 'xs' })).toEqual([0, 0, 0, 0]);
  });
});

describe('the words', () => {
  it('name the reason why Xen goes down', () => {
    expect(says({ layout: 'dom0' }, 4)).toContain('hardware domain');
    expect(says({ iommu: false }, 3)).toContain('memory');
    expect(says({ fault: 'hw' }, 3)).toContain('nothing to run on');
  });
  it('say at the end whether a guest had to boot', () => {
    expect(says({}, 'last')).toContain('no guest had to boot');
    expect(says({ fault: 'qemu' }, 'last')).toContain('1 of 3');
  });
});

describe('a click', () => {
  it('on a box lets it fail, and shows how far that goes', () => {
    const meaning = box(picture({}, undefined, 'wide'), 'xen')?.getAttribute('data-set') ?? '';
    const frame = Number(/^fault=xen;frame=(\d+)$/.exec(meaning)?.[1]);
    expect(read({ fault: 'xen' }, frame)).toEqual([3, 0, 0, 3]);
  });
  it('on a layout shows the same fault there', () => {
    const cell = picture({}, undefined, 'wide').querySelector('.elsewhere [data-key=dom0]');
    const frame = Number(/^layout=dom0;frame=(\d+)$/.exec(cell?.getAttribute('data-set') ?? '')?.[1]);
    expect(read({ layout: 'dom0' }, frame)).toEqual([3, 0, 0, 3]);
  });
});
