/** Whether an operand is what a form of an instruction takes; `instruction-set.ts` has the letters. */
import type { Operand, Size } from './syntax.ts';
import { registers } from './words.ts';

const widths: Readonly<Record<string, Size>> = { b: 8, w: 16, d: 32 };

/** The size of an operand, where it has one or one was written. */
export const sizeOf = (operand: Operand | undefined): Size | undefined =>
  operand === undefined || operand.kind === 'far' ? undefined : operand.size;

/** Whether an operand is of the kind and width of a form's operand. */
export function fitsKind(shape: string, operand: Operand, anyWidth = false): boolean {
  const [letter = '', width = ''] = shape;
  const size = sizeOf(operand);
  const wanted = widths[width];
  const right = anyWidth || (width === 'v' ? size !== 8 : wanted === undefined || wanted === size);
  if (registers.has(shape)) return operand.kind === 'register' && operand.name === shape;
  if (operand.kind === 'register') {
    if (letter === 's' || letter === 'c') return operand.class === (letter === 's' ? 'segment' : 'control');
    return operand.class === 'general' && right && (/[rex]/.test(letter) || (letter === 'a' && operand.index === 0));
  }
  if (operand.kind === 'memory') {
    const plain = operand.base === undefined && operand.index === undefined;
    if (operand.far) return letter === 'f';
    return (
      (right || size === undefined) &&
      (/[em]/.test(letter) || (letter === 'x' && (anyWidth || size !== undefined)) || (letter === 'o' && plain))
    );
  }
  if (operand.kind === 'far') return letter === 'p';
  if (letter === 'j') return size === undefined && operand.reach !== (width === 's' ? 'near' : 'short');
  if (operand.reach !== undefined) return false;
  return letter === '1' || (letter === 'i' && (size === undefined || right || (width === 'u' && size === 8)));
}
