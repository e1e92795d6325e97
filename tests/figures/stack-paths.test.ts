/** What the figure of the two stacks must show. */
import { readFileSync } from 'node:fs';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Params, Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { presetValues, publishedNames } from '../../src/figure/values.ts';
import type { Moment } from '../../src/models/io/stack-paths.ts';
import { loadFigure } from '../../src/figures/index.ts';
import { rows } from '../../src/figures/stack-paths.ts';
import { ready, runWith } from './ready.ts';

const it0 = await ready('stack-paths');
const { figure } = it0;
const params = figure.params as Params;
const preset = (name: string): Values =>
  presetValues(
    params,
    figure.presets.find((one) => one.name === name)!,
  );

function at(
  values: Values = {},
  frame?: number | 'last',
): { moment: Moment; values: Values; readouts: Readonly<Record<string, unknown>> } {
  const run = runWith(it0, values, frame);
  const moment = run.frames.at(run.index) as Moment;
  const list = figure.readouts(moment, run.values);
  return { moment, values: run.values, readouts: Object.fromEntries(list.map((one) => [one.id, one.value])) };
}

function picture(values: Values, frame: number | 'last' | undefined, stage: 'wide' | 'narrow'): Element {
  const { moment, values: all } = at(values, frame);
  const { document } = parseHTML(`<html><body><svg>${drawStatic(figure, moment, all, stage, 'x')}</svg></body></html>`);
  return document.querySelector('.root') as unknown as Element;
}

const place = (element: Element | null): string => element?.getAttribute('transform') ?? '';
const marked = (root: Element, stack: string): readonly (string | null)[] =>
  [...root.querySelectorAll(`.${stack} .box.is-on`)].map((box) => box.getAttribute('data-key'));

describe('as it opens', () => {
  it('has a request in a driver on either side: dom0’s, and the host’s', () => {
    const { moment } = at();
    expect(moment.hop1).toMatchObject({ key: 'driver', owner: 'dom0' });
    expect(moment.hop2).toMatchObject({ key: 'driver', owner: 'hostos' });
    for (const stage of ['wide', 'narrow'] as const) {
      const root = picture({}, undefined, stage);
      expect(marked(root, 'stack1')).toEqual(['driver']);
      expect(marked(root, 'stack2')).toEqual(['driver']);
    }
  });
  it('gives the hosted packet the time that was measured, from the published numbers', () => {
    const { readouts } = at();
    expect(readouts['type2']).toBe(31.63);
    const numbers = parse(readFileSync('content/numbers.yaml', 'utf8')) as Record<
      string,
      Record<string, { value: number }>
    >;
    expect(readouts['type2']).toBe(numbers['sugerman2001']?.['packet-total']?.value);
  });
  it('takes every cost of that packet from the published numbers', async () => {
    const names = publishedNames(await loadFigure('stack-paths'));
    const steps = ['out-instruction', 'resume-guest', 'vmapp-after', 'vmapp-before', 'vmnet-driver', 'world-switch'];
    expect([...names].sort()).toEqual(steps.map((name) => `sugerman2001.${name}`));
  });
  it('lets neither side lead by our choice: less than 1 % is between them', () => {
    const { readouts } = at();
    expect(Math.abs(Number(readouts['type1']) - Number(readouts['type2']))).toBeLessThan(0.01 * 31.63);
  });
  it('hatches what nobody published: the left way whole, the right one not', () => {
    const width = (root: Element, way: string): number =>
      Number(root.querySelector(`.${way} .unpublished`)?.getAttribute('width'));
    const packet = picture({}, undefined, 'wide');
    expect(width(packet, 'way1')).toBeGreaterThan(500);
    expect(width(packet, 'way2')).toBe(0);
    const read = picture(preset('disk-read'), undefined, 'wide');
    expect(width(read, 'way1')).toBeGreaterThan(300);
    expect(width(read, 'way2')).toBeGreaterThan(300);
  });
  it('says that the costs of the left side are published by nobody', () => {
    for (const name of ['event', 'domainSwitch', 'backend', 'grant']) expect(params[name]?.source).toBe('unpublished');
    for (const name of ['worldSwitch', 'driver', 'exit', 'before', 'after', 'resume'])
      expect(params[name]?.source).toMatchObject({ cite: 'sugerman2001' });
  });
});

describe('the clock', () => {
  it('moves both requests: every hop of either way is the one that a moment stands in', () => {
    const { frames } = runWith(it0, preset('disk-read'));
    const moments = Array.from({ length: frames.length }, (_, index) => frames.at(index) as Moment);
    const first = moments[0]!;
    expect(new Set(moments.map((moment) => moment.hop1?.key))).toEqual(
      new Set([...first.type1.hops.map((hop) => hop.key), undefined]),
    );
    expect(new Set(moments.map((moment) => moment.hop2?.key))).toEqual(
      new Set([...first.type2.hops.map((hop) => hop.key), undefined]),
    );
  });
  it('ends where it began: each request is back at its guest', () => {
    const [start, end] = [picture(preset('disk-read'), 0, 'wide'), picture(preset('disk-read'), 'last', 'wide')];
    for (const stack of ['stack1', 'stack2']) {
      expect(place(start.querySelector(`.${stack} .token`))).not.toBe('');
      expect(place(end.querySelector(`.${stack} .token`))).toBe(place(start.querySelector(`.${stack} .token`)));
    }
  });
  it('goes to a hop that is clicked', () => {
    const root = picture({}, undefined, 'wide');
    const hop = root.querySelector('.way2 [data-key=from-host]');
    const frame = Number(/^frame=(\d+)$/.exec(hop?.getAttribute('data-set') ?? '')?.[1]);
    expect(at({}, frame).moment.hop2?.key).toBe('from-host');
  });
});

describe('load and batch', () => {
  it('shows who has the CPU while dom0 waits', () => {
    const { frames } = runWith(it0, { busy: 2 });
    const index = Array.from({ length: frames.length }, (_, i) => i).find(
      (i) => (frames.at(i) as Moment).hop1?.key === 'wait-dom0',
    );
    expect(marked(picture({ busy: 2 }, index, 'wide'), 'stack1')).toEqual(['others']);
  });
  it('a busy machine makes the type-1 packet the slower one, and uses no more of the CPU', () => {
    const { readouts } = at({ busy: 1 });
    expect(readouts['type1']).toBeGreaterThan(Number(readouts['type2']));
    expect(readouts['cpu1']).toBe(at().readouts['cpu1']);
  });
  it('a batch spares both sides time, and the ring more boundaries than the emulated card', () => {
    const [alone, shared] = [at().readouts, at({ batch: 8 }).readouts];
    for (const side of ['type1', 'type2']) expect(shared[side]).toBeLessThan(Number(alone[side]));
    const boundaries = ['crossings1', 'crossings2'];
    expect(boundaries.map((id) => alone[id])).toEqual([6, 8]);
    expect(boundaries.map((id) => shared[id])).toEqual([0.75, 4.5]);
  });
});

describe('the data', () => {
  it('has a row for each hop, and marks as published the seven of the paper’s figure alone', () => {
    const all = rows(runWith(it0).frames as never);
    expect(all).toHaveLength(8 + 7);
    expect(all.filter((row) => row.published).map((row) => row.ns / 1000)).toEqual([
      0.57, 4.45, 1.23, 17.55, 2.97, 4.45, 0.41,
    ]);
  });
  it('has no published row for a disk read', () =>
    expect(rows(runWith(it0, preset('disk-read')).frames as never).some((row) => row.published)).toBe(false));
});
