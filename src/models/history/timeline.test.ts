import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TimelineEntry, TimelineEvent } from './timeline.ts';
import {
  busiest,
  countOf,
  daysBeforeMonth,
  firstAfter,
  firstRelease,
  isLeapYear,
  isRelease,
  kinds,
  lies,
  middleOf,
  placeEvents,
  show,
  stretchOf,
  yearsBetween,
} from './timeline.ts';

const entry = (over: Partial<TimelineEntry>): TimelineEntry => ({
  date: '2003-10-01',
  title: 'Xen 1.0',
  text: 'The first stable release.',
  kind: 'releases',
  source: 'xen-git',
  confidence: 'verified',
  ...over,
});

const twoDigits = (number: number): string => String(number).padStart(2, '0');
/** Any date that exists, to the day. */
const day = fc
  .tuple(fc.integer({ min: 1900, max: 2099 }), fc.integer({ min: 1, max: 12 }))
  .chain(([year, month]) =>
    fc
      .integer({ min: 1, max: daysBeforeMonth(year, month + 1) - daysBeforeMonth(year, month) })
      .map((date) => `${year}-${twoDigits(month)}-${twoDigits(date)}`),
  );
const anyDate = fc.oneof(
  day,
  day.map((date) => date.slice(0, 7)),
  day.map((date) => date.slice(0, 4)),
);
const entries = fc.array(
  fc.record({ date: anyDate, kind: fc.constantFrom(...kinds) }).map((some) => entry(some)),
  { maxLength: 40 },
);

describe('dates on the line of years', () => {
  it('knows the leap years of the Gregorian calendar', () => {
    expect([1900, 1972, 2000, 2003, 2024].map(isLeapYear)).toEqual([false, true, true, false, true]);
  });

  it('counts days as a calendar does: 1 March is day 60 of 2003 and day 61 of 2024', () => {
    expect(daysBeforeMonth(2003, 3)).toBe(59);
    expect(daysBeforeMonth(2024, 3)).toBe(60);
    expect(daysBeforeMonth(2003, 13)).toBe(365);
    expect(daysBeforeMonth(2024, 13)).toBe(366);
  });

  it('gives a year, a month or a day the stretch that it takes up', () => {
    expect(stretchOf('1967')).toEqual({ start: 1967, end: 1968 });
    expect(stretchOf('2005-02')).toEqual({ start: 2005 + 31 / 365, end: 2005 + 59 / 365 });
    expect(stretchOf('1972-08-02')).toEqual({ start: 1972 + 214 / 366, end: 1972 + 215 / 366 });
    expect(stretchOf('2026-12-31')?.end).toBe(2027);
  });

  it('refuses what is not a date that exists', () => {
    for (const text of ['', '2003-13', '2003-00-01', '2003-02-29', '2003-04-31', '2003-10-00', 'May 2005', '2003-1-1'])
      expect(stretchOf(text), text).toBeUndefined();
    expect(stretchOf('2004-02-29')).toBeDefined();
  });

  it('counts the years from Xen 1.0 to the first Pentium with VT: two years and 45 days', () => {
    const from = stretchOf('2003-10-01');
    const to = stretchOf('2005-11-15');
    expect(from && to && yearsBetween(from, to)).toBeCloseTo(2 + 45 / 365, 3);
  });

  it('keeps the days of a year in order and without gaps', () => {
    fc.assert(
      fc.property(day, (date) => {
        const stretch = stretchOf(date);
        const month = stretchOf(date.slice(0, 7));
        const year = stretchOf(date.slice(0, 4));
        if (!stretch || !month || !year) return false;
        return lies(stretch, { from: month.start, to: month.end }) && lies(month, { from: year.start, to: year.end });
      }),
    );
  });
});

