/**
 * Physical memory, two-level paging and the TLB (Intel SDM vol. 3A, §4.3 32-bit paging, §4.6 access rights, §4.7 page faults,
 * §4.8 accessed and dirty flags, §4.10 caching), and a second such table under it for nested paging (the idea of vol. 3C,
 * §29.3, in the guest tables' own format: P and R/W count, U/S and A/D do not).
 *
 * Leaves out: PAE, PSE-36, execute-disable, SMEP and SMAP, PCIDs, caches of upper levels. A and D are set once a walk has
 * succeeded, not by one that faults. What the TLB does not allow is walked again before it faults, as AMD documents it.
 */
import { leave, raise } from './faults.ts';
import { Cr0, Cr4, type Machine, Vector } from './state.ts';

/** How memory is accessed, in the bits of a page fault's error code; any sum of the two. 0 is a supervisor's read. */
export const How = { write: 2, user: 4 } as const;

/** Bits of a page-table entry. */
export const Page = { P: 1, RW: 2, US: 4, A: 0x20, D: 0x40, PS: 0x80, G: 0x100 } as const;

/** Forgets decoded instructions that hold any of these bytes. */
function forget(m: Machine, address: number, size: number): void {
  const code = m.code[address >>> 12];
  for (let at = Math.max(address & 0xfff, 14) - 14; code !== undefined && at < (address & 0xfff) + size; at++)
    code[at] = undefined;
  for (let i = 0; i < size; i++) m.coded.setUint8(address + i, 0);
}

/** Reads 1, 2 or 4 bytes of machine-physical memory; 4 are signed. */
export function readPhysical(m: Machine, address: number, size: number): number {
  if (address + size <= m.memory.length) {
    if (size === 4) return m.view.getInt32(address, true);
    return size === 1 ? m.memory[address]! : m.view.getUint16(address, true);
  }
  let value = 0;
  for (let i = 0; i < size; i++) value |= (m.memory[address + i] ?? 0xff) << (8 * i);
  return value;
}

/** Writes 1, 2 or 4 bytes of machine-physical memory inside one page. */
export function writePhysical(m: Machine, address: number, size: number, value: number): void {
  if (address + size > m.memory.length) {
    for (let i = 0; address + i < m.memory.length; i++) writePhysical(m, address + i, 1, value >> (8 * i));
    return;
  }
  m.dirty[address >>> 12] = 0xff;
  if (size === 4) {
    if (m.coded.getInt32(address) !== 0) forget(m, address, 4);
    m.view.setInt32(address, value, true);
  } else if (size === 1) {
    if (m.coded.getUint8(address) !== 0) forget(m, address, 1);
    m.memory[address] = value;
  } else {
    if (m.coded.getInt16(address) !== 0) forget(m, address, 2);
    m.view.setInt16(address, value, true);
  }
}

/** Puts bytes into machine-physical memory; what lies outside of it is dropped. */
export function loadPhysical(m: Machine, address: number, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) writePhysical(m, address + i, 1, bytes[i]!);
}

/** Bits of a slot's rights that are none: it holds for all address spaces, it is a part of a 4 MiB page. */
const global = 0x80;
const large = 2;

/** Where the entries of a linear address lie, in a directory and in a table. */
const pdeAddress = (root: number, linear: number) => ((root & 0xfffff000) | ((linear >>> 20) & 0xffc)) >>> 0;
const pteAddress = (pde: number, linear: number) => ((pde & 0xfffff000) | ((linear >>> 10) & 0xffc)) >>> 0;
/** The address inside the frame of an entry. */
const inFrame = (pte: number, linear: number) => ((pte & 0xfffff000) | (linear & 0xfff)) >>> 0;
const inLargeFrame = (pde: number, linear: number) => ((pde & 0xffc00000) | (linear & 0x3fffff)) >>> 0;

