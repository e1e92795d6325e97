/** What a failure takes and for how long, under four ways of keeping a copy. */
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
import * as model from '../models/recovery/recovery.ts';
import { drawRecovery, stageHeights, type Frame } from './disaster-recovery-drawing.ts';
import { clock, inText, spanWords, wayNames, whyWords } from './disaster-recovery-words.ts';

export const about: About = {
  name: 'disaster-recovery',
  title: 'The copy decides what is lost, the restart how long it takes',
  question: 'A machine dies. What is gone, and when is the service back?',
  caption:
    'Hatched is what is lost, pale is the wait. As it opens, the snapshot of 14:00 is still on its way at 14:18 and does not count; the disk of the second machine and Remus lose nothing that anybody outside has seen.',
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

const minutes = { kind: 'number', unit: 'min', min: 0, max: 240, step: 1 } as const;
const unpublished = { place: 'assumption', source: 'unpublished' } as const;

export const params = {
  hour: {
    kind: 'number',
    label: 'Failure, hours after midnight',
    place: 'view',
    unit: 'h',
    min: 0,
    max: 24,
    step: 0.1,
    default: 14.3,
  },
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
  interval: { ...minutes, label: 'A snapshot every', place: 'view', min: 1, default: 60, source: 'unpublished' },
  epoch: {
    kind: 'number',
    label: 'Remus interval',
    place: 'view',
    unit: 'ms',
    min: 10,
    max: 1000,
    step: 1,
    default: { number: 'remus2008.checkpoint-interval' },
    source: { cite: 'remus2008', at: '§2.1' },
  },
  transfer: { ...minutes, ...unpublished, label: 'Shipping a snapshot', min: 1, default: 20 },
  copy: {
    ...unpublished,
    kind: 'number',
    label: 'Copying the image, there or back',
    unit: 'h',
    min: 0.25,
    max: 12,
    step: 0.25,
    default: 2,
  },
  detect: {
    kind: 'number',
    label: 'Until a host is given up',
    help: 'Opens with the timeout of an XCP-ng pool.',
    place: 'assumption',
    unit: 's',
    min: 1,
    max: 600,
    step: 1,
    default: { number: 'xcp-ng-ha.timeout' },
    source: { cite: 'xcp-docs', at: 'High availability' },
  },
  decide: {
    ...minutes,
    ...unpublished,
    label: 'Until somebody starts the copy',
    help: 'Images and snapshots are started by hand; 0 is a script.',
    max: 120,
    default: 15,
  },
  restart: {
    ...unpublished,
    kind: 'number',
    label: 'Boot of the guest',
    unit: 's',
    min: 1,
    max: 600,
    step: 1,
    default: 60,
  },
  ack: {
    ...unpublished,
    kind: 'number',
    label: 'Remus: until a checkpoint is acknowledged',
    unit: 'ms',
    min: 1,
    max: 1000,
    step: 1,
    default: 10,
  },
  takeover: {
    kind: 'number',
    label: 'Remus: until the backup runs',
    place: 'assumption',
    unit: 's',
    min: 0.1,
    max: 30,
    step: 0.1,
    default: { number: 'remus2008.takeover' },
    source: { cite: 'remus2008', at: '§3.2' },
  },
  into: {
    kind: 'number',
    label: 'Remus: the round when it fails',
    place: 'assumption',
    unit: '%',
    min: 0,
    max: 99,
    step: 1,
    default: 28,
  },
  timer: {
    kind: 'choice',
    label: 'Remus: the interval runs',
    place: 'assumption',
    options: [
      { value: 'paper', label: 'from checkpoint to checkpoint (2008)' },
      { value: 'xl', label: 'from acknowledgement to checkpoint (xl)' },
    ],
    default: 'paper',
  },
  held: { kind: 'switch', label: 'Remus: output waits for its checkpoint', place: 'assumption', default: true },
  noticed: {
    ...unpublished,
    kind: 'number',
    label: 'Until a deletion is noticed',
    unit: 'h',
    min: 0,
    max: 168,
    step: 0.5,
    default: 1,
  },
  kept: {
    ...unpublished,
    kind: 'number',
    label: 'Copies kept, of each kind',
    unit: '',
    min: 1,
    max: 30,
    step: 1,
    default: 7,
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'worst',
    label: 'Just before the image has arrived',
    says: 'At 2:54 tonight’s image is not complete, so last night’s counts: it is older than a day.',
    values: { hour: 2.9 },
    frame: 'last',
  },
  {
    name: 'mistake',
    label: 'A deletion by mistake',
    says: 'Both replicas delete it too, at once. Older copies still have it.',
    values: { fails: 'data' },
    frame: 'last',
  },
  {
    name: 'specweb',
    label: 'Remus under SPECweb2005',
    says: 'Asked for every 25 ms, checkpoints came every 43 ms on average: sending took longer than a round. Sending is set to that mean.',
    values: { ack: { number: 'remus2008.specweb-epoch-40' } },
    frame: 'last',
  },
  {
    name: 'xl',
    label: 'xl remus, Xen 4.22',
    says: 'The interval that xl takes where none is given; it begins when a checkpoint is acknowledged. xl calls Remus experimental.',
    values: { epoch: { number: 'xl-remus.interval' }, timer: 'xl' },
    frame: 'last',
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
  const { kept } = values;
  const setting: model.Setting = {
    fault: values.fails as model.Fault,
    failure: Math.round(values.hour * hour),
    image: { taken: hour, period: 24 * hour, transfer: values.copy * hour, kept },
    snapshots: { taken: 0, period: values.interval * minute, transfer: values.transfer * minute, kept },
    remus: {
      interval: values.epoch,
      ack: values.ack,
      timer: values.timer as model.Remus['timer'],
      into: values.into,
      held: values.held,
      takeover: Math.round(values.takeover * second),
    },
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

const happening: Readonly<Record<model.Step['what'], (way: model.Way) => string>> = {
  noticed: () => 'it is noticed',
  started: () => 'somebody starts the copy',
  copied: () => 'the image is copied back',
  back: (way) => `${inText(way)} is back`,
};

export function describe({ after, happens, outcomes, setting, problem }: Frame): string {
  const time = clock(setting.failure);
  const data = setting.fault === 'data';
  const words = [...new Set(happens.map(({ what, way }) => happening[what](way)))].join('; ');
  const event = data ? 'something is deleted by mistake' : `the ${setting.fault} fails`;
  const now =
    after < 0
      ? `Before ${time} all is well.`
      : after === 0
        ? `At ${time} ${event}${words ? `; at once ${words}` : ''}.`
        : `${spanWords(after)} after it: ${words}.`;
  const lost = outcomes.map(
    ({ way, lost, seen, why }) =>
      `${inText(way)} ${why ? `everything (${whyWords[why]})` : `${spanWords(lost ?? 0)}${lost !== seen ? ', none of it seen outside' : ''}`}`,
  );
  return `${now}${problem ? ` ${problem}` : ''} ${after < 0 ? 'Would be lost' : 'Lost'}: ${lost.join('; ')}.`;
}

export function readouts({ outcomes }: Frame): readonly Readout[] {
  const sizes = { h: hour, min: minute, s: second, ms: 1 };
  const one = (
    id: string,
    label: string,
    ms: number | undefined,
    unit: keyof typeof sizes,
    digits: number,
    none = 'everything',
  ): Readout => (ms === undefined ? { id, label, value: none } : { id, label, value: ms / sizes[unit], unit, digits });
  const [image, snapshots, storage, remus] = outcomes;
  const back = (of: model.Outcome | undefined): number | undefined => of?.steps.at(-1)?.after;
  return [
    one('nightLost', 'Image, lost', image?.lost, 'h', 1),
    one('nightBack', 'Image, back after', back(image), 'h', 1, 'never'),
    one('shipLost', 'Snapshots, lost', snapshots?.lost, 'min', 0),
    one('shipBack', 'Snapshots, back after', back(snapshots), 'min', 1, 'never'),
    one('syncLost', 'Synchronous, lost', storage?.lost, 's', 0),
    one('syncBack', 'Synchronous, back after', back(storage), 's', 0, 'never'),
    one('remusLost', 'Remus, lost', remus?.lost, 'ms', 0),
    one('remusSeen', 'of it, seen outside', remus?.seen, 'ms', 0),
    one('remusBack', 'Remus, back after', back(remus), 's', 1, 'never'),
  ];
}

interface Row extends model.Outcome {
  readonly step: model.Step | undefined;
}

export const columns: readonly Column<Row>[] = [
  { name: 'kept by', value: ({ way }) => wayNames[way] },
  { name: 'lost (ms)', value: ({ lost }) => lost ?? 'everything' },
  { name: 'of it seen outside (ms)', value: ({ seen }) => seen ?? 'everything' },
  { name: 'step', value: ({ step }) => step?.what ?? 'never back' },
  { name: 'after the failure (ms)', value: ({ step }) => step?.after ?? '' },
];

export function rows(frames: Frames<Frame>): readonly Row[] {
  const outcomes = frames.at(0)?.outcomes ?? [];
  return outcomes.flatMap((one) =>
    (one.steps.length === 0 ? [undefined] : one.steps).map((step): Row => ({ ...one, step })),
  );
}

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'worst-night',
    title: 'The worst moment for an image',
    text: 'Put the failure of the machine where the nightly image loses the most.',
    check({ frame: { outcomes, setting }, values }) {
      const lost = outcomes[0]?.lost ?? 0;
      // One step of the slider before the very worst.
      const done = values.fails !== 'data' && lost >= model.worstLoss(setting.image) - params.hour.step * hour;
      const says = `The image loses ${spanWords(lost)}.`;
      return {
        done,
        says: done ? `${says} A little later tonight’s image would count.` : `${says} There is a worse moment.`,
      };
    },
    answer: { values: { hour: 2.9 } },
  },
  {
    name: 'objectives',
    title: 'Fifteen minutes, five minutes',
    text: 'With shipped snapshots: lose at most 15 minutes whenever the machine fails, and have it back within 5.',
    check({ frame: { outcomes, setting, problem }, values }) {
      const back = outcomes[1]?.steps.at(-1)?.after;
      if (back === undefined || values.fails !== 'machine')
        return { done: false, says: problem ?? 'Let the machine fail.' };
      const worst = model.worstLoss(setting.snapshots);
      return {
        done: worst <= 15 * minute && back <= 5 * minute,
        says: `At the worst moment ${spanWords(worst)} are lost, and it is back after ${spanWords(back)}.`,
      };
    },
    answer: { values: { interval: 10, transfer: 5, decide: 2 } },
  },
  {
    name: 'old-copy',
    title: 'When snapshots are too young',
    text: 'Find a deletion by mistake that the nightly image can undo and the snapshots cannot.',
    check({ frame: { outcomes }, values }) {
      const [image, snapshots] = outcomes;
      if (values.fails !== 'data') return { done: false, says: 'Let the data fail.' };
      const done = image?.lost !== undefined && snapshots?.why === 'kept';
      const says = (name: string, one: model.Outcome | undefined): string =>
        `${name}: ${one?.why ? whyWords[one.why] : 'one has it still'}.`;
      return { done, says: `${says('Snapshots', snapshots)} ${says('Images', image)}` };
    },
    answer: { values: { fails: 'data', noticed: 12 } },
  },
];
