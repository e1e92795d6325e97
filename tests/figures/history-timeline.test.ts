/** What the timeline must show, and that its names find their places. */
import { brotliCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { loadTimeline } from '../../src/components/content-data.ts';
import { readSettings, splitSettings } from '../../src/figure/address.ts';
import type { FigureTask, Params, Stage, Values } from '../../src/figure/contract.ts';
import { stageSize } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { presetValues } from '../../src/figure/values.ts';
import { textWidth } from '../../src/figures/marks/text.ts';
import type { Shown, TimelineEvent } from '../../src/models/history/timeline.ts';
import { isRelease } from '../../src/models/history/timeline.ts';
import { anyValues, ready, readoutsOf, runWith } from './ready.ts';

const stages: readonly Stage[] = ['wide', 'narrow'];
const file = loadTimeline();
const numberOf = (id: string): number => file.findIndex((event) => event.id === id) + 1;
const timeline = await ready('history-timeline');
const { figure } = timeline;
const params = figure.params as Params;

const shown = (change: Values = {}): Shown => runWith(timeline, change).frames.at(0) as Shown;
const idOf = (event: TimelineEvent | undefined): string | undefined => file[(event?.number ?? 0) - 1]?.id;
const sentence = (change: Values): string => {
  const { frames, values } = runWith(timeline, change);
  return figure.describe(frames.at(0), values);
};
const picture = (stage: Stage, change: Values = {}): Element => {
  const { frames, values } = runWith(timeline, change);
  const markup = drawStatic(figure, frames.at(0), values, stage, 'history-timeline');
  return parseHTML(`<html><body><svg>${markup}</svg></body></html>`).document.querySelector(
    '.root',
  ) as unknown as Element;
};
const panel = (stage: Stage, change: Values): string =>
  [...picture(stage, change).querySelectorAll('.chosen')].map((line) => line.textContent).join(' ');
const eventGroup = (root: Element, id: string): Element | undefined =>
  [...root.querySelectorAll('.event')].find((group) => group.getAttribute('data-key') === String(numberOf(id)));
const nameIn = (root: Element, id: string): string =>
  [...(eventGroup(root, id)?.querySelectorAll('text') ?? [])].map((text) => text.textContent).join(' ');

describe('the data and the controls fit each other', () => {
  it('can choose every event and no other, and show every year in which one lies', () => {
    const { chosen, from, to } = params;
    expect(chosen?.kind === 'number' && chosen.max).toBe(file.length);
    const years = file.map(({ date }) => Number(date.slice(0, 4)));
    expect(from?.kind === 'number' && from.min).toBeLessThanOrEqual(Math.min(...years));
    expect(to?.kind === 'number' && to.max).toBeGreaterThan(Math.max(...years));
    expect(shown({ from: 1960, to: 2027 }).events).toHaveLength(file.length);
  });

  it('opens, and sets presets, on the event that is meant', () => {
    const meant = {
      all: 'xen-1-0',
      mainframes: 'vm-370',
      x86: 'vmware-for-linux',
      hardware: 'vt-x',
      releases: 'xen-4-22',
    };
    expect(idOf(shown().chosen)).toBe('vt-x');
    for (const { name, ...preset } of figure.presets)
      expect(idOf(shown(presetValues(params, { name, ...preset })).chosen), name).toBe(
        meant[name as keyof typeof meant],
      );
  });

  it('has every release of Xen from 4.0 to 4.22, and the eleven before', () => {
    const titles = file.filter((event) => isRelease(event)).map(({ title }) => title.replace('Xen ', ''));
    const early = ['1.0', '1.1', '2.0', '3.0', '3.0.2', '3.0.3', '3.0.4', '3.1', '3.2', '3.3', '3.4'];
    expect(titles).toEqual([...early, ...Array.from({ length: 23 }, (_, minor) => `4.${minor}`)]);
  });
});

describe('as it opens', () => {
  it.each(stages)('has Xen 1.0 and 2.0 before the first processor with VT-x, and 3.0 after it (%s)', (stage) => {
    const root = picture(stage);
    const at = (id: string): number =>
      Number(
        eventGroup(root, id)
          ?.querySelector('rect')
          ?.getAttribute(stage === 'wide' ? 'x' : 'y'),
      );
    expect(at('xen-1-0')).toBeLessThan(at('xen-2-0'));
    expect(at('xen-2-0')).toBeLessThan(at('vt-x'));
    expect(at('vt-x')).toBeLessThan(at('xen-3-0'));
    expect(nameIn(root, 'xen-1-0')).toBe('1.0');
    expect(nameIn(root, 'vt-x')).toBe('Intel ships the Pentium 4 with VT-x');
  });

  it('says how far VT-x lies from Xen 1.0: 2 years and 45 days', () => {
    expect(sentence({})).toContain('15 November 2005, 2.1 years after Xen 1.0.');
  });

  it.each(stages)('needs no more of its data than travels with the page (%s)', (stage) => {
    const { values } = runWith(timeline);
    const travels = figure.first?.(timeline.data, values) as readonly { text: string }[];
    expect(travels.filter(({ text }) => text !== '')).toHaveLength(1);
    const drawn = (data: unknown): string => drawStatic(figure, figure.run(values, data).at(0), values, stage, 'x');
    expect(drawn(travels)).toBe(drawn(timeline.data));
    expect(figure.describe(figure.run(values, travels).at(0), values)).toBe(sentence({}));
    const other = { ...values, chosen: numberOf('ec2-beta') };
    expect(figure.describe(figure.run(other, travels).at(0), other)).toMatch(
      /25 August 2006, 2\.9 years after Xen 1\.0\.$/,
    );
  });

  it.each(stages)('keeps a stage under 3 KiB (%s)', (stage) => {
    const { frames, values } = runWith(timeline);
    const markup = drawStatic(figure, frames.at(0), values, stage, 'history-timeline');
    expect(brotliCompressSync(markup).length).toBeLessThan(3 * 1024);
  });
});

describe('zoom and filter', () => {
  it('shows the events of the kinds in the window, with their colours: Xen’s for Xen, the hardware’s for hardware', () => {
    const frame = shown({ from: 2003, to: 2005, kinds: ['releases', 'hardware'] });
    expect(frame.events.map(idOf)).toEqual(['xen-beta1', 'xen-1-0', 'xen-1-1', 'xen-2-0']);
    const root = picture('wide', { from: 2003, to: 2009 });
    expect(eventGroup(root, 'xen-3-0')?.classList.contains('a-xen')).toBe(true);
    expect(eventGroup(root, 'amd-v')?.classList.contains('a-hw')).toBe(true);
    expect(eventGroup(root, 'ec2-beta')?.getAttribute('class')).toBe('event');
  });

  it('counts releases of Xen apart from milestones of its source', () => {
    const readouts = readoutsOf(timeline, runWith(timeline, { from: 2012, to: 2013, kinds: ['releases'] }));
    expect(readouts.get('shown')?.value).toBe(3);
    expect(readouts.get('releases')?.value).toBe(1);
    expect(sentence({ from: 2012, to: 2013, kinds: ['releases'] })).toMatch(
      /: 1 Xen release and 2 milestones of Xen’s source\./,
    );
  });

  it('shows one year and says so where the years end before they begin', () => {
    for (const to of [2006, 2003, 1961]) {
      const change = { from: 2006, to };
      expect(shown(change).window).toEqual({ from: 2006, to: 2007 });
      expect(sentence(change)).toMatch(/^The years must end after they begin, so 2006 is shown alone: /);
      for (const stage of stages)
        expect(picture(stage, change).textContent).toMatch(/The years must end after they begin; 2006 is/);
    }
  });

  it('says so where nothing is shown', () => {
    expect(sentence({ kinds: [] })).toContain('no kind of event is switched on');
    expect(sentence({ from: 1980, to: 1990 })).toContain('no event of the kinds that are switched on');
    expect(picture('wide', { from: 1980, to: 1990 }).textContent).toContain(
      'knows no event of these kinds in these years',
    );
  });

  it('says how many marks have no name, and names them all when fewer years are shown', () => {
    const bare = (root: Element): number =>
      [...root.querySelectorAll('.event')].filter((group) => !group.querySelector('text')).length;
    for (const stage of stages) {
      const crowded = picture(stage, { from: 1960, to: 2027 });
      expect(bare(crowded)).toBeGreaterThan(10);
      expect(crowded.textContent).toContain(`${bare(crowded)} of ${file.length} marks have no room for a name`);
      for (let from = 1964; from <= 2026; from++)
        expect(bare(picture(stage, { from, to: from + 1 })), `${stage} ${from}`).toBe(0);
    }
  });
});

describe('the chosen event', () => {
  it.each(stages)('is told with date, note, text and source (%s)', (stage) => {
    for (const event of file) {
      const text = panel(stage, { chosen: numberOf(event.id) });
      for (const part of [event.title, event.text.trim(), event.dateNote ?? '', event.at ?? '', event.date.slice(0, 4)])
        expect(text, event.id).toContain(part);
      expect(text, event.id).toMatch(/Source: \S+.* \d{4}/);
      expect(text.includes('(a secondary source)'), event.id).toBe(event.confidence === 'secondary');
    }
  });

  it('is named whenever it is shown, and says so where it is not', () => {
    for (const event of file)
      for (const stage of stages) {
        const change = { from: 1960, to: 2027, chosen: numberOf(event.id) };
        expect(nameIn(picture(stage, change), event.id), event.id).not.toBe('');
      }
    expect(panel('wide', { from: 1960, to: 1970 })).toContain('It lies outside of the years shown.');
    expect(panel('wide', { kinds: ['papers'] })).toContain('Its kind is switched off.');
  });

  it('is let go by a click on it; a click on another chooses that', () => {
    const root = picture('wide');
    const meaning = (id: string) =>
      readSettings(splitSettings(eventGroup(root, id)?.getAttribute('data-set') ?? ''), params);
    expect(meaning('vt-x').values).toEqual({ chosen: 0 });
    expect(meaning('amd-v').values).toEqual({ chosen: numberOf('amd-v') });
    expect(root.querySelectorAll('.ring')).toHaveLength(1);
    expect(picture('wide', { chosen: 0 }).querySelectorAll('.ring')).toHaveLength(0);
  });
});

describe('the words of the tasks', () => {
  const task = (name: string) =>
    (figure.tasks as readonly FigureTask<unknown, Values>[]).find((one) => one.name === name)!;
  const says = (name: string, change: Values): string => {
    const { frames, values, index } = runWith(timeline, change);
    return task(name).check({ frames, values, index, frame: frames.at(index) }).says;
  };

  it('tells what is missing, and what is too much', () => {
    const kinds = ['releases', 'hardware'];
    expect(says('unaided', { kinds, from: 2004, to: 2005 })).toBe('Not in the picture: Xen 1.0, Xen 1.1.');
    expect(says('unaided', { kinds, from: 2003, to: 2006 })).toBe('Still in the picture: one event of hardware.');
    expect(says('unaided', { kinds, from: 1960, to: 2005 })).toBe('Still in the picture: one event of hardware.');
    expect(says('unaided', task('unaided').answer.values)).toBe(
      '3 releases, and 2.1 years in which no x86 processor did anything for a hypervisor.',
    );
  });

  it('compares five years with the best five', () => {
    expect(says('pace', { from: 2002, to: 2009 })).toBe('The picture shows 7 years.');
    expect(says('pace', { from: 2020, to: 2025 })).toBe('These five years have 6; others have 9.');
    expect(says('pace', task('pace').answer.values)).toBe('9 releases from 2015 to 2019: one in 7 months.');
  });
});

/** A line of text with the room that it takes, from the typeface's widths, its ascent (1.025) and its descent (0.275). */
function textBoxes(
  root: Element,
): { readonly text: string; readonly x0: number; readonly x1: number; readonly y0: number; readonly y1: number }[] {
  return [...root.querySelectorAll('text')].map((element) => {
    const [, dx = '0', dy = '0'] =
      /translate\(([-\d.]+),([-\d.]+)\)/.exec(element.parentElement?.getAttribute('transform') ?? '') ?? [];
    const text = element.textContent ?? '';
    const bold = element.classList.contains('strong') || element.parentElement?.classList.contains('is-on');
    const size = element.classList.contains('large') ? 15 : 13;
    // What textWidth keeps to spare is not part of the line.
    const width = textWidth(text, { size, weight: bold ? 'semibold' : 'regular' }) / 1.02;
    const anchor = element.getAttribute('text-anchor');
    const x = Number(element.getAttribute('x') ?? 0) + Number(dx);
    const y = Number(element.getAttribute('y') ?? 0) + Number(dy);
    const x0 = anchor === 'end' ? x - width : anchor === 'middle' ? x - width / 2 : x;
    return { text, x0, x1: x0 + width, y0: y - 1.025 * size, y1: y + 0.275 * size };
  });
}

describe('at any setting', () => {
  it.each(stages)('no text stands on another or leaves the stage (%s)', (stage) => {
    const height = figure.about.height[stage];
    fc.assert(
      fc.property(anyValues(params), (values) => {
        const boxes = textBoxes(picture(stage, values)).filter(({ text }) => text !== '');
        for (const [index, a] of boxes.entries()) {
          expect(a.x0, a.text).toBeGreaterThanOrEqual(0);
          expect(a.x1, a.text).toBeLessThanOrEqual(stageSize[stage]);
          expect(a.y0, a.text).toBeGreaterThanOrEqual(0);
          expect(a.y1, a.text).toBeLessThanOrEqual(height);
          for (const b of boxes.slice(index + 1))
            if (a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1)
              throw new Error(`‘${a.text}’ stands on ‘${b.text}’`);
        }
      }),
      { numRuns: 150, seed: 1972 },
    );
  });

  it('keeps marks away from the names of others in the same row', () => {
    fc.assert(
      fc.property(anyValues(params), (values) => {
        const groups = [...picture('wide', values).querySelectorAll('.event')];
        const marks = groups.map((group) => {
          const [x = 0, y = 0, width = 0, tall = 0] = ['x', 'y', 'width', 'height'].map((name) =>
            Number(group.querySelector('rect')?.getAttribute(name)),
          );
          return { group, x0: x, x1: x + width, y0: y, y1: y + tall };
        });
        for (const group of groups)
          for (const { text, x0, x1, y0, y1 } of textBoxes(group))
            for (const mark of marks)
              if (mark.group !== group && x0 < mark.x1 && mark.x0 < x1 && y0 + 3 < mark.y1 && mark.y0 < y1 - 3)
                throw new Error(`a mark stands on ‘${text}’`);
      }),
      { numRuns: 100, seed: 1967 },
    );
  });
});
