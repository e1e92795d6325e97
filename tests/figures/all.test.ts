/** What holds for every figure of the register. */
import { select } from 'd3-selection';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { readSettings, splitSettings } from '../../src/figure/address.ts';
import type { AnyFigure, FigureTask, Param, Params, Root, Stage, Values } from '../../src/figure/contract.ts';
import { longestRun, stageSize } from '../../src/figure/contract.ts';
import { toCsv } from '../../src/figure/csv.ts';
import { standalone } from '../../src/figure/standalone.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { formatValue, readValue } from '../../src/figure/reading.ts';
import { frameIndex, presetValues, sameValue } from '../../src/figure/values.ts';
import { figureNames } from '../../src/figures/index.ts';
import { anyValues, ready, runWith, type Run } from './ready.ts';
import { dress } from './dress.ts';

const stages: readonly Stage[] = ['wide', 'narrow'];
const badWords = /NaN|Infinity|undefined|\[object/;

describe.each(figureNames)('%s', async (name) => {
  const it = await ready(name);
  const { figure } = it;
  const params = figure.params as Params;
  const opening = runWith(it);

  test('says what it is, and its controls are few and in range', () => {
    expect(figure.about.name).toBe(name);
    for (const text of [figure.about.title, figure.about.question, figure.about.caption, figure.about.picture])
      expect(text.length).toBeGreaterThan(10);
    expect(figure.about.models.length).toBeGreaterThan(0);
    expect(figure.about.leavesOut.length).toBeGreaterThan(0);
    expect(
      Object.values(params).filter(({ kind, place }) => place === 'view' && kind !== 'lines').length,
    ).toBeLessThanOrEqual(4);
    for (const [key, param] of Object.entries(params)) {
      if (param.kind === 'lines') expect(params[param.of]?.kind).toBe('text');
      expect(key).not.toBe('frame');
      if (param.kind === 'number')
        expect(readValue(key, param, String(Number(param.default)))).toEqual({ value: param.default });
    }
  });

  test('presets set what exists, to values that its control can hold', () => {
    for (const preset of figure.presets)
      for (const [key, value] of Object.entries(presetValues(params, preset))) {
        const param = params[key] as Param;
        expect(param, `${preset.name}: ${key}`).toBeDefined();
        const text = formatValue(value, param);
        const reading = readValue(key, param, text);
        expect(reading.problem, `${preset.name}: ${key}`).toBeUndefined();
        expect(sameValue(reading.value, value), `${preset.name}: ${key}=${text}`).toBe(true);
      }
  });

  test('two or three moments within the run stand for it in print', () => {
    const moments = figure.moments(opening.frames);
    expect(moments.length).toBeGreaterThanOrEqual(opening.frames.length > 1 ? 2 : 1);
    expect(moments.length).toBeLessThanOrEqual(3);
    for (const moment of moments) expect(frameIndex(moment, opening.frames.length)).toBe(moment);
  });

  const opened = figure
    .readouts(opening.frames.at(opening.index), opening.values)
    .map(({ id, label }) => `${id}: ${label}`);

  test('at any values it runs, speaks and draws without a hole', () => {
    fc.assert(
      fc.property(anyValues(params), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const frames = figure.run(values, it.data);
        expect(frames.length).toBeGreaterThan(0);
        expect(frames.length).toBeLessThanOrEqual(figure.stop ? longestRun : 2000);
        const index = Math.round(share * (frames.length - 1));
        const frame = frames.at(index);
        expect(frame).toBeDefined();
        const sentence = figure.describe(frame, values);
        expect(sentence).not.toMatch(badWords);
        expect(sentence.trim()).not.toBe('');
        const readouts = figure.readouts(frame, values);
        // The page has room for those of the opening, with their labels, and for no others.
        expect(readouts.map(({ id, label }) => `${id}: ${label}`)).toEqual(opened);
        for (const readout of readouts) {
          expect(String(readout.value), readout.id).not.toMatch(badWords);
          if (typeof readout.value === 'number') expect(Number.isFinite(readout.value), readout.id).toBe(true);
        }
        for (const stage of stages) {
          const markup = drawStatic(figure, frame, values, stage, 'x');
          expect(markup).not.toMatch(badWords);
          expect(markup).not.toMatch(/ style=| on[a-z]+=|tabindex/);
        }
      }),
      // Long runs are tried fewer times: their own tests try many more programs.
      { numRuns: figure.stop ? 20 : 60, seed: 2003 },
    );
  }, 60_000);

  test('Run halts after where it began and within the run, and the line of a moment is one of its text', () => {
    const text = Object.entries(params).find(([, { kind }]) => kind === 'text')?.[0];
    fc.assert(
      fc.property(anyValues(params), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const frames = figure.run(values, it.data);
        const last = frames.length - 1;
        const index = Math.round(share * last);
        const halt = figure.stop?.(frames, values, index) ?? last;
        expect(halt).toBeGreaterThanOrEqual(Math.min(index + 1, last));
        expect(halt).toBeLessThanOrEqual(last);
        const line = figure.lineOf?.(frames.at(index), values) ?? 1;
        expect(line).toBeGreaterThanOrEqual(1);
        if (text !== undefined) expect(line).toBeLessThanOrEqual(String(values[text]).split('\n').length);
      }),
      { numRuns: figure.stop ? 40 : 1, seed: 4 },
    );
  });

  test('readouts keep their order and their names at every moment', () => {
    const ids = (index: number): string =>
      figure
        .readouts(opening.frames.at(index), opening.values)
        .map((one) => one.id)
        .join();
    const first = ids(0);
    expect(first).not.toBe('');
    for (let index = 0; index < opening.frames.length; index += Math.max(1, Math.floor(opening.frames.length / 50)))
      expect(ids(index)).toBe(first);
  });

  test('a readout has one label, whatever is set: the page writes it once', () => {
    const labels = (values: Values): readonly string[] =>
      figure.readouts(figure.run(values, it.data).at(0), values).map(({ label }) => label);
    fc.assert(
      fc.property(anyValues(params), (values) => {
        expect(labels(values)).toEqual(labels(opening.values));
      }),
      { numRuns: figure.stop ? 5 : 40, seed: 11 },
    );
  });

  test.each(stages)('the same run draws the same picture, whatever was drawn before (%s)', (stage) => {
    const { frames, values, index } = opening;
    const once = drawStatic(figure, frames.at(index), values, stage, name);
    const root = freshRoot(`${name}-${stage}`);
    const draw = (at: number, at_values: Values = values): void => figure.draw(root, frames.at(at), at_values, stage);
    draw(index);
    draw(index);
    expect(markupOf(root)).toBe(once);
    draw(0);
    draw(frames.length - 1);
    draw(index);
    expect(sorted(markupOf(root))).toBe(sorted(once));
    // Other values leave nothing behind: no line of a box, no mark.
    for (const other of fc.sample(anyValues(params), { numRuns: figure.stop ? 3 : 12, seed: 11 })) {
      const run = figure.run(other, it.data);
      figure.draw(root, run.at(run.length - 1), other, stage);
    }
    draw(index);
    expect(pieces(markupOf(root))).toEqual(pieces(once));
  });

  test.each(stages)('words of other settings do not stay (%s)', (stage) => {
    const { frames, values, index } = opening;
    const wordsOf = (markup: string): readonly string[] =>
      [...markup.matchAll(/<text[^>]*>([^<]+)/g)].map(([, one]) => one ?? '');
    const once = wordsOf(drawStatic(figure, frames.at(index), values, stage, name));
    fc.assert(
      fc.property(anyValues(params), (others) => {
        const root = freshRoot(`${name}-${stage}`);
        const before = figure.run(others, it.data);
        figure.draw(root, before.at(before.length - 1), others, stage);
        figure.draw(root, frames.at(index), values, stage);
        expect(wordsOf(markupOf(root)).toSorted()).toEqual(once.toSorted());
      }),
      { numRuns: figure.stop ? 3 : 20, seed: 12 },
    );
  });

  test.each(stages)('the browser finds the nodes that the build drew (%s)', (stage) => {
    const { frames, values, index } = opening;
    // Nodes that come with the page carry no data: what draw() joins by must stand in the markup.
    const markup = drawStatic(figure, frames.at(index), values, stage, name);
    const { document } = parseHTML(`<html><body><svg xmlns="http://www.w3.org/2000/svg">${markup}</svg></body></html>`);
    const node = document.querySelector('.root') as unknown as SVGGElement;
    const before = [...node.querySelectorAll('*')];
    figure.draw(select(node), frames.at(index), values, stage);
    const after = [...node.querySelectorAll('*')];
    expect(after.length).toBe(before.length);
    expect(after.every((element, at) => element === before[at])).toBe(true);
  });

  test('every click and drag in the picture means a parameter, and has a twin among the controls', () => {
    const runs: readonly Run[] = [
      opening,
      ...figure.presets.map((preset) => runWith(it, presetValues(params, preset))),
    ];
    for (const { frames, values } of runs)
      for (const stage of stages)
        for (const index of [0, frames.length - 1]) {
          const markup = drawStatic(figure, frames.at(index), values, stage, name);
          for (const [, meaning = ''] of markup.matchAll(/data-set="([^"]*)"/g))
            expect(readSettings(splitSettings(meaning), params).problems, meaning).toEqual([]);
          for (const [, names = ''] of markup.matchAll(/data-(?:drag|zoom)="([^"]*)"/g))
            for (const key of names.split(' ')) expect(params[key]?.kind, key).toBe('number');
        }
  });

  test('tasks: the opening does not fulfil them, their answer does, and every attempt is told how far off it is', () => {
    for (const task of figure.tasks as readonly FigureTask<unknown, Values>[]) {
      const check = ({ frames, values, index }: Run) => task.check({ frames, frame: frames.at(index), index, values });
      const attempt = check(opening);
      expect(attempt.done, task.name).toBe(false);
      expect(attempt.says.trim(), task.name).not.toBe('');
      expect(check(runWith(it, task.answer.values, task.answer.frame)).done, task.name).toBe(true);
      fc.assert(
        fc.property(anyValues(params), (values) => {
          expect(check(runWith(it, values, 'last')).says).not.toMatch(badWords);
        }),
        { numRuns: 20, seed: 7 },
      );
    }
  });

  test('its CSV has a heading and a row for each moment or event, none with a hole', () => {
    const csv = toCsv(figure, opening.frames);
    const lines = csv.trimEnd().split('\r\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(csv).not.toMatch(badWords);
  });

  test.each(stages)('pictures to be looked at (%s)', async (stage) => {
    const { frames, values, index } = opening;
    const moments: readonly (readonly [string, number])[] =
      frames.length > 1
        ? [
            ['opening', index],
            ['last', frames.length - 1],
          ]
        : [['opening', index]];
    for (const [word, at] of moments)
      await expect(file(figure, values, frames.at(at), stage)).toMatchFileSnapshot(`${name}.${stage}.${word}.svg`);
  });
});

