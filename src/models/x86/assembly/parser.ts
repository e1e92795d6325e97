/**
 * Parses the lab's assembly language into statements with their ranges. Reads line by line, so that a mistake costs its
 * own line only, and never throws.
 */
import { Cursor, productLevel, readString } from './cursor.ts';
import { isMnemonic, nearestMnemonic } from './instruction-set.ts';
import { lex, type Lexeme, type Line } from './lexer.ts';
import {
  Fault,
  type DataItem,
  type Expression,
  type Operand,
  type Problem,
  type Program,
  type Range,
  type Register,
  type Statement,
  type StatementBody,
} from './syntax.ts';
import { directives, registers, sizeWords } from './words.ts';

/** What a reader's program may have: lines, and characters of a line. */
export const limits = { lines: 200, lineLength: 1000 } as const;

/** What the parser accepts; a ported program may be longer than a reader's. */
export interface ParseOptions {
  readonly maxLines?: number;
}

/** Reads a text. */
export function parse(text: string, { maxLines = limits.lines }: ParseOptions = {}): Program {
  const refusal = refuse(text, maxLines);
  if (refusal) return { text, statements: [], tokens: [], problems: [refusal] };
  const { lines, tokens } = lex(text);
  const statements: Statement[] = [];
  const problems: Problem[] = [];
  let scope = '';
  lines.forEach((line, index) => {
    try {
      parseLine(line, scope, (from, to, body) => {
        if (body.kind === 'label' && !body.name.includes('.')) scope = body.name;
        statements.push({ ...body, line: index + 1, start: from, end: to });
        return scope;
      });
    } catch (fault) {
      problems.push(problemAt(line.start, index + 1, fault));
    }
  });
  return { text, statements, tokens, problems };
}

/** A fault of a statement as a problem of the text; what is not a fault is thrown again. */
export function problemAt(lineStart: number, line: number, fault: unknown): Problem {
  if (!(fault instanceof Fault)) throw fault;
  const { start, end } = fault.range;
  return { line, column: start - lineStart + 1, start, end, says: fault.message };
}

function refuse(text: string, maxLines: number): Problem | undefined {
  let line = 1;
  let start = 0;
  const problem = (says: string): Problem => ({ line, column: 1, start, end: Math.min(text.length, start + 1), says });
  for (;;) {
    const end = text.indexOf('\n', start);
    const length = (end < 0 ? text.length : end) - start;
    if (length > limits.lineLength)
      return problem(`Line ${line} is too long: a line has at most ${limits.lineLength} characters.`);
    if (end < 0) return undefined;
    start = end + 1;
    if (start < text.length) line++;
    if (line > maxLines) return problem(`The program is too long: it has more than ${maxLines} lines.`);
  }
}

type Emit = (start: number, end: number, body: StatementBody) => string;

const reserved: Readonly<Record<string, string>> = {
  mnemonic: 'an instruction',
  register: 'a register',
  directive: 'a directive',
};

function parseLine(line: Line, openScope: string, emit: Emit): void {
  let at = 0;
  let scope = openScope;
  for (;;) {
    const first = line.lexemes[at];
    if (first === undefined) return;
    const next = line.lexemes[at + 1];
    const colon = next?.text === ':';
    if (colon && reserved[first.kind] !== undefined)
      throw new Fault(first, `‘${first.text}’ is ${reserved[first.kind]} and cannot name a label.`);
    const named = first.kind === 'label' && (colon || /^(equ|d[bwd]|res[bwd])$/.test(next?.word ?? ''));
    if (!named) break;
    const cursor = new Cursor(line, scope, at + (colon ? 2 : 1));
    const name = cursor.fullName(first.text);
    if (cursor.takeIf('equ')) {
      const value = cursor.expression();
      finish(cursor, 'the end of the line');
      emit(first.start, cursor.end, { kind: 'constant', name, value });
      return;
    }
    scope = emit(first.start, cursor.end, { kind: 'label', name });
    at = cursor.taken;
  }
  const cursor = new Cursor(line, scope, at);
  const start = cursor.peek()?.start ?? line.start;
  const body = parseStatement(cursor);
  emit(start, cursor.end, body);
}

