/** Snapshots and clones as trees of disk images: what they store, what a read asks, and what going back loses. */
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
import * as model from '../models/storage/copy-on-write.ts';
import { drawTree, stageHeights } from './copy-on-write-drawing.ts';
import { counted, diskSize, letter, play, type Frame } from './copy-on-write-story.ts';

export const about: About = {
  name: 'copy-on-write',
  title: 'A snapshot or a clone copies nothing until somebody writes',
  question: 'What do snapshots and clones of a disk store, what does a read ask, and what does rolling back lose?',
  caption:
    'Each row is one image of a disk. Filled blocks are its own; an open one shows the letter of the image that has it. A machine that is rolled back gets an empty image on top of the snapshot, and its last one goes: with the bad patch, and with all work that was written since.',
  picture:
    'Rows of sixteen blocks, one row for each disk image, joined to a tree at the left. A line down one column shows which images a read asks. Below, two bars compare the blocks stored with those of full copies.',
  models: [
    'A chain of differencing images, as XCP-ng and XenServer keep disks in VHD files and as QEMU does with a backing file: a snapshot freezes the machine’s image and gives it an empty one; a write goes into the machine’s own image; a read asks that image, then its parent, until one has the block.',
    'Rolling back throws the machine’s image away and puts an empty one on the snapshot. Deleting takes a name; an image that nobody can reach is freed. An image without a name and with one child is merged with it.',
    'A block counts once in each image, however often it is written there. A disk has sixteen blocks, and which of them a patch or work writes follows a fixed pattern. Nobody published these counts; they are there to be changed.',
  ],
  leavesOut: [
    'The size of a block (2 MiB in VHD, with a bitmap of sectors), the tables by which an image finds its blocks, and caches.',
    'Memory: these are snapshots of the disk alone.',
    'Time: how long a read or a merge takes. XCP-ng merges in the background, some time after a snapshot is deleted.',
    'Snapshots inside one file with a count of references, as qcow2 also offers; and disks that are not stored sparsely.',
  ],
  sources: [
    { cite: 'xcp-docs', at: 'Snapshots; Storage, Coalesce' },
    { cite: 'xapi-sm', at: 'FileSR.py, cleanup.py, vhdutil.py' },
    { cite: 'qemu-qcow2', at: 'Cluster mapping' },
  ],
  height: stageHeights,
  frameMs: 1400,
};

export const params = {
  story: {
    kind: 'choice',
    label: 'Story',
    place: 'view',
    options: [
      { value: 'back', label: 'Patch, roll back' },
      { value: 'keep', label: 'Patch, keep' },
      { value: 'clones', label: 'Clones' },
    ],
    default: 'back',
  },
  written: {
    kind: 'number',
    label: 'A patch writes',
    help: 'How many of the disk’s sixteen blocks.',
    place: 'view',
    unit: 'blocks',
    min: 0,
    max: diskSize,
    step: 1,
    default: 5,
    source: 'unpublished',
  },
  count: {
    kind: 'number',
    label: 'Snapshots, or clones',
    help: 'A snapshot is taken before each patch; or each clone is patched.',
    place: 'view',
    unit: '',
    min: 0,
    max: 6,
    step: 1,
    default: 1,
    source: 'unpublished',
  },
  read: {
    kind: 'number',
    label: 'Block that is read',
    help: 'By the machine, or by the last clone. A click on a block chooses it too.',
    place: 'view',
    unit: '',
    min: 1,
    max: diskSize,
    step: 1,
    default: 7,
    source: 'unpublished',
  },
  work: {
    kind: 'number',
    label: 'Work writes',
    help: 'What a machine writes after a patch because of its own work, or a clone because of its test.',
    place: 'assumption',
    unit: 'blocks',
    min: 0,
    max: diskSize,
    step: 1,
    default: 3,
    source: 'unpublished',
  },
} as const satisfies Params;
type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'patch',
    label: 'A patch that is rolled back',
    says: 'A snapshot, a bad patch, some work, and the way back.',
    values: {},
    frame: 'last',
  },
  {
    name: 'keep',
    label: 'A patch that is kept',
    says: 'The snapshot is deleted after the test, and its image is merged with the newer one.',
    values: { story: 'keep' },
    frame: 'last',
  },
  {
    name: 'clones',
    label: 'Three clones of one golden image',
    says: 'Three machines on one frozen disk, each with a patch of its own to test.',
    values: { story: 'clones', count: 3, read: 5 },
    frame: 4,
  },
  {
    name: 'chain',
    label: 'A long chain',
    says: 'Six snapshots, none deleted. Few blocks are written between them, so that a read may walk far.',
    values: { count: 6, written: 2, work: 1, read: 3 },
    frame: 'last',
  },
];

