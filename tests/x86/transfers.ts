/** Chunks that go somewhere: jumps, calls, far transfers, returns, software interrupts. */
import { bytesOf } from './forms.ts';
import { anyFlags, encode, load, placeAt, push, ring, type Dice, type Maker } from './pieces.ts';
import { at, selectors, vectors } from './world.ts';

/** cmp r, imm before a condition, so that all sixteen are met both ways. */
function compare(dice: Dice): number[] {
  const value = dice.word();
  return [...load(0, value), 0x3d, ...bytesOf(dice.chance(30) ? value : dice.word(), 4)];
}

/** A jump on each of the sixteen conditions, near and short. */
export const conditional: Maker = ({ dice }) => {
  const condition = dice.below(16);
  const half = dice.chance(45) ? [0x66] : [];
  const jump = dice.chance(50)
    ? [...half, 0x70 | condition, 2]
    : [...half, 0x0f, 0x80 | condition, ...bytesOf(2, half.length > 0 ? 2 : 4)];
  return [...compare(dice), ...jump, 0x43, 0x46]; // inc ebx; inc esi
};

/** LOOP, LOOPE and LOOPNE, backwards. */
export const looping: Maker = ({ dice }) => {
  const opcode = 0xe0 + dice.below(3);
  const body = dice.pick([[0x40], [0x4a, 0x46], [0x83, 0xc3, 7]]);
  const half = dice.chance(20) ? [0x66] : [];
  return [...load(1, 1 + dice.below(6)), ...body, ...half, opcode, 0xfe - body.length - half.length];
};

/** JECXZ. */
export const countZero: Maker = ({ dice }) => [
  ...load(1, dice.below(2)),
  ...(dice.chance(20) ? [0x66] : []),
  0xe3,
  1,
  0x43,
  0x4e,
];

/** JMP by distance, register and memory; the byte that is jumped over would be HLT. */
export const jumping: Maker = ({ dice, ...rest }, start) => {
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
  const jump = encode(
    { name: 'jmp', opcode: [0xff], extension: 4, operands: ['Ev'], undefined: 0 },
    { size: wide, register: 0, rm: place, immediate: 0 },
  );
  const to = start + before.length + jump.length + 1;
  return [...before.slice(0, 6), ...bytesOf(to, 4), ...before.slice(10), ...jump, 0xf4, 0x47];
};

/** CALL and RET near, with and without parameters; 16-bit ones too. */
export const calling: Maker = ({ dice }, start) => {
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

/** Selectors for CS: fitting, and to be refused. */
const codeSelectors = (level: number) => [
  ...[
    ring(selectors.code, level),
    ring(selectors.code, level),
    selectors.conforming | level,
    ring(selectors.code, level) & ~3,
  ],
  ...[selectors.absentCode, ring(selectors.data, level), 0, 0xf8, level === 0 ? 0x33 : 0x08],
];

/** JMP and CALL far, by pointer and through memory, and back by RETF. */
export const far: Maker = ({ dice, level }, start) => {
  const selector = dice.pick(codeSelectors(level));
  const kind = dice.below(6);
  const half = kind < 4 && dice.chance(20) ? [0x66] : [];
  const wide = half.length > 0 ? 2 : 4;
  const pointer = (to: number) => [...bytesOf(to, wide), ...bytesOf(selector, 2)];
  const release = dice.below(3) * 4;
  const back = dice.chance(50) ? [...half, 0xcb] : [...half, 0xca, release, 0];
  if (kind === 0) return [...half, 0xea, ...pointer(start + half.length + 4 + wide), 0xf4, 0x43];
  if (kind === 1) return [...half, 0x9a, ...pointer(start + half.length + 5 + wide), 0xeb, back.length, ...back];
  if (kind === 4)
    return [
      0x9a,
      ...bytesOf(dice.word(), 4),
      ...bytesOf(dice.pick([selectors.callGate, selectors.absentCallGate, selectors.callGate & ~3]), 2),
    ];
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
export const returning: Maker = (setting, start) => {
  const { dice, level } = setting;
  const to = dice.chance(80) ? level : dice.pick([0, 1, 2, 3].filter((one) => one >= level));
  const iret = dice.chance(60);
  if (to === level && dice.chance(20)) {
    const half = (value: number) => [0x66, 0x68, ...bytesOf(value, 2)];
    const words = [...(iret ? half(anyFlags(dice)) : []), ...half(ring(selectors.code, to))];
    return [...words, ...half(start + words.length + 6), 0x66, iret ? 0xcf : 0xcb];
  }
  const refused = iret && to > level && dice.chance(50);
  const bad = [0, selectors.absentData, 0xf8, selectors.absentStack, selectors.data[0], selectors.readOnly, 0x21];
  const stack = refused ? dice.pick(bad) : ring(selectors.data, to);
  const esp = ring([0x8f00, at.innerStack - 0x100, at.innerStack - 0x100, at.userStack - 0x100], to);
  const outer = to === level ? [] : [...push(stack), ...push(esp)];
  // A selector whose RPL is not its DPL is refused, too.
  const wrong = iret && to === level && level < 3 && dice.chance(20) ? 3 : ring(selectors.code, to) & 3;
  const code = (ring(selectors.code, to) & ~3) | wrong;
  const flags = iret ? push(anyFlags(dice)) : [];
  const length = outer.length + flags.length + 11;
  if (!refused) setting.level = to;
  return [...outer, ...flags, ...push(code), ...push(start + length), iret ? 0xcf : 0xcb];
};

/** INT3, INTO and INT n, through gates of all kinds. */
export const interrupting: Maker = ({ dice, level }) => {
  const spread = (base: number) => base + dice.below(16);
  const roll = dice.below(10);
  if (roll === 0) return [0xcc];
  if (roll === 1) return [0xb0, 0x7f, ...(dice.chance(70) ? [0xfe, 0xc0] : []), 0xce]; // mov al, 0x7f; inc al; into
  if (roll === 2) return [0xcd, dice.pick(level === 0 ? [0, 3, 4, 5, 6, 7, 9, 15] : [0, 3, 4, 8, 13, 14, 31])];
  const kinds = [vectors.user, spread(vectors.trap), spread(vectors.absent), spread(vectors.kernel)];
  return [0xcd, dice.pick(level === 0 ? kinds : [...kinds, spread(vectors.inner)])];
};
