/**
 * The decoder (Intel SDM vol. 2A, ch. 2: prefixes, opcode, ModRM, SIB, displacement, immediate) and the cache of what it has decoded,
 * keyed by physical address, so that writes to memory can find what they make untrue.
 *
 * Ours, not the CPU's: an opcode outside of the subset of `opcodes.ts` raises #UD. Real CPUs execute, among others, the string
 * instructions, rotations, SHLD, BT, CMOV, BSWAP, LAHF, BCD arithmetic, XLAT, BOUND, ENTER, LDS to LGS, RDMSR, WRMSR, debug registers, the
 * FPU, and every instruction behind an address-size prefix (67). REP before an instruction that is not a string one is ignored, as
 * CPUs do; LOCK is refused where they refuse it.
 */
import { raise } from './faults.ts';
import { type Decoded, Kind, type Run } from './instruction.ts';
import { How, translate } from './paging.ts';
import { groupKey, groups, type Row, rows } from './opcodes.ts';
import { type Machine, Seg, Vector } from './state.ts';

const segmentPrefixes: Readonly<Record<number, number>> = {
  0x26: Seg.es,
  0x2e: Seg.cs,
  0x36: Seg.ss,
  0x3e: Seg.ds,
  0x64: Seg.fs,
  0x65: Seg.gs,
};

/** What LOCK may stand before, with a memory destination (SDM vol. 2A, LOCK). */
const lockable = new Set(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'not', 'neg', 'inc', 'dec', 'xchg']);

/** Name of what is not in the subset. */
export const unknown = '?';

const undefinedOpcode: Run = () => raise(Vector.UD);
const tooLong: Run = () => raise(Vector.GP, 0);