describe('what is shown', () => {
  it('shows every event of the kinds in the window, in order of time, and no other', () => {
    fc.assert(
      fc.property(
        entries,
        fc.integer({ min: 1900, max: 2098 }),
        fc.integer({ min: 1, max: 60 }),
        fc.subarray([...kinds]),
        (list, from, span, chosenKinds) => {
          const { events } = show(list, { from, to: from + span }, chosenKinds, 0);
          const expected = list.filter(
            ({ date, kind }) =>
              chosenKinds.includes(kind) && Number(date.slice(0, 4)) >= from && Number(date.slice(0, 4)) < from + span,
          );
          expect(events).toHaveLength(expected.length);
          const middles = events.map(middleOf);
          expect(middles).toEqual([...middles].sort((a, b) => a - b));
        },
      ),
    );
  });

  it('shows one year where the window holds none', () => {
    const list = [entry({}), entry({ date: '2004-11-05', title: 'Xen 2.0' })];
    for (const to of [2003, 1999]) {
      const shown = show(list, { from: 2003, to }, kinds, 0);
      expect(shown.windowHolds).toBe(false);
      expect(shown.window).toEqual({ from: 2003, to: 2004 });
      expect(shown.events.map(({ title }) => title)).toEqual(['Xen 1.0']);
    }
  });

  it('numbers events by their place in the file and finds the chosen one outside of the window too', () => {
    const list = [entry({ date: '2004-11-05', title: 'Xen 2.0' }), entry({}), entry({ date: 'soon', title: 'never' })];
    const shown = show(list, { from: 1990, to: 1995 }, [], 1);
    expect(shown.all.map(({ number, title }) => [number, title])).toEqual([
      [2, 'Xen 1.0'],
      [1, 'Xen 2.0'],
    ]);
    expect(shown.events).toEqual([]);
    expect(shown.chosen?.title).toBe('Xen 2.0');
    expect(show(list, { from: 1990, to: 1995 }, [], 0).chosen).toBeUndefined();
    expect(show(list, { from: 1990, to: 1995 }, [], 3).chosen).toBeUndefined();
  });
});

describe('what is counted', () => {
  const all = placeEvents([
    entry({ date: '2003-10-01' }),
    entry({ date: '2003-10-28', title: 'Xen 1.1' }),
    entry({ date: '2005-11-15', kind: 'hardware', title: 'VT-x' }),
    entry({ date: '2005-12-05', title: 'Xen 3.0' }),
  ]);

  it('counts a kind, and finds the next event of a kind', () => {
    expect(countOf(all, 'releases')).toBe(3);
    expect(countOf(all, 'people')).toBe(0);
    const first = all[0] as TimelineEvent;
    expect(firstAfter(all, 'hardware', first)?.title).toBe('VT-x');
    expect(firstAfter(all, 'releases', first)?.title).toBe('Xen 1.1');
    expect(firstAfter(all, 'papers', first)).toBeUndefined();
  });

  it('takes for a release of Xen what goes by its number, and not a milestone of the source', () => {
    const list = placeEvents([
      entry({ date: '2002-11-20', title: 'The first commit of Xen' }),
      entry({}),
      entry({ date: '2004-02', kind: 'products', title: 'Xen 9 in a box' }),
    ]);
    expect(list.map(isRelease)).toEqual([false, true, false]);
    expect(firstRelease(list)?.title).toBe('Xen 1.0');
    expect(firstRelease([])).toBeUndefined();
  });

  it('finds the years with the most releases', () => {
    expect(busiest(all, 1)).toEqual({ from: 2003, to: 2004, count: 2 });
    expect(busiest(all, 3)).toEqual({ from: 2003, to: 2006, count: 3 });
    expect(busiest([], 3).count).toBe(0);
  });

  it('has no window of as many years that holds more than the busiest', () => {
    fc.assert(
      fc.property(
        entries,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1890, max: 2105 }),
        (list, span, from) => {
          const placed = placeEvents(list);
          const inside = placed.filter((event) => lies(event, { from, to: from + span }));
          return inside.filter(isRelease).length <= busiest(placed, span).count;
        },
      ),
    );
  });
});
