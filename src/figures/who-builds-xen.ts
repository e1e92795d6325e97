/** Who wrote the commits of each release of Xen, by the organisation of the author's address. */
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
import { formatDate, formatNumber } from '../figure/words.ts';
import {
  changesAt,
  faultOf,
  fewestFor,
  gather,
  ranked,
  shareOf,
  totalOf,
  type History,
  type Organisation,
} from '../models/history/contributors.ts';
import { drawContributors, height, isGathered, type Frame, type Measure } from './who-builds-xen-drawing.ts';

export const about: About = {
  name: 'who-builds-xen',
  title: 'Half of each Xen release comes from one, two or three organisations',
  question: 'Who writes Xen, and how many would have to stop for half of the work to be gone?',
  caption:
    'Follow a row to see an organisation come and go. Bars in full ink are the fewest organisations that wrote half of a release’s commits; how many they were stands above each column. A commit is a change to the source, large or small: the count says who takes part, and nothing about what it is worth.',
  picture:
    'A row of bars for each organisation and a column for each Xen release from 4.1 to 4.22; all rows have one scale',
  models: [
    'Commits in a release and not in the one before, without merges, counted from the tags of xen.git by the domain of the author’s address. We counted all releases anew; how, and every domain, stands in the list.',
    'Linaro counts as Arm, Xilinx as AMD, Novell as SUSE, XenSource and Cloud Software Group as Citrix.',
    'Other addresses, hatched, belong to no organisation that is named: private mail, the project’s own domains, and organisations with fewer than a hundred commits, such as Huawei and Microsoft; 199 domains in all. They count in the whole, but never among the fewest.',
    'Rows with a number in their name gather as many organisations. The small founders are Verizon, Google, Cisco, Calxeda and Samsung; the small others are Red Hat, Raptor Engineering, GlobalLogic, the University of Cambridge and IBM.',
  ],
  leavesOut: [
    'What a commit holds, who reviewed and tested it, and who paid for it. Commit counts are no measure of value.',
    'Whoever works for a company and writes from another address.',
    'Linux, QEMU and the toolstacks of products, where much of a Xen system is written, and releases that only correct earlier ones.',
  ],
  sources: [{ cite: 'xen-git', at: 'tags RELEASE-4.0.0 to RELEASE-4.22.0' }],
  height,
  frameMs: 900,
  data: 'commits.yaml',
};

const options = [
  { value: 'citrix', label: 'Citrix' },
  { value: 'suse', label: 'SUSE' },
  { value: 'arm', label: 'Arm' },
  { value: 'amd', label: 'AMD' },
  { value: 'intel', label: 'Intel' },
  { value: 'oracle', label: 'Oracle' },
  { value: 'amazon', label: 'Amazon' },
  { value: 'bugseng', label: 'BugSeng' },
  { value: 'epam', label: 'EPAM' },
  { value: 'nsa', label: 'NSA' },
  { value: 'invisible-things', label: 'Invisible Things Lab' },
  { value: 'fujitsu', label: 'Fujitsu' },
  { value: 'bitdefender', label: 'Bitdefender' },
  { value: 'vates', label: 'Vates' },
  { value: 'ford', label: 'Ford' },
  { value: 'founders', label: 'Small founders of 2013' },
  { value: 'small', label: 'Small others' },
] as const;
const opening = ['citrix', 'suse', 'arm', 'amd', 'intel', 'oracle', 'amazon', 'bugseng', 'epam', 'vates', 'ford'];

export const params = {
  measure: {
    kind: 'choice',
    label: 'Bars show',
    options: [
      { value: 'share', label: 'share of the release' },
      { value: 'commits', label: 'commits' },
    ],
    default: 'share',
    place: 'view',
  },
  chosen: {
    kind: 'set',
    label: 'Organisations',
    help: 'All others are gathered in one row. A click on a name in the picture shows that one alone.',
    options,
    default: opening,
    place: 'view',
  },
} as const satisfies Params;

type Values = ValuesOf<typeof params>;

const founders = ['citrix', 'amd', 'intel', 'oracle', 'amazon', 'founders'];

export const presets: readonly Preset[] = [
  {
    name: 'founders',
    label: 'The founding members of 2013',
    says: 'Ten of the twelve; Bromium and CA Technologies never sent a commit. Everyone else is gathered.',
    values: { chosen: founders },
  },
  {
    name: 'amazon',
    label: 'Amazon alone',
    says: 'EC2 ran on Xen from 2006. Its commits came late, and went.',
    values: { chosen: ['amazon'] },
  },
  {
    name: 'newcomers',
    label: 'Who came since 4.8',
    says: 'BugSeng, EPAM, Vates and Ford, on a scale of their own.',
    values: { chosen: ['bugseng', 'epam', 'vates', 'ford'] },
  },
];

export const initial: Initial = { frame: 'last' };

export function moments(frames: Frames<Frame>): readonly number[] {
  return [2, 17, frames.length - 1].filter((index, at, all) => index < frames.length && all.indexOf(index) === at);
}

export function run(values: Values, data: History): Frames<Frame> {
  const fault = faultOf(data);
  const history = fault === undefined ? data : { releases: [], organisations: [] };
  if (history.releases.length === 0) return [{ history, at: 0, rows: [], fewest: [], fault }];
  const rows = gather(history, values.chosen);
  const fewest = history.releases.map((_, at) => fewestFor(history, at));
  return history.releases.map((_, at) => ({ history, at, rows, fewest }));
}

