/**
 * The dates of a history as places on a line of years.
 *
 * Models: an event is known to the day, to the month or to the year, and takes up exactly that stretch of the line; a
 * window of whole years and a set of kinds choose the events that are shown; distances are counted between the middles
 * of stretches. Dates are of the Gregorian calendar, with its leap years.
 * Leaves out: the hour and the time zone (a release announced at night in Cambridge is a day later in Tokyo); how long an
 * event took (a project is its beginning, a processor its first day on sale); how much an event mattered.
 * Stands in: no source file of Xen. Events and sources are content/timeline.yaml; release days there are those of the
 * git tags and of CHANGELOG.md.
 */

/** The kinds of events, in the order in which lanes stand. */
export const kinds = ['people', 'papers', 'products', 'releases', 'hardware'] as const;

/** What an event is. */
export type Kind = (typeof kinds)[number];

/** One entry of content/timeline.yaml; its id is not needed here. */
export interface TimelineEntry {
  /** '1972-08-02', '2005-05' or '1967': as much as is known. */
  readonly date: string;
  readonly approximate?: boolean | undefined;
  readonly dateNote?: string | undefined;
  /** Empty where only the mark travels. */
  readonly title: string;
  /** What happened and why it matters; empty where only marks and names travel. */
  readonly text: string;
  readonly kind: Kind;
  /** A key of content/references.yaml. */
  readonly source?: string | undefined;
  /** What the page calls the source: 'Barham et al. 2003'. */
  readonly cited?: string | undefined;
  /** The place in the source. */
  readonly at?: string | undefined;
  /** Verified where it is left out. */
  readonly confidence?: 'verified' | 'secondary' | undefined;
}

/** A stretch of the line of years; `end` is the first instant after it. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** An entry with its place on the line and its number in the file, from 1. */
export interface TimelineEvent extends TimelineEntry, Stretch {
  readonly number: number;
}

/** What a reader asks to see: from the start of one year until the start of another. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What a window and a choice of kinds leave of a history. */
export interface Shown {
  /** The years that are shown: those asked for, or one year where the window asked for is empty or turned round. */
  readonly window: Window;
  /** Whether the window asked for held at least one year. */
  readonly windowHolds: boolean;
  /** In order of time. */
  readonly events: readonly TimelineEvent[];
  /** The event with the number asked for, in the window or outside. */
  readonly chosen: TimelineEvent | undefined;
  /** Every event of the file, in order of time. */
  readonly all: readonly TimelineEvent[];
}

const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365] as const;

/** Whether a year of the Gregorian calendar has 366 days. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days of a year before the first of a month (1 to 13; 13 gives the days of the year). */
export function daysBeforeMonth(year: number, month: number): number {
  const days = daysBefore[month - 1] ?? 0;
  return month > 2 && isLeapYear(year) ? days + 1 : days;
}

/** The stretch that a date takes up, in years; undefined where the text is not a date that exists. */
export function stretchOf(date: string): Stretch | undefined {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(date);
  if (!match) return undefined;
  const year = Number(match[1]);
  const length = daysBeforeMonth(year, 13);
  if (match[2] === undefined) return { start: year, end: year + 1 };
  const month = Number(match[2]);
  if (month < 1 || month > 12) return undefined;
  const first = daysBeforeMonth(year, month);
  const next = daysBeforeMonth(year, month + 1);
  if (match[3] === undefined) return { start: year + first / length, end: year + next / length };
  const day = first + Number(match[3]);
  if (day <= first || day > next) return undefined;
  return { start: year + (day - 1) / length, end: year + day / length };
}

/** The middle of a stretch: where its mark stands, and where distances are counted from. */
export function middleOf({ start, end }: Stretch): number {
  return (start + end) / 2;
}

/** Gives every entry its place and its number; entries without a date that exists are left out. Order of time. */
export function placeEvents(entries: readonly TimelineEntry[]): readonly TimelineEvent[] {
  const placed = entries.flatMap((entry, index) => {
    const stretch = stretchOf(entry.date);
    return stretch ? [{ ...entry, ...stretch, number: index + 1 }] : [];
  });
  // Of two events that share a middle the earlier in the file comes first.
  return placed.sort((a, b) => middleOf(a) - middleOf(b) || a.number - b.number);
}

/** Chooses the events of some kinds that lie in a window, and the one with a given number (0 chooses none). */
export function show(
  entries: readonly TimelineEntry[],
  asked: Window,
  shownKinds: readonly string[],
  number: number,
): Shown {
  const windowHolds = asked.from < asked.to;
  const window = windowHolds ? asked : { from: asked.from, to: asked.from + 1 };
  const all = placeEvents(entries);
  return {
    window,
    windowHolds,
    events: all.filter((event) => shownKinds.includes(event.kind) && lies(event, window)),
    chosen: all.find((event) => event.number === number),
    all,
  };
}

/** Whether a stretch lies in a window. Windows are of whole years, so that no stretch is cut. */
export function lies(stretch: Stretch, window: Window): boolean {
  return stretch.start >= window.from && stretch.end <= window.to;
}

/** How many of some events are of a kind. */
export function countOf(events: readonly TimelineEvent[], kind: Kind): number {
  return events.filter((event) => event.kind === kind).length;
}

/** Whether an event is a release of Xen, named by its number; the kind `releases` also has milestones of the source. */
export function isRelease(event: TimelineEntry): boolean {
  return event.kind === 'releases' && /^Xen \d/.test(event.title);
}

/** The first release of Xen; undefined where the history has none. */
export function firstRelease(all: readonly TimelineEvent[]): TimelineEvent | undefined {
  return all.find(isRelease);
}

/** The first event of a kind that lies after an event; undefined where there is none. */
export function firstAfter(all: readonly TimelineEvent[], kind: Kind, after: TimelineEvent): TimelineEvent | undefined {
  return all.find((event) => event.kind === kind && middleOf(event) > middleOf(after));
}

/** Years from one event to another, negative where the other came first. */
export function yearsBetween(from: Stretch, to: Stretch): number {
  return middleOf(to) - middleOf(from);
}

/** The window of a given number of years that holds the most releases of Xen; the earliest of several. */
export function busiest(all: readonly TimelineEvent[], span: number): Window & { readonly count: number } {
  const releases = all.filter(isRelease);
  let best = { from: 0, to: span, count: 0 };
  // A window can be moved right until it begins in the year of a release and loses none, so no other needs to be tried.
  for (const { start } of releases) {
    const from = Math.floor(start);
    const count = releases.filter((event) => lies(event, { from, to: from + span })).length;
    if (count > best.count) best = { from, to: from + span, count };
  }
  return best;
}
