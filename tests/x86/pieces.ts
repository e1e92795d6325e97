/** Parts that random programs are made of: choices from a seed, instructions from rows of `forms.ts`, addresses. */
import { addressBytes, bytesOf, type Address, type Form } from './forms.ts';
import { at } from './world.ts';

/** Seeded choices (mulberry32). */
export interface Dice {
  /** An integer from 0 to below `n`. */
  below(n: number): number;
  /** True in `percent` of the cases. */
  chance(percent: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** 32 bits; every third a border case. */
  word(): number;
  /** 32 bits, all alike. */
  bits(): number;
}

/** Dice of a seed. */
export function diceOf(seed: number): Dice {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (n: number) => Math.floor((next() / 0x100000000) * n);
  const borders = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick,
    bits: next,
    word: () => (below(3) === 0 ? pick(borders) : next()),
  };
}

/** How a program runs, and what its chunks may therefore do. */
export interface Setting {
  readonly dice: Dice;
  /** CPL of the next chunk: a program may leave to an outer ring on its way. */
  level: number;
  readonly iopl: number;
  readonly paging: boolean;
}

const esp = 4;

/** `mov r32, value`. */
export function load(register: number, value: number): number[] {
  return [0xb8 + register, ...bytesOf(value, 4)];
}

/** Narrows EFLAGS to what the manual defines: pushfd; and dword [esp], mask; popfd. */
export function cleanFlags(undefinedOnes: number): number[] {
  return undefinedOnes === 0 ? [] : [0x9c, 0x81, 0x24, 0x24, ...bytesOf(~undefinedOnes, 4), 0x9d];
}

/** A linear address for a data access of `size` bytes: in data pages, over their ends, aliased, absent or forbidden. */
export function target({ dice, paging, level }: Setting, size: number): number {
  const roll = dice.below(100);
  const page = (dice.below(8) << 12) + at.data;
  if (roll < 50) return page + dice.below(0x1000 - size);
  if (roll < 70) return page + 0x1000 - dice.below(size + 1) - (page + 0x1000 === at.dataEnd ? size : 0);
  if (paging && roll < 94)
    return 0x400000 + (dice.below(16) << 12) + (dice.chance(30) ? 0x1000 - size : dice.below(0x1000 - size));
  if (paging && roll < 97) return dice.pick([0x800000, 0xc0000000 + at.data, 0x3ff000, 0xfffff000]) + dice.below(0xff0);
  // Outside of memory, and pages of the kernel, which only rings that paging keeps out may ask for.
  if (level === 3 && paging) return dice.pick([at.idt, at.handler, at.pageTable, 0x8000]) + dice.below(0xff0);
  return paging ? page : 0x200000 + dice.below(0x1000000);
}

/** An operand in memory: instructions that set its registers, the prefix of its segment, its address. */
export interface Place {
  readonly before: readonly number[];
  readonly prefix: readonly number[];
  readonly address: Address;
  readonly least: number;
}

/** An addressing form, at random, that reaches a linear address; `writes` keeps CS out, which v86 would write through. */
export function placeAt(setting: Setting, linear: number, writes = true): Place {
  const { dice } = setting;
  const roll = dice.below(10);
  const others = [0, 1, 2, 3, 5, 6, 7];
  const base = roll === 0 || roll === 8 ? -1 : dice.pick(others);
  const index = roll > 4 && roll !== 0 ? dice.pick(others) : -1;
  const scale = dice.below(4);
  const least = dice.pick([0, 0, 0, 1, 4, 5]);
  const prefix = dice.chance(15) ? [dice.pick([0x26, 0x36, 0x3e, 0x64, 0x65, ...(writes ? [] : [0x2e])])] : [];
  if (base < 0) {
    const value = index < 0 ? 0 : dice.word();
    const disp = (linear - (value << scale)) | 0;
    return { before: index < 0 ? [] : load(index, value), prefix, address: { base, index, scale, disp }, least };
  }
  const disp = dice.pick([0, dice.below(256) - 128, dice.word() | 0]);
  const second = index === base ? -1 : index;
  const value = second < 0 ? 0 : dice.word();
  const before = [...(second < 0 ? [] : load(second, value)), ...load(base, linear - disp - (value << scale))];
  return { before, prefix, address: { base, index: second, scale, disp }, least };
}

/** What an instruction is made with. */
export interface Filling {
  /** 2 or 4, where the form has operands of either size. */
  readonly size: number;
  /** Number in the ModR/M byte's middle or in the opcode. */
  readonly register: number;
  readonly rm: number | Place;
  readonly immediate: number;
}

