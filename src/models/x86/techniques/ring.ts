/**
 * Ring compression: the guest's kernel in ring 1, its user in ring 3, the hypervisor in ring 0 of the same address space.
 *
 * What is modelled: the hypervisor's GDT, IDT and TSS in the top 64 MiB, which guest segments end below, because for paging ring 1 is
 * as much a supervisor as ring 0 (SOSP 2003, §2.1.1); the guest's descriptors as shadows in that GDT, with DPL 0 made 1 and limits
 * cut; IF always 1 and IOPL 0 in the real EFLAGS. Guest descriptors that are not marked accessed are absent from the real GDT
 * until their first load, as are all behind the first 512 and all system descriptors: then the
 * load faults, and the hypervisor does it. What the guest loads without a fault, the hypervisor sees later.
 *
 * What is left out: guests that use rings 1 and 2 themselves, and expand-down segments that reach the top. The hypervisor being
 * TypeScript, the gates of its IDT are empty: events leave the CPU at the gate.
 */
import { Page, probe, readPhysical, writePhysical } from '../paging.ts';
import { type Descriptor, segmentOf } from '../segments.ts';
import { Cr0, Cr4, Flag, Seg, type Segment } from '../state.ts';
import { type Ground, own } from './ground.ts';

/** Where the hypervisor begins: 64 MiB below 4 GiB, where 32-bit Xen stood. */
export const hypervisorBase = 0xfc000000;

/** What the hypervisor has there. */
export const Place = { gdt: hypervisorBase, idt: 0xfc010000, tss: 0xfc011000 } as const;
/** Its selectors: those of Xen's reserved descriptors (`FIRST_RESERVED_GDT_ENTRY`). */
export const Selector = { code: 0xe008, data: 0xe010, tss: 0xe018 } as const;

/** CR0 of a hypervisor that runs: PG, WP, NE, ET, MP, PE. Page tables that are read-only bind ring 1, too, because of WP. */
const realCr0 = Cr0.PG | Cr0.WP | Cr0.NE | Cr0.ET | Cr0.MP | Cr0.PE;

/** The hypervisor's part of a ring-compressed machine. */
export interface Ring {
  readonly ground: Ground;
  /** Entry of an upper page table that maps the hypervisor, for supervisors only, at index 0x3f0. */
  readonly reserved: { readonly index: number; readonly entry: number };
  /** Machine addresses of the frames of its tables. */
  readonly gdt: number;
  readonly idt: number;
  readonly tss: number;
  /** Segment registers as they were given to the physical CPU. */
  loaded: Segment[];
}

/** Builds the hypervisor's tables and loads them. */
export function ring(ground: Ground): Ring {
  const { machine } = ground;
  const table = own(ground);
  const at = (place: number) => {
    const frame = own(ground);
    const entry = frame | Page.P | Page.RW | Page.A | Page.D;
    writePhysical(machine, table + ((place >>> 12) & 0x3ff) * 4, 4, entry);
    return frame;
  };
  const gdt = at(Place.gdt);
  const high = at(Place.gdt + 0xe000);
  const idt = at(Place.idt);
  const tss = at(Place.tss);
  const put = (selector: number, lowWord: number, highWord: number) => {
    writePhysical(machine, high + (selector & 0xfff), 4, lowWord);
    writePhysical(machine, high + (selector & 0xfff) + 4, 4, highWord);
  };
  put(Selector.code, 0x0000ffff, 0x00cf9b00);
  put(Selector.data, 0x0000ffff, 0x00cf9300);
  put(
    Selector.tss,
    ((Place.tss & 0xffff) << 16) | 0x67,
    (Place.tss & 0xff000000) | 0x8b00 | ((Place.tss >>> 16) & 0xff),
  );
  machine.gdtr = { base: Place.gdt, limit: Selector.tss + 7 };
  machine.idtr = { base: Place.idt, limit: 0x7ff };
  Object.assign(machine.tr, { selector: Selector.tss, base: Place.tss, limit: 0x67, access: 0x8b, big: false });
  Object.assign(machine.ldtr, { selector: 0, base: 0, limit: 0, access: 0, big: false });
  machine.cr0 = realCr0 >>> 0;
  // No I/O permission bitmap: ring 3 and ring 1 reach no port.
  writePhysical(machine, tss + 0x66, 2, 0x68);
  Object.assign(machine.controls, { exceptions: -1, software: true, interrupts: 'if' });
  const entry = table | Page.P | Page.RW | Page.A;
  return { ground, reserved: { index: hypervisorBase >>> 22, entry }, gdt, idt, tss, loaded: [] };
}

/** A limit cut so that the segment ends below the hypervisor. */
function cut(base: number, limit: number): number {
  return Math.min(limit, Math.max(hypervisorBase - 1 - base, 0));
}

/** What the physical CPU is given for a segment register of the guest. */
export function compress(s: Segment, cpl: number): Segment {
  const holdsRing = (s.access & 0x60) === 0 && s.access !== 0;
  return {
    selector: (s.selector & 3) === 0 && cpl >= 0 ? s.selector | cpl : s.selector,
    base: s.base,
    limit: cut(s.base, s.limit),
    access: holdsRing ? s.access | 0x20 : s.access,
    big: s.big,
  };
}