/** Decodes the instruction whose bytes `byte` gives; it may throw where one cannot be fetched. */
function decodeFrom(byte: (i: number) => number): Decoded {
  let length = 0;
  let size = 4;
  let override = -1;
  let lock = false;
  const next = () => (length < 15 ? byte(length++) : ((length = 16), 0));
  const signed = (bytes: number) => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value |= next() << (8 * i);
    return (value << (32 - bytes * 8)) >> (32 - bytes * 8);
  };

  let opcode = next();
  for (;;) {
    const segment = segmentPrefixes[opcode];
    if (segment !== undefined) override = segment;
    else if (opcode === 0x66) size = 2;
    else if (opcode === 0xf0) lock = true;
    else if (opcode !== 0xf2 && opcode !== 0xf3) break;
    opcode = next();
    if (length > 15) break;
  }
  if (opcode === 0x0f) opcode = 0xf00 | next();

  let modrm = 0;
  let row: Row | undefined = rows.get(opcode);
  const group = groups.has(opcode);
  if (group || row?.modrm === true) modrm = next();
  const rm = modrm & 7;
  const middle = (modrm >> 3) & 7;
  const isRegister = modrm >= 0xc0 || row?.operands.includes('Cd') === true;
  if (group) row = (modrm >= 0xc0 ? rows.get((opcode << 8) | modrm) : undefined) ?? rows.get(groupKey(opcode, middle));

  let base = -1;
  let index = -1;
  let scale = 0;
  let disp = 0;
  if (row?.modrm === true && !isRegister) {
    const mod = modrm >> 6;
    base = rm;
    if (rm === 4) {
      const sib = next();
      base = sib & 7;
      scale = sib >> 6;
      index = (sib >> 3) & 7;
      if (index === 4) index = -1;
    }
    if (base === 5 && mod === 0) {
      base = -1;
      disp = signed(4);
    } else if (mod > 0) disp = signed(mod === 1 ? 1 : 4);
  }

  const operands = row?.operands ?? [];
  if (operands.includes('AL') || /^[EGZ]b/.test(operands[0] ?? '')) size = 1;
  const sizes: Readonly<Record<string, number>> = {
    b: 1,
    w: 2,
    v: size,
    d: 4,
    s: 1,
    u: 1,
    n: isRegister ? size : 2,
    p: size,
  };
  let imm = 0;
  let wrong = row === undefined;
  const operand = (form = '', at: number): [number, number] => {
    const bytes = sizes[form[1] ?? ''] ?? 0;
    switch (form[0]) {
      case undefined:
        return [Kind.none, 0];
      case 'E':
        if (form === 'ES') break;
        return isRegister ? [bytes, rm] : [Kind.mem | bytes, 0];
      case 'M':
        wrong ||= isRegister;
        return [Kind.mem, 0];
      case 'R':
        return [Kind.reg32, rm];
      case 'Z':
        return [bytes, opcode & 7];
      case 'I': {
        const value = signed(bytes);
        return [Kind.imm, form === 'Iu' ? value & 0xff : form === 'Iw' ? value & 0xffff : value];
      }
      case 'J':
        return [Kind.rel, signed(bytes)];
      case 'O':
        disp = signed(4);
        return [Kind.mem | bytes, 0];
    }
    switch (form) {
      case 'Gb':
      case 'Gv':
        return [bytes, middle];
      case 'Sw':
        wrong ||= middle > 5 || (middle === Seg.cs && at === 0);
        return [Kind.seg, middle];
      case 'Cd':
        wrong ||= middle === 1 || middle > 4;
        return [Kind.cr, middle];
      case 'Ap': {
        const offset = signed(size);
        imm = signed(2) & 0xffff;
        return [Kind.far, offset];
      }
      case 'AL':
      case 'AX':
        return [size, 0];
      case 'CL':
        return [Kind.reg8, 1];
      case 'DX':
        return [Kind.reg16, 2];
      case '1':
        return [Kind.imm, 1];
      default:
        return [Kind.seg, ['ES', 'CS', 'SS', 'DS', 'FS', 'GS'].indexOf(form)];
    }
  };
  const [k0, v0] = operand(operands[0], 0);
  const [k1, v1] = operand(operands[1], 1);
  if (operands[2] !== undefined) imm = operand(operands[2], 2)[1];
  if (lock && !((k0 & Kind.mem) !== 0 && k0 < Kind.imm && row !== undefined && lockable.has(row.name))) wrong = true;

  const long = length > 15;
  return {
    name: long || wrong || row === undefined ? unknown : row.name,
    opcode,
    length: Math.min(length, 15),
    size,
    k0,
    v0,
    k1,
    v1,
    imm,
    seg: override >= 0 ? override : base === 4 || base === 5 ? Seg.ss : Seg.ds,
    base,
    index,
    scale,
    disp,
    run: long ? tooLong : wrong || row === undefined ? undefinedOpcode : row.run,
  };
}

/** Decodes at a place in bytes, without a machine; what lies behind them reads as 0. */
export function decodeBytes(bytes: Uint8Array, at: number): Decoded {
  return decodeFrom((i) => bytes[at + i] ?? 0);
}

/** Decodes at CS:EIP, whose linear and machine-physical addresses are given; raises the faults of fetching. */
export function fetch(m: Machine, linear: number, physical: number): Decoded {
  const { limit } = m.seg[Seg.cs];
  const how = m.cpl === 3 ? How.user : 0;
  let crosses = false;
  const d = decodeFrom((i) => {
    if (m.eip + i > limit) raise(Vector.GP, 0);
    if ((linear & 0xfff) + i < 0x1000) return m.memory[physical + i] ?? 0xff;
    crosses = true;
    return m.memory[translate(m, (linear + i) >>> 0, how)] ?? 0xff;
  });
  if (crosses || physical + d.length > m.memory.length) return d;
  const page = (m.code[physical >>> 12] ??= new Array<Decoded | undefined>(0x1000));
  page[physical & 0xfff] = d;
  for (let i = 0; i < d.length; i++) m.coded.setUint8(physical + i, 1);
  return d;
}

/** The instruction at a linear address as the machine would fetch it now; raises the faults of fetching. */
export function decode(m: Machine, linear: number): Decoded {
  const physical = translate(m, linear, m.cpl === 3 ? How.user : 0);
  return m.code[physical >>> 12]?.[physical & 0xfff] ?? fetch(m, linear, physical);
}