function finish(cursor: Cursor, what: string): void {
  if (cursor.peek()) cursor.expected(what);
}

function parseStatement(cursor: Cursor): StatementBody {
  const first = cursor.take() as Lexeme;
  if (directives.has(first.word)) return parseDirective(first, cursor);
  if (!isMnemonic(first.word)) throw new Fault(first, unknownWord(first));
  const operands = cursor.peek() ? list(cursor, parseOperand) : [];
  return { kind: 'instruction', mnemonic: first.word, operands };
}

function unknownWord(token: Lexeme): string {
  const text = `‘${token.text.slice(0, 40)}’`;
  if (!/^\w/.test(token.text) || token.kind === 'number')
    return `Expected an instruction, a label or a directive, found ${text}.`;
  if (token.kind === 'register') return `${text} is a register: expected an instruction, a label or a directive.`;
  const near = nearestMnemonic(token.word);
  return `There is no instruction ${text}${near === undefined ? ': a label ends with a colon.' : `; did you mean ‘${near}’?`}`;
}

/** Items separated by commas up to the end of the line. */
function list<T>(cursor: Cursor, item: (cursor: Cursor) => T): T[] {
  const items = [item(cursor)];
  while (cursor.takeIf(',')) items.push(item(cursor));
  finish(cursor, '‘,’ or the end of the line');
  return items;
}

function parseDirective(first: Lexeme, cursor: Cursor): StatementBody {
  const [only, more] = [first.word.slice(-1), first.word.slice(0, -1)];
  const size = only === 'b' ? 1 : only === 'w' ? 2 : 4;
  if (more === 'd') return { kind: 'data', size, items: list(cursor, parseItem) };
  if (first.word === 'equ') throw new Fault(first, 'Expected a name before ‘equ’: name equ 5.');
  if (first.word === 'gate') {
    const handler = cursor.expression();
    const user = cursor.takeIf(',');
    if (user && !cursor.takeIf('user')) cursor.expected('‘user’');
    finish(cursor, '‘, user’ or the end of the line');
    return { kind: 'gate', handler, user };
  }
  const value = cursor.expression();
  finish(cursor, 'the end of the line');
  if (first.word === 'org') return { kind: 'origin', address: value };
  if (first.word === 'align') return { kind: 'align', boundary: value };
  return { kind: 'reserve', size, count: value };
}

function parseItem(cursor: Cursor): DataItem {
  const next = cursor.peek();
  const after = cursor.peek(1);
  if (next?.kind !== 'string' || (after && after.text !== ',')) return cursor.expression();
  cursor.take();
  return { kind: 'string', text: readString(next), start: next.start, end: next.end };
}

function parseOperand(cursor: Cursor): Operand {
  const first = cursor.peek();
  if (first === undefined) return cursor.expected('an operand');
  const { start } = first;
  const register = registers.get(first.word);
  if (register && cursor.peek(1)?.text !== ':') {
    cursor.take();
    return { kind: 'register', name: first.word, ...register, start, end: first.end };
  }
  const size = sizeWords.get(first.word);
  if (size !== undefined) {
    cursor.take();
    cursor.takeIf('ptr');
  }
  const far = cursor.takeIf('far');
  const reach = cursor.takeIf('short') ? 'short' : cursor.takeIf('near') ? 'near' : undefined;
  const segment = takeSegment(cursor);
  if (cursor.peek()?.text === '[')
    return { kind: 'memory', size, far, ...parseAddress(cursor, segment), start, end: cursor.end };
  if (segment !== undefined || far) return cursor.expected('‘[’');
  if (registers.has(cursor.peek()?.word ?? '')) return cursor.expected('‘[’, a number or a label');
  const value = cursor.expression();
  if (!cursor.takeIf(':')) return { kind: 'immediate', size, reach, value, start, end: cursor.end };
  const offset = cursor.expression();
  return { kind: 'far', selector: value, offset, start, end: cursor.end };
}

