/** Kinds, dates, distances and sources of the timeline in words. */
import { formatDate } from '../figure/words.ts';
import type { Kind, Shown, TimelineEvent } from '../models/history/timeline.ts';
import { countOf, firstRelease, isRelease, yearsBetween } from '../models/history/timeline.ts';

/** What the kinds are called beside their lanes and in the list of kinds. */
export const kindNames: Readonly<Record<Kind, { readonly lane: string; readonly option: string }>> = {
  people: { lane: 'People', option: 'People and companies' },
  papers: { lane: 'Papers', option: 'Papers' },
  products: { lane: 'Products', option: 'Products' },
  releases: { lane: 'Xen itself', option: 'Xen releases and source' },
  hardware: { lane: 'Hardware', option: 'Hardware' },
};

/** A date as far as it is known: '2 August 1972', 'May 2005', '1967', 'about 1965'. */
export function dateWords(event: TimelineEvent): string {
  return `${event.approximate ? 'about ' : ''}${formatDate(event.date)}`;
}

/** What sources say about the date, with a space before it; empty where there is nothing to say. */
export function noteWords(event: TimelineEvent): string {
  return event.dateNote ? ` ${event.dateNote}` : '';
}

/** How far an event lies from the first Xen release, as exactly as both dates allow; empty where there is nothing to say. */
export function distanceWords(all: readonly TimelineEvent[], event: TimelineEvent): string {
  const first = firstRelease(all);
  if (!first || first === event) return '';
  const years = yearsBetween(first, event);
  const exact = event.date.length > 4 && !event.approximate;
  const count = Math.abs(years).toFixed(exact ? 1 : 0);
  if (Number(count) === 0) return `at about the time of ${first.title}`;
  const unit = Number(count) === 1 ? 'year' : 'years';
  return `${exact ? '' : 'about '}${count} ${unit} ${years < 0 ? 'before' : 'after'} ${first.title}`;
}

/** Where an event is told: the work, as the page names it, and the place in it. */
export function sourceWords({ cited, source = '', at, confidence }: TimelineEvent): string {
  return `${cited ?? source}${at ? `, ${at}` : ''}${confidence === 'secondary' ? ' (a secondary source)' : ''}`;
}

/** How many events of which kinds are shown, and between which years. */
export function countWords({ events, window, windowHolds }: Shown, shown: readonly Kind[]): string {
  const years = windowHolds
    ? `From ${window.from} until the start of ${window.to}`
    : `The years must end after they begin, so ${window.from} is shown alone`;
  if (shown.length === 0) return `${years}: no kind of event is switched on.`;
  const counts = shown.flatMap((kind) => {
    if (kind !== 'releases') return count(countOf(events, kind), nouns[kind]);
    const releases = events.filter(isRelease).length;
    const others = countOf(events, kind) - releases;
    return [
      ...count(releases, nouns.releases),
      ...count(others, ['milestone of Xen’s source', 'milestones of Xen’s source']),
    ];
  });
  if (counts.length === 0) return `${years}: no event of the kinds that are switched on.`;
  return `${years}: ${counts.length < 2 ? counts.join('') : `${counts.slice(0, -1).join(', ')} and ${counts.at(-1) ?? ''}`}.`;
}

const nouns: Readonly<Record<Kind, readonly [string, string]>> = {
  people: ['event of people and companies', 'events of people and companies'],
  papers: ['paper', 'papers'],
  products: ['event of products', 'events of products'],
  releases: ['Xen release', 'Xen releases'],
  hardware: ['event of hardware', 'events of hardware'],
};

function count(number: number, [one, many]: readonly [string, string]): readonly string[] {
  return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
}
