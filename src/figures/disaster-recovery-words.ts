/** The words of disaster-recovery: names, times, and what the outside notices. */
import type { Fault, Outcome, Setting, Step, Way, Why } from '../models/recovery/recovery.ts';

/** Names of the four ways. */
export const wayNames: Readonly<Record<Way, string>> = {
  image: 'Nightly image',
  snapshots: 'Snapshot shipping',
  storage: 'Synchronous storage',
  remus: 'Remus',
};

/** What is waited for until a step. */
export const delays: Readonly<Record<Step['what'], string>> = {
  noticed: 'noticing',
  started: 'deciding',
  copied: 'copying',
  back: 'starting',
};

/** Why nothing comes back, in a few words for the picture. */
export const whyWords: Readonly<Record<Why, string>> = {
  site: 'no copy elsewhere',
  same: 'copy has the mistake',
  kept: 'kept copies have it',
  behind: 'shipping falls behind',
};

/** What is lost: a time in ms, or all of it where that is without end. */
export function lostWords(ms: number, fault: Fault): string {
  return ms < Infinity ? spanWords(ms) : fault === 'data' ? 'all that was deleted' : 'everything';
}

/** What is lost, beside its bar; before the failure, how old the copy is. */
export function lossWords({ lost, why }: Outcome, fault: Fault, isBefore: boolean): string {
  if (lost === 0) return isBefore ? 'up to date' : 'no write lost';
  return `${lostWords(lost, fault)}${why ? '' : isBefore ? ' old' : ' lost'}`;
}

/** What stands beside the failure, in full and in short. The day begins at midnight, and what is lost may reach behind. */
export function failureWords({ fault, failure }: Setting, imageLost = 0): readonly [full: string, short: string] {
  const words = `${fault === 'data' ? 'deleted' : 'fails'} at ${clock(failure)}`;
  return [imageLost > failure && imageLost < Infinity ? `${words}; yesterday’s image counts` : words, words];
}

/** What is noticed outside, in a few words. */
export function note(way: Way, { fault, remus }: Setting): string {
  if (way === 'storage') return 'memory is gone';
  if (way === 'remus') return remus.held ? 'none of it seen outside' : 'all of it seen outside';
  return fault === 'data' ? 'older than the deletion' : 'answers given since are lost';
}

/** A time in ms in its two largest units: '13 h 18 min', '1.5 s', '30 ms'. */
export function spanWords(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const [large, small, size, part] = ms < 3_600_000 ? ['min', 's', 60_000, 1000] : ['h', 'min', 3_600_000, 60_000];
  const rest = Math.floor((ms % size) / part);
  return `${Math.floor(ms / size)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** A time of the day: '14:18'. */
export function clock(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}