/** Empties the TLB; `keepGlobal` as a write to CR3 does where CR4.PGE is set. */
export function flushTlb(m: Machine, keepGlobal = false): void {
  const { page, rights } = m.tlb;
  for (let i = 0; i < page.length; i++) if (!keepGlobal || (rights[i]! & global) === 0) page[i] = -1;
}

/** Drops the translation of the page that holds a linear address, all slots of it where it is a large one. */
export function invalidatePage(m: Machine, linear: number): void {
  const { page, rights } = m.tlb;
  for (let i = 0; i < page.length; i++)
    if (page[i] === linear >>> 12 || ((rights[i]! & large) !== 0 && page[i]! >> 10 === linear >>> 22)) page[i] = -1;
}

/** Whether the nested table lets the frame that was translated last be written. */
let nestedWritable = true;

/** The nested table's machine address of a guest-physical one; undefined where it maps none, or not for writing. */
function nestedLookup(m: Machine, gpa: number, write: boolean): number | undefined {
  const upper = readPhysical(m, pdeAddress(m.controls.nestedRoot, gpa), 4);
  if ((upper & Page.P) === 0) return undefined;
  const lower = readPhysical(m, pteAddress(upper, gpa), 4);
  nestedWritable = (upper & lower & Page.RW) !== 0;
  if ((lower & Page.P) === 0 || (write && !nestedWritable)) return undefined;
  return inFrame(lower, gpa);
}

function nested(m: Machine, gpa: number, write: boolean): number {
  if (m.controls.nestedRoot === 0) {
    nestedWritable = true;
    return gpa;
  }
  m.walkReads += 2;
  return nestedLookup(m, gpa, write) ?? leave({ kind: 'nested', gpa, write, eip: m.at });
}

function remember(m: Machine, linear: number, frame: number, rights: number): void {
  const slot = (linear >>> 12) & 0xff;
  m.tlb.page[slot] = linear >>> 12;
  m.tlb.frame[slot] = frame & 0xfffff000;
  m.tlb.rights[slot] = nestedWritable ? rights : rights & ~0x44;
}

function walk(m: Machine, linear: number, how: number): number {
  const write = (how & How.write) !== 0;
  const paging = (m.cr0 & Cr0.PG) !== 0;
  if (paging || m.controls.nestedRoot !== 0) m.tlbMisses++;
  if (!paging) {
    const physical = nested(m, linear, write);
    remember(m, linear, physical, 0x55);
    return physical;
  }
  const pdeGpa = pdeAddress(m.cr3, linear);
  const pdeAt = nested(m, pdeGpa, false);
  const pde = readPhysical(m, pdeAt, 4);
  m.walkReads++;
  if ((pde & Page.P) === 0) raise(Vector.PF, how, linear);
  const isLarge = (pde & Page.PS) !== 0 && (m.cr4 & Cr4.PSE) !== 0;
  if (isLarge && (pde & 0x3fe000) !== 0) raise(Vector.PF, how | 9, linear);
  let pteGpa = 0;
  let pteAt = pdeAt;
  let pte = pde;
  if (!isLarge) {
    pteGpa = pteAddress(pde, linear);
    pteAt = nested(m, pteGpa, false);
    pte = readPhysical(m, pteAt, 4);
    m.walkReads++;
    if ((pte & Page.P) === 0) raise(Vector.PF, how, linear);
  }
  const user = (pde & pte & Page.US) !== 0;
  const writable = (pde & pte & Page.RW) !== 0;
  const supervisorWrites = writable || (m.cr0 & Cr0.WP) === 0;
  const asUser = (how & How.user) !== 0;
  if ((asUser && !user) || (write && !(asUser ? writable : supervisorWrites))) raise(Vector.PF, how | 1, linear);

  const used = Page.A | (write ? Page.D : 0);
  const pdeUsed = isLarge ? used : Page.A;
  // The guest's tables are written through the nested table, too; all permissions first, so that a refusal changes nothing.
  const pdeWrite = (pde & pdeUsed) !== pdeUsed;
  const pteWrite = !isLarge && (pte & used) !== used;
  if (m.controls.nestedRoot !== 0) {
    if (pdeWrite) nested(m, pdeGpa, true);
    if (pteWrite) nested(m, pteGpa, true);
  }
  const physical = nested(m, isLarge ? inLargeFrame(pde, linear) : inFrame(pte, linear), write);
  if (pdeWrite) writePhysical(m, pdeAt, 4, pde | pdeUsed);
  if (pteWrite) writePhysical(m, pteAt, 4, pte | used);
  const dirty = write || (pte & Page.D) !== 0;
  remember(
    m,
    linear,
    physical,
    1 |
      (dirty && supervisorWrites ? 4 : 0) |
      (user ? 0x10 : 0) |
      (dirty && user && writable ? 0x40 : 0) |
      ((pte & Page.G) !== 0 && (m.cr4 & Cr4.PGE) !== 0 ? global : 0) |
      (isLarge ? large : 0),
  );
  return physical;
}

