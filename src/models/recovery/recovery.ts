/**
 * What a failure takes, and for how long: four ways to keep a copy of a virtual machine, in whole milliseconds.
 *
 * - Nightly image and snapshot shipping: a copy holds the state of the moment at which it was taken, and counts from the
 *   moment at which all of it has arrived. After a failure somebody starts it; an image is copied back first.
 * - Synchronous storage with restart: a write is complete when both disks have it (DRBD protocol C), so the disk loses
 *   nothing; memory is gone, and the guest boots from its disk as after a power cut.
 * - Remus (Cully et al., NSDI 2008, §2.2): once an epoch (1) pause, copy what changed, resume; (2) send it; (3) the backup
 *   acknowledges the whole checkpoint; (4) the output of that epoch is released. The backup takes over from the last whole
 *   checkpoint when checkpoints stay away (§2.6). Where sending takes longer than an epoch, the next one waits (§3.3).
 *   xl remus sets its timer when a checkpoint is committed (Xen 4.22: tools/libs/light/libxl_remus.c,
 *   remus_devices_commit_cb()), so its period is sending and interval together; -n releases output at once.
 *
 * Left out: what protection costs while nothing fails; varying times; the pause itself; failures during recovery; both
 * copies failing at once; a network that splits so that both sides run; work to be entered again by hand.
 */

/** What fails: the machine alone, all that stands in its site, or the data (a deletion by mistake, on a sound machine). */
export type Fault = 'machine' | 'site' | 'data';

/** Copies taken one a period; `taken` is the time of any one of them, and copies go back without an end. */
export interface Copies {
  readonly taken: number;
  readonly period: number;
  /** From the moment a copy is taken until it has arrived. */
  readonly transfer: number;
  /** How many of those that have arrived are kept. */
  readonly kept: number;
}

/** Remus, its clock counted from the last checkpoint taken before the failure. */
export interface Remus {
  readonly interval: number;
  /** From the pause until the checkpoint is acknowledged. */
  readonly ack: number;
  /** Whether the interval begins at the commit, as in xl, or at the checkpoint, as in the paper. */
  readonly xl: boolean;
  /** How much of its period has passed when it fails, in whole percent below 100. */
  readonly into: number;
  /** Whether output is held until its checkpoint is acknowledged. */
  readonly held: boolean;
  /** From the failure until the backup runs. */
  readonly takeover: number;
}

/** All that is given; times in ms, the failure's since midnight. */
export interface Setting {
  readonly fault: Fault;
  readonly failure: number;
  readonly image: Copies;
  readonly snapshots: Copies;
  readonly remus: Remus;
  /** Until the host is given up. */
  readonly detect: number;
  /** Until a deletion by mistake is noticed. */
  readonly noticed: number;
  /** Until somebody has started what is not started by itself. */
  readonly decide: number;
  /** Boot of the guest and its services. */
  readonly restart: number;
}

/** The four ways, in the order in which they are drawn. */
export const ways = ['image', 'snapshots', 'storage', 'remus'] as const;
/** One of the four ways. */
export type Way = (typeof ways)[number];

/** What happens after the failure, and how long after it. */
export interface Step {
  readonly what: 'noticed' | 'started' | 'copied' | 'back';
  readonly after: number;
}

/** Why nothing comes back: no copy elsewhere, the copy has the mistake, all kept copies have it, copies pile up. */
export type Why = 'site' | 'same' | 'kept' | 'behind';

/** What one way gives back; times are Infinity where nothing comes back. */
export interface Outcome {
  readonly way: Way;
  /** How old what comes back is at the failure. */
  readonly lost: number;
  /** Of what is lost, how much was known outside. */
  readonly seen: number;
  /** From the failure until the guest runs again. */
  readonly back: number;
  readonly steps: readonly Step[];
  readonly why?: Why;
}

/** When the newest copy was taken that has arrived at `time`. */
export function newestCopy(time: number, { taken, period, transfer }: Copies): number {
  return taken + Math.floor((time - transfer - taken) / period) * period;
}

/** The most that a failure of the machine can lose: it comes as the next copy is about to have arrived. */
export function worstLoss({ period, transfer }: Copies): number {
  return period + transfer;
}

/** How long one round of Remus takes, from checkpoint to checkpoint. */
export function remusPeriod({ interval, ack, xl }: Remus): number {
  return xl ? interval + ack : Math.max(interval, ack);
}

