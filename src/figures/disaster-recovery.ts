/** What a failure takes and for how long, under four ways of keeping a copy. */
import type {
  About,
  Column,
  FigureTask,
  Frames,
  Initial,
  Params,
  Preset,
  Quantity,
  Readout,
  Root,
  Stage,
  ValuesOf,
} from '../figure/contract.ts';
import * as model from '../models/recovery/recovery.ts';
import { drawRecovery, stageHeights, type Frame } from './disaster-recovery-drawing.ts';
import { clock, lostWords, spanWords, wayNames, whyWords } from './disaster-recovery-words.ts';

export const about: About = {
  name: 'disaster-recovery',
  title: 'The copy decides what is lost, the restart how long it takes',
  question: 'A machine dies. What is gone, and when is the service back?',
  caption:
    'Hatched is what is lost; pale is the wait, for noticing, deciding, copying back and starting. As it opens, the snapshot of 14:00 is still on its way at 14:18 and does not count. The second disk has every write, and Remus loses nothing that anybody outside has seen.',
  picture:
    'At the top a day, with images and snapshots on their way and the moment of the failure. In the middle four lanes on a logarithmic scale: to the left of the failure what is lost, to the right the time until the service is back. At the bottom three rounds of Remus in proportion.',
  models: [
    'An image or a snapshot holds the moment at which it was taken, and counts from the moment at which it has arrived. Images are taken at 1:00. Both go to another site; they have been going there for longer than the day that is shown.',
    'Synchronous storage: a write is complete when both disks have it. The guest boots from the second disk as after a power cut.',
    'Remus: once a round pause, copy, resume, send; the backup acknowledges; the output of that round is released. The backup goes on from the last checkpoint that is complete.',
    'Both machines of the last two ways stand in one site. A deletion by mistake reaches both at once; the machine goes on until somebody notices, and so do its copies.',
    'Most times here nobody published: they are sliders. The exceptions name their source.',
  ],
  leavesOut: [
    'What protection costs while nothing fails: Remus slowed a kernel build by 31 % at 10 checkpoints a second and by 103 % at 40.',
    'Varying times, failures during recovery, failures of both machines at once, and a split network in which both run.',
    'The pause of each checkpoint, and the disk writes that the backup applies before it takes over.',
  ],
  sources: [
    { cite: 'remus2008', at: '§2.2, §2.6, §3.2, §3.3' },
    { cite: 'xen-git', at: 'tools/libs/light/libxl_remus.c, xl(1) remus; 4.22' },
    { cite: 'drbd-guide', at: '§2.3, protocol C' },
    { cite: 'xcp-docs', at: 'High availability' },
  ],
  height: stageHeights,
  frameMs: 1400,
};

const number = (unit: string, min: number, max: number, step: number, standard: Quantity) =>
  ({ kind: 'number', unit, min, max, step, default: standard }) as const;

