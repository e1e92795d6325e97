/**
 * Direct paging: a paravirtual guest's own page tables are what the CPU walks, and hold machine frames. Xen keeps them safe with
 * two counts of every frame: uses at all, and uses as what the frame is at present (page table of a level, descriptor
 * table, memory mapped writable), which can change only while the second count is 0.
 *
 * After Xen 4.22, arch/x86/mm.c: the head comment, get_page_from_l1e and _l2e, promote_ and demote_l1_table and _l2_table,
 * mod_l1_entry and mod_l2_entry, _get_page_type, new_guest_cr3, do_mmu_update; on the two levels that Xen had until 3.2, with Xen's
 * own top slots put into every L2 table. Left out: L3 and L4, linear mappings of a table into itself, grants, I/O memory, cache
 * attributes, foreign domains, preemption in the middle of a validation (and so partial states), shadow mode.
 */

/** What a frame is at present. The numbers are those of PGT_*: none, L1, L2, descriptors, writable. */
export const FrameType = { none: 0, l1: 1, l2: 2, segments: 5, writable: 7 } as const;

/** What a hypercall returns where it does not return 0 or more (public/errno.h), negated. */
export const Errno = { EPERM: 1, ESRCH: 3, EFAULT: 14, EBUSY: 16, EINVAL: 22, ENOSYS: 38 } as const;

/** Bits of a page-table entry. */
const P = 1;
const RW = 2;
const US = 4;
/** Accessed and dirty. */
const AD = 0x60;
/** PWT, PCD, PSE or PAT, and G: an ordinary guest may set none of them. */
const disallowed = 0x198;
const table = 0xfffff000;

/** The counts of all machine frames, by frame number. */
export interface Frames {
  readonly owner: Uint16Array;
  readonly type: Uint8Array;
  /** Uses of the frame as what it is. */
  readonly typeCount: Int32Array;
  /** Uses of the frame; an allocated frame that nothing uses has 1. */
  readonly count: Int32Array;
  readonly pinned: Uint8Array;
}

/** Direct paging of one domain. */
export interface DirectPaging {
  readonly frames: Frames;
  readonly domain: number;
  readonly read: (address: number) => number;
  readonly write: (address: number, value: number) => void;
  /** Page-directory entries of Xen's own, from slot `firstSlot` to the last. */
  readonly slots: readonly number[];
  /** Machine-physical address of the machine-to-physical table. */
  readonly m2p: number;
  /** Whether the guest's kernel is in ring 3, so that Xen makes every page a user page (adjust_guest_l1e). */
  readonly ring3: boolean;
  /** Why the last refusal was: what Xen would write to its log. */
  refusal: string;
  /** A frame has changed its type or an L2 table its entry: the TLB must be emptied. */
  flush: boolean;
}

/** Frames that belong to nobody yet. */
export function createFrames(total: number): Frames {
  return {
    owner: new Uint16Array(total),
    type: new Uint8Array(total),
    typeCount: new Int32Array(total),
    count: new Int32Array(total),
    pinned: new Uint8Array(total),
  };
}

const uses = ['in no use', 'an L1 page table', 'an L2 page table', '', '', 'a descriptor table', '', 'mapped writable'];
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** Refuses with an error number and a sentence, less its full stop. */
export function refuse(d: DirectPaging, errno: number, why: string): number {
  d.refusal = `${why}.`;
  return -errno;
}

/** The first slot of an L2 table that is Xen's. */
function firstSlot(d: DirectPaging): number {
  return 1024 - d.slots.length;
}

/** Takes a reference to a frame of the domain (get_page_from_mfn). */
function getPage(d: DirectPaging, mfn: number): boolean {
  const { owner, count } = d.frames;
  if (owner[mfn] !== d.domain) {
    const whose = mfn < owner.length ? `belongs to domain ${owner[mfn]}` : 'is no memory';
    refuse(d, Errno.EINVAL, `Machine frame ${hex(mfn)} ${whose}, not to domain ${d.domain}`);
    return false;
  }
  count[mfn]!++;
  return true;
}

