/** The history of virtualization as a timeline that zooms and filters. */
import type {
  About,
  Column,
  FigureTask,
  Frames,
  Initial,
  Params,
  Preset,
  Readout,
  Root,
  Stage,
  ValuesOf,
} from '../figure/contract.ts';
import type { Shown, TimelineEntry, TimelineEvent } from '../models/history/timeline.ts';
import {
  busiest,
  countOf,
  firstAfter,
  firstRelease,
  isRelease,
  kinds,
  middleOf,
  show,
  yearsBetween,
} from '../models/history/timeline.ts';
import { drawTimeline, height } from './history-timeline-drawing.ts';
import { countWords, dateWords, distanceWords, kindNames, noteWords, sourceWords } from './history-timeline-words.ts';

export const about: About = {
  name: 'history-timeline',
  title: 'Xen is two years older than the processors that help it',
  question: 'Which came first: the hypervisor, or the processor that makes it easy?',
  caption:
    'Compare Xen itself with Hardware: Xen 1.0 and 2.0 came out before the first x86 processor that helps a hypervisor was sold. Until then Xen could run only kernels that had been changed for it.',
  picture: 'A timeline of virtualization, with a lane each for people, papers, products, Xen itself and hardware',
  models: [
    'Every event stands where its date lies on a line of years. A filled mark is known to the day; an open one to the month or the year, and is as long as that.',
    'The day of a Xen release is the day of its announcement where one is known, and otherwise that of its tag in the source.',
    'Names are placed where there is room for them. A mark without a name stands on the line of its lane, and gets its name when fewer years are shown.',
  ],
  leavesOut: [
    'How long an event took: a project stands at its beginning, a processor on the first day of its sale.',
    'How much an event mattered. All marks are alike.',
    'Releases of Xen that only correct earlier ones, and most of the history of other hypervisors.',
  ],
  sources: [
    { cite: 'xen-git', at: 'tags and commits' },
    { cite: 'xen-changelog', at: 'dates of releases since 4.14' },
    { cite: 'nikkei2005', at: 'first day of VT-x' },
  ],
  height,
  data: 'timeline.yaml',
};

export const params = {
  from: {
    kind: 'number',
    label: 'First year',
    unit: '',
    min: 1960,
    max: 2026,
    step: 1,
    default: 2002,
    place: 'view',
  },
  to: {
    kind: 'number',
    label: 'Until the start of',
    unit: '',
    min: 1961,
    max: 2027,
    step: 1,
    default: 2009,
    place: 'view',
  },
  chosen: {
    kind: 'number',
    label: 'Event to read',
    help: 'Counted from the oldest; 0 is none.',
    unit: '',
    min: 0,
    max: 92,
    step: 1,
    default: 27,
    place: 'view',
  },
  kinds: {
    kind: 'set',
    label: 'Kinds of events',
    options: kinds.map((kind) => ({ value: kind, label: kindNames[kind].option })),
    default: [...kinds],
    place: 'view',
  },
} as const satisfies Params;

type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'all',
    label: 'All of it',
    says: 'Sixty years in one picture. Most names have no room; look at where the marks crowd.',
    values: { from: 1960, to: 2027, chosen: 22 },
  },
  {
    name: 'mainframes',
    label: 'Mainframes, 1960 to 1979',
    says: 'The idea, the product and the two theories, all before there was a PC.',
    values: { from: 1960, to: 1980, chosen: 4 },
  },
  {
    name: 'x86',
    label: 'x86, 1997 to 2008',
    says: 'From the first PC in a window to nested paging in the processors of two makers.',
    values: { from: 1997, to: 2009, chosen: 11 },
  },
  {
    name: 'hardware',
    label: 'Xen and the hardware, 2002 to 2008',
    says: 'Xen itself and Hardware alone, the two that the caption compares.',
    values: { from: 2002, to: 2009, chosen: 27, kinds: ['releases', 'hardware'] },
  },
  {
    name: 'releases',
    label: 'Xen since 2010',
    says: 'Every release from 4.0 on, with milestones of the source, beside the products of the same years.',
    values: { from: 2010, to: 2027, chosen: 92, kinds: ['products', 'releases'] },
  },
];

export const initial: Initial = { frame: 0 };

export function moments(): readonly number[] {
  return [0];
}

export function run(values: Values, data: readonly TimelineEntry[]): Frames<Shown> {
  return [show(data, values, values.kinds, values.chosen)];
}