export const params = {
  hour: { ...number('h', 0, 24, 0.1, 14.3), label: 'Failure, hours after midnight', place: 'view' },
  fails: {
    kind: 'choice',
    label: 'What fails',
    place: 'view',
    options: [
      { value: 'machine', label: 'the machine' },
      { value: 'site', label: 'the site' },
      { value: 'data', label: 'the data: a mistaken deletion' },
    ],
    default: 'machine',
  },
  interval: { ...number('min', 1, 240, 1, 60), label: 'A snapshot every', place: 'view', source: 'unpublished' },
  epoch: {
    ...number('ms', 10, 1000, 1, { number: 'remus2008.checkpoint-interval' }),
    label: 'Remus: a checkpoint every',
    place: 'view',
    source: { cite: 'remus2008', at: '§2.1' },
  },
  transfer: {
    ...number('min', 1, 240, 1, 20),
    label: 'Snapshot: on its way for',
    place: 'assumption',
    source: 'unpublished',
  },
  copy: {
    ...number('h', 0.5, 12, 0.5, 2),
    label: 'Image: on its way for, there or back',
    place: 'assumption',
    source: 'unpublished',
  },
  detect: {
    ...number('s', 1, 600, 1, { number: 'xcp-ng-ha.timeout' }),
    label: 'Until a host is given up',
    help: 'Opens with the timeout of an XCP-ng pool.',
    place: 'assumption',
    source: { cite: 'xcp-docs', at: 'High availability' },
  },
  decide: {
    ...number('min', 0, 120, 1, 15),
    label: 'Until somebody starts the copy',
    help: 'Images and snapshots wait for a person; 0 is a script.',
    place: 'assumption',
    source: 'unpublished',
  },
  restart: { ...number('s', 1, 600, 1, 60), label: 'Boot of the guest', place: 'assumption', source: 'unpublished' },
  ack: {
    ...number('ms', 1, 1000, 1, 10),
    label: 'Remus: until a checkpoint is acknowledged',
    place: 'assumption',
    source: 'unpublished',
  },
  takeover: {
    ...number('s', 0.1, 30, 0.1, { number: 'remus2008.takeover' }),
    label: 'Remus: until the backup runs',
    place: 'assumption',
    source: { cite: 'remus2008', at: '§3.2' },
  },
  into: { ...number('%', 0, 99, 1, 28), label: 'Remus: how far the round has come', place: 'assumption' },
  xl: {
    kind: 'switch',
    label: 'Remus: a round begins when the last is acknowledged, as in xl',
    place: 'assumption',
    default: false,
  },
  held: { kind: 'switch', label: 'Remus: output waits for its checkpoint', place: 'assumption', default: true },
  noticed: {
    ...number('h', 0, 168, 0.5, 1),
    label: 'Until a deletion is noticed',
    place: 'assumption',
    source: 'unpublished',
  },
  kept: { ...number('', 1, 30, 1, 7), label: 'Copies kept, of each kind', place: 'assumption', source: 'unpublished' },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'afternoon',
    label: 'An afternoon',
    says: 'The snapshot of 14:00 needs two minutes more until all of it is there.',
    values: {},
  },
  {
    name: 'worst',
    label: 'Just before the image has arrived',
    says: 'At 2:54 tonight’s image is not complete, so last night’s counts: it is older than a day.',
    values: { hour: 2.9 },
  },
  {
    name: 'mistake',
    label: 'A deletion by mistake',
    says: 'Both replicas delete it too, at once. Older copies still have it.',
    values: { fails: 'data' },
  },
  {
    name: 'specweb',
    label: 'Remus under SPECweb2005',
    says: 'Asked for every 25 ms, checkpoints came every 43 ms on average: sending took longer than a round. Sending is set to that mean.',
    values: { ack: { number: 'remus2008.specweb-epoch-40' } },
  },
  {
    name: 'xl',
    label: 'xl remus, Xen 4.22',
    says: 'The interval that xl takes where none is given; it begins when a checkpoint is acknowledged. xl calls Remus experimental.',
    values: { epoch: { number: 'xl-remus.interval' }, xl: true },
  },
];

export const initial: Initial = { frame: 'last' };

export function moments(frames: Frames<Frame>): readonly number[] {
  return [1, frames.length - 1];
}

const second = 1000;
const minute = 60_000;
const hour = 3_600_000;

export function run(values: Values): readonly Frame[] {
  const { kept, ack, xl, into, held } = values;
  const setting: model.Setting = {
    fault: values.fails as model.Fault,
    failure: Math.round(values.hour * hour),
    image: { taken: hour, period: 24 * hour, transfer: values.copy * hour, kept },
    snapshots: { taken: 0, period: values.interval * minute, transfer: values.transfer * minute, kept },
    remus: { interval: values.epoch, ack, xl, into, held, takeover: Math.round(values.takeover * second) },
    detect: values.detect * second,
    noticed: values.noticed * hour,
    decide: values.decide * minute,
    restart: values.restart * second,
  };
  return model.run(setting).map((moment) => ({ ...moment, setting }));
}

export function draw(root: Root, frame: Frame, _values: Values, stage: Stage): void {
  drawRecovery(root, frame, stage);
}

const happening = { noticed: 'it is noticed', started: 'somebody starts the copy', copied: 'the image is copied back' };

export function describe({ after, happens, outcomes, setting, problem }: Frame): string {
  const { failure, fault } = setting;
  const time = clock(failure);
  const event = fault === 'data' ? 'something is deleted by mistake' : `the ${fault} fails`;
  const words = happens.map(({ what, way }) => (what === 'back' ? `${wayNames[way]} is back` : happening[what]));
  const now =
    after < 0 ? `Before ${time} all is well` : after === 0 ? `At ${time} ${event}` : `${spanWords(after)} after it`;
  const lost = outcomes.map(({ way, lost, seen, why }) => {
    const more = why ? `: ${whyWords[why]}` : seen < lost ? ', not seen outside' : '';
    const what = lost ? lostWords(lost, fault) : 'no write';
    return `${wayNames[way]} ${after < 0 ? 'would lose' : 'loses'} ${what}${more}.`;
  });
  return [[now, [...new Set(words)].join('; ')].filter(Boolean).join(': ') + '.', problem, ...lost]
    .filter(Boolean)
    .join(' ');
}

