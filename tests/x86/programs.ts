/** Random programs in machine code, from a seed. */
import { chunk, leap } from './chunks.ts';
import { bytesOf } from './forms.ts';
import { diceOf, load, type Setting } from './pieces.ts';
import { firmware, type Image, type Piece } from './state.ts';
import { at, chunkSize, gdtPointer, idtPointer, selectors, vectors, world } from './world.ts';

/** A program and what it was made with. */
export interface Program extends Setting {
  readonly seed: number;
  readonly image: Image;
}

const pages = 8;

/** Page tables: low memory is the kernel's, code, stack and data the user's too; data and aliases with bits at random. */
function tables({ dice }: Setting, large: boolean): Piece[] {
  const bits = () =>
    (dice.below(0x1000) & 0xf7e & (dice.chance(70) ? -1 : ~6)) | (dice.chance(85) ? 1 : 0) | (dice.chance(60) ? 6 : 0);
  const low = Array.from({ length: 256 }, (_, page) => {
    const address = page << 12;
    if (address >= at.data && address < at.dataEnd) return address | bits() | (dice.chance(60) ? 7 : 0);
    if (page === (at.edge >> 12) + 1) return address | bits();
    const isUser = [1, 2, 0xa, 0xb, at.edge >> 12].includes(page);
    return address | (isUser ? 7 : 3);
  });
  const aliases = Array.from({ length: 16 }, () => (at.data + (dice.below(pages) << 12)) | bits());
  const directory = [at.pageTable | 7, at.aliasTable | (dice.chance(85) ? 7 : bits())];
  const upper = large ? bytesOf(0x87 | dice.below(0x80), 4) : [0, 0, 0, 0];
  return [
    { at: at.pageTable, bytes: Uint8Array.from(low.flatMap((entry) => bytesOf(entry, 4))) },
    { at: at.aliasTable, bytes: Uint8Array.from(aliases.flatMap((entry) => bytesOf(entry, 4))) },
    { at: at.pageDirectory, bytes: Uint8Array.from(directory.flatMap((entry) => bytesOf(entry, 4))) },
    // A 4 MiB page at 0xc0000000, over the same memory.
    { at: at.pageDirectory + 0xc00, bytes: Uint8Array.from(upper) },
  ];
}

/** Tables, paging, registers, and IRET into the ring of the program. */
function prologue(setting: Setting, control: { cr0: number; cr4: number; other: boolean; local: boolean }): number[] {
  const { dice, level, iopl, paging } = setting;
  const push = (value: number) => [0x68, ...bytesOf(value, 4)];
  const registers = [1, 2, 3, 5, 6, 7, 0].flatMap((register) => load(register, dice.word()));
  const stack = [firmware.stack, at.innerStack, at.innerStack, at.userStack][level] ?? 0;
  const flags = (iopl << 12) | (dice.chance(50) ? 0x200 : 0) | 2;
  return [
    ...[0x0f, 0x01, 0x15, ...bytesOf(gdtPointer, 4)], // lgdt
    ...[0x0f, 0x01, 0x1d, ...bytesOf(idtPointer, 4)], // lidt
    ...(control.other ? [...load(0, 0xb8), 0x0f, 0x00, 0xd8] : []), // ltr ax
    ...(control.local ? [...load(0, 0x80), 0x0f, 0x00, 0xd0] : []), // lldt ax
    ...load(0, at.pageDirectory),
    ...[0x0f, 0x22, 0xd8], // mov cr3, eax
    ...load(0, control.cr4),
    ...[0x0f, 0x22, 0xe0],
    ...load(0, control.cr0 | (paging ? 0x80000000 : 0)),
    ...[0x0f, 0x22, 0xc0],
    ...(level === 0 ? [] : [...push(selectors.data[level] ?? 0), ...push(stack)]),
    ...push(flags),
    ...push(selectors.code[level] ?? 0),
    ...push(at.chunks),
    ...(level === 0 ? [] : [...load(0, selectors.data[level] ?? 0), 0x8e, 0xd8, 0x8e, 0xc0]),
    ...registers,
    0xcf,
  ];
}

/** The program of a seed. */
export function programOf(seed: number): Program {
  const dice = diceOf(seed);
  const setting: Setting = {
    dice,
    level: dice.pick([0, 0, 0, 0, 1, 2, 3, 3, 3]),
    iopl: dice.below(4),
    paging: dice.chance(60),
  };
  const large = dice.chance(30);
  const control = {
    cr0: 0x11 | (dice.chance(50) ? 0x10000 : 0),
    cr4: (large ? 0x10 : 0) | (dice.chance(30) ? 0x80 : 0) | (dice.chance(30) ? 4 : 0),
    other: dice.chance(40),
    local: dice.chance(50),
  };
  const start = prologue(setting, control);
  const code: number[] = [];
  const chunks = 12 + dice.below(16);
  for (let n = 0; n < chunks; n++) code.push(...chunk(setting, at.chunks + n * chunkSize));
  if (dice.chance(15)) code.push(...leap(setting));
  code.push(...(setting.level === 0 ? [0xfa, 0xf4] : [0xcd, vectors.stop]));
  const data = Uint32Array.from({ length: (at.dataEnd - at.data) / 4 }, () => dice.bits());
  const pieces: Piece[] = [
    ...world,
    { at: at.entry, bytes: Uint8Array.from(start) },
    { at: at.chunks, bytes: Uint8Array.from(code) },
    { at: at.data, bytes: new Uint8Array(data.buffer) },
    // Where a leap ends up: an instruction over the end of a page, and a stop behind it.
    { at: at.edge, bytes: Uint8Array.from([0xb8, 1, 2, 3, 4, 0xcd, vectors.stop, 0xf4]) },
    ...tables(setting, large),
  ];
  return { ...setting, seed, image: { entry: at.entry, pieces } };
}
