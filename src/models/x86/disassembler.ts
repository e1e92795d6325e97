/** Writes a decoded instruction in the syntax of the lab's assembler. Numbers below 10 are decimal, others hexadecimal. */
import { unknown } from './decoder.ts';
import { type Decoded, Kind } from './instruction.ts';
import { registerNames, segmentNames } from './registers.ts';
import { Seg } from './state.ts';

function numeral(value: number): string {
  const size = Math.abs(value);
  return `${value < 0 ? '-' : ''}${size < 10 ? size : `0x${size.toString(16)}`}`;
}

const sizeWords: Readonly<Record<number, string>> = { 1: 'byte ', 2: 'word ', 4: 'dword ' };

function memory(d: Decoded): string {
  // A lone register reads as the base, whichever it is, and the base says which segment is natural.
  const base = d.base < 0 && d.scale === 0 ? d.index : d.base;
  const natural = base === 4 || base === 5 ? Seg.ss : Seg.ds;
  const parts: string[] = [];
  if (d.base >= 0) parts.push(registerNames[4]?.[d.base] ?? '');
  if (d.index >= 0) parts.push(`${registerNames[4]?.[d.index] ?? ''}${d.scale > 0 ? `*${1 << d.scale}` : ''}`);
  let text = parts.join(' + ');
  if (text === '') text = numeral(d.disp >>> 0);
  else if (d.disp !== 0) text += `${d.disp < 0 ? ' - ' : ' + '}${numeral(Math.abs(d.disp))}`;
  return `[${d.seg === natural ? '' : `${segmentNames[d.seg] ?? ''}:`}${text}]`;
}

function operand(d: Decoded, kind: number, value: number, address: number, label: (at: number) => string): string {
  switch (kind) {
    case Kind.imm:
      return numeral(value);
    case Kind.rel:
      return label((address + d.length + value) >>> 0);
    case Kind.seg:
      return segmentNames[value] ?? '';
    case Kind.cr:
      return `cr${value}`;
    case Kind.far:
      return `${numeral(d.imm)}:${numeral(value >>> 0)}`;
    case Kind.mem:
      return d.name === 'jmpf' || d.name === 'callf' ? `far ${memory(d)}` : memory(d);
  }
  if (kind < Kind.mem) return registerNames[kind]?.[value] ?? '';
  return (sizeWords[kind & 7] ?? '') + memory(d);
}

/** Mnemonics that say their operand size by an ending, and those that have another name at 16 bits. */
const suffixed = new Set(['pusha', 'popa', 'pushf', 'popf', 'iret']);
const others: Readonly<Record<string, string>> = { cwde: 'cbw', cdq: 'cwd' };

function mnemonic(d: Decoded): string {
  if (d.size === 2 && suffixed.has(d.name)) return `${d.name}w`;
  if (d.size === 2) return others[d.name] ?? d.name;
  return d.name === 'jmpf' || d.name === 'callf' ? d.name.slice(0, -1) : d.name;
}

/**
 * The text of an instruction that stands at `address`; `label` names the targets of jumps. What is not in the subset is `?` and
 * its first byte.
 */
export function disassemble(d: Decoded, address = 0, label: (at: number) => string = numeral): string {
  if (d.name === unknown) return `${unknown} ; ${(d.opcode > 0xff ? 0x0f : d.opcode).toString(16).padStart(2, '0')}`;
  const operands = [operand(d, d.k0, d.v0, address, label), operand(d, d.k1, d.v1, address, label)].filter(
    (text) => text !== '',
  );
  if (d.name === 'imul' && (d.opcode === 0x69 || d.opcode === 0x6b)) operands.push(numeral(d.imm));
  // A memory operand beside a register has its size.
  if (operands.length > 1 && !['movzx', 'movsx'].includes(d.name) && !d.opcode.toString(16).match(/^(c0|c1|d[0-3])$/))
    for (const [i, kind] of [d.k0, d.k1].entries())
      if (kind > Kind.mem && kind < Kind.imm && (i === 1 ? d.k0 : d.k1) < Kind.mem) operands[i] = memory(d);
  return `${mnemonic(d)} ${operands.join(', ')}`.trimEnd();
}