export function readouts({ outcomes, setting }: Frame): readonly Readout[] {
  const [image, snapshots, storage, remus] = outcomes;
  const one = (id: string, label: string, ms = 0, unit = 'ms', size = 1, digits = 0): Readout =>
    ms < Infinity
      ? { id, label, value: ms / size, unit, digits }
      : { id, label, value: id.endsWith('Back') ? 'never' : lostWords(ms, setting.fault) };
  return [
    one('nightLost', 'Image, lost', image?.lost, 'h', hour, 1),
    one('nightBack', 'Image, back after', image?.back, 'h', hour, 1),
    one('shipLost', 'Snapshots, lost', snapshots?.lost, 'min', minute),
    one('shipBack', 'Snapshots, back after', snapshots?.back, 'min', minute, 1),
    one('syncLost', 'Synchronous, lost', storage?.lost, 's', second),
    one('syncBack', 'Synchronous, back after', storage?.back, 's', second),
    one('remusLost', 'Remus, lost', remus?.lost),
    one('remusSeen', 'of it, seen outside', remus?.seen),
    one('remusBack', 'Remus, back after', remus?.back, 's', second, 1),
  ];
}

const cell = (ms: number): number | string => (ms < Infinity ? ms : '');

export const columns: readonly Column<model.Outcome>[] = [
  { name: 'kept by', value: ({ way }) => wayNames[way] },
  { name: 'lost (ms)', value: ({ lost }) => cell(lost) },
  { name: 'seen outside and lost (ms)', value: ({ seen }) => cell(seen) },
  { name: 'back after (ms)', value: ({ back }) => cell(back) },
];

export function rows(frames: Frames<Frame>): readonly model.Outcome[] {
  return frames.at(0)?.outcomes ?? [];
}

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'worst-night',
    title: 'The worst moment for an image',
    text: 'Put the failure of the machine where the nightly image loses the most.',
    check({ frame: { outcomes, setting }, values }) {
      const lost = outcomes[0]?.lost ?? 0;
      // One step of the slider before the image arrives: at that moment it counts, and the loss falls by a day.
      const done = values.fails !== 'data' && lost >= model.worstLoss(setting.image) - 0.1 * hour;
      return {
        done,
        says: `The image loses ${lostWords(lost, setting.fault)}.${done ? '' : ' There is a worse moment.'}`,
      };
    },
    answer: { values: { hour: 2.9 } },
  },
  {
    name: 'objectives',
    title: 'Fifteen minutes, five minutes',
    text: 'With shipped snapshots: lose at most 15 minutes whenever the machine fails, and have it back within 5. Two of the sliders for it stand under Assumptions.',
    check({ frame: { outcomes, setting, problem }, values }) {
      const back = outcomes[1]?.back ?? 0;
      const worst = model.worstLoss(setting.snapshots);
      if (problem || values.fails === 'data') return { done: false, says: problem ?? 'Let the machine fail.' };
      return {
        done: worst <= 15 * minute && back <= 5 * minute,
        says: `At worst ${spanWords(worst)} are lost, and it is back after ${spanWords(back)}.`,
      };
    },
    answer: { values: { interval: 10, transfer: 5, decide: 2 } },
  },
  {
    name: 'old-copy',
    title: 'When snapshots are too young',
    text: 'Find a deletion by mistake that the nightly image can undo and the snapshots cannot.',
    check({ frame: { outcomes }, values }) {
      if (values.fails !== 'data') return { done: false, says: 'Let the data fail.' };
      const [image, snapshots] = outcomes.map(({ why }) => why);
      const says = (why?: model.Why): string => (why ? whyWords[why] : 'one has it still');
      const done = !image && snapshots === 'kept';
      return { done, says: `Images: ${says(image)}. Snapshots: ${says(snapshots)}.` };
    },
    answer: { values: { fails: 'data', noticed: 12 } },
  },
];
