/**
 * Disks as trees of images: snapshot, clone, write, roll back, delete and coalesce.
 *
 * Where it stands: a chain of differencing images, as XCP-ng and XenServer keep disks in VHD files (storage manager `sm`:
 * FileSR.py, `_snapshot`; cleanup.py, `isCoalesceable`, `findGarbage`; vhdutil.py, `MAX_CHAIN_SIZE`) and as QEMU's qcow2 does
 * with a backing file (docs/interop/qcow2, ‘Cluster mapping’). An image holds the blocks written while it was the one written
 * to. A read asks the machine's image, then its parent, and so on until one of them holds the block. qcow2's other way,
 * snapshots inside one file with a reference count for each cluster, is not modelled.
 *
 * What it leaves out: the size of a block (2 MiB in VHD) and its bitmap of 512-byte sectors, so that a block is written whole;
 * the tables by which an image finds its blocks, and caches; blocks that were never written; time, and what merging costs.
 * `sm` gives every snapshot an empty image of its own beside the machine's; here a snapshot is a name on the frozen image.
 * As in `sm`, a block of a frozen image that all its children have written again stays until those children are one.
 */

/** One image: some blocks with what they hold; for all others it refers to its parent. */
export interface Image {
  readonly id: number;
  readonly parent: number | undefined;
  readonly blocks: ReadonlyMap<number, string>;
}

/** A name that keeps an image: a machine writes to its own, a snapshot or template only keeps one. */
export interface Holder {
  readonly name: string;
  readonly image: number;
  readonly writable: boolean;
}

/** Everything that is stored. `problem` says in a sentence why the last operation was refused. */
export interface Store {
  /** Blocks of a disk. */
  readonly size: number;
  readonly images: readonly Image[];
  readonly holders: readonly Holder[];
  readonly next: number;
  readonly problem?: string | undefined;
}

/** MAX_CHAIN_SIZE: a disk whose chain has this many images takes no further snapshot. */
export const maxChain = 30;

const refuse = (store: Store, problem: string): Store => ({ ...store, problem });
const noMachine = (store: Store, name: string): Store =>
  refuse(store, `‘${name}’ is no machine with a disk to write to.`);

/** A store with one disk of `size` blocks, whose first content is `content`. */
export function create(size: number, name: string, writable = true, content = '0'): Store {
  const empty: Store = { size: 0, images: [], holders: [], next: 0 };
  if (!Number.isInteger(size) || size < 1) return refuse(empty, 'A disk has a whole number of blocks, at least one.');
  const blocks = new Map(Array.from({ length: size }, (_, block) => [block, content]));
  return { size, images: [{ id: 0, parent: undefined, blocks }], holders: [{ name, image: 0, writable }], next: 1 };
}

/** The holder of a name. */
export function holderOf(store: Store, name: string): Holder | undefined {
  return store.holders.find((holder) => holder.name === name);
}

/** An image by its id. */
export function imageOf(store: Store, id: number | undefined): Image | undefined {
  return store.images.find((image) => image.id === id);
}

/** The images from one to its base: whom a read may have to ask, in this order. */
export function chain(store: Store, id: number | undefined): readonly Image[] {
  const image = imageOf(store, id);
  return image ? [image, ...chain(store, image.parent)] : [];
}

/** A machine's image is frozen, and the machine gets an empty one on top of it. */
function freeze(store: Store, machine: Holder): Store {
  const fresh: Image = { id: store.next, parent: machine.image, blocks: new Map() };
  const holders = store.holders.map((holder) => (holder === machine ? { ...holder, image: fresh.id } : holder));
  return { ...store, images: [...store.images, fresh], holders, next: store.next + 1, problem: undefined };
}

const taken = (store: Store, name: string): string | undefined =>
  holderOf(store, name) ? `There is already a ‘${name}’.` : undefined;

const tooLong = (store: Store, image: number): string | undefined =>
  chain(store, image).length >= maxChain ? `The chain has ${maxChain} images already, and may not grow.` : undefined;

/** Keeps a machine's disk as it is, under a name. */
export function snapshot(store: Store, machine: string, name: string): Store {
  const holder = holderOf(store, machine);
  if (!holder?.writable) return noMachine(store, machine);
  const problem = taken(store, name) ?? tooLong(store, holder.image);
  if (problem) return refuse(store, problem);
  const frozen = freeze(store, holder);
  return { ...frozen, holders: [...frozen.holders, { name, image: holder.image, writable: false }] };
}