/** Every mark, the names in the years that are shown, and the words of the chosen event. */
export function first(data: readonly TimelineEntry[], values: Values): readonly TimelineEntry[] {
  const { events, all } = run(values, data).at(0) ?? { events: [], all: [] };
  // Distances are counted from the first release, wherever it lies.
  const named = new Set([...events, firstRelease(all)].map((event) => event?.number));
  return data.map((entry, index) => {
    const { date, approximate, title, kind } = entry;
    if (index + 1 === values.chosen) return entry;
    return { date, approximate, title: named.has(index + 1) ? title : '', kind, text: '' };
  });
}

export function draw(root: Root, frame: Shown, values: Values, stage: Stage): void {
  drawTimeline(root, frame, values.kinds, stage);
}

export function describe(frame: Shown, values: Values): string {
  const { chosen, all } = frame;
  const counted = countWords(
    frame,
    kinds.filter((kind) => values.kinds.includes(kind)),
  );
  if (!chosen) return `${counted} No event is chosen.`;
  const distance = distanceWords(all, chosen);
  const chosenWords = `Chosen: ${chosen.title}, ${dateWords(chosen)}${distance === '' ? '' : `, ${distance}`}.`;
  return [counted, chosenWords, chosen.text].filter((words) => words !== '').join(' ');
}

export function readouts({ events, window }: Shown): readonly Readout[] {
  const first = events[0];
  const last = events.at(-1);
  return [
    { id: 'shown', label: 'Events shown', value: events.length },
    { id: 'releases', label: 'Xen releases among them', value: events.filter(isRelease).length, actor: 'xen' },
    {
      id: 'years',
      label: 'Time shown',
      value: window.to - window.from,
      unit: window.to - window.from === 1 ? 'year' : 'years',
    },
    { id: 'first', label: 'First event', value: first ? dateWords(first) : 'none' },
    { id: 'last', label: 'Last event', value: last ? dateWords(last) : 'none' },
  ];
}

export const columns: readonly Column<TimelineEvent>[] = [
  { name: 'date', value: ({ date, approximate }) => (approximate ? `about ${date}` : date) },
  { name: 'kind', value: ({ kind }) => kindNames[kind].option },
  { name: 'title', value: ({ title }) => title },
  { name: 'text', value: (event) => `${event.text}${noteWords(event)}` },
  { name: 'source', value: sourceWords },
];

export function rows(frames: Frames<Shown>): readonly TimelineEvent[] {
  return frames.at(0)?.events ?? [];
}

export const tasks: readonly FigureTask<Shown, Values>[] = [
  {
    name: 'unaided',
    title: 'The years without help',
    text: 'Show Xen itself and hardware, and nothing else. Then set the years so that every release of Xen that is older than VT-x is in the picture, and no event of hardware.',
    check({ frame, values }) {
      const first = firstRelease(frame.all);
      const help = first && firstAfter(frame.all, 'hardware', first);
      if (!first || !help) return { done: false, says: 'The history has no release, or no processor after it.' };
      if ([...values.kinds].sort().join() !== 'hardware,releases')
        return { done: false, says: 'Switch on Xen itself and hardware, and switch the other kinds off.' };
      const older = frame.all.filter((event) => isRelease(event) && middleOf(event) < middleOf(help));
      const missing = older.filter((event) => !frame.events.includes(event));
      const hardware = countOf(frame.events, 'hardware');
      if (missing.length > 0)
        return { done: false, says: `Not in the picture: ${missing.map(({ title }) => title).join(', ')}.` };
      if (hardware > 0)
        return {
          done: false,
          says: `Still in the picture: ${hardware === 1 ? 'one event' : `${hardware} events`} of hardware.`,
        };
      const years = yearsBetween(first, help).toFixed(1);
      return {
        done: true,
        says: `${older.length} releases, and ${years} years in which no x86 processor did anything for a hypervisor.`,
      };
    },
    answer: { values: { from: 2002, to: 2005, kinds: ['releases', 'hardware'] } },
  },
  {
    name: 'pace',
    title: 'The fastest five years',
    text: 'In which five years did Xen have the most releases? Show exactly five years, with Xen itself switched on.',
    check({ frame, values }) {
      const { from, to } = frame.window;
      if (to - from !== 5 || !frame.windowHolds)
        return { done: false, says: `The picture shows ${to - from === 1 ? 'one year' : `${to - from} years`}.` };
      if (!values.kinds.includes('releases')) return { done: false, says: 'Switch on Xen itself to see its releases.' };
      const here = frame.events.filter(isRelease).length;
      const most = busiest(frame.all, 5).count;
      return here === most
        ? { done: true, says: `${here} releases from ${from} to ${to - 1}: one in ${(60 / here).toFixed(0)} months.` }
        : { done: false, says: `These five years have ${here}; others have ${most}.` };
    },
    answer: { values: { from: 2015, to: 2020, kinds: ['releases'] } },
  },
];
