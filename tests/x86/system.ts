/** Chunks that are about the machine itself: segments, selectors, ports, control registers, page tables, the timer. */
import { bytesOf, forms } from './forms.ts';
import { encode, load, placeAt, push, ring, type Dice, type Maker } from './pieces.ts';
import { at, gdtPointer, idtPointer, selectors } from './world.ts';

/** Any selector: of the world with any RPL, null, of the LDT, outside of the table. */
function anySelector(dice: Dice): number {
  const roll = dice.below(20);
  if (roll === 0) return dice.below(4);
  if (roll === 1) return 0xe8 + dice.below(0x8000);
  if (roll === 2) return ((1 + dice.below(7)) << 3) | 4 | dice.below(4);
  return (dice.below(0x1d) << 3) | dice.pick([0, 0, 1, 3, 3]);
}

/** Loads a segment register, reads through it, looks at it, and puts the ring's own data segment back. */
export const segment: Maker = ({ dice, level }) => {
  const number = dice.pick([0, 3, 3, 4, 5, 2, 2]);
  const own = ring(selectors.data, level);
  const stacks = [
    own,
    own,
    selectors.absentStack,
    selectors.absentKernelData,
    own ^ 1,
    selectors.readOnly,
    0,
    0xf9,
    selectors.absentData,
  ];
  const selector = number === 2 ? dice.pick(stacks) : anySelector(dice);
  const prefix = ring([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65], number);
  const mine = [...load(0, own), 0x8e, 0xc0 | (number << 3)];
  const pops: Record<number, number[]> = { 0: [7], 2: [0x17], 3: [0x1f], 4: [0x0f, 0xa1], 5: [0x0f, 0xa9] };
  const half = dice.chance(45) ? [0x66] : [];
  const pushed = half.length > 0 ? [0x66, 0x68, ...bytesOf(selector, 2)] : push(selector);
  const memory = [
    0x66,
    0xc7,
    0x05,
    ...bytesOf(at.data + 8, 4),
    ...bytesOf(selector, 2),
    0x8e,
    5 | (number << 3),
    ...bytesOf(at.data + 8, 4),
  ];
  const set = dice.pick([
    [...load(0, selector), 0x8e, 0xc0 | (number << 3)],
    [...pushed, ...half, ...(pops[number] ?? [])],
    memory,
  ]);
  // The limits of a segment are not v86's strength (differences.ts), so that offsets stay inside of all.
  const use = dice.chance(60) && selector >> 3 !== 0x1a ? [prefix, 0x8b, 0x15, ...bytesOf(dice.below(0x1200), 4)] : [];
  return [...set, ...use, 0x8c, 0xc0 | (number << 3) | 7, ...mine];
};

/** PUSH of a segment register. The slot is zero before: the manual lets a CPU write its low half alone. */
export const pushSegment: Maker = ({ dice }) => {
  const half = dice.chance(25) ? [0x66] : [];
  const code = dice.pick([[6], [0x0e], [0x16], [0x1e], [0x0f, 0xa0], [0x0f, 0xa8]]);
  return [0x6a, 0, 0x8d, 0x64, 0x24, 4, ...half, ...code, 0x58 + dice.pick([0, 1, 2, 3])];
};

/** LAR, LSL, VERR and VERW of every kind of selector. */
export const looking: Maker = (setting) => {
  const { dice } = setting;
  const form = dice.pick(forms.filter(({ name }) => /^(lar|lsl|verr|verw)$/.test(name)));
  const size = dice.chance(25) ? 2 : 4;
  const cell = at.data + dice.below(0xff0);
  const selector = anySelector(dice);
  const filling = { size, register: dice.pick([0, 1, 2, 3]), immediate: 0 };
  if (dice.chance(50)) return [...load(6, selector), ...encode(form, { ...filling, rm: 6 })];
  const place = { before: [], prefix: [], address: { base: -1, index: -1, scale: 0, disp: cell }, least: 0 };
  return [0x66, 0xc7, 0x05, ...bytesOf(cell, 4), ...bytesOf(selector, 2), ...encode(form, { ...filling, rm: place })];
};

const ports = [0x80, 0xe8, 0xe9, 0xe9, 0x10, 0x44, 0x3f, 0x60];

/** IN and OUT of all widths; the disk. */
export const portIo: Maker = ({ dice }) => {
  const half = dice.chance(25) ? [0x66] : [];
  const roll = dice.below(10);
  if (roll === 0) return [0x66, 0xba, 0xf3, 1, ...load(0, dice.below(0x5000)), 0xef, 0x66, 0xba, 0xf0, 1, 0xed, 0xed];
  const opcode = dice.below(4);
  if (dice.chance(40)) return [...half, 0xe4 + opcode, dice.pick(ports)];
  return [...load(2, dice.chance(80) ? dice.pick(ports) : 0x3000 + dice.below(0x1000)), ...half, 0xec + opcode];
};