/** Makes a machine whose disk begins as that of a snapshot, a template or a machine. Copies no block. */
export function clone(store: Store, from: string, name: string): Store {
  const holder = holderOf(store, from);
  if (!holder) return refuse(store, `There is no ‘${from}’.`);
  const problem = taken(store, name) ?? tooLong(store, holder.image);
  if (problem) return refuse(store, problem);
  const base = holder.writable ? freeze(store, holder) : store;
  const fresh: Image = { id: base.next, parent: holder.image, blocks: new Map() };
  return {
    ...base,
    images: [...base.images, fresh],
    holders: [...base.holders, { name, image: fresh.id, writable: true }],
    next: base.next + 1,
    problem: undefined,
  };
}

/** Writes a block: it goes into the machine's own image, whoever held it before. */
export function write(store: Store, machine: string, block: number, content: string): Store {
  const holder = holderOf(store, machine);
  if (!holder?.writable) return noMachine(store, machine);
  if (!Number.isInteger(block) || block < 0 || block >= store.size)
    return refuse(store, `The disk has ${store.size} blocks, and no other.`);
  const images = store.images.map((image) =>
    image.id === holder.image ? { ...image, blocks: new Map(image.blocks).set(block, content) } : image,
  );
  return { ...store, images, problem: undefined };
}

/** Puts a machine back to a snapshot: what it wrote since is thrown away, the snapshot stays. */
export function rollBack(store: Store, machine: string, name: string): Store {
  const [holder, kept] = [holderOf(store, machine), holderOf(store, name)];
  if (!holder?.writable) return noMachine(store, machine);
  if (!kept || kept.writable) return refuse(store, 'There is no snapshot to go back to.');
  const fresh: Image = { id: store.next, parent: kept.image, blocks: new Map() };
  const holders = store.holders.map((one) => (one === holder ? { ...one, image: fresh.id } : one));
  return prune({ ...store, images: [...store.images, fresh], holders, next: store.next + 1, problem: undefined });
}

/** Deletes a machine, a snapshot or a template; images that nobody can reach any more are freed. */
export function remove(store: Store, name: string): Store {
  if (!holderOf(store, name)) return refuse(store, `There is no ‘${name}’.`);
  return prune({ ...store, holders: store.holders.filter((holder) => holder.name !== name), problem: undefined });
}

const childrenOf = (store: Store, id: number): readonly Image[] => store.images.filter((image) => image.parent === id);
const isHeld = (store: Store, id: number): boolean => store.holders.some((holder) => holder.image === id);

/** Frees images without a name and without children, until there is none. */
function prune(store: Store): Store {
  const images = store.images.filter(({ id }) => isHeld(store, id) || childrenOf(store, id).length > 0);
  return images.length === store.images.length ? store : prune({ ...store, images });
}

/** Merges each image that has no name and one child with that child, whose blocks win; the parent's file stays. */
export function coalesce(store: Store): Store {
  const parent = store.images.find(({ id }) => !isHeld(store, id) && childrenOf(store, id).length === 1);
  if (!parent) return store;
  const [child] = childrenOf(store, parent.id) as [Image];
  const merged: Image = { ...parent, blocks: new Map([...parent.blocks, ...child.blocks]) };
  const images = store.images
    .filter((image) => image !== child)
    .map((image) => (image === parent ? merged : image.parent === child.id ? { ...image, parent: parent.id } : image));
  const holders = store.holders.map((one) => (one.image === child.id ? { ...one, image: parent.id } : one));
  return coalesce({ ...store, images, holders });
}

/** What a read of a block finds, and the images that it asks, the last of which holds the block. */
export function find(
  store: Store,
  id: number | undefined,
  block: number,
): { readonly content: string | undefined; readonly asked: readonly number[] } {
  const images = chain(store, id);
  const hit = images.findIndex(({ blocks }) => blocks.has(block));
  const asked = images.slice(0, hit < 0 ? images.length : hit + 1);
  return { content: images[hit]?.blocks.get(block), asked: asked.map((image) => image.id) };
}

/** Blocks that are stored. */
export function used(store: Store): number {
  return store.images.reduce((sum, { blocks }) => sum + blocks.size, 0);
}

/** Blocks that would be stored if every machine, snapshot and template had a full copy of its disk. */
export function asCopies(store: Store): number {
  return store.holders.length * store.size;
}