/** The bytes of an instruction, prefixes included. */
export function encode(form: Form, { size, register, rm, immediate }: Filling): number[] {
  const kinds = form.operands.map((operand) => operand[0]);
  const inOpcode = kinds.includes('Z') ? register : 0;
  const opcode = form.opcode.map((byte, n) => (n === form.opcode.length - 1 ? byte + inOpcode : byte));
  const hasModrm = form.extension !== undefined || kinds.some((kind) => 'EGMS'.includes(kind ?? '?'));
  const field = form.extension ?? register;
  const place = typeof rm === 'number' ? undefined : rm;
  const modrm =
    place === undefined ? [0xc0 | (field << 3) | Number(rm)] : addressBytes(field, place.address, place.least);
  const immediates = form.operands.flatMap((operand) => {
    if (operand[0] === 'O') return bytesOf(immediate, 4);
    if (operand[0] !== 'I') return [];
    return bytesOf(immediate, operand === 'Iv' ? size : 1);
  });
  const prefixes = [...(place?.prefix ?? []), ...(size === 2 ? [0x66] : [])];
  return [...prefixes, ...opcode, ...(hasModrm ? modrm : []), ...immediates];
}

/** Instructions whose first operand is not changed. */
const sources = new Set(['cmp', 'test', 'push', 'mul', 'div', 'idiv']);

/** An instruction of a form with operands at random, with what has to stand before and after it. */
export function instruction(setting: Setting, form: Form): number[] {
  const { dice, level } = setting;
  const sized = form.operands.length === 0 || form.operands.some((operand) => /[vnM]$/.test(operand));
  const size = sized && dice.chance(45) ? 2 : 4;
  const changes = (operand: string) =>
    form.name === 'xchg' ||
    (operand === form.operands[0] && !sources.has(form.name) && !(form.name === 'imul' && form.operands.length === 1));
  // ESP as a destination: rings outside of 0 get it back from the handler, or at the end.
  const pickRegister = (operand: string | undefined) => {
    if (operand === 'S') return dice.below(6);
    const number = dice.below(8);
    if (number !== esp || operand === undefined || operand.endsWith('b') || !changes(operand)) return number;
    return level > 0 && form.undefined === 0 && (operand === 'Zv' || dice.chance(10)) ? esp : 0;
  };
  const own = form.operands.find((operand) => /^[GZS]/.test(operand));
  const other = form.operands.find((operand) => /^[EM]/.test(operand));
  const bytes = other === 'M' ? 6 : /b$/.test(other ?? '') ? 1 : size;
  const inMemory = other !== undefined && (other === 'M' || dice.chance(60));
  const source = sources.has(form.name) || other !== form.operands[0];
  const anywhere = inMemory ? placeAt(setting, target(setting, bytes), !source || form.name === 'xchg') : undefined;
  // v86 loses track of ESP where POP meets a null segment; SS never is one.
  const place = anywhere !== undefined && form.name === 'pop' ? { ...anywhere, prefix: [0x36] } : anywhere;
  const register = pickRegister(own);
  const rm = place ?? pickRegister(other);
  const isShift = /^s(hl|hr|ar)$/.test(form.name);
  const immediate = form.operands.some((operand) => operand[0] === 'O') ? target(setting, size) : dice.word();
  const before = [
    ...(/div$/.test(form.name) && dice.chance(60) ? load(2, dice.chance(70) ? 0 : -1) : []),
    ...(place?.before ?? []),
  ];
  if (isShift && form.operands.length === 1 && form.opcode[0] === 0xd3 && dice.chance(40))
    before.push(0xb1, dice.below(40));
  const touchesEsp = [register, rm].includes(esp);
  // The manual defines OF after a shift by one, and CF after any that is no longer than the operand.
  const byOne = isShift && (form.opcode[0] ?? 0) >> 1 === 0x68;
  const unclear = byOne ? form.undefined & 0x10 : form.undefined;
  const after = touchesEsp && level > 0 ? load(esp, at.userStack - 0x100) : [];
  return [...before, ...encode(form, { size, register, rm, immediate }), ...cleanFlags(unclear), ...after];
}

/** Makes the bytes of one chunk that begins at `start`. */
export type Maker = (setting: Setting, start: number) => number[];

/** `push value`. */
export const push = (value: number): number[] => [0x68, ...bytesOf(value, 4)];

/** What a list has for a ring. */
export const ring = <T>(list: readonly T[], level: number): T => list[level] as T;

/** Flags for POPF and IRET: without TF, NT (a task switch), VM, and what v86 clears. */
export function anyFlags(dice: Dice): number {
  return (dice.word() & 0x240ed5) | (dice.below(4) << 12) | 2;
}
