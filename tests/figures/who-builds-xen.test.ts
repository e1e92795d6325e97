/** What who-builds-xen must show, and that its words find their places. */
import { brotliCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, it, test } from 'vitest';
import { loadCommits, loadTimeline } from '../../src/components/content-data.ts';
import type { Params, Stage, Values } from '../../src/figure/contract.ts';
import { stageSize } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { textWidth } from '../../src/figures/marks/text.ts';
import type { Frame } from '../../src/figures/who-builds-xen-drawing.ts';
import { changesAt, faultOf, fewestFor, totalOf } from '../../src/models/history/contributors.ts';
import { anyValues, ready, readoutsOf, runWith } from './ready.ts';

const stages: readonly Stage[] = ['wide', 'narrow'];
const it_ = await ready('who-builds-xen');
const { figure } = it_;
const params = figure.params as Params;
const xen = loadCommits();
const { releases, organisations } = xen;
const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map((one) => one.name);
const rowsAtOpening = params['chosen']?.kind === 'set' ? params['chosen'].default : [];
const at = (release: string): number => releases.findIndex((one) => one.release === release);

function picture(
  stage: Stage,
  change: Values = {},
  frame: number | 'last' = 'last',
  data: unknown = it_.data,
): Element {
  const { values, index } = runWith(it_, change, frame);
  const frames = figure.run(values, data);
  const markup = drawStatic(figure, frames.at(Math.min(index, frames.length - 1)), values, stage, 'who');
  const { document } = parseHTML(`<html><body><svg>${markup}</svg></body></html>`);
  return document.querySelector('.root') as unknown as Element;
}
const name = (root: Element, key: string): string | undefined =>
  [...root.querySelectorAll('.name')].find((text) => text.getAttribute('data-key') === key)?.textContent ?? undefined;
const bars = (root: Element, key: string, look: 'bar' | 'cell'): string =>
  [...root.querySelectorAll('.row')]
    .find((row) => row.getAttribute('data-key') === key)
    ?.querySelector(`.${look}`)
    ?.getAttribute('d') ?? '';
/** Heights of the bars of a row, by their left ends. */
const heights = (path: string): ReadonlyMap<number, number> =>
  new Map([...path.matchAll(/M([\d.]+),[\d.]+v-([\d.]+)/g)].map(([, x, high]) => [Number(x), Number(high)]));

describe('the counts from xen.git, by sums done by hand', () => {
  it('are whole and of one length', () => expect(faultOf(xen)).toBeUndefined());

  // git log --no-merges --format=%ae RELEASE-<before>..RELEASE-<this> | wc -l
  test.each([
    ['4.1', 1890],
    ['4.2', 2846],
    ['4.3', 1369],
    ['4.7', 1611],
    ['4.14', 1147],
    ['4.18', 1518],
    ['4.20', 843],
    ['4.21', 1253],
    ['4.22', 957],
  ])('%s has %i commits', (release, commits) => expect(totalOf(xen, at(release))).toBe(commits));

  it('are 29,411 in all', () => {
    expect(xen.releases.reduce((sum, _, index) => sum + totalOf(xen, index), 0)).toBe(29_411);
  });

  // 301 + 289 = 590 of 957; 427 + 328 = 755 is less than half of 1518, and AMD's 177 make it more.
  test.each([
    ['4.1', ['Citrix']],
    ['4.6', ['Citrix']],
    ['4.12', ['Citrix']],
    ['4.15', ['SUSE', 'Citrix']],
    ['4.18', ['Citrix', 'SUSE', 'AMD']],
    ['4.19', ['Citrix', 'BugSeng']],
    ['4.22', ['Citrix', 'SUSE']],
  ])('half of %s was written by the fewest: %j', (release, fewest) => {
    expect(names(fewestFor(xen, at(release)))).toEqual(fewest);
  });

  it('need two for half of most releases, one for three of them, three for one', () => {
    const counts = xen.releases.map((_, index) => fewestFor(xen, index).length);
    expect(counts.filter((count) => count === 1)).toHaveLength(3);
    expect(counts.filter((count) => count === 2)).toHaveLength(18);
    expect(counts.filter((count) => count === 3)).toHaveLength(1);
  });

  it('need four for three quarters of 4.22: 301 + 289 + 83 = 673 is under 717.75, and 66 more are over it', () => {
    expect(names(fewestFor(xen, at('4.22'), 0.75))).toEqual(['Citrix', 'SUSE', 'AMD', 'EPAM']);
  });

  it('see Ford come with 4.20 and Amazon gone with 4.21', () => {
    expect(names(changesAt(xen, at('4.20')).came)).toContain('Ford');
    expect(names(changesAt(xen, at('4.21')).left)).toContain('Amazon');
    expect(names(changesAt(xen, at('4.13')).left)).toContain('Oracle');
  });
});

