/**
 * The opcode forms with ordinary operands that random programs are made of, and how each is encoded (what jumps, and what needs a world
 * around it, is in `chunks.ts`): an encoder of its own, which shares nothing
 * with the book's assembler and decoder. Source: Intel SDM vol. 2D, appendix A (opcode maps), vol. 2A, ch. 2 (ModR/M, SIB).
 *
 * A row is `opcode name operands [undefined flags]`, operands in the appendix's letters: E register or memory, G register in
 * ModR/M, M memory alone, R register alone in ModR/M, S segment register, Z register in the opcode, O offset, I immediate; b byte,
 * w word, v word or doubleword by prefix, n as v in a register and a word in memory, s byte that is sign-extended. `/n` extends the opcode.
 */

/** One row. */
export interface Form {
  readonly name: string;
  readonly opcode: readonly number[];
  /** The ModR/M byte's middle three bits, where they belong to the opcode. */
  readonly extension: number | undefined;
  readonly operands: readonly string[];
  /** EFLAGS that the manual leaves undefined, as a mask; see `undefinedFlags`. */
  readonly undefined: number;
}

const af = 0x10;
const all = 0x8d5;

/**
 * Flags that SDM vol. 2 calls undefined after an instruction ("Flags Affected" of each): AF after AND, OR, XOR, TEST; AF
 * after shifts, OF where the count is not 1, CF where it exceeds the operand; SF, ZF, AF, PF after MUL and IMUL; all after DIV
 * and IDIV. A shift's row takes the largest set.
 */
export const undefinedFlags: Readonly<Record<string, number>> = {
  and: af,
  or: af,
  xor: af,
  test: af,
  shl: af | 0x801,
  shr: af | 0x801,
  sar: af | 0x801,
  mul: all & ~0x801,
  imul: all & ~0x801,
  div: all,
  idiv: all,
};

const arithmetic = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'];
const conditions = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'];
const byte = (value: number) => value.toString(16).padStart(2, '0');

const others = `84 test Eb,Gb|85 test Ev,Gv|a8 test Ib|a9 test Iv|f6/0 test Eb,Ib|f7/0 test Ev,Iv
88 mov Eb,Gb|89 mov Ev,Gv|8a mov Gb,Eb|8b mov Gv,Ev|c6/0 mov Eb,Ib|c7/0 mov Ev,Iv|a0 mov Ob|a1 mov Ov|a2 mov Ob|a3 mov Ov
b0 mov Zb,Ib|b8 mov Zv,Iv|86 xchg Eb,Gb|87 xchg Ev,Gv|90 xchg Zv|8d lea Gv,M
0fb6 movzx Gv,Eb|0fb7 movzx Gv,Ew|0fbe movsx Gv,Eb|0fbf movsx Gv,Ew
40 inc Zv|48 dec Zv|fe/0 inc Eb|fe/1 dec Eb|ff/0 inc Ev|ff/1 dec Ev|f6/2 not Eb|f7/2 not Ev|f6/3 neg Eb|f7/3 neg Ev
f6/4 mul Eb|f7/4 mul Ev|f6/5 imul Eb|f7/5 imul Ev|f6/6 div Eb|f7/6 div Ev|f6/7 idiv Eb|f7/7 idiv Ev
0faf imul Gv,Ev|69 imul Gv,Ev,Iv|6b imul Gv,Ev,Is
50 push Zv|58 pop Zv|68 push Iv|6a push Is|ff/6 push Ev|8f/0 pop Ev|60 pusha|61 popa|c9 leave
98 cwde|99 cdq|f5 cmc|f8 clc|f9 stc|fc cld|fd std|90 nop|9c pushf|9d popf|fa cli|fb sti|0f06 clts|0f09 wbinvd
8c mov En,S|0f00/0 sldt En|0f00/1 str En|0f00/4 verr Ew|0f00/5 verw Ew|0f01/4 smsw En|0f01/0 sgdt M|0f01/1 sidt M
0f02 lar Gv,Ew|0f03 lsl Gv,Ew|0f01/7 invlpg M|0fa2 cpuid|0f31 rdtsc|0f0b ud2`;

const rows = [
  ...arithmetic.flatMap((name, n) => [
    ...['Eb,Gb', 'Ev,Gv', 'Gb,Eb', 'Gv,Ev', 'Ib', 'Iv'].map((form, at) => `${byte(8 * n + at)} ${name} ${form}`),
    ...['80 Eb,Ib', '81 Ev,Iv', '83 Ev,Is'].map((row) => row.replace(' ', `/${n} ${name} `)),
  ]),
  ...['4 shl', '5 shr', '7 sar'].flatMap((one) =>
    ['c0 Eb,Ib', 'c1 Ev,Ib', 'd0 Eb', 'd1 Ev', 'd2 Eb', 'd3 Ev'].map((row) => row.replace(' ', `/${one} `)),
  ),
  ...conditions.map((condition, n) => `0f9${n.toString(16)} set${condition} Eb`),
  ...others.split(/[|\n]/),
];

/** All rows, taken apart. */
export const forms: readonly Form[] = rows.map((row) => {
  const [code = '', name = '', operands] = row.split(' ');
  const [digits = '', extension] = code.split('/');
  return {
    name,
    opcode: (digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16)),
    extension: extension === undefined ? undefined : Number(extension),
    operands: operands?.split(',') ?? [],
    undefined: undefinedFlags[name] ?? 0,
  };
});

/** As `forms`, a row as often as it has registers in its opcode and operands in memory: what random programs choose from. */
export const formsByWeight: readonly Form[] = forms.flatMap((form) => {
  const weight = form.operands.some((operand) => operand.startsWith('Z')) ? 8 : form.operands.length > 0 ? 2 : 1;
  return Array.from({ length: weight }, () => form);
});

/** Little-endian bytes of a number. */
export function bytesOf(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 0xff);
}

/** A 32-bit address: `disp` alone where there is neither base nor index (-1). An index is never ESP. */
export interface Address {
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly disp: number;
}

/** ModR/M byte, SIB byte and displacement; `disp` gets `least` bytes at least (0, 1 or 4). */
export function addressBytes(field: number, { base, index, scale, disp }: Address, least = 0): number[] {
  const middle = field << 3;
  if (base < 0 && index < 0 && least < 5) return [middle | 5, ...bytesOf(disp, 4)];
  if (base < 0) return [middle | 4, (scale << 6) | ((index < 0 ? 4 : index) << 3) | 5, ...bytesOf(disp, 4)];
  const short = (disp << 24) >> 24 === (disp | 0);
  const size = !short || least === 4 ? 4 : disp !== 0 || base === 5 || least === 1 ? 1 : 0;
  const mode = size === 4 ? 0x80 : size << 6;
  const displacement = bytesOf(disp, size);
  if (index < 0 && base !== 4 && least < 5) return [mode | middle | base, ...displacement];
  return [mode | middle | 4, (scale << 6) | ((index < 0 ? 4 : index) << 3) | base, ...displacement];
}
