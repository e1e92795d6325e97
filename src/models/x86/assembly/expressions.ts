/** Computes expressions; NaN stands for a number that is not known yet, and spreads. */
import { Fault, type Expression } from './syntax.ts';

/** The value of an expression. `here` is the address of its statement, `named` the value of a label or constant. */
export function evaluate(
  expression: Expression,
  here: number,
  named: (name: string, from: Expression) => number,
): number {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'here':
      return here;
    case 'name':
      return named(expression.name, expression);
    case 'unary': {
      const value = evaluate(expression.operand, here, named);
      if (expression.operator === '-' || Number.isNaN(value)) return -value;
      return ~whole(value, expression.operand);
    }
    case 'binary':
      return combine(expression, evaluate(expression.left, here, named), evaluate(expression.right, here, named));
  }
}

/** A number that bits can be taken of. */
function whole(value: number, range: Expression): number {
  checkRange(value, -0x80000000, 0xffffffff, range, '32 bits');
  return value;
}

function combine(expression: Extract<Expression, { kind: 'binary' }>, left: number, right: number): number {
  const { operator } = expression;
  if (Number.isNaN(left) || Number.isNaN(right)) return NaN;
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  const [a, b] = [whole(left, expression.left), whole(right, expression.right)];
  if ((operator === '/' || operator === '%') && b === 0) throw new Fault(expression.right, 'Division by zero.');
  if (operator === '/') return Math.trunc(a / b);
  if (operator === '%') return a % b;
  if (operator === '&') return (a & b) >>> 0;
  if (operator === '|') return (a | b) >>> 0;
  if (operator === '^') return (a ^ b) >>> 0;
  if (b < 0 || b > 31) throw new Fault(expression.right, 'A shift is by 0 to 31 bits.');
  return operator === '<<' ? a * 2 ** b : Math.floor(a / 2 ** b);
}

/** Throws where a known number does not fit. */
export function checkRange(value: number, least: number, most: number, range: Expression, what: string): void {
  if (value < least || value > most) throw new Fault(range, `${value} does not fit in ${what}: ${least} to ${most}.`);
}