/** A descriptor of the guest's as it stands in the real GDT. */
export function compressDescriptor(low: number, high: number): readonly [number, number] {
  const present = (high & 0x8000) !== 0 && (high & 0x1100) === 0x1100;
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0;
  const bare = (low & 0xffff) | (high & 0xf0000);
  const limit = (high & 0x800000) !== 0 ? ((bare << 12) | 0xfff) >>> 0 : bare;
  const short = (high & 0x800000) !== 0 ? cut(base, limit) >>> 12 : limit;
  const ring = (high & 0x6000) === 0 ? 0x2000 : 0;
  return [
    (low & 0xffff0000) | (short & 0xffff),
    (high & 0xfff07fff) | ring | (short & 0xf0000) | (present ? 0x8000 : 0),
  ];
}

/** A word of the guest's linear memory by its own tables; undefined where they map none. */
function word(ground: Ground, linear: number): number | undefined {
  const at = probe(ground.guest, linear).machine;
  if ((linear & 0xfff) <= 0xffc) return at === undefined ? undefined : readPhysical(ground.machine, at, 4);
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const byteAt = probe(ground.guest, (linear + i) >>> 0).machine;
    if (byteAt === undefined) return undefined;
    value |= readPhysical(ground.machine, byteAt, 1) << (8 * i);
  }
  return value;
}

/** Puts the guest's descriptors into the real GDT; gives the guest frames that they come from. */
export function mirror(ring: Ring): ReadonlySet<number> {
  const { ground, gdt } = ring;
  const { machine, guest } = ground;
  const { base, limit } = guest.gdtr;
  const entries = Math.min((limit + 1) >>> 3, 512);
  for (let i = 0; i < 512; i++) {
    const to = gdt + i * 8;
    const at = (base + i * 8) >>> 0;
    const low = i > 0 && i < entries ? word(ground, at) : 0;
    const high = i > 0 && i < entries ? word(ground, (at + 4) >>> 0) : 0;
    const absent = low === undefined || high === undefined || (low | high) === 0;
    if (absent && readPhysical(machine, to + 4, 4) === 0) continue;
    const pair = absent ? [0, 0] : compressDescriptor(low, high);
    for (const half of [0, 1])
      if (readPhysical(machine, to + 4 * half, 4) !== (pair[half]! | 0))
        writePhysical(machine, to + 4 * half, 4, pair[half]!);
  }
  const frames = new Set<number>();
  for (const linear of entries > 0 ? [base, (base + entries * 8 - 1) >>> 0] : [])
    frames.add((probe(guest, linear).physical ?? 0) >>> 12);
  return frames;
}

/** Puts the guest on the physical CPU. */
export function enter(ring: Ring): void {
  const { machine, guest } = ring.ground;
  machine.reg.set(guest.reg);
  machine.eip = guest.eip;
  machine.cpl = guest.cpl === 0 ? 1 : guest.cpl;
  machine.eflags = (guest.eflags & ~Flag.IOPL) | Flag.IF;
  machine.shadow = guest.shadow;
  machine.trap = guest.trap;
  machine.retired = guest.retired;
  machine.cr4 = guest.cr4 & (Cr4.TSD | Cr4.UMIP);
  ring.loaded = guest.seg.map((s, i) => compress(s, i === Seg.cs || i === Seg.ss ? machine.cpl : -1));
  ring.loaded.forEach((s, i) => Object.assign(machine.seg[i]!, s));
}

/** A descriptor that the guest has loaded by itself, as its own table has it. */
function loadedDescriptor(ground: Ground, selector: number): Descriptor {
  const at = (ground.guest.gdtr.base + (selector & 0xfff8)) >>> 0;
  const low = word(ground, at) ?? 0;
  const high = word(ground, (at + 4) >>> 0) ?? 0;
  return { at, low, high, access: (high >> 8) & 0xff, dpl: (high >> 13) & 3 };
}

/** Takes what the guest has done on the physical CPU into the virtual one. */
export function leave(ring: Ring): void {
  const { machine, guest } = ring.ground;
  const kept = Flag.IF | Flag.IOPL;
  guest.reg.set(machine.reg);
  guest.eip = machine.eip;
  guest.cpl = machine.cpl === 1 ? 0 : machine.cpl;
  guest.eflags = (machine.eflags & ~kept) | (guest.eflags & kept);
  guest.shadow = machine.shadow;
  guest.trap = machine.trap;
  guest.retired = machine.retired;
  for (let i = 0; i < 6; i++) {
    const real = machine.seg[i]!;
    const was = ring.loaded[i]!;
    if (
      real.selector === was.selector &&
      real.base === was.base &&
      real.access === was.access &&
      real.limit === was.limit
    )
      continue;
    const ringless = i === Seg.cs || i === Seg.ss ? (real.selector & ~3) | guest.cpl : real.selector;
    const found =
      (real.selector & 0xfffc) === 0
        ? { ...real, selector: ringless }
        : segmentOf(ringless, loadedDescriptor(ring.ground, ringless));
    Object.assign(guest.seg[i]!, found);
    ring.loaded[i] = { ...real };
  }
}
