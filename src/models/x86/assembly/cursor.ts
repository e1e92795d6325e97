/** A place in a line of tokens, and expressions read from it: precedence climbing, C's order as NASM has it. */
import type { Lexeme, Line } from './lexer.ts';
import { Fault, type Expression, type Range } from './syntax.ts';

/** Binary operators from the loosest to the tightest. */
const levels: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];

/** The level of products: what an address takes as one term. */
export const productLevel = 5;

/** The value of a number as written: decimal, 0x, 0b, or hexadecimal with h; undefined where it is none. */
export function readNumber(text: string): number | undefined {
  const word = text.toLowerCase().replaceAll('_', '');
  if (/^(\d+|0x[\da-f]+|0b[01]+)$/.test(word)) return Number(word);
  return /^\d[\da-f]*h$/.test(word) ? Number.parseInt(word, 16) : undefined;
}

/** Walks over the tokens of one line. */
export class Cursor {
  private at = 0;
  private readonly line: Line;
  /** The label that names starting with a dot belong to. */
  readonly scope: string;

  constructor(line: Line, scope: string, from: number) {
    this.line = line;
    this.scope = scope;
    this.at = from;
  }

  /** The token that comes next, or the one `ahead` after it. */
  peek(ahead = 0): Lexeme | undefined {
    return this.line.lexemes[this.at + ahead];
  }

  /** How many tokens have been taken. */
  get taken(): number {
    return this.at;
  }

  /** Takes the next token. */
  take(): Lexeme | undefined {
    return this.line.lexemes[this.at++];
  }

  /** Takes the next token if it is this punctuation or word. */
  takeIf(word: string): boolean {
    const found = this.peek()?.word === word;
    if (found) this.at++;
    return found;
  }

  /** Ends the statement: says what was expected, and what stands there. */
  expected(what: string): never {
    const next = this.peek();
    const last = this.line.lexemes.at(-1);
    const end = last?.end ?? this.line.end;
    throw next
      ? new Fault(next, `Expected ${what}, found ‘${next.text.slice(0, 40)}’.`)
      : new Fault({ start: last?.start ?? end, end }, `Expected ${what}, but the line ends here.`);
  }

  /** Where the last taken token ends. */
  get end(): number {
    return this.line.lexemes[this.at - 1]?.end ?? this.line.start;
  }

  /** Reads an expression of at least this tightness. */
  expression(level = 0): Expression {
    const operators = levels[level];
    if (operators === undefined) return this.factor();
    let left = this.expression(level + 1);
    for (let next = this.peek(); next && operators.includes(next.text); next = this.peek()) {
      this.at++;
      const right = this.expression(level + 1);
      left = { kind: 'binary', operator: next.text, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  private factor(): Expression {
    const next = this.peek();
    if (next === undefined) return this.expected('a number, a label or an expression');
    const range: Range = { start: next.start, end: next.end };
    if (next.kind === 'number') {
      const value = readNumber(next.text);
      if (value === undefined)
        throw new Fault(next, `‘${next.text.slice(0, 40)}’ is not a number: write 10, 0x1f, 1fh or 0b101.`);
      if (value > 0xffffffff) throw new Fault(next, `${next.text.slice(0, 40)} does not fit in 32 bits.`);
      this.at++;
      return { kind: 'number', value, ...range };
    }
    if (next.kind === 'string') {
      this.at++;
      const bytes = readString(next);
      if (bytes.length < 1 || bytes.length > 4)
        throw new Fault(next, 'A character constant has one to four characters.');
      return {
        kind: 'number',
        value: [...bytes].reduceRight((sum, char) => sum * 256 + char.charCodeAt(0), 0),
        ...range,
      };
    }
    if (next.kind === 'label') {
      this.at++;
      return { kind: 'name', name: this.fullName(next.text), ...range };
    }
    if (next.text === '$') {
      this.at++;
      return { kind: 'here', ...range };
    }
    if (next.text === '-' || next.text === '~' || next.text === '+') {
      this.at++;
      const operand = this.factor();
      return next.text === '+'
        ? operand
        : { kind: 'unary', operator: next.text, operand, start: next.start, end: operand.end };
    }
    if (next.text === '(') {
      this.at++;
      const inside = this.expression();
      if (!this.takeIf(')')) this.expected('‘)’');
      return { ...inside, start: next.start, end: this.end };
    }
    return this.expected('a number, a label or an expression');
  }

  /** `.loop` under `top` is `top.loop`. */
  fullName(name: string): string {
    return name.startsWith('.') ? this.scope + name : name;
  }
}

/** The characters of a string token; they are ASCII. */
export function readString(token: Lexeme): string {
  const quote = token.text[0] ?? '';
  if (token.text.length < 2 || !token.text.endsWith(quote))
    throw new Fault(token, `This string has no closing ${quote}.`);
  const text = token.text.slice(1, -1);
  if (!/^[\x00-\x7f]*$/.test(text)) throw new Fault(token, 'A string here is ASCII: the console prints bytes.');
  return text;
}
