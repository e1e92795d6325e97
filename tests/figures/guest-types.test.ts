/** What the figure of guest types must show. */
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it0 = await ready('guest-types');

function picture(values: Values, stage: 'wide' | 'narrow'): Element {
  const { frames, index, values: all } = runWith(it0, values);
  const markup = drawStatic(it0.figure, frames.at(index), all, stage, 'x');
  const { document } = parseHTML(`<html><body><svg>${markup}</svg></body></html>`);
  return document.querySelector('.root') as unknown as Element;
}

const row = (root: Element, id: string): Element => root.querySelector(`.guest[data-key=${id}]`) as Element;
const actor = (root: Element, id: string, aspect: string): string | undefined =>
  /a-(\w+)/.exec(row(root, id).querySelector(`.box[data-key=${aspect}]`)?.getAttribute('class') ?? '')?.[1];
const kinds = ['pv', 'hvm', 'pvhvm', 'pvh', 'shim'];

describe('as it opens', () => {
  it.each(['wide', 'narrow'] as const)('crosses out the two that need QEMU (%s)', (stage) => {
    const root = picture({}, stage);
    const crossed = kinds.filter((id) => row(root, id).querySelector('.sign')?.classList.contains('cross'));
    expect(crossed).toEqual(['hvm', 'pvhvm']);
  });
  it('shows page tables as the CPU’s work for PVH, and devices and interrupts as the guest’s, asking Xen', () => {
    const root = picture({}, 'wide');
    expect(['cpu', 'tables', 'irq', 'io'].map((aspect) => actor(root, 'pvh', aspect))).toEqual([
      'hw',
      'hw',
      'domu1',
      'domu1',
    ]);
    expect(['cpu', 'tables', 'irq', 'io'].map((aspect) => actor(root, 'pv', aspect))).toEqual([
      'domu1',
      'domu1',
      'domu1',
      'domu1',
    ]);
    expect(['cpu', 'tables', 'irq', 'io'].map((aspect) => actor(root, 'hvm', aspect))).toEqual([
      'hw',
      'hw',
      'xen',
      'dom0',
    ]);
  });
});

it('leaves fewer with each constraint', () => {
  const left = (...asked: readonly string[]): unknown => readoutsOf(it0, runWith(it0, { asked })).get('left')?.value;
  expect([left(), left('noQemu'), left('noQemu', 'windows')]).toEqual([5, 3, 0]);
});

it('travels with the words that are drawn, and with the sentences of one aspect', () => {
  const first = it0.figure.first?.(it0.data, { asked: [], aspect: 'io' }) as {
    types: { cells: Record<string, { word: string; says?: string }> }[];
  };
  for (const { cells } of first.types) {
    expect(Object.keys(cells)).toEqual(['boot', 'cpu', 'tables', 'irq', 'io', 'devices']);
    for (const [id, { word, says }] of Object.entries(cells)) {
      expect(word).not.toBe('');
      expect(says !== undefined, id).toBe(id === 'io');
    }
  }
});

it('gives a table of every kind by every aspect, each with its source', () => {
  const { frames } = runWith(it0);
  const rows = it0.figure.rows?.(frames) as readonly { source: string; says: string }[];
  expect(rows).toHaveLength(55);
  for (const { source, says } of rows) expect(Math.min(source.length, says.length)).toBeGreaterThan(4);
});
