/**
 * The translation cache: where translated code lies, what it was made from, and how its parts are joined.
 *
 * Blocks of at most 12 instructions (Adams and Agesen 2006, §3.2) stand one behind the other in memory of the hypervisor's that
 * the guest's kernel may execute and its segments do not reach. A full cache is emptied. A block is found by guest address; indirect
 * transfers find it through a table of 256 entries, by the low byte. A guilty instruction, one that wrote to a guarded page table, gets
 * a new block, and a jump to it over the beginning of the old one (§3.3).
 *
 * Left out: how VMware finds out that the guest has changed code that was translated. Here the guest's bytes are compared before a
 * unit runs, at no cost. Instructions never become innocent again.
 */
import { decodeBytes, unknown } from '../decoder.ts';
import { disassemble } from '../disassembler.ts';
import { flushTlb, Page, probe, readPhysical, translate as walk, writePhysical } from '../paging.ts';
import { Abort } from '../faults.ts';
import type { Segment } from '../state.ts';
import { type Ground, own } from './ground.ts';
import { hypervisorBase, type Ring } from './ring.ts';
import { comparison, continuation, Data, type How, jump, translate } from './translator.ts';

/** Where the hypervisor keeps the cache, and the data that GS reaches. */
export const CachePlace = { data: hypervisorBase + 0x20000, code: hypervisorBase + 0x21000 } as const;
const codeFrames = 2;
const codeEnd = CachePlace.code + codeFrames * 0x1000;

/** Instructions of a unit (Adams and Agesen 2006, §3.2). */
export const longestBlock = 12;

/** One translated instruction. */
export interface Unit {
  /** Address and bytes in the guest. */
  readonly guest: number;
  readonly bytes: readonly number[];
  /** Address and length in the cache. */
  readonly at: number;
  readonly length: number;
  readonly how: How;
  readonly block: Block;
}

/** A translated block. */
export interface Block {
  readonly guest: number;
  readonly at: number;
  readonly units: Unit[];
}

/** A continuation in the cache that has not been joined yet. */
export interface Exit {
  readonly at: number;
  /** Guest address; undefined where it is in the target word. */
  readonly target: number | undefined;
}

/** The cache and all that is known of it. */
export interface Cache {
  readonly ground: Ground;
  /** Machine addresses of the data page and of the code's frames. */
  readonly data: number;
  readonly code: readonly number[];
  /** Real segments of translated code and of the data. */
  readonly codeSegment: Segment;
  readonly dataSegment: Segment;
  blocks: Map<number, Block>;
  units: Map<number, Unit>;
  exits: Map<number, Exit>;
  guilty: Set<number>;
  next: number;
  /** How often it was emptied. */
  flushes: number;
}

/** An empty cache in the hypervisor's memory. */
export function createCache(ground: Ground, ring: Ring): Cache {
  const table = ring.reserved.entry & 0xfffff000;
  const map = (linear: number) => {
    const frame = own(ground);
    writePhysical(ground.machine, table + ((linear >>> 12) & 0x3ff) * 4, 4, frame | Page.P | Page.RW | Page.A | Page.D);
    return frame;
  };
  const data = map(CachePlace.data);
  const code = Array.from({ length: codeFrames }, (_, i) => map(CachePlace.code + i * 0x1000));
  for (let i = 0; i < 256; i++) {
    writePhysical(ground.machine, data + Data.ifOfByte + i * 4, 4, (i & 2) << 8);
    writePhysical(ground.machine, data + Data.ioplOfByte + i * 4, 4, (i & 0x30) << 8);
  }
  const segment = (selector: number, base: number, limit: number, access: number): Segment => ({
    selector,
    base,
    limit,
    access,
    big: true,
  });
  const cache: Cache = {
    ground,
    data,
    code,
    codeSegment: segment(0xe021, 0, 0xffffffff, 0xbb),
    dataSegment: segment(0xe029, CachePlace.data, 0xfff, 0xb3),
    blocks: new Map(),
    units: new Map(),
    exits: new Map(),
    guilty: new Set(),
    next: CachePlace.code,
    flushes: -1,
  };
  flush(cache);
  return cache;
}

/** Reads a word of the translator's data, unsigned. */
export function readData(cache: Cache, offset: number): number {
  return readPhysical(cache.ground.machine, cache.data + offset, 4) >>> 0;
}

/** Writes a word of the translator's data. */
export function writeData(cache: Cache, offset: number, value: number): void {
  writePhysical(cache.ground.machine, cache.data + offset, 4, value);
}

function emit(cache: Cache, at: number, bytes: readonly number[]): void {
  bytes.forEach((byte, i) => {
    const offset = at + i - CachePlace.code;
    writePhysical(cache.ground.machine, (cache.code[offset >>> 12] ?? 0) + (offset & 0xfff), 1, byte);
  });
}

