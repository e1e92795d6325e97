/** Chunks of random programs that need more than random operands: jumps, segments, system instructions, faults on purpose. */
import { bytesOf, forms, type Address } from './forms.ts';
import { encode, instruction, load, placeAt, target, type Dice, type Setting } from './pieces.ts';
import { at, chunkSize, gdtPointer, idtPointer, selectors, vectors } from './world.ts';

/** Makes the bytes of one chunk that begins at `start`. */
type Maker = (setting: Setting, start: number) => number[];

const push = (value: number) => [0x68, ...bytesOf(value, 4)];
const absolute = (disp: number): Address => ({ base: -1, index: -1, scale: 0, disp });
const ring = <T>(list: readonly T[], level: number): T => list[level] as T;

/** Any selector: of the world with any RPL, null, of the LDT, outside of the table. */
function anySelector(dice: Dice): number {
  const roll = dice.below(20);
  if (roll === 0) return dice.below(4);
  if (roll === 1) return 0xe8 + dice.below(0x8000);
  if (roll === 2) return ((1 + dice.below(7)) << 3) | 4 | dice.below(4);
  return (dice.below(0x1d) << 3) | dice.pick([0, 0, 1, 3, 3]);
}

/** Flags for POPF and IRET: without TF, NT (a task switch), VM, and what v86 clears. */
function anyFlags(dice: Dice): number {
  return (dice.word() & 0x240ed5) | (dice.below(4) << 12) | 2;
}

const plain: Maker = (setting) => {
  const { dice } = setting;
  const form = dice.pick(forms);
  const bytes = instruction(setting, form);
  if (form.name === 'popf') return [...push(anyFlags(dice)), ...bytes];
  if (form.name === 'leave') return [...load(5, (setting.level === 0 ? 0x8e00 : at.userStack - 0x200) + dice.below(64)), ...bytes];
  if (form.name === 'cpuid') return [...bytes, 0x31, 0xc0, 0x31, 0xc9, 0x31, 0xd2, 0x31, 0xdb];
  return form.name === 'rdtsc' ? [...bytes, 0x31, 0xc0, 0x31, 0xd2] : bytes;
};

/** cmp r, imm before a condition, so that all sixteen are met both ways. */
function compare(dice: Dice): number[] {
  const value = dice.word();
  return [...load(0, value), 0x3d, ...bytesOf(dice.chance(30) ? value : dice.word(), 4)];
}

const conditional: Maker = ({ dice }) => {
  const condition = dice.below(16);
  const half = dice.chance(15) ? [0x66] : [];
  const jump = dice.chance(50)
    ? [...half, 0x70 | condition, 2]
    : [...half, 0x0f, 0x80 | condition, ...bytesOf(2, half.length > 0 ? 2 : 4)];
  return [...compare(dice), ...jump, 0x43, 0x46]; // inc ebx; inc esi
};

const looping: Maker = ({ dice }) => {
  const opcode = 0xe0 + dice.below(3);
  const body = dice.pick([[0x40], [0x4a, 0x46], [0x83, 0xc3, 7]]);
  const half = dice.chance(20) ? [0x66] : [];
  return [...load(1, 1 + dice.below(6)), ...body, ...half, opcode, 0xfe - body.length - half.length];
};

const countZero: Maker = ({ dice }) => [...load(1, dice.below(2)), ...(dice.chance(20) ? [0x66] : []), 0xe3, 1, 0x43, 0x4e];

/** JMP by distance, register and memory; the byte that is jumped over would be HLT. */
const jumping: Maker = ({ dice, ...rest }, start) => {
  const half = dice.chance(15) ? [0x66] : [];
  const wide = half.length > 0 ? 2 : 4;
  const kind = dice.below(4);
  if (kind === 0) return [...half, 0xeb, 1, 0xf4, 0x47];
  if (kind === 1) return [...half, 0xe9, ...bytesOf(1, wide), 0xf4, 0x47];
  const code = [...load(7, start + 8 + half.length), ...half, 0xff, 0xe7, 0xf4, 0x47];
  if (kind === 2) return code;
  const cell = at.data + dice.below(0xff0);
  const place = placeAt({ dice, ...rest }, cell, false);
  const before = [0xc7, 0x05, ...bytesOf(cell, 4), 0, 0, 0, 0, ...place.before];
  const jump = encode({ name: 'jmp', opcode: [0xff], extension: 4, operands: ['Ev'], undefined: 0 }, { size: wide, register: 0, rm: place, immediate: 0 });
  const to = start + before.length + jump.length + 1;
  return [...before.slice(0, 6), ...bytesOf(to, 4), ...before.slice(10), ...jump, 0xf4, 0x47];
};

