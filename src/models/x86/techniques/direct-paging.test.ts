import { beforeEach, describe, expect, it } from 'vitest';
import {
  createFrames,
  Errno,
  FrameType,
  getType,
  mmuUpdate,
  modifyEntry,
  pin,
  putType,
  replaceRoot,
  unpin,
  type DirectPaging,
} from './direct-paging.ts';

/** Frames 8 to 23 are domain 1's, 24 to 31 domain 2's, the others nobody's. */
let words: Map<number, number>;
let d: DirectPaging;
const at = (mfn: number, slot: number): number => mfn * 0x1000 + slot * 4;
const entry = (mfn: number, flags: number): number => mfn * 0x1000 + flags;

beforeEach(() => {
  words = new Map();
  const frames = createFrames(32);
  for (let mfn = 8; mfn < 32; mfn++) {
    frames.owner[mfn] = mfn < 24 ? 1 : 2;
    frames.count[mfn] = 1;
  }
  d = {
    frames,
    domain: 1,
    read: (address) => words.get(address) ?? 0,
    write: (address, value) => void words.set(address, value),
    slots: [0x1001, 0x2001],
    m2p: 0,
    ring3: false,
    refusal: '',
    flush: false,
  };
});

describe('direct paging', () => {
  it('refuses to map a pinned L1 table writable, and maps it read-only', () => {
    expect(pin(d, 8, 1)).toBe(0);
    expect(pin(d, 9, 1)).toBe(0);
    expect(mmuUpdate(d, at(9, 0), entry(8, 3))).toBe(-Errno.EBUSY);
    expect(d.refusal).toContain('an L1 page table');
    expect(d.read(at(9, 0))).toBe(0);
    expect(mmuUpdate(d, at(9, 0), entry(8, 1))).toBe(0);
    expect(d.frames.count[8]).toBe(3);
  });

  it('refuses to make a table of a frame that is mapped writable', () => {
    pin(d, 8, 1);
    expect(mmuUpdate(d, at(8, 0), entry(10, 3))).toBe(0);
    expect(pin(d, 10, 1)).toBe(-Errno.EINVAL);
    expect(mmuUpdate(d, at(8, 0), entry(10, 1))).toBe(0);
    expect(pin(d, 10, 1)).toBe(0);
  });

  it('refuses a table that maps itself writable', () => {
    d.write(at(8, 5), entry(8, 3));
    expect(pin(d, 8, 1)).toBe(-Errno.EBUSY);
    expect(d.refusal).toContain('slot 5');
    expect(d.frames.typeCount[8]).toBe(0);
    expect(d.frames.count[8]).toBe(1);
  });

  it('refuses a frame of another domain, and one that does not exist', () => {
    pin(d, 8, 1);
    expect(mmuUpdate(d, at(8, 0), entry(24, 1))).toBe(-Errno.EBUSY);
    expect(d.refusal).toContain('domain 2');
    expect(mmuUpdate(d, at(8, 0), entry(99, 1))).toBe(-Errno.EPERM);
    expect(mmuUpdate(d, at(24, 0), entry(8, 1))).toBe(-Errno.EINVAL);
  });

  it('validates a root with its tables and takes all references back with the last use', () => {
    d.write(at(8, 0), entry(9, 7));
    d.write(at(9, 0), entry(10, 3));
    d.write(at(9, 1), entry(11, 1));
    const before = structuredClone(d.frames);
    expect(pin(d, 8, 2)).toBe(0);
    expect([8, 9, 10, 11].map((mfn) => d.frames.type[mfn])).toEqual([
      FrameType.l2,
      FrameType.l1,
      FrameType.writable,
      FrameType.none,
    ]);
    expect([d.read(at(8, 1022)), d.read(at(8, 1023))]).toEqual([0x1001, 0x2001]);
    expect(unpin(d, 8)).toBe(0);
    expect(d.frames.count).toEqual(before.count);
    expect(d.frames.typeCount).toEqual(before.typeCount);
  });

  it('leaves no reference behind where validation fails half-way', () => {
    d.write(at(8, 0), entry(9, 7));
    d.write(at(8, 1), entry(12, 7));
    d.write(at(9, 0), entry(10, 3));
    d.write(at(12, 7), entry(25, 1));
    expect(pin(d, 8, 2)).toBe(-Errno.EBUSY);
    for (const mfn of [8, 9, 10, 12]) expect([mfn, d.frames.typeCount[mfn], d.frames.count[mfn]]).toEqual([mfn, 0, 1]);
  });

  it('keeps a root that is unpinned while CR3 holds it', () => {
    expect(pin(d, 8, 2)).toBe(0);
    expect(replaceRoot(d, 0, 8)).toBe(0);
    expect(unpin(d, 8)).toBe(0);
    expect(d.frames.typeCount[8]).toBe(1);
    expect(replaceRoot(d, 8, 9)).toBe(0);
    expect(d.frames.typeCount[8]).toBe(0);
  });

  it('does not nest pins', () => {
    expect(pin(d, 8, 1)).toBe(0);
    expect(pin(d, 8, 1)).toBe(-Errno.EINVAL);
    expect(unpin(d, 8)).toBe(0);
    expect(unpin(d, 8)).toBe(-Errno.EINVAL);
    expect(d.frames.count[8]).toBe(1);
  });

  it('keeps Xen’s slots and bad flags out', () => {
    pin(d, 8, 2);
    expect(mmuUpdate(d, at(8, 1022), entry(9, 7))).toBe(-Errno.EPERM);
    expect(mmuUpdate(d, at(8, 0), entry(9, 0x87))).toBe(-Errno.EINVAL);
  });

  it('changes a type only when nothing uses the frame as the old one, and then wants the TLB emptied', () => {
    expect(getType(d, 10, FrameType.writable)).toBe(0);
    expect(getType(d, 10, FrameType.l1)).toBe(-Errno.EINVAL);
    putType(d, 10);
    d.flush = false;
    expect(getType(d, 10, FrameType.l1)).toBe(0);
    expect(d.flush).toBe(true);
  });

  it('gives up the old frame when an entry is rewritten or cleared', () => {
    pin(d, 8, 1);
    modifyEntry(d, at(8, 0), entry(10, 3));
    modifyEntry(d, at(8, 0), entry(11, 3));
    expect([d.frames.typeCount[10], d.frames.typeCount[11]]).toEqual([0, 1]);
    modifyEntry(d, at(8, 0), 0);
    expect([d.frames.count[10], d.frames.count[11]]).toEqual([1, 1]);
  });

  it('writes a frame that is no table without checks, and updates the machine-to-physical table', () => {
    expect(mmuUpdate(d, at(10, 3), entry(25, 3))).toBe(0);
    expect(d.read(at(10, 3))).toBe(entry(25, 3));
    expect(mmuUpdate(d, 10 * 0x1000 + 1, 77)).toBe(0);
    expect(d.read(40)).toBe(77);
  });

  it('makes every page a user page for a kernel in ring 3', () => {
    Object.assign(d, { ring3: true });
    d.write(at(8, 0), entry(10, 3));
    pin(d, 8, 1);
    expect(d.read(at(8, 0))).toBe(entry(10, 7));
  });
});
