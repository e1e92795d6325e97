/** How the programs of `differences.ts` are made and read: a program of a few chunks in the world of the random ones. */
import { bytesOf } from './forms.ts';
import { load, push } from './pieces.ts';
import { firmware, type Image, type Piece } from './state.ts';
import { at, entrySize, gdtPointer, idtPointer, selectors, vectors, world } from './world.ts';

/** One program that shows a difference. */
export interface Case {
  /** Section of Intel's SDM that says what is right. */
  readonly section: string;
  readonly says: string;
  readonly image: Image;
  /** Vectors and error codes that our machine's handlers write down, the stop at the end left out. */
  readonly log: readonly (readonly [vector: number, code: number])[];
  /** Registers by number, and bytes of memory by address, at the end of our machine's run. */
  readonly registers?: Readonly<Record<number, number>>;
  readonly memory?: Readonly<Record<number, number>>;
}

/** A way in which v86 differs. */
export interface Difference {
  readonly says: string;
  readonly cases: readonly Case[];
}

/** What the handlers have written down: vector, error code, EIP, CS, EFLAGS, CR2 of each. */
export function logOf(memory: Uint8Array): number[][] {
  const view = new DataView(memory.buffer, memory.byteOffset);
  const end = Math.min(view.getUint32(at.log, true), at.logEnd);
  const entries: number[][] = [];
  for (let place: number = at.logStart; place < end; place += entrySize)
    entries.push(Array.from({ length: 6 }, (_, n) => view.getUint32(place + 4 * n, true)));
  return entries;
}

/** Bytes at an address. */
export const piece = (address: number, bytes: readonly number[]): Piece => ({
  at: address,
  bytes: Uint8Array.from(bytes),
});

/** A program of one chunk for each part, in a ring, with identity paging where it is wanted. */
export function image(
  level: number,
  parts: readonly (readonly number[])[],
  pieces: readonly Piece[] = [],
  cr4 = -1,
): Image {
  const paging = [...load(0, at.pageDirectory), 0x0f, 0x22, 0xd8, ...load(0, cr4), 0x0f, 0x22, 0xe0];
  const on = [0x0f, 0x20, 0xc0, 0x0d, ...bytesOf(0x80010000, 4), 0x0f, 0x22, 0xc0];
  const stack = [firmware.stack, at.innerStack, 0, at.userStack][level] ?? 0;
  const start = [
    ...[0x0f, 0x01, 0x15, ...bytesOf(gdtPointer, 4), 0x0f, 0x01, 0x1d, ...bytesOf(idtPointer, 4)],
    ...(cr4 < 0 ? [] : [...paging, ...on]),
    ...(level === 0 ? [] : [...push(selectors.data[level] ?? 0), ...push(stack)]),
    ...[...push(2), ...push(selectors.code[level] ?? 0), ...push(at.chunks)],
    ...[...load(0, selectors.data[level] ?? 0), 0x8e, 0xd8, 0x8e, 0xc0, 0xcf],
  ];
  const table = Array.from({ length: 0x100 }, (_, page) => bytesOf((page << 12) | 7, 4)).flat();
  return {
    entry: at.entry,
    pieces: [
      ...world,
      piece(at.entry, start),
      ...parts.map((part, n) => piece(at.chunks + 64 * n, [...part, 0xeb, 62 - part.length])),
      piece(at.chunks + 64 * parts.length, [0xcd, vectors.stop]),
      ...(cr4 < 0 ? [] : [piece(at.pageDirectory, bytesOf(at.pageTable | 7, 4)), piece(at.pageTable, table)]),
      ...pieces,
    ],
  };
}

/** A descriptor of the world's GDT. */
export const inGdt = (selector: number, bytes: readonly number[]) => piece(firmware.gdt + (selector & 0xf8), bytes);
/** A gate of the world's IDT. */
export const inIdt = (vector: number, bytes: readonly number[]) => piece(at.idt + vector * 8, bytes);
/** `mov eax, selector; mov ds, eax`. */
export const setDs = (selector: number) => [...load(0, selector), 0x8e, 0xd8];