/** How long before the failure the last checkpoint was taken, and the last that was acknowledged. */
export function checkpointsBefore(remus: Remus): { readonly taken: number; readonly acknowledged: number } {
  const period = remusPeriod(remus);
  const taken = Math.floor((period * remus.into) / 100);
  return { taken, acknowledged: taken >= remus.ack ? taken : taken + period };
}

/** Output commit: when what is made at `made` leaves, where a checkpoint is taken at `checkpoint`. */
export function releaseTime(made: number, checkpoint: number, remus: Remus): number {
  const period = remusPeriod(remus);
  if (!remus.held) return made;
  return checkpoint + Math.ceil((made - checkpoint) / period) * period + remus.ack;
}

/** What is impossible in a setting, in a sentence; undefined where nothing is. */
export function problemOf(setting: Setting): string | undefined {
  const { image, snapshots, remus } = setting;
  const given = [setting, image, snapshots, remus].flatMap((part): unknown[] => Object.values(part));
  const isWrong = (value: unknown): boolean => typeof value === 'number' && !(Number.isInteger(value) && value >= 0);
  const least = Math.min(image.period, image.kept, snapshots.period, snapshots.kept, remus.interval);
  if (given.some(isWrong) || least < 1 || remus.into > 99)
    return 'Times are whole numbers from 0 on, periods from 1 on.';
  const slow = [image, snapshots].find(({ transfer, period }) => transfer > period);
  return slow && 'A copy arrives later than the next one is taken: copies fall further and further behind.';
}

/** What each of the ways gives back. */
export function recover(setting: Setting): readonly Outcome[] {
  const { fault, remus, decide, restart, image } = setting;
  const told = fault === 'data' ? setting.noticed : setting.detect;
  // Both halves of a pair stand in one site, and a deletion reaches both at once.
  const pair = fault === 'machine' ? undefined : fault === 'site' ? 'site' : 'same';
  const { acknowledged } = checkpointsBefore(remus);
  return [
    fromCopies('image', setting, [told, decide, image.transfer, restart]),
    fromCopies('snapshots', setting, [told, decide, 0, restart]),
    outcome('storage', 0, 0, [told, 0, 0, restart], pair),
    outcome('remus', acknowledged, remus.held ? 0 : acknowledged, [0, 0, 0, remus.takeover], pair),
  ];
}

function fromCopies(way: 'image' | 'snapshots', setting: Setting, spans: readonly number[]): Outcome {
  const { fault, failure, noticed } = setting;
  const copies = setting[way];
  // After a mistake the machine goes on, and copies go on arriving until somebody notices.
  const last = newestCopy(failure + (fault === 'data' ? noticed : 0), copies);
  const clean = Math.min(last, newestCopy(failure, { ...copies, transfer: 0 }));
  const tooOld = (last - clean) / copies.period >= copies.kept;
  const why = copies.transfer > copies.period ? 'behind' : tooOld ? 'kept' : undefined;
  return outcome(way, failure - clean, failure - clean, spans, why);
}

const order = ['noticed', 'started', 'copied', 'back'] as const;

/** Puts what has to be waited for one after the other; what takes no time is no step, but for the last. */
function outcome(way: Way, lost: number, seen: number, spans: readonly number[], why?: Why): Outcome {
  if (why) return { way, lost: Infinity, seen: Infinity, back: Infinity, steps: [], why };
  let back = 0;
  const steps = order.map((what, index): Step => ({ what, after: (back += spans[index] ?? 0) }));
  return { way, lost, seen, back, steps: steps.filter(({ what }, index) => spans[index] || what === 'back') };
}

/** One moment: how long after the failure (below 0 before it), what happens then, and what all ways give back. */
export interface Moment {
  readonly after: number;
  readonly happens: readonly (Step & { readonly way: Way })[];
  readonly outcomes: readonly Outcome[];
  readonly problem: string | undefined;
}

/** The moments: all is well, the failure, and each time at which something happens after it. */
export function run(setting: Setting): readonly Moment[] {
  const problem = problemOf(setting);
  const outcomes = recover(setting);
  const all = outcomes.flatMap(({ way, steps }) => steps.map((step) => ({ ...step, way })));
  const times = new Set([-1, 0, ...all.map(({ after }) => after)]);
  return [...times]
    .sort((one, other) => one - other)
    .map((after) => ({ after, happens: all.filter((step) => step.after === after), outcomes, problem }));
}