/** CALL and RET near, with and without parameters; 16-bit ones too. */
const calling: Maker = ({ dice }, start) => {
  const half = dice.chance(15) ? [0x66] : [];
  const wide = half.length > 0 ? 2 : 4;
  const parameters = dice.chance(40) ? dice.below(3) * 4 : -1;
  const ret = parameters < 0 ? [...half, 0xc3] : [...half, 0xc2, parameters, 0];
  const pushes = parameters > 0 ? Array.from({ length: parameters / 4 }, () => [0x6a, dice.below(256)]).flat() : [];
  const kind = dice.below(3);
  const before = kind === 0 ? [] : load(3, 0);
  const call = kind === 0 ? [...half, 0xe8, ...bytesOf(2, wide)] : [...half, 0xff, 0xd3];
  if (kind === 2) {
    const cell = at.data + dice.below(0xff0);
    const memory = [0xc7, 0x05, ...bytesOf(cell, 4)];
    const callMemory = [...half, 0xff, 0x15, ...bytesOf(cell, 4)];
    const to = start + pushes.length + 10 + callMemory.length + 2;
    return [...pushes, ...memory, ...bytesOf(to, 4), ...callMemory, 0xeb, ret.length, ...ret];
  }
  const to = start + pushes.length + before.length + call.length + 2;
  return [...pushes, ...(kind === 0 ? [] : load(3, to)), ...call, 0xeb, ret.length, ...ret];
};

const codeSelectors = (level: number) => [
  ...[ring(selectors.code, level), ring(selectors.code, level), selectors.conforming | level, ring(selectors.code, level) & ~3],
  ...[selectors.absentCode, ring(selectors.data, level), 0, 0xf8, level === 0 ? 0x33 : 0x08],
];

/** JMP and CALL far, by pointer and through memory, and back by RETF. */
const far: Maker = ({ dice, level }, start) => {
  const selector = dice.pick(codeSelectors(level));
  const kind = dice.below(6);
  const half = kind < 4 && dice.chance(20) ? [0x66] : [];
  const wide = half.length > 0 ? 2 : 4;
  const pointer = (to: number) => [...bytesOf(to, wide), ...bytesOf(selector, 2)];
  const release = dice.below(3) * 4;
  const back = dice.chance(50) ? [...half, 0xcb] : [...half, 0xca, release, 0];
  if (kind === 0) return [...half, 0xea, ...pointer(start + half.length + 4 + wide), 0xf4, 0x43];
  if (kind === 1) return [...half, 0x9a, ...pointer(start + half.length + 5 + wide), 0xeb, back.length, ...back];
  if (kind === 4) return [0x9a, ...bytesOf(dice.word(), 4), ...bytesOf(dice.pick([selectors.callGate, selectors.absentCallGate, selectors.callGate & ~3]), 2)];
  if (kind === 5) {
    // Outward it would find no stack: v86 goes there nevertheless.
    const same = (selector & 3) > level && selector !== selectors.absentCode ? ring(selectors.code, level) : selector;
    return [...push(same), ...push(start + 12), 0xcb, 0xf4, 0x43];
  }
  const cell = at.data + dice.below(0xfe0);
  const memory = [0xc7, 0x05, ...bytesOf(cell, 4)];
  const second = [0x66, 0xc7, 0x05, ...bytesOf(cell + wide, 4), ...bytesOf(selector, 2)];
  const jump = [...half, 0xff, kind === 2 ? 0x2d : 0x1d, ...bytesOf(cell, 4)];
  const to = start + 10 + second.length + jump.length + (kind === 2 ? 1 : 2);
  const tail = kind === 2 ? [0xf4, 0x43] : [0xeb, back.length, ...back];
  return [...memory, ...bytesOf(to, 4), ...second, ...jump, ...tail];
};

/** IRET and RETF, to the same ring, outward, or with a stack segment that does not fit. What v86 has not is left out. */
const returning: Maker = (setting, start) => {
  const { dice, level } = setting;
  const to = dice.chance(80) ? level : dice.pick([0, 1, 3].filter((one) => one >= level));
  const iret = dice.chance(60);
  if (to === level && dice.chance(20)) {
    const half = (value: number) => [0x66, 0x68, ...bytesOf(value, 2)];
    const words = [...(iret ? half(anyFlags(dice)) : []), ...half(ring(selectors.code, to))];
    return [...words, ...half(start + words.length + 6), 0x66, iret ? 0xcf : 0xcb];
  }
  const refused = iret && to > level && dice.chance(50);
  const bad = [0, selectors.absentData, 0xf8, selectors.absentStack, selectors.data[0], selectors.readOnly, 0x21];
  const stack = refused ? dice.pick(bad) : ring(selectors.data, to);
  const esp = ring([0x8f00, at.innerStack - 0x100, 0, at.userStack - 0x100], to);
  const outer = to === level ? [] : [...push(stack), ...push(esp)];
  // A selector whose RPL is not its DPL is refused, too.
  const wrong = iret && to === level && level < 3 && dice.chance(20) ? 3 : ring(selectors.code, to) & 3;
  const code = (ring(selectors.code, to) & ~3) | wrong;
  const flags = iret ? push(anyFlags(dice)) : [];
  const length = outer.length + flags.length + 11;
  if (!refused) setting.level = to;
  return [...outer, ...flags, ...push(code), ...push(start + length), iret ? 0xcf : 0xcb];
};

