/**
 * The translator: one guest instruction in, IA-32 code for the translation cache out.
 *
 * What it models (Adams and Agesen 2006, §3.2): most instructions are translated identically; branches become branches to
 * continuations, which are patched into jumps when their target is translated; returns and indirect transfers look their target up
 * in a hash table by its low byte, through GS, and the code behind the table compares all of it; CLI, STI, PUSHF and POPF become
 * short sequences over the virtual interrupt flag; everything else that is sensitive calls out. IN, OUT and RDTSC are sequences in
 * VMware's cache, too; here the device model is TypeScript, so that they leave as a call-out does and are counted as what
 * they stand for. The sequences keep all flags, and touch no memory of the guest that the instruction does not.
 *
 * What it leaves out: chaining by falling through, 16-bit branches (they call out), and the prefixes CS, FS and GS (they
 * call out, too: in the cache CS is the translator's own segment, and GS the way to its data).
 */
import type { Decoded } from '../instruction.ts';

/**
 * Offsets in the translator's data, which GS reaches: virtual IF and IOPL (as in EFLAGS, the rest 0), the target of a transfer, room for
 * ECX and EDX; tables by byte: IF and IOPL in bits 8 to 15 of flags, and where a target's translation may be.
 */
export const Data = {
  virtualIf: 0,
  target: 4,
  ecx: 8,
  edx: 12,
  virtualIopl: 16,
  ifOfByte: 0x400,
  hash: 0x800,
  ioplOfByte: 0xc00,
} as const;

/** Vector whose INT, in the cache, is the way out of it. */
export const wayOut = 0x84;

/** How an instruction was translated. */
export type How = 'identical' | 'inline' | 'branch' | 'callout' | 'device' | 'simulate';

/** A continuation: where in the code it stands, and which guest address it stands for. */
export interface Exit {
  readonly offset: number;
  readonly target: number;
}

/** What one instruction became. */
export interface Translated {
  readonly how: How;
  readonly code: readonly number[];
  readonly exits: readonly Exit[];
  /** Whether a translation unit ends here. */
  readonly ends: boolean;
}

const word = (n: number) => [n & 0xff, (n >>> 8) & 0xff, (n >>> 16) & 0xff, n >>> 24];

/** Five bytes, so that a jump can take their place. */
export const continuation: readonly number[] = [0xcd, wayOut, 0x90, 0x90, 0x90];

/** JMP to `to`, standing at `from`. */
export function jump(from: number, to: number): readonly number[] {
  return [0xe9, ...word(to - from - 5)];
}

const gs = (opcode: readonly number[], register: number, offset: number) => [
  0x65,
  ...opcode,
  (register << 3) | 5,
  ...word(offset),
];
const ecx = 1;
const edx = 2;
const save = (register: number) => gs([0x89], register, register === ecx ? Data.ecx : Data.edx);
const restore = (register: number) => gs([0x8b], register, register === ecx ? Data.ecx : Data.edx);
/** ECX to its room, the low byte of the target to ECX, and away through the table. */
const lookUp = [...save(ecx), ...gs([0x0f, 0xb6], ecx, Data.target), 0x65, 0xff, 0x24, 0x8d, ...word(Data.hash)];
const setIf = (value: number) => [...gs([0xc6], 0, Data.virtualIf + 1), value];

/** Code that a hash entry leads to: goes to `block` if the whole target is `target`, or out. It stands at `at`. */
export function comparison(target: number, at: number, block: number): readonly number[] {
  const check = [
    ...gs([0x8b], ecx, Data.target),
    0x8d,
    0x89,
    ...word(-target),
    0xe3,
    continuation.length,
    ...continuation,
    ...restore(ecx),
  ];
  return [...check, ...jump(at + check.length, block)];
}

/** PUSHF, then IF and IOPL as the guest has them: real IF, which is 1, is taken off by arithmetic that sets no flag. */
const pushf = [
  0x9c,
  ...save(ecx),
  ...save(edx),
  ...gs([0x8b], ecx, Data.virtualIf),
  ...gs([0x8b], edx, Data.virtualIopl),
  ...[0x8d, 0x8c, 0x0a, ...word(-0x200)],
  ...[0x8b, 0x14, 0x24],
  ...[0x8d, 0x0c, 0x0a],
  ...[0x89, 0x0c, 0x24],
  ...restore(edx),
  ...restore(ecx),
];

const byTable = (table: number, to: number) => [
  ...gs([0x0f, 0xb6], ecx, Data.target + 1),
  ...[0x65, 0x8b, 0x0c, 0x8d, ...word(table)],
  ...gs([0x89], ecx, to),
];

/** IF and IOPL of the word on the stack to the virtual ones, by tables; then POPF, which in ring 1 leaves the real ones alone. */
const popf = [
  ...save(ecx),
  ...[0x8b, 0x0c, 0x24],
  ...gs([0x89], ecx, Data.target),
  ...byTable(Data.ifOfByte, Data.virtualIf),
  ...byTable(Data.ioplOfByte, Data.virtualIopl),
  ...restore(ecx),
  0x9d,
];

