import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as model from './copy-on-write.ts';
import type { Store } from './copy-on-write.ts';

const contents = (store: Store, name: string): readonly (string | undefined)[] =>
  Array.from({ length: store.size }, (_, b) => model.find(store, model.holderOf(store, name)?.image, b).content);
const asked = (store: Store, name: string, block: number): number =>
  model.find(store, model.holderOf(store, name)?.image, block).asked.length;
const writes = (store: Store, machine: string, blocks: readonly number[], content: string): Store =>
  blocks.reduce((now, block) => model.write(now, machine, block, content), store);

describe('a patch on a disk of four blocks', () => {
  const disk = model.create(4, 'vm');
  const kept = model.snapshot(disk, 'vm', 'before');
  const patched = writes(kept, 'vm', [1, 2], 'patch');

  it('costs no block to take a snapshot, and one for each block that is written first', () => {
    expect([disk, kept, patched].map(model.used)).toEqual([4, 4, 6]);
    expect(model.used(model.write(patched, 'vm', 1, 'again'))).toBe(6);
    expect([disk, kept].map(model.asCopies)).toEqual([4, 8]);
  });
  it('asks one image for a patched block and two for another', () => {
    expect([0, 1, 2, 3].map((block) => asked(patched, 'vm', block))).toEqual([2, 1, 1, 2]);
    expect([0, 1].map((block) => asked(patched, 'before', block))).toEqual([1, 1]);
  });
  it('is gone after rolling back, with everything else that was written; the snapshot stays', () => {
    const worked = model.write(patched, 'vm', 3, 'work');
    const back = model.rollBack(worked, 'vm', 'before');
    expect(contents(worked, 'vm')).toEqual(['0', 'patch', 'patch', 'work']);
    expect(contents(back, 'vm')).toEqual(['0', '0', '0', '0']);
    expect(model.used(back)).toBe(4);
    expect(contents(model.rollBack(writes(back, 'vm', [0], 'x'), 'vm', 'before'), 'vm')).toEqual(contents(disk, 'vm'));
  });
  it('is merged into the disk when the snapshot is deleted; deleting alone frees nothing', () => {
    const deleted = model.remove(patched, 'before');
    expect([deleted.images.length, model.used(deleted)]).toEqual([2, 6]);
    const merged = model.coalesce(deleted);
    expect([merged.images.length, model.used(merged)]).toEqual([1, 4]);
    expect(contents(merged, 'vm')).toEqual(['0', 'patch', 'patch', '0']);
  });
});

describe('clones of one image of ten blocks', () => {
  const golden = model.create(10, 'golden', false);
  const three = ['a', 'b', 'c'].reduce((store, name) => model.clone(store, 'golden', name), golden);
  it('cost nothing until they write: 10, then 10 + 3 · 2, where full copies are 40', () => {
    const written = ['a', 'b', 'c'].reduce((store, name) => writes(store, name, [0, 5], name), three);
    expect([model.used(three), model.used(written), model.asCopies(written)]).toEqual([10, 16, 40]);
    expect(contents(written, 'b').filter((content) => content === 'b')).toHaveLength(2);
    expect(contents(written, 'golden').every((content) => content === '0')).toBe(true);
  });
  it('cost as much as full copies when each has written every block', () => {
    const all = Array.from({ length: 10 }, (_, block) => block);
    const written = ['a', 'b', 'c'].reduce((store, name) => writes(store, name, all, name), three);
    expect(model.used(written)).toBe(model.asCopies(written));
  });
  it('free what is theirs alone when they are deleted', () => {
    const written = writes(writes(three, 'a', [1, 2, 3], 'a'), 'b', [1], 'b');
    const fewer = model.remove(written, 'a');
    expect([model.used(written), model.used(fewer)]).toEqual([14, 11]);
    expect(contents(fewer, 'b')).toEqual(contents(written, 'b'));
  });
  it('can cost more than full copies once their template is deleted: nobody reads its blocks, and they stay', () => {
    const all = Array.from({ length: 10 }, (_, block) => block);
    const written = ['a', 'b', 'c'].reduce((store, name) => writes(store, name, all, name), three);
    const orphans = model.coalesce(model.remove(written, 'golden'));
    expect([model.used(orphans), model.asCopies(orphans)]).toEqual([40, 30]);
    // With one clone left there is nothing to share, and the two become one.
    expect(model.used(model.coalesce(model.remove(model.remove(orphans, 'a'), 'b')))).toBe(10);
  });
  it('share a running machine’s disk as it was at that moment', () => {
    const running = model.clone(model.write(model.create(2, 'vm'), 'vm', 0, 'x'), 'vm', 'twin');
    const after = model.write(running, 'vm', 1, 'later');
    expect(contents(after, 'twin')).toEqual(['x', '0']);
    expect(model.used(after)).toBe(3);
  });
});