function file(figure: AnyFigure, values: Values, frame: unknown, stage: Stage): string {
  const svg = standalone({
    markup: drawStatic(figure, frame, values, stage, figure.about.name),
    stage,
    height: figure.heightOf?.(values, stage) ?? figure.about.height[stage],
    title: figure.about.picture,
    description: figure.describe(frame, values),
    theme: 'light',
    ...dress,
  });
  // One element a line, so that a diff can be read.
  return svg.replace(/></g, '>\n<');
}

function freshRoot(id: string): Root {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  document.body.append(svg);
  return select(svg).append<SVGGElement>('g').attr('class', 'root').attr('data-id', id);
}

function markupOf(root: Root): string {
  return (root.node()?.parentNode as unknown as Element).innerHTML;
}

// Attributes come in the order in which they were first set; that order is not part of a picture.
function sorted(markup: string): string {
  return markup.replace(/<(\w+)((?:\s+[\w-]+="[^"]*")+)/g, (_, tag: string, rest: string) => {
    const attributes = rest.match(/[\w-]+="[^"]*"/g) ?? [];
    return `<${tag} ${attributes.sort().join(' ')}`;
  });
}

// What a picture consists of, without the patterns that stay once they were needed, and whatever the parts' order.
function pieces(markup: string): readonly string[] {
  return (
    sorted(markup)
      .replace(/<defs.*?<\/defs>/g, '')
      .match(/<[^>]+>[^<]*/g)
      ?.sort() ?? []
  );
}

test('stages are as wide as the style sheet expects', () => {
  expect(dress.frame).toContain(`@container (min-width: ${stageSize.wide}px)`);
});