export const initial: Initial = { frame: 'last' };

export function moments(frames: Frames<Frame>): readonly number[] {
  return [Math.max(0, frames.length - 3), frames.length - 1];
}

export function run(values: Values): readonly Frame[] {
  return play(values);
}

export function draw(root: Root, frame: Frame, values: Values, stage: Stage): void {
  drawTree(root, frame, values.read, stage);
}

export function describe(frame: Frame, values: Values): string {
  const [own, ...others] = frame.asked.map(letter);
  const reads =
    own === undefined
      ? 'No machine is left to read.'
      : others.length === 0
        ? `Reading block ${values.read}, ${frame.reader} asks ${own} alone.`
        : `Reading block ${values.read}, ${frame.reader} asks ${counted(frame.asked.length, 'image')}: ${[own, ...others].join(', ')}.`;
  return `${frame.title}. ${frame.says} ${reads}`;
}

export function readouts(frame: Frame): readonly Readout[] {
  const blocks = (id: string, label: string, value: number): Readout => ({ id, label, value, unit: 'blocks' });
  return [
    blocks('stored', 'Stored', model.used(frame.store)),
    blocks('copies', 'As full copies', model.asCopies(frame.store)),
    { id: 'asked', label: 'Images a read asks', value: frame.asked.length },
    blocks('lost', 'Lost with the patch', frame.lost),
    blocks('lostWork', 'of it, work', frame.lostWork),
  ];
}

export const columns: readonly Column<Frame>[] = [
  { name: 'moment', value: ({ title }) => title },
  { name: 'images', value: ({ store }) => store.images.length },
  { name: 'stored (blocks)', value: ({ store }) => model.used(store) },
  { name: 'as full copies (blocks)', value: ({ store }) => model.asCopies(store) },
  { name: 'images asked', value: ({ asked }) => asked.length },
  { name: 'lost with the patch (blocks)', value: ({ lost }) => lost },
];

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'no-gain',
    title: 'Clones that save nothing',
    text: 'Find a setting at which the golden image and its clones store as many blocks as full copies would.',
    check({ frame, values }) {
      if (values.story !== 'clones' || frame.store.holders.length < 2)
        return { done: false, says: 'At this moment there is no clone.' };
      const [stored, copies] = [model.used(frame.store), model.asCopies(frame.store)];
      return stored === copies
        ? { done: true, says: `Both take ${counted(stored, 'block')}: no clone shares a block any more.` }
        : { done: false, says: `Stored are ${counted(stored, 'block')}, and full copies would take ${copies}.` };
    },
    answer: { values: { story: 'clones', count: 3, written: 16 }, frame: 'last' },
  },
  {
    name: 'seven',
    title: 'Ask seven images',
    text: 'Find a setting in which the read asks seven images.',
    check({ frame }) {
      const asked = frame.asked.length;
      const chain = model.chain(frame.store, frame.asked[0]).length;
      if (asked >= 7) return { done: true, says: 'Six images had to say that they do not have the block.' };
      return {
        done: false,
        says: `The read asks ${asked} of ${counted(chain, 'image')} in the chain.`,
      };
    },
    answer: { values: { story: 'back', count: 6, written: 1, work: 0, read: 2 }, frame: 'last' },
  },
];