describe('a long chain', () => {
  const long = Array.from({ length: 29 }, (_, n) => `s${n}`).reduce(
    (store, name, n) => model.write(model.snapshot(store, 'vm', name), 'vm', n % 3, name),
    model.create(4, 'vm'),
  );
  it('is asked from end to end for a block that nobody has written since', () => {
    expect(asked(long, 'vm', 3)).toBe(30);
    expect(asked(long, 'vm', 28 % 3)).toBe(1);
  });
  it('takes no thirtieth snapshot', () => {
    const refused = model.snapshot(long, 'vm', 'one more');
    expect(refused.problem).toMatch(/30 images/);
    expect(refused.images).toBe(long.images);
  });
  it('is one image again when all snapshots are deleted and merged', () => {
    const deleted = Array.from({ length: 29 }, (_, n) => `s${n}`).reduce(model.remove, long);
    const merged = model.coalesce(deleted);
    expect([model.used(deleted), merged.images.length, model.used(merged)]).toEqual([33, 1, 4]);
    expect(contents(merged, 'vm')).toEqual(contents(long, 'vm'));
  });
});

describe('what cannot be done is refused in a sentence, and changes nothing', () => {
  const store = model.snapshot(model.create(4, 'vm'), 'vm', 'kept');
  it.each<[string, Store]>([
    ['a disk of no block', model.create(0, 'vm')],
    ['a disk of −1 blocks', model.create(-1, 'vm')],
    ['a disk of half a block', model.create(0.5, 'vm')],
    ['a disk of NaN blocks', model.create(NaN, 'vm')],
    ['a snapshot of nobody', model.snapshot(store, 'x', 's')],
    ['a snapshot of a snapshot', model.snapshot(store, 'kept', 's')],
    ['a name that stands twice', model.snapshot(store, 'vm', 'kept')],
    ['a clone of nobody', model.clone(store, 'x', 'y')],
    ['a write to a snapshot', model.write(store, 'kept', 0, 'x')],
    ['a write behind the disk', model.write(store, 'vm', 4, 'x')],
    ['a write before the disk', model.write(store, 'vm', -1, 'x')],
    ['a write to block NaN', model.write(store, 'vm', NaN, 'x')],
    ['rolling back to nothing', model.rollBack(store, 'vm', 'x')],
    ['rolling back to a machine', model.rollBack(store, 'vm', 'vm')],
    ['rolling back a snapshot', model.rollBack(store, 'kept', 'kept')],
    ['deleting what is not there', model.remove(store, 'x')],
  ])('%s', (_, refused) => {
    expect(refused.problem).toMatch(/^\S.*\.$/);
    expect(refused.problem).not.toMatch(/NaN|undefined/);
    expect([store.images, 0]).toContain(refused.size === 0 ? 0 : refused.images);
  });
  it('the next thing that can be done clears the sentence', () => {
    expect(model.write(model.write(store, 'kept', 0, 'x'), 'vm', 0, 'x').problem).toBeUndefined();
  });
});

/** The peer: every machine and every snapshot has a full copy of its disk. */
interface Peer {
  readonly disks: Map<string, { readonly content: string[]; readonly writable: boolean }>;
}
const size = 5;
const anyName = fc.constantFrom('vm', 'a', 'b', 'c', 'd');
type Step =
  | { readonly kind: 'snapshot' | 'clone' | 'rollBack'; readonly from: string; readonly to: string }
  | { readonly kind: 'write'; readonly from: string; readonly block: number; readonly content: string }
  | { readonly kind: 'remove'; readonly from: string }
  | { readonly kind: 'coalesce' };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), from: anyName, to: anyName }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clone' as const), from: anyName, to: anyName }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rollBack' as const), from: anyName, to: anyName }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      from: anyName,
      block: fc.integer({ min: -1, max: size }),
      content: fc.string({ maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), from: anyName }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('coalesce' as const) }) },
);
const history = fc.array(anyStep, { maxLength: 40 });

function step(store: Store, one: Step): Store {
  if (one.kind === 'coalesce') return model.coalesce(store);
  if (one.kind === 'write') return model.write(store, one.from, one.block, one.content);
  if (one.kind === 'remove') return model.remove(store, one.from);
  return model[one.kind](store, one.from, one.to);
}

function peerStep({ disks }: Peer, one: Step): void {
  if (one.kind === 'coalesce') return;
  const from = disks.get(one.from);
  if (!from) return;
  if (one.kind === 'remove') disks.delete(one.from);
  else if (one.kind === 'write') {
    if (from.writable && one.block >= 0 && one.block < size) from.content[one.block] = one.content;
  } else {
    const to = disks.get(one.to);
    if (one.kind === 'rollBack') {
      if (from.writable && to && !to.writable) disks.set(one.from, { content: [...to.content], writable: true });
    } else if (!to && (from.writable || one.kind === 'clone'))
      disks.set(one.to, { content: [...from.content], writable: one.kind === 'clone' });
  }
}

