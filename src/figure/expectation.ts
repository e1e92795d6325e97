/** What `<Do expect="…">` claims, and how it is held against the model: `id.readout > 0.6 and id.other = 3`. */
import type { Readout } from './contract.ts';

/** One comparison of a readout with a number, a word or another readout. */
export interface Comparison {
  readonly readout: string;
  readonly operator: '>' | '>=' | '<' | '<=' | '=' | '!=';
  readonly against: string;
}

/** Reads an expectation for the figure `id`; throws a sentence where it cannot be read. */
export function readExpectation(text: string, id: string): readonly Comparison[] {
  return text.split(/\s+and\s+/).map((part) => {
    const match = /^\s*([\w-]+)\.(\w+)\s*(>=|<=|!=|>|<|=)\s*(\S.*?)\s*$/.exec(part);
    if (!match) throw new Error(`‘${part}’ is not an expectation: write ${id}.readout > number`);
    const [, figure = '', readout = '', operator = '=', against = ''] = match;
    if (figure !== id) throw new Error(`‘${part}’ speaks of ${figure}, but this sets ${id}`);
    return { readout, operator: operator as Comparison['operator'], against: against.replace(`${id}.`, '') };
  });
}

/** Holds an expectation against readouts; gives the sentence of the first that fails, or undefined. */
export function failedExpectation(
  comparisons: readonly Comparison[],
  readouts: readonly Readout[],
): string | undefined {
  const value = (name: string): number | string | undefined => readouts.find((readout) => readout.id === name)?.value;
  for (const { readout, operator, against } of comparisons) {
    const left = value(readout);
    if (left === undefined) return `there is no readout ${readout}`;
    const right = value(against) ?? (Number.isNaN(Number(against)) ? against : Number(against));
    if (!compare(left, operator, right)) return `${readout} is ${left}, expected ${operator} ${right}`;
  }
  return undefined;
}

function compare(left: number | string, operator: Comparison['operator'], right: number | string): boolean {
  if (operator === '=') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left !== 'number' || typeof right !== 'number') return false;
  if (operator === '>') return left > right;
  if (operator === '>=') return left >= right;
  if (operator === '<') return left < right;
  return left <= right;
}
