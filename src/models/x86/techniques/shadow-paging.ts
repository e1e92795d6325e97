/**
 * Shadow page tables: what the physical CPU walks in place of the guest's tables.
 *
 * The mechanism (Adams and Agesen 2006, §2.2 to 2.4; Xen `arch/x86/mm/shadow/multi.c`): shadows are a cache of the guest's tables,
 * made lazily (with paging off there are none, and all of memory is mapped at once). A fault of the guest is *hidden* if the guest's own tables allow the access: the entry is derived, and the guest
 * never hears of it; otherwise it is *true* and belongs to the guest. Guest frames that have a shadow are write-protected (traces):
 * a write to one is executed by the hypervisor, and shadow entries that no longer follow from the guest's are dropped. The TLB is
 * left alone at that, as hardware leaves it until INVLPG or a load of CR3. A and D of the guest's entries are set as a walk would.
 *
 * Unlike Xen, entries are dropped when the guest changes theirs, never rewritten (no prefetch, no out-of-sync pages); a root that
 * is not loaded is forgotten at the first write that makes it stale; when frames run out all shadows go.
 */
import { flushTlb, Page, writePhysical } from '../paging.ts';
import { Cr0, Cr4, Written } from '../state.ts';
import { allocate, free, type Ground, own, readGuest, toMachine, writeGuest } from './ground.ts';

const { P, RW, US, A, D, PS } = Page;

/** A lower shadow table: of a guest's page table, or of a stretch of 4 MiB that has none (large page, paging off). */
interface Lower {
  /** Machine address. */
  readonly table: number;
  /** Guest frame of the page table; undefined for a stretch. */
  readonly gfn: number | undefined;
  /** First guest frame of a stretch, and whether it can be written. */
  readonly first: number;
  readonly writable: boolean;
}

/** All shadows of a guest. */
export interface Shadows {
  readonly ground: Ground;
  /** Machine addresses of upper tables by the guest's CR3 frame; -1 is paging off. */
  roots: Map<number, number>;
  /** Lower tables by page table (four times its frame), or by stretch (four times its number, and 1 or 2). */
  lowers: Map<number, Lower>;
  /** Guest frames that are write-protected for another reason (descriptor tables). */
  guarded: Set<number>;
  /** What every root has at this index: the hypervisor's own 4 MiB. */
  readonly reserved: { readonly index: number; readonly entry: number } | undefined;
}

/** What a fault turns out to be: `emulate` is an access that only the hypervisor can make (open bus, CR0.WP off). */
export type Verdict = 'hidden' | 'true' | 'trace' | 'emulate';

/** Whether writes to a guest frame must come to the hypervisor. */
export function traced(shadows: Shadows, gfn: number): boolean {
  return shadows.guarded.has(gfn) || shadows.roots.has(gfn) || shadows.lowers.has(gfn * 4);
}

const paging = ({ ground }: Shadows) => (ground.guest.cr0 & Cr0.PG) !== 0;

/** What stands in for the guest's upper entry: with paging off, a large page that maps itself. */
function upperEntry(shadows: Shadows, root: number, index: number): number {
  if (root < 0) return ((index << 22) | P | RW | US | A | D | PS) >>> 0;
  return readGuest(shadows.ground, root * 0x1000 + index * 4);
}

const isLarge = (shadows: Shadows, entry: number) =>
  (entry & PS) !== 0 && (!paging(shadows) || (shadows.ground.guest.cr4 & Cr4.PSE) !== 0);

function lowerKey(shadows: Shadows, entry: number): number {
  return isLarge(shadows, entry) ? (entry >>> 22) * 4 + ((entry & D) === 0 ? 1 : 2) : (entry >>> 12) * 4;
}

/** The shadow of an upper entry, 0 where it can have none yet. */
function deriveUpper(shadows: Shadows, entry: number): number {
  const lower = shadows.lowers.get(lowerKey(shadows, entry));
  return (entry & P) === 0 || (entry & A) === 0 || lower === undefined
    ? 0
    : (lower.table | P | A | (entry & (RW | US))) >>> 0;
}