export function draw(root: Root, frame: Frame, values: Values, stage: Stage): void {
  const reset = values.chosen.length === 1;
  drawContributors(root, frame, values.measure as Measure, stage, (row) =>
    isGathered(row) ? null : `chosen=${reset ? opening.join() : row.id}`,
  );
}

function list(organisations: readonly Organisation[]): string {
  const names = organisations.map(({ name }) => name);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** Commits of the rows that are chosen, in the release of a frame. */
function chosenCommits({ rows, at }: Frame): number {
  return rows.reduce((sum, row) => sum + (isGathered(row) ? 0 : (row.commits[at] ?? 0)), 0);
}

function percent(part: number, { history, at }: Frame): number {
  return 100 * shareOf(part, totalOf(history, at));
}

export function describe(frame: Frame): string {
  const { history, at, fewest, fault } = frame;
  const release = history.releases[at];
  if (!release) return fault ?? 'There is no release to count.';
  const total = totalOf(history, at);
  const half = fewest[at] ?? [];
  const { came, left } = changesAt(history, at);
  const domains = release.domains === 1 ? 'one domain' : `${release.domains} domains`;
  return [
    `Xen ${release.release}, ${formatDate(release.released)}: ${formatNumber(total)} commits.`,
    half.length === 0
      ? 'No organisations that are named make half of them.'
      : half.length === 1
        ? `${list(half)} wrote half or more of them.`
        : `${list(half)} together wrote half or more of them.`,
    `${formatNumber(release.rest)} come from ${domains} of no named organisation.`,
    `The organisations that are chosen wrote ${formatNumber(percent(chosenCommits(frame), frame), 1)}\u202f%.`,
    ...(came.length > 0 ? [`With commits again or for the first time: ${list(came)}.`] : []),
    ...(left.length > 0 ? [`Without, unlike in the release before: ${list(left)}.`] : []),
  ].join(' ');
}

export function readouts(frame: Frame): readonly Readout[] {
  const { history, at, fewest } = frame;
  const [largest] = ranked(history, at);
  return [
    { id: 'commits', label: 'Commits in the release', value: totalOf(history, at) },
    { id: 'largest', label: 'Largest organisation', value: largest?.name ?? 'none' },
    { id: 'share', label: 'Its share', value: percent(largest?.commits[at] ?? 0, frame), unit: '%', digits: 1 },
    { id: 'half', label: 'Fewest organisations for half', value: fewest[at]?.length ?? 0 },
    { id: 'chosen', label: 'Share of those chosen', value: percent(chosenCommits(frame), frame), unit: '%', digits: 1 },
  ];
}

/** A row of the CSV: one organisation in one release. */
interface Entry {
  readonly release: string;
  readonly released: string;
  readonly name: string;
  readonly commits: number;
}

export const columns: readonly Column<Entry>[] = [
  { name: 'release', value: ({ release }) => release },
  { name: 'released', value: ({ released }) => released },
  { name: 'organisation', value: ({ name }) => name },
  { name: 'commits', value: ({ commits }) => commits },
];

export function rows(frames: Frames<Frame>): readonly Entry[] {
  const { releases = [], organisations = [] } = frames.at(0)?.history ?? {};
  return releases.flatMap(({ release, released, rest }, at) => [
    ...organisations.map(({ name, commits }) => ({ release, released, name, commits: commits[at] ?? 0 })),
    { release, released, name: 'other addresses', commits: rest },
  ]);
}

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'three-quarters',
    title: 'Three quarters of the newest release',
    text: 'Mark the newest release, and choose as few organisations as possible that together wrote three quarters of its commits.',
    check({ frames, frame, values }) {
      const { history, at } = frame;
      if (at !== frames.length - 1) return { done: false, says: 'The newest release is the last one.' };
      const few = fewestFor(history, at, 0.75).length;
      const share = percent(chosenCommits(frame), frame);
      const count = values.chosen.length;
      const says = `The ${count} chosen wrote ${formatNumber(share, 1)} %.`;
      if (share < 75) return { done: false, says: `${says} That is less than three quarters.` };
      if (count > few) return { done: false, says: `${says} Fewer would do.` };
      return { done: true, says: `${says} With one fewer it would not be three quarters.` };
    },
    answer: { values: { chosen: ['citrix', 'suse', 'amd', 'epam'] }, frame: 'last' },
  },
  {
    name: 'founders',
    title: 'Founders who stayed',
    text: 'Choose every founding member of 2013 that still wrote commits of the newest release, and nobody else.',
    check({ frames, frame, values }) {
      const { history } = frame;
      const last = frames.length - 1;
      const wrote = history.organisations.filter(
        ({ row, commits }) => founders.includes(row) && (commits[last] ?? 0) > 0,
      );
      const stayed = [...new Set(wrote.map(({ row }) => row))];
      const missing = stayed.filter((row) => !values.chosen.includes(row)).length;
      const extra = values.chosen.filter((row) => !stayed.includes(row)).length;
      if (missing + extra > 0) return { done: false, says: `${missing} missing, ${extra} too many.` };
      return { done: true, says: `${wrote.length} of twelve: ${list(wrote)}.` };
    },
    answer: { values: { chosen: ['citrix', 'amd', 'intel'] }, frame: 'last' },
  },
];
