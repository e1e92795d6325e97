/** General registers by their encodings (Intel SDM vol. 1, §3.4.1 and 3.7.2.1): 4 to 7 are AH … BH where a byte is meant. */
import type { Machine } from './state.ts';

/** Names by size in bytes and number. */
export const registerNames: Readonly<Record<number, readonly string[]>> = {
  1: ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'],
  2: ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'],
  4: ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'],
};

/** Segment registers by number. */
export const segmentNames = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;

/** A register of 1, 2 or 4 bytes; 4 are signed. */
export function readRegister(m: Machine, number: number, size: number): number {
  if (size === 4) return m.reg[number]!;
  if (size === 2) return m.reg[number]! & 0xffff;
  return number < 4 ? m.reg[number]! & 0xff : (m.reg[number - 4]! >> 8) & 0xff;
}

/** Writes a register of 1, 2 or 4 bytes; the rest of a wider one stays. */
export function writeRegister(m: Machine, number: number, size: number, value: number): void {
  if (size === 4) m.reg[number] = value;
  else if (size === 2) m.reg[number] = (m.reg[number]! & 0xffff0000) | (value & 0xffff);
  else if (number < 4) m.reg[number] = (m.reg[number]! & 0xffffff00) | (value & 0xff);
  else m.reg[number - 4] = (m.reg[number - 4]! & 0xffff00ff) | ((value & 0xff) << 8);
}