/** Plays a history on both and looks at every moment. */
function both(steps: readonly Step[], look: (store: Store, peer: Peer, one: Step, before: Store) => void): void {
  let store = model.create(size, 'vm');
  const peer: Peer = { disks: new Map([['vm', { content: Array.from({ length: size }, () => '0'), writable: true }]]) };
  for (const one of steps) {
    const before = store;
    store = step(store, one);
    peerStep(peer, one);
    look(store, peer, one, before);
  }
}

describe('over any history', () => {
  it('every block of every version reads as on a full copy of its own', () => {
    fc.assert(
      fc.property(history, (steps) => {
        both(steps, (store, { disks }) => {
          expect(store.holders.map(({ name }) => name).sort()).toEqual([...disks.keys()].sort());
          for (const [name, { content }] of disks) expect(contents(store, name)).toEqual(content);
        });
      }),
      { numRuns: 300 },
    );
  });
  it('takes no more blocks than full copies, as long as every image has a name', () => {
    fc.assert(
      fc.property(history, (steps) => {
        both(steps, (store) => {
          const nameless = store.images.filter(({ id }) => store.holders.every(({ image }) => image !== id));
          expect(model.used(store)).toBeLessThanOrEqual(model.asCopies(store) + nameless.length * size);
        });
        // Without deletions, and with clones of snapshots only, there is no nameless image.
        let store = model.create(size, 'vm');
        for (const one of steps) {
          if (one.kind === 'remove' || (one.kind === 'clone' && model.holderOf(store, one.from)?.writable)) continue;
          store = step(store, one);
          expect(model.used(store)).toBeLessThanOrEqual(model.asCopies(store));
        }
      }),
      { numRuns: 300 },
    );
  });
  it('as long as nothing is deleted or rolled back, it takes the base and the distinct writes since each freeze', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let distinct = 0;
        let open = new Map<string, Set<number>>([['vm', new Set()]]);
        both(
          steps.filter(({ kind }) => kind === 'snapshot' || kind === 'clone' || kind === 'write'),
          (store, _, one, before) => {
            if (one.kind === 'write' && !store.problem) {
              const since = open.get(one.from) ?? new Set();
              // The first machine's first writes fall on blocks of the base.
              if (!since.has(one.block) && before.images.length > 1) distinct++;
              open = new Map(open).set(one.from, new Set(since).add(one.block));
            }
            if ((one.kind === 'snapshot' || one.kind === 'clone') && !store.problem) {
              open = new Map(open).set(one.from, new Set());
              if (one.kind === 'clone') open.set(one.to, new Set());
            }
            expect(model.used(store)).toBe(size + distinct);
          },
        );
      }),
      { numRuns: 300 },
    );
  });
  it('rolling back returns every block of the snapshot, and frees what the machine alone had', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(size - 1)), (steps, later) => {
        let store = model.create(size, 'vm');
        for (const one of steps) store = step(store, one);
        const kept = model.snapshot(store, 'vm', 'kept');
        fc.pre(kept.problem === undefined);
        const back = model.rollBack(writes(kept, 'vm', later, 'lost'), 'vm', 'kept');
        expect(contents(back, 'vm')).toEqual(contents(store, 'vm'));
        expect(contents(back, 'kept')).toEqual(contents(store, 'vm'));
        expect(model.used(back)).toBe(model.used(kept));
      }),
      { numRuns: 300 },
    );
  });
  it('keeps no image that nobody can reach, and after merging no nameless one with fewer than two children', () => {
    fc.assert(
      fc.property(history, (steps) => {
        both(steps, (store) => {
          const reached = new Set(store.holders.flatMap(({ image }) => model.chain(store, image).map(({ id }) => id)));
          expect(store.images.every(({ id }) => reached.has(id))).toBe(true);
          const merged = model.coalesce(store);
          for (const { id } of merged.images)
            if (!merged.holders.some(({ image }) => image === id))
              expect(merged.images.filter(({ parent }) => parent === id).length).toBeGreaterThan(1);
        });
      }),
      { numRuns: 200 },
    );
  });
  it('a read asks no more images than the chain has, and the last one asked holds the block', () => {
    fc.assert(
      fc.property(history, fc.nat(size - 1), (steps, block) => {
        both(steps, (store) => {
          for (const { image } of store.holders) {
            const read = model.find(store, image, block);
            const ids = model.chain(store, image).map(({ id }) => id);
            expect(read.asked).toEqual(ids.slice(0, read.asked.length));
            const holding = read.asked.map((id) => model.imageOf(store, id)?.blocks.has(block));
            expect(holding.lastIndexOf(true)).toBe(holding.length - 1);
            expect(holding.indexOf(true)).toBe(holding.length - 1);
          }
        });
      }),
      { numRuns: 200 },
    );
  });
});
