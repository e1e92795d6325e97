/** Chunks of random programs: ordinary instructions, faults on purpose, self-modification; and all kinds by weight. */
import { bytesOf, formsByWeight } from './forms.ts';
import { anyFlags, instruction, load, push, type Maker, type Setting } from './pieces.ts';
import { looking, portIo, privileged, pushSegment, segment, timer } from './system.ts';
import { calling, conditional, countZero, far, interrupting, jumping, looping, returning } from './transfers.ts';
import { at, chunkSize } from './world.ts';

function one(setting: Setting): number[] {
  const { dice } = setting;
  const form = dice.pick(formsByWeight);
  const bytes = instruction(setting, form);
  if (form.name === 'popf') return [...push(anyFlags(dice)), ...bytes];
  if (form.name === 'leave')
    return [...load(5, (setting.level === 0 ? 0x8e00 : at.userStack - 0x200) + dice.below(64)), ...bytes];
  if (form.name === 'cpuid') return [...bytes, 0x31, 0xc0, 0x31, 0xc9, 0x31, 0xd2, 0x31, 0xdb];
  return form.name === 'rdtsc' ? [...bytes, 0x31, 0xc0, 0x31, 0xd2] : bytes;
}

const plain: Maker = (setting) => {
  const bytes = one(setting);
  const more = one(setting);
  return bytes.length + more.length < chunkSize - 1 ? [...bytes, ...more] : bytes;
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
  return dice.pick([
    [0xff, 0xf8],
    [0x0f, 0x01, 0xc1],
    [0xff, 0xd8],
    [0xff, 0xe8],
    [0x0f, 0x01, 0xd0],
  ]);
};

/** Changes the immediate of the next instruction but one, or of one in the next chunk. */
const selfModifying: Maker = ({ dice }, start) => {
  const value = dice.word();
  if (dice.chance(50)) return [0xc7, 0x05, ...bytesOf(start + 11, 4), ...bytesOf(value, 4), ...load(3, 0)];
  // mov ecx, 3; add edx, 1; inc byte, word or dword [the 1 before]; loop
  const inc = dice.pick([[0xfe], [0x66, 0xff], [0xff]]);
  const loop = [0x81, 0xc2, ...bytesOf(1, 4), ...inc, 0x05, ...bytesOf(start + 7 + dice.below(2), 4)];
  return [...load(1, 3), ...loop, 0xe2, 0xfe - loop.length];
};

const makers: readonly (readonly [weight: number, maker: Maker])[] = [
  [66, plain],
  [9, conditional],
  [2, looping],
  [1, countZero],
  [3, jumping],
  [3, calling],
  [4, far],
  [3, returning],
  [5, interrupting],
  [6, segment],
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
  const to =
    paging && dice.chance(60)
      ? dice.pick([0x800000, 0xffff0000, level > 0 ? at.handler : 0x3ff000, at.edge, at.edge])
      : at.edge;
  return [...load(6, to), 0xff, 0xe6];
}
