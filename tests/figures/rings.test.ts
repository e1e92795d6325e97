/** What the figure of privilege levels must show. */
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it0 = await ready('rings');
const stages = ['wide', 'narrow'] as const;

function picture(values: Values, stage: 'wide' | 'narrow', frame?: number): Element {
  const { frames, index, values: all } = runWith(it0, values, frame);
  const markup = drawStatic(it0.figure, frames.at(index), all, stage, 'x');
  const { document } = parseHTML(`<html><body><svg>${markup}</svg></body></html>`);
  return document.querySelector('.root') as unknown as Element;
}

const top = (root: Element, party: string): string | null | undefined =>
  root.querySelector(`.levels [data-key=${party}] rect`)?.getAttribute('y');
const memory = (root: Element, what: string): string =>
  root.querySelector(`.memory [data-key=${what}]`)?.getAttribute('class') ?? '';
const read = (values: Values, frame?: number): readonly unknown[] =>
  [...readoutsOf(it0, runWith(it0, values, frame)).values()].map(({ value }) => value);

describe('as it opens', () => {
  it.each(stages)('program and kernel stand side by side in one band, and Xen below (%s)', (stage) => {
    const root = picture({}, stage);
    expect(top(root, 'user')).toBe(top(root, 'kernel'));
    expect(Number(top(root, 'xen'))).toBeGreaterThan(Number(top(root, 'user')));
  });
  it.each(stages)('the table under the program lacks the kernel, and the way ends in a cross (%s)', (stage) => {
    const root = picture({}, stage);
    expect(memory(root, 'kernel')).toContain('is-dashed');
    expect(memory(root, 'xen')).not.toContain('is-dashed');
    expect(root.querySelector('path.cross:not(.sign)')?.getAttribute('d')).not.toBe('');
  });
  it('names the page table, and not a bit in it', () => {
    expect(read({})).toEqual(['refused', 'page table', 'ring 3', 'Xen']);
  });
});

describe('the levels', () => {
  it('put a 32-bit kernel in a band of its own, between its programs and Xen', () => {
    const root = picture({ layout: 'pv32' }, 'wide');
    const [user, kernel, xen] = ['user', 'kernel', 'xen'].map((party) => Number(top(root, party)));
    expect(user).toBeLessThan(kernel ?? 0);
    expect(kernel).toBeLessThan(xen ?? 0);
  });
  it('have no Xen natively, and three bands where the CPU has a guest mode', () => {
    expect(picture({ layout: 'native' }, 'wide').querySelector('.levels [data-key=xen]')).toBeNull();
    for (const layout of ['hvm', 'arm'])
      expect(picture({ layout }, 'wide').querySelectorAll('.levels .band').length).toBe(3);
  });
});

describe('the line at the segments’ limit', () => {
  const line = (layout: string, from: string): string | null | undefined =>
    picture({ layout, from }, 'wide').querySelector('.memory .now')?.getAttribute('d');
  it('is drawn for who cannot reach Xen’s addresses, and for nobody else', () => {
    for (const layout of ['pv32', 'compat']) expect(line(layout, 'kernel')).not.toBe('');
    expect(line('pv32', 'xen')).toBe('');
    for (const layout of ['ring1', 'pv64', 'hvm', 'arm', 'native']) expect(line(layout, 'kernel')).toBe('');
  });
});

it('a breach is drawn as a fault: a guest at Xen, a program at its kernel; not Xen at its guests', () => {
  const fault = (values: Values): boolean =>
    picture(values, 'wide').querySelector('.verdict > .box')?.classList.contains('a-fault') ?? false;
  expect(fault({ layout: 'ring1', from: 'kernel', to: 'xen' })).toBe(true);
  expect(fault({ layout: 'oneRoot' })).toBe(true);
  expect(fault({ cpu: 'meltdown', to: 'xen' })).toBe(true);
  expect(fault({ from: 'xen' })).toBe(false);
  expect(fault({})).toBe(false);
});

it('steps through the checks that are made, and tells the verdict with the last', () => {
  const { frames } = runWith(it0, { layout: 'hvm', from: 'kernel', to: 'xen' });
  expect(frames.length).toBe(4);
  expect(read({ layout: 'hvm', from: 'kernel', to: 'xen' }, 2)[0]).toBe('open');
  expect(read({ layout: 'hvm', from: 'kernel', to: 'xen' }, 3)[0]).toBe('refused');
});
