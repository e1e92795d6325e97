/**
 * Who wrote the commits of each release: shares, the fewest organisations that make half, who comes and who goes.
 *
 * Models: commits between one release and the next, by the organisation whose domain stands in the author's address.
 * Leaves out: what a commit holds (a corrected letter counts as much as a scheduler), who reviewed and tested it, who
 * reported the fault, and who paid. An address is no proof of an employer: some write from private ones.
 * Stands in: no source file of Xen. Counted from the tags of xen.git; content/commits.yaml says how.
 */

/** One release, with the commits that no organisation is named for. */
export interface Release {
  readonly release: string;
  /** '2026-07-30'. */
  readonly released: string;
  /** Commits from addresses of none of the organisations. */
  readonly rest: number;
  /** How many domains these addresses have. */
  readonly domains: number;
}

/** An organisation and its commits, a number for each release. */
export interface Organisation {
  readonly name: string;
  /** Where it is shown; several may share a row. */
  readonly row: string;
  readonly commits: readonly number[];
}

/** All that was counted; oldest release first. */
export interface History {
  readonly releases: readonly Release[];
  readonly organisations: readonly Organisation[];
}

/** What one row shows: an organisation, several that are gathered, or (without members) what belongs to none. */
export interface Row {
  readonly id: string;
  readonly members: readonly Organisation[];
  readonly commits: readonly number[];
}

/** What is wrong with the numbers, in a sentence; undefined where they can be used. */
export function faultOf({ releases, organisations }: History): string | undefined {
  if (releases.length === 0) return 'There is no release to count.';
  const rows = [...organisations, { name: 'The rest', commits: releases.map(({ rest }) => rest) }];
  const short = rows.find(({ commits }) => commits.length !== releases.length);
  if (short) return `${short.name} has ${short.commits.length} counts for ${releases.length} releases.`;
  const wrong = rows.find(({ commits }) => commits.some((count) => !Number.isInteger(count) || count < 0));
  return wrong && `${wrong.name} has a count that is no whole number from 0.`;
}

/** All commits of a release; 0 where there is no such release. */
export function totalOf({ releases, organisations }: History, at: number): number {
  return organisations.reduce((sum, { commits }) => sum + (commits[at] ?? 0), releases[at]?.rest ?? 0);
}

/** A part of a whole, from 0 to 1; 0 of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** The organisations with commits in a release, most first; of equals the earlier in the list. */
export function ranked({ organisations }: History, at: number): readonly Organisation[] {
  const count = ({ commits }: Organisation): number => commits[at] ?? 0;
  return organisations.filter((one) => count(one) > 0).sort((a, b) => count(b) - count(a));
}

/**
 * The fewest organisations that wrote at least `part` of a release's commits; empty where all together did not. The rest
 * belongs to the whole but makes up no part: it is no organisation.
 */
export function fewestFor(history: History, at: number, part = 0.5): readonly Organisation[] {
  const wanted = part * totalOf(history, at);
  let sum = 0;
  const order = ranked(history, at);
  const last = order.findIndex(({ commits }) => (sum += commits[at] ?? 0) >= wanted);
  return order.slice(0, last + 1);
}

/** Who has commits in a release and none in the one before (`came`), or the other way round (`left`); none for the first. */
export function changesAt(
  { organisations }: History,
  at: number,
): { readonly came: readonly Organisation[]; readonly left: readonly Organisation[] } {
  const has = ({ commits }: Organisation, index: number): boolean => (commits[index] ?? 0) > 0;
  const known = at > 0 ? organisations : [];
  return {
    came: known.filter((one) => has(one, at) && !has(one, at - 1)),
    left: known.filter((one) => has(one, at - 1) && !has(one, at)),
  };
}

/** Rows in the order of the list: the chosen ones, then all others gathered in `others`, then what belongs to none. */
export function gather(history: History, chosen: readonly string[]): readonly Row[] {
  const { releases, organisations } = history;
  const row = (id: string, members: readonly Organisation[]): Row => ({
    id,
    members,
    commits: releases.map((_, at) => members.reduce((sum, { commits }) => sum + (commits[at] ?? 0), 0)),
  });
  const ids = [...new Set(organisations.map((one) => one.row))];
  const shown = ids
    .filter((id) => chosen.includes(id))
    .map((id) =>
      row(
        id,
        organisations.filter((one) => one.row === id),
      ),
    );
  const others = organisations.filter((one) => !chosen.includes(one.row));
  const rest: Row = { id: 'rest', members: [], commits: releases.map((release) => release.rest) };
  return [...shown, ...(others.length > 0 ? [row('others', others)] : []), rest];
}
