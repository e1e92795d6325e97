/**
 * Encodes one instruction: SDM vol. 2A, ch. 2 (prefixes, opcode, ModRM, SIB, displacement, immediate). Of several encodings
 * it takes the shortest; a number that is not known yet counts as short, and what was once long stays long (`Wide`).
 */
import { mismatch } from './encoder-problems.ts';
import { checkRange } from './expressions.ts';
import { formsOf, type Form } from './instruction-set.ts';
import { Fault, type Expression, type Instruction, type Operand, type Size } from './syntax.ts';
import { fitsKind, sizeOf } from './operand-kinds.ts';
import { registers } from './words.ts';

/** Parts of an instruction that must take their longer form, as bits. */
export const Wide = { immediate: 1, jump: 2, displacement8: 4, displacement32: 8 } as const;

/** What the encoder needs to know of the place where the instruction stands. */
export interface Place {
  readonly address: number;
  /** The value of an expression, NaN while it is not known. */
  value(expression: Expression): number;
  /** Bits of `Wide`; the encoder adds what it had to make longer. */
  wide: number;
}

type Memory = Extract<Operand, { kind: 'memory' }>;

const overrides = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];

/** These take 32 bits where no size is written. */
const stackLike = new Set(['push', 'pop', 'call', 'jmp']);

/** The machine code of an instruction. Throws a `Fault` that says what is wrong with it. */
export function encode(instruction: Instruction, place: Place): number[] {
  const { operands } = instruction;
  const form = choose(instruction, place);
  const size = operandSize(form, operands) ?? 32;
  const bytes: number[] = [];
  for (const operand of operands)
    if (operand.kind === 'memory' && operand.segment !== undefined) bytes.push(overrides[operand.segment] ?? 0);
  if (size === 16) bytes.push(0x66);
  bytes.push(...form.opcode);
  if (form.modrm !== '') putRegisters(form, operands, place, bytes);
  form.operands.forEach((shape, index) => putNumber(shape, operands[index] as Operand, size, place, bytes));
  return bytes;
}

/** The first form that the operands fit. */
function choose(instruction: Instruction, place: Place): Form {
  const { mnemonic, operands, start, end } = instruction;
  const counted = formsOf(mnemonic).filter((form) => form.operands.length === operands.length);
  const form = counted.find(
    (one) => agreed(one, operands) && one.operands.every((_, at) => fits(one, at, operands, counted, place)),
  );
  if (form === undefined) throw mismatch(mnemonic, operands, { start, end });
  const unsized = operands.find((one, at) => isUnsized(one) && /^e[bv]$/.test(form.operands[at] ?? ''));
  const determined = form.operands.some(
    (shape, at) =>
      /^(rb|rv|al|av)$/.test(shape) ||
      (/^i[bvs]$/.test(shape) && sizeOf(operands[at]) === (shape === 'ib' ? 8 : (sizeOf(operands[at]) ?? 0))),
  );
  if (unsized && !determined && !stackLike.has(mnemonic) && counted.some((one) => one.operands.includes('ev')))
    throw new Fault(unsized, 'The size is missing: write byte, word or dword before ‘[’.');
  return form;
}

const isUnsized = (operand: Operand): boolean => operand.kind === 'memory' && operand.size === undefined;

/** The sizes that say whether the instruction works on 16 or on 32 bits. */
function operandSizes(form: Form, operands: readonly Operand[]): Size[] {
  return operands.flatMap((operand, at) => {
    const shape = form.operands[at] ?? '';
    const size = sizeOf(operand);
    return (shape.endsWith('v') || shape === 'is') && size !== undefined && size !== 8 ? [size] : [];
  });
}

const operandSize = (form: Form, operands: readonly Operand[]): Size | undefined => operandSizes(form, operands)[0];
const agreed = (form: Form, operands: readonly Operand[]): boolean => new Set(operandSizes(form, operands)).size < 2;

/** Whether an operand is of a form's kind and width, and a number short enough where the form is a short one. */
function fits(form: Form, at: number, operands: readonly Operand[], forms: readonly Form[], place: Place): boolean {
  const shape = form.operands[at] ?? '';
  const operand = operands[at] as Operand;
  if (!fitsKind(shape, operand)) return false;
  if (operand.kind !== 'immediate') return true;
  if (shape === '1') return place.value(operand.value) === 1;
  if (shape === 'is') {
    const value = place.value(operand.value);
    const short = isByte(operandSize(form, operands) === 16 ? (value << 16) >> 16 : value);
    if (!Number.isNaN(value) && !short) place.wide |= Wide.immediate;
    return (place.wide & Wide.immediate) === 0;
  }
  if (shape !== 'js' || operand.reach === 'short' || !forms.some((one) => one.operands[0] === 'jv')) return true;
  const distance = place.value(operand.value) - place.address - form.opcode.length - 1;
  if (!Number.isNaN(distance) && !isByte(distance)) place.wide |= Wide.jump;
  return (place.wide & Wide.jump) === 0;
}