/** Takes a reference to a frame as this type (_get_page_type): the first one validates a page table. */
export function getType(d: DirectPaging, mfn: number, type: number): number {
  const { frames } = d;
  if (frames.typeCount[mfn]! > 0) {
    if (frames.type[mfn] !== type) {
      const [is, be] = [uses[frames.type[mfn]!], uses[type]];
      return refuse(d, Errno.EINVAL, `Machine frame ${hex(mfn)} is ${is} and cannot be ${be} as well`);
    }
    frames.typeCount[mfn]!++;
    return 0;
  }
  if (frames.type[mfn] !== type && frames.type[mfn] !== FrameType.none) d.flush = true;
  frames.type[mfn] = type;
  frames.typeCount[mfn] = 1;
  const rc = type === FrameType.l1 || type === FrameType.l2 ? promote(d, mfn) : 0;
  if (rc < 0) frames.typeCount[mfn] = frames.type[mfn] = 0;
  return rc;
}

/** Gives a type reference back; the last one takes a page table's own references back, too. */
export function putType(d: DirectPaging, mfn: number): void {
  const { frames } = d;
  if (--frames.typeCount[mfn]! === 0) {
    if (frames.type[mfn] === FrameType.l1) demote(d, mfn, 1024);
    if (frames.type[mfn] === FrameType.l2) demote(d, mfn, firstSlot(d));
  }
}

function getPageAndType(d: DirectPaging, mfn: number, type: number): number {
  if (!getPage(d, mfn)) return -Errno.EINVAL;
  const rc = getType(d, mfn, type);
  if (rc < 0) d.frames.count[mfn]!--;
  return rc;
}

function putPageAndType(d: DirectPaging, mfn: number): void {
  putType(d, mfn);
  d.frames.count[mfn]!--;
}

/** Checks an entry of a table of this level, and takes what it refers to. */
function getEntry(d: DirectPaging, level: number, entry: number): number {
  const mfn = entry >>> 12;
  if (entry & disallowed) return refuse(d, Errno.EINVAL, `Bad L${level} flags ${hex(entry & disallowed)}`);
  if (level === 2) return getPageAndType(d, mfn, FrameType.l1);
  if (mfn >= d.frames.owner.length)
    return refuse(d, Errno.EPERM, `Machine frame ${hex(mfn)} is no memory of this machine`);
  if (!getPage(d, mfn)) return -Errno.EBUSY;
  if (entry & RW && getType(d, mfn, FrameType.writable) < 0) {
    d.frames.count[mfn]!--;
    return -Errno.EBUSY;
  }
  return 0;
}

function putEntry(d: DirectPaging, level: number, entry: number): void {
  if (!(entry & P)) return;
  const mfn = entry >>> 12;
  if (level === 2 || entry & RW) putPageAndType(d, mfn);
  else d.frames.count[mfn]!--;
}

/** What Xen makes of an entry of the guest's. */
const adjust = (d: DirectPaging, entry: number): number => (d.ring3 && entry & P ? entry | US : entry);

function promote(d: DirectPaging, mfn: number): number {
  const level = d.frames.type[mfn]!;
  const end = level === 2 ? firstSlot(d) : 1024;
  const base = mfn * 0x1000;
  for (let i = 0; i < end; i++) {
    const entry = d.read(base + i * 4);
    if (!(entry & P)) continue;
    const rc = getEntry(d, level, entry);
    if (rc < 0) {
      d.refusal += ` It stands in slot ${i} of the L${level} table.`;
      demote(d, mfn, i);
      return rc;
    }
    if (adjust(d, entry) !== entry) d.write(base + i * 4, adjust(d, entry));
  }
  if (level === 2) d.slots.forEach((entry, i) => d.write(base + (end + i) * 4, entry));
  return 0;
}