describe('the file', () => {
  it('has every release from 4.1 on, on the days of the timeline', () => {
    const days = loadTimeline()
      .filter(({ title }) => /^Xen 4\.[1-9]/.test(title))
      .map(({ title, date }) => [title, date]);
    expect(releases.map(({ release, released }) => [`Xen ${release}`, released])).toEqual(days);
  });

  it('marks ten of the twelve founding members of 2013; Bromium and CA Technologies sent no commit', () => {
    const founders = organisations.filter(({ founder }) => founder).map(({ name }) => name);
    const named = ['Amazon', 'AMD', 'Calxeda', 'Cisco', 'Citrix', 'Google', 'Intel', 'Oracle', 'Samsung', 'Verizon'];
    expect(founders.toSorted()).toEqual(named.toSorted());
  });

  it('has a row of its own for whoever has a hundred commits', () => {
    for (const { name, row, commits } of organisations) {
      const shared = organisations.filter((other) => other.row === row).length > 1;
      if (shared)
        expect(
          commits.reduce((sum, count) => sum + count, 0),
          name,
        ).toBeLessThan(100);
    }
  });
});

describe('the controls and the data', () => {
  it('have the same rows, and the rows of one organisation have its name', () => {
    const chosen = params['chosen'];
    if (chosen?.kind !== 'set') throw new Error('The organisations are a set.');
    expect(chosen.options.map(({ value }) => value)).toEqual([...new Set(organisations.map(({ row }) => row))]);
    for (const { value, label } of chosen.options) {
      const members = organisations.filter(({ row }) => row === value);
      if (members.length === 1) expect(members[0]?.name).toBe(label);
    }
  });

  it('name in the notes whoever shares a row', () => {
    for (const { row, name: member } of organisations)
      if (row === 'founders' || row === 'small') expect(figure.about.models.join(' ')).toContain(member);
  });
});

describe('as it opens', () => {
  const root = picture('wide');

  it('marks 4.22: Citrix and SUSE in full ink, with 301 and 289 of 957', () => {
    const readouts = readoutsOf(it_, runWith(it_));
    expect(readouts.get('commits')?.value).toBe(957);
    expect(readouts.get('largest')?.value).toBe('Citrix');
    expect(readouts.get('share')?.value).toBeCloseTo((100 * 301) / 957, 10);
    expect(readouts.get('half')?.value).toBe(2);
    expect(name(root, 'citrix-count')).toBe('31.5\u202f%');
    expect(name(root, 'suse-count')).toBe('30.2\u202f%');
    expect(name(root, 'amazon-count')).toBe('0');
  });

  it('draws a bar for each release with commits: Citrix 22, all in full ink; Ford 3, none', () => {
    expect(heights(bars(root, 'citrix', 'cell')).size).toBe(22);
    expect(bars(root, 'citrix', 'bar')).toBe('');
    expect(heights(bars(root, 'ford', 'bar')).size).toBe(3);
    expect(heights(bars(root, 'bugseng', 'cell')).size).toBe(1);
  });

  it.each(stages)('keeps a stage under 2.5 KiB (%s)', (stage) => {
    expect(brotliCompressSync(picture(stage).outerHTML).length).toBeLessThan(2560);
  });
});

