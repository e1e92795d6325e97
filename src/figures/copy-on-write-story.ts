/** The three stories: what is done to the disks, moment by moment, and which rows each moment shows. */
import * as model from '../models/storage/copy-on-write.ts';
import { clone, remove, write, type Image, type Store } from '../models/storage/copy-on-write.ts';

/** Blocks of the disk in the picture. */
export const diskSize = 16;

/** What is given. */
export interface Plot {
  readonly story: string;
  /** Blocks that a patch writes. */
  readonly written: number;
  /** Snapshots, each before a patch of its own; or clones. */
  readonly count: number;
  /** Blocks that each machine writes besides. */
  readonly work: number;
  /** The block that is read, from 1. */
  readonly read: number;
}

/** One image in the picture. */
export interface Row {
  readonly image: Image;
  readonly name: string;
  /** Whether it was there a moment ago and is gone now. */
  readonly gone: boolean;
  /** Which machine writes to it, from 1; 0 where it is frozen. */
  readonly machine: number;
  readonly faulty: boolean;
  /** How many places it stands to the right of the base in the tree. */
  readonly level: number;
}

/** One moment. */
export interface Frame {
  /** What has happened, in a few words. */
  readonly title: string;
  /** What it means. */
  readonly says: string;
  readonly store: Store;
  readonly rows: readonly Row[];
  /** The most rows of the run, and the most blocks that full copies or images take in it. */
  readonly most: { readonly rows: number; readonly blocks: number };
  /** Images that the read asks, the machine's own first; the last one has the block. None where no machine is left. */
  readonly asked: readonly number[];
  readonly reader: string | undefined;
  /** Blocks written since the snapshot or by the clone that fails, and those of them that were work. */
  readonly lost: number;
  readonly lostWork: number;
}

/** The letter of an image. */
export function letter(id: number): string {
  return String.fromCharCode(65 + id);
}

/** A count with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

// Which blocks a patch and work write: spread over the disk, each block once (3 has no factor in common with 16).
const spread = (count: number, from: number, by: number): readonly number[] =>
  Array.from({ length: count }, (_, n) => (((from + by * n) % diskSize) + diskSize) % diskSize);
const patchBlocks = (count: number, turn: number): readonly number[] => spread(count, 5 * turn, 3);
const workBlocks = (count: number, turn: number): readonly number[] => spread(count, 5 * turn + 14, -3);
const writeAll = (store: Store, machine: string, blocks: readonly number[], by: 'patch' | 'work'): Store =>
  blocks.reduce((now, block) => write(now, machine, block, by), store);

interface Scene {
  readonly title: string;
  readonly says: string;
  readonly store: Store;
  readonly fault?: string;
  /** What became of the images that are gone. */
  readonly gone?: string;
  readonly lost?: number;
  readonly lostWork?: number;
}

const vm = 'the machine';

function machineStory({ story, written, count, work }: Plot): readonly Scene[] {
  let store = model.create(diskSize, vm);
  const scenes: Scene[] = [{ title: 'The machine runs on its disk', says: 'Every block is its own.', store }];
  for (let turn = 0; turn < Math.max(1, count); turn++) {
    if (count > 0) {
      store = model.snapshot(store, vm, `snapshot ${turn + 1}`);
      const says = 'The image so far is frozen, and the machine goes on in an empty one. No block was copied.';
      scenes.push({ title: `Snapshot ${turn + 1}`, says, store });
    }
    const own = (blocks: number, lostWork = 0): Partial<Scene> => (count > 0 ? { lost: blocks, lostWork } : {});
    const where = (): string => letter(model.holderOf(store, vm)?.image ?? 0);
    store = writeAll(store, vm, patchBlocks(written, turn), 'patch');
    const patched = `The patch writes ${counted(written, 'block')}, all into image ${where()}.`;
    scenes.push({ title: count > 1 ? `Patch ${turn + 1}` : 'The patch', says: patched, store, ...own(written) });
    store = writeAll(store, vm, workBlocks(work, turn), 'work');
    const distinct = new Set([...patchBlocks(written, turn), ...workBlocks(work, turn)]).size;
    const busy = `Meanwhile the machine does its work, which writes ${counted(work, 'block')} into the same image.`;
    scenes.push({ title: 'Work goes on', says: busy, store, ...own(distinct, work) });
  }
  const { lost = 0, lostWork = 0 } = scenes.at(-1) ?? {};
  const stake = { lost, lostWork };
  if (story === 'keep') {
    for (let turn = 1; turn <= count; turn++) store = remove(store, `snapshot ${turn}`);
    if (count > 0) {
      const [name, blocks] = count > 1 ? ['their names', 'Their'] : ['its name', 'Its'];
      const says = `Deleting took ${name}. ${blocks} blocks are still needed, and nothing is freed yet.`;
      scenes.push({ title: count > 1 ? 'The snapshots are deleted' : 'The snapshot is deleted', says, store });
      store = model.coalesce(store);
      const merged =
        'Of two versions of a block the newer one stays, and the older one is freed. There is no way back now.';
      scenes.push({ title: 'The chain is merged', says: merged, store, gone: 'merged into A' });
    } else scenes.push({ title: 'The patch stays', says: 'There is no snapshot to delete.', store });
    return scenes;
  }
  const fails = 'Something in the patch is wrong. The frozen image does not have it.';
  const stuck = 'Something in the patch is wrong, and the disk as it was is nowhere.';
  scenes.push({ title: 'The machine fails', says: count > 0 ? fails : stuck, store, fault: vm, ...stake });
  const back = model.rollBack(store, vm, `snapshot ${count}`);
  if (back.problem) return [...scenes, { title: 'No way back', says: back.problem, store, fault: vm }];
  const gone = `Every block is back as it was at the snapshot. Thrown away: ${counted(lost, 'block')}, ${lostWork} of them work.`;
  return [
    ...scenes,
    { title: `Rolled back to snapshot ${count}`, says: gone, store: back, gone: 'thrown away', ...stake },
  ];
}