/** The shadow of a lower entry, 0 where it can have none yet: A and D of the guest's come first. */
function deriveLower(shadows: Shadows, lower: Lower, index: number): number {
  const { ground } = shadows;
  const entry =
    lower.gfn === undefined
      ? (((lower.first + index) << 12) | P | RW | US | A | (lower.writable ? D : 0)) >>> 0
      : readGuest(ground, lower.gfn * 0x1000 + index * 4);
  const gfn = entry >>> 12;
  if ((entry & P) === 0 || (entry & A) === 0 || gfn >= ground.frames) return 0;
  const writable = (entry & D) !== 0 && !traced(shadows, gfn);
  return ((toMachine(ground, gfn) << 12) | P | A | D | (writable ? entry & RW : 0) | (entry & US)) >>> 0;
}

/** The entries of a shadow table. */
function entriesOf({ ground }: Shadows, table: number): Uint32Array {
  return new Uint32Array(ground.machine.memory.buffer, table, 1024);
}

function put(shadows: Shadows, table: number, index: number, value: number): void {
  writePhysical(shadows.ground.machine, table + index * 4, 4, value);
}

/** Empties the physical TLB: a mapping in it may be wider than the tables now are. */
function flush({ ground }: Shadows): void {
  flushTlb(ground.machine);
}

/** Forgets every shadow. */
export function dropAll(shadows: Shadows): void {
  for (const table of shadows.roots.values()) free(shadows.ground, table);
  for (const { table } of shadows.lowers.values()) free(shadows.ground, table);
  shadows.roots.clear();
  shadows.lowers.clear();
  flush(shadows);
}

/** A frame for a shadow; when there is none all shadows are dropped, and the fault comes again. */
function frame(shadows: Shadows): number | undefined {
  const found = allocate(shadows.ground);
  if (found === undefined) dropAll(shadows);
  return found;
}

const rootKey = (shadows: Shadows) => (paging(shadows) ? shadows.ground.guest.cr3 >>> 12 : -1);

/** The root for what the guest's CR0 and CR3 say now, loaded into the physical CR3. */
export function loadRoot(shadows: Shadows): void {
  const { ground, roots, reserved } = shadows;
  const key = rootKey(shadows);
  let root = roots.get(key);
  if (root === undefined) {
    root = frame(shadows) ?? own(ground);
    roots.set(key, root);
    if (reserved !== undefined) put(shadows, root, reserved.index, reserved.entry);
    if (key >= 0) settle(shadows);
    else
      for (let gfn = 0; gfn < ground.frames; gfn++)
        fill(shadows, key, gfn * 0x1000, upperEntry(shadows, key, gfn >>> 10));
  }
  ground.machine.cr3 = root;
  ground.counters.cr3Loads++;
  flush(shadows);
}

/** Drops shadow entries that do not follow from the guest's tables any more. */
export function settle(shadows: Shadows): void {
  const { roots, lowers, reserved } = shadows;
  const current = rootKey(shadows);
  let lost = false;
  for (const lower of lowers.values()) {
    const entries = entriesOf(shadows, lower.table);
    for (let i = 0; i < 1024; i++)
      if (entries[i] !== 0 && entries[i] !== deriveLower(shadows, lower, i)) put(shadows, lower.table, i, 0);
  }
  for (const [key, table] of roots) {
    const entries = entriesOf(shadows, table);
    for (let i = 0; i < 1024; i++) {
      const entry = entries[i];
      if (entry === 0 || i === reserved?.index || entry === deriveUpper(shadows, upperEntry(shadows, key, i))) continue;
      lost = true;
      put(shadows, table, i, 0);
      if (key === current) continue;
      free(shadows.ground, table);
      roots.delete(key);
      break;
    }
  }
  if (lost) sweep(shadows);
}

/** Whether any of these guest frames has been written to since `settle` last looked. */
export function writtenTo({ ground }: Shadows, frames: Iterable<number>): boolean {
  for (const gfn of frames) if ((ground.machine.dirty[toMachine(ground, gfn)]! & Written.shadowed) !== 0) return true;
  return false;
}

function* tables(shadows: Shadows): Iterable<number> {
  yield* shadows.roots.keys();
  for (const { gfn } of shadows.lowers.values()) if (gfn !== undefined) yield gfn;
}

/** `settle`, where a guest's table has been written to. */
export function settleWritten(shadows: Shadows): void {
  if (!writtenTo(shadows, tables(shadows))) return;
  settle(shadows);
  heard(shadows, tables(shadows));
}