function demote(d: DirectPaging, mfn: number, end: number): void {
  for (let i = 0; i < end; i++) putEntry(d, d.frames.type[mfn]!, d.read(mfn * 0x1000 + i * 4));
}

/** Writes an entry of a page table that is in use, if it may be so (mod_l1_entry, mod_l2_entry). */
export function modifyEntry(d: DirectPaging, address: number, value: number): number {
  const level = d.frames.type[address >>> 12]!;
  if (level === 2 && (address & 0xfff) >>> 2 >= firstSlot(d))
    return refuse(d, Errno.EPERM, `Slot ${(address & 0xfff) >>> 2} of an L2 table is Xen’s own`);
  const old = d.read(address);
  const entry = adjust(d, value);
  const same = (mask: number): boolean => ((old ^ entry) & mask) === 0;
  if (!(entry & P) || !same(table | P | (level === 1 ? RW : 0))) {
    if (entry & P) {
      const rc = getEntry(d, level, entry);
      if (rc < 0) return rc;
    }
    d.write(address, entry);
    putEntry(d, level, old);
  } else if (entry & disallowed) return refuse(d, Errno.EINVAL, `Bad L${level} flags ${hex(entry & disallowed)}`);
  else d.write(address, entry);
  if (level === 2) d.flush = true;
  return 0;
}

/** One request of mmu_update: `ptr` is a machine address, its low two bits the command (MMU_NORMAL_PT_UPDATE …). */
export function mmuUpdate(d: DirectPaging, ptr: number, value: number): number {
  const { frames } = d;
  const [command, mfn] = [ptr & 3, ptr >>> 12];
  const address = (ptr & ~3) >>> 0;
  if (!getPage(d, mfn)) return -Errno.EINVAL;
  frames.count[mfn]!--;
  if (command === 1) {
    d.write(d.m2p + mfn * 4, value);
    return 0;
  }
  const type = frames.typeCount[mfn]! > 0 ? frames.type[mfn]! : FrameType.none;
  if (type === FrameType.l1 || type === FrameType.l2)
    return modifyEntry(d, address, command === 2 ? value | (d.read(address) & AD) : value);
  const rc = getType(d, mfn, FrameType.writable);
  if (rc < 0) return rc;
  d.write(address, value);
  putType(d, mfn);
  return 0;
}

/** MMUEXT_PIN_L1_TABLE and _L2_: keeps a table validated while nothing uses it. A pin does not nest. */
export function pin(d: DirectPaging, mfn: number, level: 1 | 2): number {
  const rc = getPageAndType(d, mfn, level);
  if (rc < 0) return rc;
  if (d.frames.pinned[mfn]) {
    putPageAndType(d, mfn);
    return refuse(d, Errno.EINVAL, `Machine frame ${hex(mfn)} is pinned already`);
  }
  d.frames.pinned[mfn] = 1;
  return 0;
}

/** MMUEXT_UNPIN_TABLE. */
export function unpin(d: DirectPaging, mfn: number): number {
  if (d.frames.owner[mfn] !== d.domain || !d.frames.pinned[mfn])
    return refuse(d, Errno.EINVAL, `Machine frame ${hex(mfn)} is not pinned`);
  d.frames.pinned[mfn] = 0;
  putPageAndType(d, mfn);
  return 0;
}

/** Takes a root into use and gives the old one up (new_guest_cr3); whoever calls loads CR3. */
export function replaceRoot(d: DirectPaging, old: number, mfn: number): number {
  if (old === mfn) return 0;
  const rc = getPageAndType(d, mfn, FrameType.l2);
  if (rc === 0 && old !== 0) putPageAndType(d, old);
  return rc;
}

/** A frame for Xen's use of the guest's memory as a descriptor table (pv_set_gdt); the old one is given up. */
export function replaceDescriptors(d: DirectPaging, old: number, mfn: number): number {
  const rc = getPageAndType(d, mfn, FrameType.segments);
  if (rc === 0 && old !== 0) putPageAndType(d, old);
  return rc;
}
