/** The words of the lab's assembly language that are not instructions: registers, directives and size words. */
import type { Register, RegisterClass, Size } from './syntax.ts';

const classes: readonly (readonly [RegisterClass, Size, string])[] = [
  ['general', 8, 'al cl dl bl ah ch dh bh'],
  ['general', 16, 'ax cx dx bx sp bp si di'],
  ['general', 32, 'eax ecx edx ebx esp ebp esi edi'],
  ['segment', 16, 'es cs ss ds fs gs'],
  ['control', 32, 'cr0 - cr2 cr3 cr4'],
];

/** Registers by name, in lower case. */
export const registers: ReadonlyMap<string, Register> = new Map(
  classes.flatMap(([kind, size, names]) =>
    names
      .split(' ')
      .map((name, index): [string, Register] => [name, { class: kind, index, size }])
      .filter(([name]) => name !== '-'),
  ),
);

/** Bits that a size word says. */
export const sizeWords: ReadonlyMap<string, Size> = new Map([
  ['byte', 8],
  ['word', 16],
  ['dword', 32],
]);

/** Words at the start of a statement that are not instructions. */
export const directives: ReadonlySet<string> = new Set('db dw dd resb resw resd equ org align gate'.split(' '));

/** Words inside a statement that an editor colours like a directive. */
export const inner: ReadonlySet<string> = new Set([...sizeWords.keys(), 'ptr', 'short', 'near', 'far']);