function heard({ ground }: Shadows, frames: Iterable<number>): void {
  for (const gfn of frames) ground.machine.dirty[toMachine(ground, gfn)]! &= ~Written.shadowed;
}

/** Write-protects these guest frames and no others besides page tables. */
export function guard(shadows: Shadows, frames: ReadonlySet<number>): void {
  const more = [...frames].some((gfn) => !shadows.guarded.has(gfn));
  shadows.guarded = new Set(frames);
  heard(shadows, frames);
  if (!more) return;
  settle(shadows);
  flush(shadows);
}

/** Gives back lower shadows that no root refers to. */
function sweep(shadows: Shadows): void {
  const used = new Set<number>();
  for (const table of shadows.roots.values())
    for (const entry of entriesOf(shadows, table)) if (entry !== 0) used.add(entry & 0xfffff000);
  for (const [key, { table }] of shadows.lowers)
    if (!used.has(table | 0)) {
      free(shadows.ground, table);
      shadows.lowers.delete(key);
    }
}

/** Looks into a fault at a linear address, and fills the shadows if it was hidden. */
export function resolve(shadows: Shadows, linear: number, write: boolean, user: boolean): Verdict {
  const { ground, reserved } = shadows;
  const { cr0 } = ground.guest;
  const key = rootKey(shadows);
  const upperIndex = linear >>> 22;
  const lowerIndex = (linear >>> 12) & 0x3ff;
  let upper = upperEntry(shadows, key, upperIndex);
  if ((upper & P) === 0) return 'true';
  const large = isLarge(shadows, upper);
  if (large && (upper & 0x3fe000) !== 0) return 'true';
  const lowerAt = ((upper & 0xfffff000) | (lowerIndex * 4)) >>> 0;
  const lowerEntry = large ? upper : readGuest(ground, lowerAt);
  const rights = upper & lowerEntry;
  if ((lowerEntry & P) === 0 || (user && (rights & US) === 0)) return 'true';
  const writable = (rights & RW) !== 0;
  if (write && !writable && (user || (cr0 & Cr0.WP) !== 0)) return 'true';
  const gfn = large ? (upper >>> 22) * 1024 + lowerIndex : lowerEntry >>> 12;
  if (upperIndex === reserved?.index) return 'emulate';
  if (gfn >= ground.frames || (write && !writable) || (!large && upper >>> 12 >= ground.frames)) return 'emulate';
  if (write && traced(shadows, gfn)) {
    if (!shadows.guarded.has(gfn)) ground.counters.pageTableUpdatesTraced++;
    return 'trace';
  }

  const used = A | (write ? D : 0);
  if (key >= 0) {
    const upperUsed = upper | (large ? used : A);
    if (upperUsed !== upper) writeGuest(ground, key * 0x1000 + upperIndex * 4, upperUsed);
    upper = upperUsed >>> 0;
    if (!large) writeGuest(ground, lowerAt, lowerEntry | used);
  }
  ground.counters.shadowFills++;
  fill(shadows, key, linear, upper);
  return 'hidden';
}

/** Fills the entries of a linear address whose guest's entries allow it; `upper` is the guest's upper one. */
function fill(shadows: Shadows, key: number, linear: number, upper: number): void {
  const { lowers } = shadows;
  const root = shadows.roots.get(key) as number;
  const name = lowerKey(shadows, upper);
  let lower = lowers.get(name);
  if (lower === undefined) {
    const table = frame(shadows);
    if (table === undefined) {
      // All shadows have gone, and the fault comes again.
      loadRoot(shadows);
      return;
    }
    const gfn = isLarge(shadows, upper) ? undefined : upper >>> 12;
    lower = { table, gfn, first: (upper >>> 22) * 1024, writable: (upper & D) !== 0 };
    lowers.set(name, lower);
    put(shadows, root, linear >>> 22, deriveUpper(shadows, upper));
    if (gfn !== undefined) {
      settle(shadows);
      flush(shadows);
    }
  }
  const index = (linear >>> 12) & 0x3ff;
  put(shadows, root, linear >>> 22, deriveUpper(shadows, upper));
  put(shadows, lower.table, index, deriveLower(shadows, lower, index));
}