/** What only ring 0 may do; the others are refused. */
export const privileged: Maker = (setting, start) => {
  const { dice, level } = setting;
  const roll = dice.below(level === 0 ? 14 : 11);
  const [table, pointer] = dice.pick([
    [2, gdtPointer],
    [3, idtPointer],
  ] as const);
  const cr0 = dice.pick([2, 4, 8, 0x20, 0x10000, 0x1002e]);
  if (roll === 0) {
    const place = placeAt(setting, pointer, false);
    const load6 = { name: 'lgdt', opcode: [0x0f, 0x01], extension: table, operands: ['M'], undefined: 0 };
    return [...place.before, ...encode(load6, { size: dice.pick([2, 4]), register: 0, rm: place, immediate: 0 })];
  }
  if (roll === 1) return [0x0f, 0x20, 0xc0, 0x35, ...bytesOf(cr0, 4), 0x0f, 0x22, 0xc0]; // CR0 ^= …
  if (roll === 2) return [...load(3, dice.word()), 0x0f, 0x22, 0xd3]; // mov cr2, ebx
  if (roll === 3) return [0x0f, 0x20, 0xd9, 0x0f, 0x22, 0xd9]; // mov ecx, cr3; mov cr3, ecx
  if (roll === 4) return [...load(3, dice.pick([0, 4, 0x10, 0x80, 0x94, 0x80000000, 0x2000000])), 0x0f, 0x22, 0xe3];
  if (roll === 5) return [0x0f, 0x20, 0xc0 | (dice.pick([0, 2, 3, 4]) << 3) | dice.pick([0, 1, 2, 3, 6, 7])];
  if (roll === 6) return [...load(1, dice.word()), 0x0f, 0x01, 0xf1]; // lmsw cx
  if (roll === 7) return [0x0f, 0x01, 0x35, ...bytesOf(at.data + dice.below(0xff0), 4)]; // lmsw [data]
  if (roll === 8) return [...load(0, dice.pick([0, 0x80])), 0x0f, 0x00, 0xd0]; // lldt ax
  if (roll === 9)
    return [0x66, 0xc7, 0x05, ...bytesOf(at.data + 16, 4), 0x80, 0, 0x0f, 0x00, 0x15, ...bytesOf(at.data + 16, 4)];
  if (roll === 10) {
    // and byte [busy], not 2; ltr of the other TSS, by register or memory
    const free = [0x80, 0x25, ...bytesOf(0x800 + 0xb8 + 5, 4), 0xfd];
    const cell = [
      0x66,
      0xc7,
      0x05,
      ...bytesOf(at.data + 16, 4),
      0xb8,
      0,
      0x0f,
      0x00,
      0x1d,
      ...bytesOf(at.data + 16, 4),
    ];
    return [...free, ...(dice.chance(50) ? [...load(0, 0xb8), 0x0f, 0x00, 0xd8] : cell)];
  }
  if (roll === 11) return [0x0f, 0x22, 0xc0 | (dice.pick([1, 5, 6, 7]) << 3)]; // no such control register
  if (roll === 12) return [0x0f, 0x20, 0xc0 | (dice.pick([1, 5, 6, 7]) << 3)];
  return pageTables(setting, start);
};

/** Changes an entry of the tables under a page, drops its translation, and goes there. */
const pageTables: Maker = (setting) => {
  const { dice, paging } = setting;
  const page = dice.below(16);
  const alias = dice.chance(60);
  const linear = alias ? 0x400000 + (page << 12) : at.data + ((page & 7) << 12);
  const entry = alias ? at.aliasTable + page * 4 : at.pageTable + ((linear >> 12) & 0x3ff) * 4;
  const value = (at.data + (dice.below(8) << 12)) | (dice.below(0x1000) & 0xf7f & (dice.chance(80) ? -1 : ~1));
  if (!paging) return [];
  return [
    ...[0xc7, 0x05, ...bytesOf(entry, 4), ...bytesOf(value, 4)], // mov dword [entry], value
    ...[0x0f, 0x01, 0x3d, ...bytesOf(linear, 4)], // invlpg [linear]
    ...[0xff, 0x05, ...bytesOf(linear + dice.below(0xff0), 4)], // inc dword [linear + …]
  ];
};

/** The timer's interrupt, pending while IF is 0, at the end of the shadow of STI, after POPF, or out of HLT. */
export const timer: Maker = ({ dice, level, iopl }) => {
  const armed = [0xfa, ...load(0, 1), 0xe7, 0x40];
  if (level > iopl) return armed;
  const open = dice.pick([[0xfb], [0x9c, 0x81, 0x0c, 0x24, 0, 2, 0, 0, 0x9d], ...(level === 0 ? [[0xfb, 0xf4]] : [])]);
  return [...armed, ...Array.from({ length: dice.below(3) }, () => 0x90), ...open, 0x43, 0x46, 0xfa];
};