/** The machine-physical address of a linear one, by the TLB or a walk; raises #PF, leaves with `nested`. */
export function translate(m: Machine, linear: number, how: number): number {
  const { tlb } = m;
  const slot = (linear >>> 12) & 0xff;
  if (tlb.page[slot] === linear >>> 12 && ((tlb.rights[slot]! >> how) & 1) !== 0)
    return (tlb.frame[slot]! | (linear & 0xfff)) >>> 0;
  return walk(m, linear >>> 0, how);
}

/** What the tables (not the TLB) say about a linear address. Entries are unsigned. */
export interface Probe {
  /** Guest-physical addresses of the entries, and the entries; undefined where the walk does not get there. */
  readonly pdeAt: number | undefined;
  readonly pde: number | undefined;
  readonly pteAt: number | undefined;
  readonly pte: number | undefined;
  /** Guest-physical address; equal to `machine` without nested paging. */
  readonly physical: number | undefined;
  readonly machine: number | undefined;
  readonly user: boolean;
  readonly writable: boolean;
  /** Machine-physical address that the TLB holds, whatever the tables say now. */
  readonly cached: number | undefined;
}

/** Walks without a trace: no counters, no A and D bits, no TLB, no faults. */
export function probe(m: Machine, linear: number): Probe {
  const through = (gpa: number) => (m.controls.nestedRoot === 0 ? gpa : nestedLookup(m, gpa, false));
  const entry = (gpa: number) => {
    const at = through(gpa);
    return at === undefined ? undefined : readPhysical(m, at, 4) >>> 0;
  };
  const slot = (linear >>> 12) & 0xff;
  const cached = m.tlb.page[slot] === linear >>> 12 ? (m.tlb.frame[slot]! | (linear & 0xfff)) >>> 0 : undefined;
  const none = {
    pdeAt: undefined,
    pde: undefined,
    pteAt: undefined,
    pte: undefined,
    user: true,
    writable: true,
    cached,
  };
  const end = (found: Partial<Probe>, physical: number | undefined): Probe => ({
    ...none,
    ...found,
    physical,
    machine: physical === undefined ? undefined : through(physical),
  });
  if ((m.cr0 & Cr0.PG) === 0) return end({}, linear >>> 0);
  const pdeAt = pdeAddress(m.cr3, linear);
  const pde = entry(pdeAt);
  const rights = (bits: number) => ({ user: (bits & Page.US) !== 0, writable: (bits & Page.RW) !== 0 });
  if (pde === undefined || (pde & Page.P) === 0) return end({ pdeAt, pde, user: false, writable: false }, undefined);
  if ((pde & Page.PS) !== 0 && (m.cr4 & Cr4.PSE) !== 0)
    return end({ pdeAt, pde, ...rights(pde) }, inLargeFrame(pde, linear));
  const pteAt = pteAddress(pde, linear);
  const pte = entry(pteAt);
  const there = pte !== undefined && (pte & Page.P) !== 0;
  return end({ pdeAt, pde, pteAt, pte, ...rights(there ? pde & pte : 0) }, there ? inFrame(pte, linear) : undefined);
}