function cloneStory({ written, count, work }: Plot): readonly Scene[] {
  let store = model.create(diskSize, 'golden image', false);
  const scenes: Scene[] = [{ title: 'A golden image', says: 'One disk, installed once and frozen.', store }];
  const names = Array.from({ length: count }, (_, turn) => `clone ${turn + 1}`);
  const [first] = names;
  if (!first) return [{ ...scenes[0], title: 'No clone', says: 'Without a clone no machine runs.', store }];
  store = names.reduce((now, name) => clone(now, 'golden image', name), store);
  const born = `${counted(count, 'machine')} with a whole disk each, and not one block more.`;
  scenes.push({ title: counted(count, 'clone'), says: born, store });
  store = names.reduce((now, name, turn) => writeAll(now, name, patchBlocks(written, turn), 'patch'), store);
  const patched = `Each gets a patch of its own, which writes ${counted(written, 'block')}.`;
  scenes.push({ title: 'Each clone is patched', says: patched, store, lost: written });
  store = names.reduce((now, name, turn) => writeAll(now, name, workBlocks(work, turn), 'work'), store);
  const lost = new Set([...patchBlocks(written, 0), ...workBlocks(work, 0)]).size;
  const stake = { lost, lostWork: work };
  const test = `Each test writes ${counted(work, 'block')} more. A block that is written twice counts once.`;
  scenes.push({ title: 'The tests run', says: test, store, ...stake });
  const fault = 'Its patch is bad. The golden image and the other clones have none of it.';
  scenes.push({ title: 'Clone 1 fails', says: fault, store, fault: first, ...stake });
  store = remove(store, first);
  const freed = `Its own ${counted(lost, 'block')} are freed, and nothing else has changed.`;
  return [...scenes, { title: 'Clone 1 is deleted', says: freed, store, gone: 'deleted', ...stake }];
}

/** Images of this moment and those that have just gone, each below its parent. */
function rowsOf({ store, fault, gone: fate = 'gone' }: Scene, before: Store | undefined): readonly Row[] {
  const gone = before?.images.filter(({ id }) => !model.imageOf(store, id)) ?? [];
  const all = [...store.images, ...gone];
  const below = (parent: number | undefined, level: number): readonly Row[] => {
    const children = all.filter((image) => image.parent === parent).sort((a, b) => a.id - b.id);
    return children.flatMap((image): readonly Row[] => {
      const isGone = gone.includes(image);
      const at = (isGone ? before : store)?.holders.find((holder) => holder.image === image.id);
      const deeper = parent !== undefined && children.length > 1 ? level + 1 : level;
      const number = Number(at?.name.replace(/\D/g, '')) || 1;
      return [
        {
          image,
          name: isGone ? fate : (at?.name ?? 'nameless'),
          gone: isGone,
          machine: at?.writable ? number : 0,
          faulty: at !== undefined && at.name === fault,
          level: deeper,
        },
        ...below(image.id, deeper),
      ];
    });
  };
  return below(undefined, 0);
}

/** Plays a story. */
export function play(plot: Plot): readonly Frame[] {
  const scenes = plot.story === 'clones' ? cloneStory(plot) : machineStory(plot);
  const rows = scenes.map((scene, index) => rowsOf(scene, scenes[index - 1]?.store));
  const most = {
    rows: Math.max(...rows.map((one) => one.length)),
    blocks: Math.max(...scenes.map(({ store }) => Math.max(model.used(store), model.asCopies(store)))),
  };
  return scenes.map(({ title, says, store, lost = 0, lostWork = 0 }, index) => {
    const reader = store.holders.findLast((holder) => holder.writable);
    const { asked } = model.find(store, reader?.image, plot.read - 1);
    return { title, says, store, rows: rows[index] ?? [], most, asked, reader: reader?.name, lost, lostWork };
  });
}
