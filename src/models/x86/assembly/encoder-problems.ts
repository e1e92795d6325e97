/** Says why no form of an instruction fits its operands. */
import { formsOf, type Form } from './instruction-set.ts';
import { fitsKind, sizeOf } from './operand-kinds.ts';
import { Fault, type Operand, type Range } from './syntax.ts';
import { registers } from './words.ts';

const kinds: Readonly<Record<string, readonly string[]>> = {
  r: ['register'],
  a: ['eax', 'ax', 'al'],
  e: ['register', 'memory'],
  x: ['register', 'memory'],
  m: ['memory'],
  o: ['memory'],
  f: ['memory'],
  i: ['number'],
  j: ['label'],
  p: ['selector:offset'],
  s: ['segment register'],
  c: ['control register'],
};
const places = ['first', 'second', 'third'];
const counts = ['no operands', 'one operand', 'two operands', 'three operands'];
const bits: Readonly<Record<string, readonly number[]>> = { b: [8], w: [16], d: [32], v: [16, 32] };

/** `a, b or c`, each once. */
function either(words: Iterable<string | number>): string {
  const all = [...new Set(words)];
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1) ?? ''}`;
}

/** The first reason that a reader should hear. */
export function mismatch(mnemonic: string, operands: readonly Operand[], whole: Range): Fault {
  const all = formsOf(mnemonic);
  const counted = all.filter((form) => form.operands.length === operands.length);
  if (counted.length === 0) {
    const takes = [...new Set(all.map((form) => form.operands.length))].sort().map((count) => counts[count] ?? '');
    return new Fault(whole, `‘${mnemonic}’ takes ${either(takes)}, found ${operands.length}.`);
  }
  const [, memory] = operands.filter((operand) => operand.kind === 'memory');
  if (memory) return new Fault(memory, 'Only one operand can be memory: go through a register.');
  return wrongSize(counted, operands) ?? wrongKind(mnemonic, counted, operands, whole);
}

function wrongSize(forms: readonly Form[], operands: readonly Operand[]): Fault | undefined {
  const kin = forms.filter((form) =>
    form.operands.every((shape, at) => fitsKind(shape, operands[at] as Operand, true)),
  );
  if (kin.length === 0) return undefined;
  const [first, second] = operands.filter(
    (operand) =>
      (operand.kind === 'register' ? operand.class === 'general' : operand.kind === 'memory') && sizeOf(operand),
  );
  if (first && second && sizeOf(first) !== sizeOf(second))
    return new Fault(second, `The operands differ in size: ${sizeOf(first) ?? ''} and ${sizeOf(second) ?? ''} bits.`);
  const at = operands.findIndex((operand, index) =>
    kin.every((form) => !fitsKind(form.operands[index] ?? '', operand)),
  );
  const operand = operands[at];
  if (operand === undefined) return undefined;
  const wanted = kin.flatMap((form) => bits[form.operands[at]?.[1] ?? ''] ?? []);
  const size = sizeOf(operand);
  return new Fault(
    operand,
    size === undefined
      ? `The size is missing: write ${wanted.includes(8) ? 'byte' : ''}${wanted.includes(16) ? ' or word' : ''} before ‘[’.`
      : `This operand has ${size} bits: expected ${either(wanted)}.`,
  );
}

/** The operand at which the forms that get furthest stop. */
function wrongKind(mnemonic: string, forms: readonly Form[], operands: readonly Operand[], whole: Range): Fault {
  const stops = forms.map((form) => {
    const stop = form.operands.findIndex((shape, at) => !fitsKind(shape, operands[at] as Operand, true));
    return stop < 0 ? operands.length - 1 : stop;
  });
  const furthest = Math.max(...stops);
  const shapes = forms.filter((_, at) => stops[at] === furthest).map((form) => form.operands[furthest] ?? '');
  const words = new Set(
    shapes.flatMap((shape) => (registers.has(shape) ? [shape] : (kinds[shape[0] ?? ''] ?? [shape]))),
  );
  if (words.has('register')) for (const name of registers.keys()) words.delete(name);
  if (words.has('number')) words.delete('1');
  const which = operands.length === 1 ? 'operand' : `${places[furthest] ?? ''} operand`;
  return new Fault(
    operands[furthest] ?? whole,
    `The ${which} of ‘${mnemonic}’ does not fit: expected ${either(words)}.`,
  );
}