/** Empties the cache. The first thing in it is the way out that every entry of the table leads to. */
export function flush(cache: Cache): void {
  cache.blocks.clear();
  cache.units.clear();
  cache.exits.clear();
  cache.flushes++;
  emit(cache, CachePlace.code, continuation);
  cache.exits.set(CachePlace.code, { at: CachePlace.code, target: undefined });
  cache.next = CachePlace.code + continuation.length;
  for (let i = 0; i < 256; i++) writeData(cache, Data.hash + i * 4, CachePlace.code);
}

/** The guest's bytes at a linear address, fetched as its kernel would: at most 15, fewer before a page that is not there. */
function fetchGuest({ ground: { guest } }: Cache, linear: number): number[] {
  const bytes: number[] = [];
  flushTlb(guest);
  try {
    for (let i = 0; i < 15; i++) bytes.push(guest.memory[walk(guest, (linear + i) >>> 0, 0)] ?? 0xff);
  } catch (error) {
    if (!(error instanceof Abort)) throw error;
  }
  return bytes;
}

/** Whether the guest still has the bytes that a unit was made from. */
export function isFresh({ ground: { guest } }: Cache, unit: Unit): boolean {
  return unit.bytes.every((byte, i) => {
    const { machine } = probe(guest, (unit.guest + i) >>> 0);
    return machine !== undefined && (guest.memory[machine] ?? 0xff) === byte;
  });
}

/** Translates the block at a guest address. What cannot be fetched calls out, and the emulator raises its fault. */
export function translateBlock(cache: Cache, guest: number): Block {
  if (cache.next + 1024 > codeEnd) flush(cache);
  const block: Block = { guest, at: cache.next, units: [] };
  let at = guest;
  for (let ends = false; !ends;) {
    const fetched = fetchGuest(cache, at);
    const decoded = decodeBytes(Uint8Array.from(fetched), 0);
    const whole = decoded.name !== unknown && decoded.length <= fetched.length;
    const bytes = fetched.slice(0, whole ? decoded.length : fetched.length);
    const made = translate(whole ? decoded : undefined, bytes, at, cache.guilty.has(at));
    const unit: Unit = { guest: at, bytes, at: cache.next, length: made.code.length, how: made.how, block };
    emit(cache, cache.next, made.code);
    for (const { offset, target } of made.exits)
      cache.exits.set(cache.next + offset, { at: cache.next + offset, target });
    block.units.push(unit);
    cache.units.set(cache.next, unit);
    cache.next += made.code.length;
    at = (at + bytes.length) >>> 0;
    ends = made.ends;
    if (!ends && block.units.length === longestBlock) {
      emit(cache, cache.next, continuation);
      cache.exits.set(cache.next, { at: cache.next, target: at });
      cache.next += continuation.length;
      ends = true;
    }
  }
  cache.blocks.set(guest, block);
  return block;
}

/** Puts a jump to a block in the place of a continuation, or a comparison behind the table where the target was looked up. */
export function join(cache: Cache, exit: Exit, block: Block): void {
  if (!cache.exits.has(exit.at)) return;
  if (exit.target !== undefined) {
    emit(cache, exit.at, jump(exit.at, block.at));
    cache.exits.delete(exit.at);
    return;
  }
  if (cache.next + 64 > codeEnd) return;
  const code = comparison(block.guest, cache.next, block.at);
  emit(cache, cache.next, code);
  // A miss in the comparison is a way out as well.
  const miss = cache.next + code.indexOf(0xcd, code.indexOf(0xe3));
  cache.exits.set(miss, { at: miss, target: undefined });
  writeData(cache, Data.hash + (block.guest & 0xff) * 4, cache.next);
  cache.next += code.length;
}

/** Translates the block of a guilty instruction anew, and leads the old one there. */
export function retranslate(cache: Cache, unit: Unit): Block {
  const { block } = unit;
  cache.guilty.add(unit.guest);
  const flushes = cache.flushes;
  const made = translateBlock(cache, block.guest);
  if (cache.flushes === flushes) {
    emit(cache, block.at, jump(block.at, made.at));
    for (const old of block.units) if (old.at < block.at + continuation.length) cache.units.delete(old.at);
  }
  return made;
}

/** Lines of a block for the figure: each instruction and what it became; `label` names the targets of the guest's jumps. */
export function listing(
  cache: Cache,
  block: Block,
  label?: (address: number) => string,
): readonly { readonly unit: Unit; readonly guest: string; readonly made: readonly string[] }[] {
  return block.units.map((unit) => {
    const made: string[] = [];
    for (let at = unit.at; at < unit.at + unit.length;) {
      const bytes = Uint8Array.from({ length: 15 }, (_, i) => {
        const offset = at + i - CachePlace.code;
        return cache.ground.machine.memory[(cache.code[offset >>> 12] ?? 0) + (offset & 0xfff)] ?? 0;
      });
      const decoded = decodeBytes(bytes, 0);
      made.push(disassemble(decoded, at));
      at += decoded.length;
    }
    return { unit, guest: disassemble(decodeBytes(Uint8Array.from(unit.bytes), 0), unit.guest, label), made };
  });
}
