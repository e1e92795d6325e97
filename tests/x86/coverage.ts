/** What random programs have exercised, counted by opcode form as the book's decoder knows them. */
import { Kind, type Decoded } from '../../src/models/x86/instruction.ts';
import { rows, type Row } from '../../src/models/x86/opcodes.ts';

/** Instructions without sized operands that the operand-size prefix changes nevertheless. */
const sizedNames = new Set(
  'pusha popa pushf popf leave cwde cdq ret retf iret sgdt sidt lgdt lidt callf jmpf'.split(' '),
);

const groupBase = 0x100000;

/** The opcode of a row's key, as `Decoded` has it. */
function opcodeOf(key: number): number {
  if (key >= groupBase) return (key - groupBase) >> 3;
  return key > 0xffff ? key >> 8 : key;
}

const isSized = ({ name, operands }: Row) =>
  sizedNames.has(name) ||
  operands.some((operand) => /^(AX|[EDSCFG]S)$/.test(operand) || /^[EGZIJO][vn]$/.test(operand)) ||
  (operands.includes('Jb') && name !== 'int');

const hasRegisterOrMemory = ({ operands }: Row) => operands.some((operand) => /^E[a-z]/.test(operand));

const name = (opcode: number, row: Row, place: string, size: string) =>
  [opcode.toString(16), row.name, row.operands.join(','), place, size].filter((word) => word !== '').join(' ');

/** All forms of the subset: each opcode with a register and with memory, in 32 and in 16 bits. */
export const allForms: readonly string[] = [...rows].flatMap(([key, row]) => {
  const places = hasRegisterOrMemory(row) ? ['register', 'memory'] : [''];
  const sizes = isSized(row) ? ['32', '16'] : [''];
  return places.flatMap((place) => sizes.map((size) => name(opcodeOf(key), row, place, size)));
});

const byOpcode = new Map<number, Row[]>();
for (const [key, row] of rows) byOpcode.set(opcodeOf(key), [...(byOpcode.get(opcodeOf(key)) ?? []), row]);

const known = new WeakMap<Decoded, string>();

/** The form of an instruction; undefined for what is not in the subset. */
export function formOf(d: Decoded): string | undefined {
  const before = known.get(d);
  if (before !== undefined) return before;
  const row = byOpcode.get(d.opcode)?.find((one) => one.name === d.name);
  if (row === undefined) return undefined;
  const inMemory = [d.k0, d.k1].some((kind) => (kind & Kind.mem) !== 0 && kind < Kind.imm);
  const place = hasRegisterOrMemory(row) ? (inMemory ? 'memory' : 'register') : '';
  const form = name(d.opcode, row, place, isSized(row) ? String(d.size * 8) : '');
  known.set(d, form);
  return form;
}