const interrupting: Maker = ({ dice, level }) => {
  const spread = (base: number) => base + dice.below(16);
  const roll = dice.below(10);
  if (roll === 0) return [0xcc];
  if (roll === 1) return [0xb0, 0x7f, ...(dice.chance(70) ? [0xfe, 0xc0] : []), 0xce]; // mov al, 0x7f; inc al; into
  if (roll === 2) return [0xcd, dice.pick(level === 0 ? [0, 3, 4, 5, 6, 7, 9, 15] : [0, 3, 4, 8, 13, 14, 31])];
  const kinds = [vectors.user, spread(vectors.trap), spread(vectors.absent), spread(vectors.kernel)];
  return [0xcd, dice.pick(level === 0 ? kinds : [...kinds, spread(vectors.inner)])];
};

/** Loads a segment register, reads through it, looks at it, and puts the ring's own data segment back. */
const segment: Maker = ({ dice, level }) => {
  const number = dice.pick([0, 0, 3, 3, 4, 5, 2]);
  const own = ring(selectors.data, level);
  const stacks = [own, own, selectors.absentStack, selectors.absentKernelData, own ^ 1, selectors.readOnly, 0, 0xf9, selectors.absentData];
  const selector = number === 2 ? dice.pick(stacks) : anySelector(dice);
  const prefix = ring([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65], number);
  const mine = [...load(0, own), 0x8e, 0xc0 | (number << 3)];
  const pops: Record<number, number[]> = { 0: [7], 2: [0x17], 3: [0x1f], 4: [0x0f, 0xa1], 5: [0x0f, 0xa9] };
  const half = dice.chance(20) ? [0x66] : [];
  const pushed = half.length > 0 ? [0x66, 0x68, ...bytesOf(selector, 2)] : push(selector);
  const memory = [0x66, 0xc7, 0x05, ...bytesOf(at.data + 8, 4), ...bytesOf(selector, 2), 0x8e, 5 | (number << 3), ...bytesOf(at.data + 8, 4)];
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
const pushSegment: Maker = ({ dice }) => {
  const half = dice.chance(25) ? [0x66] : [];
  const code = dice.pick([[6], [0x0e], [0x16], [0x1e], [0x0f, 0xa0], [0x0f, 0xa8]]);
  return [0x6a, 0, 0x8d, 0x64, 0x24, 4, ...half, ...code, 0x58 + dice.pick([0, 1, 2, 3])];
};

/** LAR, LSL, VERR and VERW of every kind of selector. */
const looking: Maker = (setting) => {
  const { dice } = setting;
  const form = dice.pick(forms.filter(({ name }) => /^(lar|lsl|verr|verw)$/.test(name)));
  const size = dice.chance(25) ? 2 : 4;
  const cell = at.data + dice.below(0xff0);
  const selector = anySelector(dice);
  const filling = { size, register: dice.pick([0, 1, 2, 3]), immediate: 0 };
  if (dice.chance(50)) return [...load(6, selector), ...encode(form, { ...filling, rm: 6 })];
  const place = { before: [], prefix: [], address: absolute(cell), least: 0 };
  return [0x66, 0xc7, 0x05, ...bytesOf(cell, 4), ...bytesOf(selector, 2), ...encode(form, { ...filling, rm: place })];
};

const ports = [0x80, 0xe8, 0xe9, 0xe9, 0x10, 0x44, 0x3f, 0x60];

const portIo: Maker = ({ dice }) => {
  const half = dice.chance(25) ? [0x66] : [];
  const roll = dice.below(10);
  if (roll === 0) return [0x66, 0xba, 0xf3, 1, ...load(0, dice.below(0x5000)), 0xef, 0x66, 0xba, 0xf0, 1, 0xed, 0xed];
  const opcode = dice.below(4);
  if (dice.chance(40)) return [...half, 0xe4 + opcode, dice.pick(ports)];
  return [...load(2, dice.chance(80) ? dice.pick(ports) : 0x3000 + dice.below(0x1000)), ...half, 0xec + opcode];
};

/** What only ring 0 may do; the others are refused. */
const privileged: Maker = (setting, start) => {
  const { dice, level } = setting;
  const roll = dice.below(level === 0 ? 14 : 11);
  const [table, pointer] = dice.pick([[2, gdtPointer], [3, idtPointer]] as const);
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
  if (roll === 9) return [0x66, 0xc7, 0x05, ...bytesOf(at.data + 16, 4), 0x80, 0, 0x0f, 0x00, 0x15, ...bytesOf(at.data + 16, 4)];
  if (roll === 10) {
    // and byte [busy], not 2; ltr of the other TSS, by register or memory
    const free = [0x80, 0x25, ...bytesOf(0x800 + 0xb8 + 5, 4), 0xfd];
    const cell = [0x66, 0xc7, 0x05, ...bytesOf(at.data + 16, 4), 0xb8, 0, 0x0f, 0x00, 0x1d, ...bytesOf(at.data + 16, 4)];
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
  const use = instruction(setting, dice.pick(forms.filter(({ name, operands }) => operands[0] === 'Ob' || (name === 'mov' && operands[0] === 'Ov'))));
  if (!paging) return use;
  return [0xc7, 0x05, ...bytesOf(entry, 4), ...bytesOf(value, 4), 0x0f, 0x01, 0x3d, ...bytesOf(linear, 4), 0xff, 0x05, ...bytesOf(linear + dice.below(0xff0), 4)];
};

/** Faults on purpose, where others are rare. */
const faulty: Maker = ({ dice }, start) => {
  const roll = dice.below(6);
  if (roll === 0) return [0x31, 0xc9, 0xf7, 0xf1]; // div by 0
  if (roll === 1) return [0x0f, dice.pick([0x0b, 0xff, 0x0a])];
  if (roll === 2) return [0x8e, 0xc8]; // mov cs, ax
  if (roll === 3) return [0x8d, 0xc0 | dice.below(64)]; // lea from a register
  if (roll === 4) return [0x8c, 0xf0 | dice.below(16)]; // no such segment register
  void start;
  return dice.pick([[0xff, 0xf8], [0x0f, 0x01, 0xc1], [0xff, 0xd8], [0xff, 0xe8], [0x0f, 0x01, 0xd0]]);
};

/** Changes the immediate of the next instruction but one, or of one in the next chunk. */
const selfModifying: Maker = ({ dice }, start) => {
  const value = dice.word();
  if (dice.chance(50)) return [0xc7, 0x05, ...bytesOf(start + 11, 4), ...bytesOf(value, 4), ...load(3, 0)];
  const loop = [0x81, 0xc2, ...bytesOf(1, 4), 0xff, 0x05, ...bytesOf(start + 7, 4), 0xe2, 0x100 - 14];
  return [...load(1, 3), ...loop];
};

/** The timer's interrupt, pending while IF is 0, at the end of the shadow of STI, after POPF, or out of HLT. */
const timer: Maker = ({ dice, level, iopl }) => {
  const armed = [0xfa, ...load(0, 1), 0xe7, 0x40];
  if (level > iopl) return armed;
  const open = dice.pick([[0xfb], [0x9c, 0x81, 0x0c, 0x24, 0, 2, 0, 0, 0x9d], ...(level === 0 ? [[0xfb, 0xf4]] : [])]);
  return [...armed, ...Array.from({ length: dice.below(3) }, () => 0x90), ...open, 0x43, 0x46, 0xfa];
};

const makers: readonly (readonly [weight: number, maker: Maker])[] = [
  [62, plain],
  [5, conditional],
  [2, looping],
  [1, countZero],
  [3, jumping],
  [3, calling],
  [4, far],
  [3, returning],
  [4, interrupting],
  [5, segment],
  [2, pushSegment],
  [4, looking],
  [4, portIo],
  [5, privileged],
  [3, faulty],
  [3, selfModifying],
  [2, timer],
];
const weighted = makers.flatMap(([weight, maker]) => Array.from({ length: weight }, () => maker));

/** A chunk at `start`, filled up so that the next one begins where it should. */
export function chunk(setting: Setting, start: number): number[] {
  const { level } = setting;
  for (;;) {
    setting.level = level;
    const bytes = setting.dice.pick(weighted)(setting, start);
    const left = chunkSize - bytes.length;
    if (left < 2) continue;
    return [...bytes, 0xeb, left - 2, ...Array.from({ length: left - 2 }, () => 0x90)];
  }
}

/** Leaves for where no code is: absent, forbidden, over the end of a page, undefined bytes. */
export function leap(setting: Setting): number[] {
  const { dice, level, paging } = setting;
  const to = paging && dice.chance(60) ? dice.pick([0x800000, 0xffff0000, level > 0 ? at.handler : 0x3ff000, at.edge, at.edge]) : at.edge;
  return [...load(6, to), 0xff, 0xe6];
}

void target;