/** The number of the segment register of an override, where one stands here. */
function takeSegment(cursor: Cursor): number | undefined {
  const register = registers.get(cursor.peek()?.word ?? '');
  if (register === undefined || cursor.peek(1)?.text !== ':') return undefined;
  if (register.class !== 'segment') return cursor.expected('a segment register before ‘:’');
  cursor.take();
  cursor.take();
  return register.index;
}

type Address = Pick<Extract<Operand, { kind: 'memory' }>, 'segment' | 'base' | 'index' | 'scale' | 'displacement'>;

/** `[base + index*scale + displacement]`, the parts in any order. */
function parseAddress(cursor: Cursor, outside: number | undefined): Address {
  cursor.take();
  const segment = takeSegment(cursor) ?? outside;
  let base: number | undefined;
  let index: number | undefined;
  let scale: Address['scale'] = 1;
  let displacement: Expression | undefined;
  for (let first = true; !cursor.takeIf(']'); first = false) {
    const sign = cursor.peek();
    const minus = cursor.takeIf('-');
    if (!minus && !cursor.takeIf('+') && !first) cursor.expected('‘+’, ‘-’ or ‘]’');
    const term = takeRegister(cursor);
    if (term === undefined) {
      const value = cursor.expression(productLevel);
      displacement = addTerm(displacement, value, minus, sign ?? value);
      continue;
    }
    if (minus) throw new Fault(term.range, 'A register can only be added in an address.');
    if (term.scale === undefined && base === undefined) base = term.register.index;
    else if (index === undefined) [index, scale] = [term.register.index, term.scale ?? 1];
    else throw new Fault(term.range, 'An address has at most two registers: [base + index*scale + displacement].');
  }
  // ESP has no encoding as an index: as the other register it can be the base (SDM vol. 2A, table 2-3).
  if (index === 4 && scale === 1 && base !== 4) [base, index] = [index, base];
  if (index === 4)
    throw new Fault({ start: cursor.end - 1, end: cursor.end }, 'ESP cannot be the index of an address.');
  return { segment, base, index, scale, displacement };
}

function addTerm(sum: Expression | undefined, value: Expression, minus: boolean, from: Range): Expression {
  const range = { start: sum?.start ?? from.start, end: value.end };
  if (sum) return { kind: 'binary', operator: minus ? '-' : '+', left: sum, right: value, ...range };
  return minus ? { kind: 'unary', operator: '-', operand: value, ...range } : value;
}

interface Term {
  readonly register: Register;
  readonly scale: Address['scale'] | undefined;
  readonly range: Range;
}

/** `esi`, `esi*4` or `4*esi`, where one stands here. */
function takeRegister(cursor: Cursor): Term | undefined {
  const ahead = cursor.peek(1)?.text === '*' ? 2 : 0;
  const reversed = !registers.has(cursor.peek()?.word ?? '');
  const range = cursor.peek(reversed ? ahead : 0);
  const register = registers.get(range?.word ?? '');
  if (range === undefined || register === undefined) return undefined;
  if (register.class !== 'general' || register.size !== 32)
    throw new Fault(range, `An address is made of 32-bit registers, not of ‘${range.text}’.`);
  const factor = ahead ? cursor.peek(reversed ? 0 : 2) : undefined;
  for (let left = ahead + 1; left > 0; left--) cursor.take();
  if (ahead === 0) return { register, scale: undefined, range };
  const scale = ([1, 2, 4, 8] as const).find((one) => String(one) === factor?.text);
  if (scale === undefined) throw new Fault(factor ?? range, 'Expected the scale 1, 2, 4 or 8.');
  return { register, scale, range };
}