/** Whether a 32-bit number is a sign-extended byte. */
function isByte(value: number): boolean {
  return (value << 24) >> 24 === (value | 0);
}

/** ModRM with what follows it, or the register in the opcode. */
function putRegisters(form: Form, operands: readonly Operand[], place: Place, bytes: number[]): void {
  const shapes = form.operands;
  const general = shapes.findLastIndex((shape) => /^r[bwvd]/.test(shape));
  if (form.modrm === '+') {
    bytes.push((bytes.pop() ?? 0) | indexOf(operands[general]));
    return;
  }
  const second = shapes.findIndex((shape) => /^[exmf]/.test(shape) && !registers.has(shape));
  const rm = second < 0 ? general : second;
  const other = shapes.findIndex((shape, at) => at !== rm && /^[rsc]/.test(shape));
  const reg = form.modrm === 'r' ? indexOf(operands[other]) : Number(form.modrm);
  const operand = operands[rm];
  if (operand?.kind === 'memory') putAddress(operand, reg, place, bytes);
  else bytes.push(0xc0 | (reg << 3) | indexOf(operand));
}

const indexOf = (operand: Operand | undefined): number => (operand?.kind === 'register' ? operand.index : 0);

/** ModRM, SIB and displacement of an address (SDM vol. 2A, tables 2-2 and 2-3). */
function putAddress(memory: Memory, reg: number, place: Place, bytes: number[]): void {
  const { base, index, scale } = shortest(memory);
  const sib = index !== undefined || base === 4;
  const displacement = memory.displacement ? place.value(memory.displacement) : 0;
  if (memory.displacement) checkRange(displacement, -0x80000000, 0xffffffff, memory.displacement, '32 bits');
  // EBP as the base without a displacement is the encoding of no base at all.
  if (base === 5 || (displacement | 0) !== 0) place.wide |= Wide.displacement8;
  if (base === undefined || !isByte(displacement)) place.wide |= Wide.displacement32;
  const mod = base === undefined ? 0 : place.wide & Wide.displacement32 ? 2 : place.wide & Wide.displacement8 ? 1 : 0;
  bytes.push((mod << 6) | (reg << 3) | (sib ? 4 : (base ?? 5)));
  if (sib) bytes.push((Math.log2(scale) << 6) | ((index ?? 4) << 3) | (base ?? 5));
  if (base === undefined || mod === 2) put(displacement, 4, bytes);
  else if (mod === 1) put(displacement, 1, bytes);
}

/** An index alone becomes a base where that is shorter and means the same; with EBP the default segment would change. */
function shortest({ base, index, scale }: Memory): Pick<Memory, 'base' | 'index' | 'scale'> {
  if (base !== undefined || index === undefined || scale > 2 || index === 5) return { base, index, scale };
  return scale === 1 ? { base: index, index: undefined, scale } : { base: index, index, scale: 1 };
}

/** The immediate, distance or address that an operand puts behind ModRM. */
function putNumber(shape: string, operand: Operand, size: Size, place: Place, bytes: number[]): void {
  if (operand.kind === 'far') {
    const offset = place.value(operand.offset);
    const selector = place.value(operand.selector);
    checkRange(offset, -0x80000000, 0xffffffff, operand.offset, '32 bits');
    checkRange(selector, 0, 0xffff, operand.selector, 'a selector');
    put(offset, 4, bytes);
    put(selector, 2, bytes);
  } else if (operand.kind === 'memory' && shape.startsWith('o') && operand.displacement) {
    const address = place.value(operand.displacement);
    checkRange(address, -0x80000000, 0xffffffff, operand.displacement, '32 bits');
    put(address, 4, bytes);
  } else if (operand.kind === 'immediate' && shape !== '1') putImmediate(shape, operand, size, place, bytes);
}

function putImmediate(
  shape: string,
  operand: Extract<Operand, { kind: 'immediate' }>,
  size: Size,
  place: Place,
  bytes: number[],
): void {
  const value = place.value(operand.value);
  const count = /[bsu]$/.test(shape) ? 1 : shape === 'iw' ? 2 : shape === 'jv' || size === 32 ? 4 : 2;
  if (!shape.startsWith('j')) {
    const bits = shape === 'is' ? size : count * 8;
    const signed = shape !== 'iu' && shape !== 'iw';
    checkRange(value, signed ? -(2 ** (bits - 1)) : 0, 2 ** bits - 1, operand.value, `${bits} bits`);
    put(value, count, bytes);
    return;
  }
  const distance = value - (place.address + bytes.length + count);
  if (count === 1 && !Number.isNaN(distance) && !(distance >= -128 && distance <= 127))
    throw new Fault(operand, `The target is ${Math.abs(distance)} bytes away: this jump reaches from -128 to 127.`);
  put(distance, count, bytes);
}

/** Adds the low bytes of a number, the lowest first. */
export function put(value: number, count: number, bytes: number[]): void {
  for (let at = 0; at < count; at++) bytes.push((value >> (8 * at)) & 0xff);
}