const identicalGroups = new Set([0x0f90, 0x0fb6, 0x0fb7, 0x0fbe, 0x0fbf, 0x0faf]);
const devices = new Set([0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed, 0xee, 0xef, 0x0f31]);

/** Whether the processor may execute an instruction of the guest's kernel as it is, in ring 1. */
function isInnocuous(opcode: number): boolean {
  if (opcode >= 0x0f00) return identicalGroups.has(opcode) || (opcode & 0xfff0) === 0x0f90;
  if (opcode < 0x40) return (opcode & 7) < 6;
  if (opcode < 0x62 || (opcode >= 0x80 && opcode < 0x8c)) return true;
  return (
    [
      0x68, 0x69, 0x6a, 0x6b, 0x8d, 0x8f, 0xc0, 0xc1, 0xc6, 0xc7, 0xc9, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfc, 0xfd, 0xfe,
      0xff,
    ].includes(opcode) ||
    (opcode >= 0x90 && opcode < 0x9a) ||
    (opcode >= 0xa0 && opcode < 0xa4) ||
    opcode === 0xa8 ||
    opcode === 0xa9 ||
    (opcode >= 0xb0 && opcode < 0xc0) ||
    (opcode >= 0xd0 && opcode < 0xd4) ||
    opcode === 0x9e ||
    opcode === 0x9f
  );
}

const prefixes = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
const out = (how: How, ends: boolean): Translated => ({ how, code: continuation, exits: [], ends });

/**
 * Translates the instruction `d` whose bytes are `bytes`, at guest address `at`. `guilty` is one that writes to guarded page tables
 * and is simulated therefore. Undefined `d`: the guest's bytes are no instruction that the machine knows; executing it is the
 * emulator's, which raises what it must.
 */
export function translate(d: Decoded | undefined, bytes: readonly number[], at: number, guilty: boolean): Translated {
  if (d === undefined) return out('callout', true);
  const { opcode } = d;
  const next = (at + d.length) >>> 0;
  const prefixed = bytes.findIndex((byte) => !prefixes.has(byte));
  const before = bytes.slice(0, prefixed);
  if (guilty) return out('simulate', false);
  if (before.some((byte) => byte === 0x2e || byte === 0x64 || byte === 0x65 || byte >= 0xf0))
    return out('callout', true);
  if (devices.has(opcode)) return out('device', false);
  if (opcode === 0xfa) return { how: 'inline', code: setIf(0), exits: [], ends: false };
  if (opcode === 0xfb) return { how: 'inline', code: setIf(2), exits: [], ends: false };
  const branch = (code: readonly number[], ...targets: number[]): Translated => ({
    how: 'branch',
    code: [...code, ...targets.flatMap(() => continuation)],
    exits: targets.map((target, i) => ({ offset: code.length + i * continuation.length, target })),
    ends: true,
  });
  if (d.size === 4) {
    if (opcode === 0x9c) return { how: 'inline', code: pushf, exits: [], ends: false };
    if (opcode === 0x9d) return { how: 'inline', code: popf, exits: [], ends: false };
    const target = (next + d.v0) >>> 0;
    if ((opcode & 0xf0) === 0x70 || (opcode & 0xfff0) === 0x0f80)
      return branch([0x70 | (opcode & 15), continuation.length], next, target);
    if (opcode >= 0xe0 && opcode <= 0xe3 && before.length === 0)
      return branch([opcode, continuation.length], next, target);
    if (opcode === 0xe9 || opcode === 0xeb) return branch([], target);
    if (opcode === 0xe8) return branch([0x68, ...word(next)], target);
    if (opcode === 0xc3 || opcode === 0xc2) {
      const more = opcode === 0xc2 ? [0x8d, 0xa4, 0x24, ...word(d.v0)] : [];
      return { how: 'branch', code: [...gs([0x8f], 0, Data.target), ...more, ...lookUp], exits: [], ends: true };
    }
    const middle = ((bytes[prefixed + 1] ?? 0) >> 3) & 7;
    if (opcode === 0xff && (middle === 2 || middle === 4)) {
      const modrm = ((bytes[prefixed + 1] ?? 0) & 0xc7) | (ecx << 3);
      const load = [...before, 0x8b, modrm, ...bytes.slice(prefixed + 2)];
      const code = [...save(ecx), ...load, ...gs([0x89], ecx, Data.target), ...restore(ecx)];
      return {
        how: 'branch',
        code: [...code, ...(middle === 2 ? [0x68, ...word(next)] : []), ...lookUp],
        exits: [],
        ends: true,
      };
    }
  }
  if (opcode === 0xff && [2, 3, 4, 5, 7].includes(((bytes[prefixed + 1] ?? 0) >> 3) & 7)) return out('callout', true);
  return isInnocuous(opcode) ? { how: 'identical', code: bytes, exits: [], ends: false } : out('callout', true);
}