describe('filter and measure', () => {
  it('has one scale for all rows: heights are as commits', () => {
    const root = picture('wide', { measure: 'commits', chosen: ['citrix', 'suse'] });
    const high = (key: string): number => [...heights(bars(root, key, 'cell')).values()].at(-1) ?? 0;
    expect(high('citrix') / high('suse')).toBeCloseTo(301 / 289, 1);
  });

  it('counts what it gathers, and the founders are twelve less two', () => {
    const founders = figure.presets.find((preset) => preset.name === 'founders')?.values['chosen'] as readonly string[];
    const root = picture('wide', { chosen: founders });
    expect(name(root, 'founders')).toBe('5 small founders');
    expect(name(root, 'others')).toBe('15 not chosen');
    const shown = organisations.filter(({ row }) => founders.includes(row));
    expect(shown.every(({ founder }) => founder)).toBe(true);
    expect(shown).toHaveLength(organisations.filter(({ founder }) => founder).length);
  });

  it('lets nothing gathered press down what is chosen, and says so', () => {
    const root = picture('wide', { chosen: ['amazon'] });
    expect(name(root, 'others')).toBe('24 not chosen (too high to draw)');
    expect(bars(root, 'others', 'bar')).toBe('');
    // Amazon was never among the fewest, so no bar is in full ink and the words above do not explain it.
    expect(bars(root, 'amazon', 'cell')).toBe('');
    expect(root.textContent).toContain('None shown is among the fewest with half.');
    expect(root.textContent).not.toContain('full ink');
    expect(picture('wide').textContent).toContain('full ink');
    expect(Math.max(...heights(bars(root, 'amazon', 'bar')).values())).toBeGreaterThan(300);
  });

  it('shows one alone by a click on its name, and all again by another', () => {
    const click = (root: Element): string | null | undefined =>
      [...root.querySelectorAll('.name')]
        .find((text) => text.getAttribute('data-key') === 'amazon')
        ?.getAttribute('data-set');
    expect(click(picture('wide'))).toBe('chosen=amazon');
    expect(click(picture('wide', { chosen: ['amazon'] }))).toBe(`chosen=${rowsAtOpening.join()}`);
  });

  it('sees the share of the chosen grow with every organisation that is added', () => {
    const share = (chosen: readonly string[]): number =>
      Number(readoutsOf(it_, runWith(it_, { chosen })).get('chosen')?.value);
    expect(share([])).toBe(0);
    expect(share(['citrix'])).toBeCloseTo((100 * 301) / 957, 10);
    expect(share(['citrix', 'suse', 'amd', 'epam'])).toBeCloseTo((100 * 739) / 957, 10);
  });
});

describe('in words', () => {
  it('tells who came, who went, and what belongs to nobody', () => {
    const { frames, values } = runWith(it_);
    const said = (release: string): string => figure.describe(frames.at(at(release)), values);
    expect(said('4.18')).toMatch(/1518 commits\. Citrix, SUSE and AMD together wrote half or more/);
    expect(said('4.21')).toMatch(/Without, unlike in the release before: Amazon\./);
    expect(said('4.22')).toMatch(/98 come from 8 domains of no named organisation/);
    expect(said('4.6')).toMatch(/ Citrix wrote half or more of them\./);
  });

  it('says what is wrong with data that cannot be drawn', () => {
    const broken = { releases: [], organisations: [] };
    const { values } = runWith(it_);
    expect(figure.describe(figure.run(values, broken).at(0), values)).toBe('There is no release to count.');
    for (const stage of stages)
      expect(picture(stage, {}, 'last', broken).textContent).toContain('There is no release to count.');
    const [frame] = figure.run(values, { ...loadCommits(), releases: releases.slice(1) }) as readonly Frame[];
    expect(frame?.fault).toBe('Citrix has 22 counts for 21 releases.');
  });
});

describe('at any setting', () => {
  it.each(stages)('no text stands on another or leaves the stage (%s)', (stage) => {
    fc.assert(
      fc.property(anyValues(params), fc.nat(releases.length - 1), (values, frame) => {
        const boxes = [...picture(stage, values, frame).querySelectorAll('text')].map((element) => {
          const text = element.textContent ?? '';
          const weight = element.classList.contains('strong') ? 'semibold' : 'regular';
          const width = textWidth(text, { size: 13, weight }) / 1.02;
          const anchor = element.getAttribute('text-anchor');
          const x = Number(element.getAttribute('x'));
          const y = Number(element.getAttribute('y'));
          const x0 = anchor === 'end' ? x - width : anchor === 'middle' ? x - width / 2 : x;
          return { text, x0, x1: x0 + width, y0: y - 12.5, y1: y + 3.5 };
        });
        for (const [index, a] of boxes.entries()) {
          expect(a.x0, a.text).toBeGreaterThanOrEqual(0);
          expect(a.x1, a.text).toBeLessThanOrEqual(stageSize[stage]);
          expect(a.y1, a.text).toBeLessThanOrEqual(figure.about.height[stage]);
          for (const b of boxes.slice(index + 1))
            if (a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1)
              throw new Error(`‘${a.text}’ stands on ‘${b.text}’`);
        }
      }),
      { numRuns: 120, seed: 2013 },
    );
  });
});
