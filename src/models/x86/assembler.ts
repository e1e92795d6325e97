/**
 * The assembler of the lab: text in Intel's syntax to IA-32 machine code for 32-bit protected mode (SDM vol. 2).
 *
 * It lays the program out again and again, jumps and numbers short at first and longer where they must be, until nothing
 * grows (the least fixed point, so that every encoding is the shortest). What it leaves out: macros, sections, 16-bit
 * addresses, the instructions that the machine does not know. It never throws: what is wrong stands in `problems`.
 */
import { encode, put, type Place } from './assembly/encoder.ts';
import { checkRange, evaluate } from './assembly/expressions.ts';
import { parse, problemAt, type ParseOptions } from './assembly/parser.ts';
import { Fault, type Expression, type Problem, type Program, type Statement, type Token } from './assembly/syntax.ts';

/** Where a program lies unless it says `org`. */
export const defaultOrigin = 0x1000;

/** The end of the memory that a program's image must fit in. */
export const imageEnd = 0x100000;

/** The bytes that a statement gave. */
export interface AssembledLine {
  readonly line: number;
  readonly address: number;
  readonly length: number;
  /** The statement's place in `program.statements`. */
  readonly statement: number;
}

/** An assembled program. With problems there are no bytes. */
export interface Assembly {
  readonly bytes: Uint8Array;
  readonly origin: number;
  /** Where execution starts: the label `start`, else the origin. */
  readonly entry: number;
  /** Labels and constants; a local label is `top.loop`. */
  readonly symbols: ReadonlyMap<string, number>;
  readonly lines: readonly AssembledLine[];
  readonly tokens: readonly Token[];
  readonly problems: readonly Problem[];
  readonly program: Program;
}

/** Assembles a text. */
export function assemble(text: string, options: ParseOptions = {}): Assembly {
  return assembleProgram(parse(text, options));
}

/** Assembles what the parser gave, or what a porter made of it. */
export function assembleProgram(program: Program): Assembly {
  const layout = new Layout(program.statements);
  const problems = [...program.problems, ...layout.settle(program.text)].sort((a, b) => a.start - b.start);
  const sound = problems.length === 0;
  return {
    bytes: sound ? layout.image() : new Uint8Array(0),
    origin: layout.origin,
    entry: layout.symbols.get('start') ?? layout.origin,
    symbols: layout.symbols,
    lines: sound ? layout.lines() : [],
    tokens: program.tokens,
    problems,
    program,
  };
}

/** Names that stand twice are told so often; a line of noise can hold hundreds. */
const mostDoubles = 100;

/** How a statement lies. */
interface Piece extends Place {
  address: number;
  readonly statement: Statement;
  /** Its bytes; zeros are counted in `length` alone. */
  bytes: readonly number[];
  length: number;
}

type Definition = { readonly piece: Piece; readonly value?: Expression };

class Layout {
  origin = defaultOrigin;
  readonly symbols = new Map<string, number>();
  private readonly pieces: readonly Piece[];
  private readonly definitions = new Map<string, Definition>();
  private readonly faults = new Map<Piece, Fault>();
  /** Names that stand twice. */
  private readonly doubles = new Map<Piece, Fault>();
  /** Constants that are being evaluated. */
  private readonly open = new Set<string>();
  private known = false;

  constructor(statements: readonly Statement[]) {
    this.pieces = statements.map((statement) => {
      const piece: Piece = {
        address: defaultOrigin,
        statement,
        bytes: [],
        length: 0,
        wide: 0,
        value: (expression) => this.value(expression, piece),
      };
      return piece;
    });
    for (const piece of this.pieces) {
      const { statement } = piece;
      if (statement.kind !== 'label' && statement.kind !== 'constant') continue;
      const { name, start } = statement;
      const first = this.definitions.get(name)?.piece.statement;
      if (first === undefined)
        this.definitions.set(name, statement.kind === 'label' ? { piece } : { piece, value: statement.value });
      else if (this.doubles.size < mostDoubles)
        this.doubles.set(
          piece,
          new Fault({ start, end: start + name.length }, `‘${name}’ stands twice: first in line ${first.line}.`),
        );
    }
  }

  /** Lays everything out until nothing moves; gives what is wrong. */
  settle(text: string): Problem[] {
    // Each round makes at least one of the four parts of an instruction longer, or is the last but one.
    let rounds = 4 * this.pieces.length + 8;
    while (this.round() && rounds > 0) rounds--;
    const last = this.pieces.at(-1);
    if (rounds === 0 && last)
      this.faults.set(
        last,
        new Fault(last.statement, 'The length of the program depends on itself: look at align, org and res.'),
      );
    return [...this.doubles, ...this.faults].map(([{ statement }, fault]) =>
      problemAt(text.lastIndexOf('\n', statement.start - 1) + 1, statement.line, fault),
    );
  }

  /** Lays everything out once, and says whether something has moved. */
  private round(): boolean {
    let address = this.origin;
    let moved = !this.known;
    let written = false;
    this.symbols.clear();
    this.faults.clear();
    for (const piece of this.pieces) {
      const { statement } = piece;
      moved ||= piece.address !== address;
      piece.address = address;
      try {
        piece.bytes = [];
        if (statement.kind === 'origin' && !written) {
          address = this.start(statement.address, piece);
          moved ||= piece.address !== address;
          piece.address = this.origin = address;
        } else {
          const length = this.place(piece);
          if (address + length > imageEnd)
            throw new Fault(statement, 'The program does not fit in memory, which ends at 0x100000.');
          piece.length = length;
        }
      } catch (fault) {
        // Its length stays what it was, so that what follows is not judged by a gap.
        if (!(fault instanceof Fault)) throw fault;
        this.faults.set(piece, fault);
      }
      written ||= piece.length > 0;
      address += piece.length;
    }
    this.known = true;
    return moved;
  }

  /** Where the first `org` puts the program. */
  private start(at: Expression, piece: Piece): number {
    const address = piece.value(at);
    checkRange(address, 0, imageEnd, at, 'memory');
    return address || 0;
  }

  /** Puts a statement's bytes into its piece, and gives its length. */
  private place(piece: Piece): number {
    const { statement, address } = piece;
    switch (statement.kind) {
      case 'label':
      case 'constant':
        this.define(statement, piece);
        return 0;
      case 'instruction':
        return (piece.bytes = encode(statement, piece)).length;
      case 'data':
        return (piece.bytes = this.data(statement, piece)).length;
      case 'gate':
        return (piece.bytes = this.gate(statement, piece)).length;
      case 'reserve': {
        const count = piece.value(statement.count);
        checkRange(count, 0, imageEnd, statement.count, 'memory');
        return (count || 0) * statement.size;
      }
      case 'align': {
        const boundary = piece.value(statement.boundary);
        if (boundary <= 0 || Math.log2(boundary) % 1 > 0 || boundary > imageEnd)
          throw new Fault(statement.boundary, 'Expected a power of two, such as 4 or 4096.');
        return (Math.ceil(address / boundary) * boundary || address) - address;
      }
      case 'origin': {
        const target = piece.value(statement.address);
        checkRange(target, address, imageEnd, statement.address, 'the space from here on');
        return (target || address) - address;
      }
    }
  }

  private define(statement: Extract<Statement, { kind: 'label' | 'constant' }>, piece: Piece): void {
    const { name } = statement;
    const definition = this.definitions.get(name);
    if (definition?.piece === piece)
      this.symbols.set(name, statement.kind === 'label' ? piece.address : this.constant(name, definition));
  }

  private data({ size, items }: Extract<Statement, { kind: 'data' }>, piece: Piece): number[] {
    const bytes: number[] = [];
    for (const item of items) {
      if (item.kind === 'string') {
        for (const char of item.text) bytes.push(char.charCodeAt(0));
        while (bytes.length % size > 0) bytes.push(0);
      } else {
        const value = piece.value(item);
        checkRange(value, -(2 ** (8 * size - 1)), 2 ** (8 * size) - 1, item, `${8 * size} bits`);
        put(value, size, bytes);
      }
    }
    return bytes;
  }

  /** A 32-bit interrupt gate, present, selector 0x08 (SDM vol. 3A, figure 6-2). */
  private gate({ handler, user }: Extract<Statement, { kind: 'gate' }>, piece: Piece): number[] {
    const offset = piece.value(handler);
    checkRange(offset, 0, 0xffffffff, handler, '32 bits');
    const bytes: number[] = [];
    put(offset, 2, bytes);
    bytes.push(0x08, 0, 0, user ? 0xee : 0x8e);
    put(offset >> 16, 2, bytes);
    return bytes;
  }

  private value(expression: Expression, piece: Piece): number {
    return evaluate(expression, this.known ? piece.address : NaN, (name, from) => {
      const definition = this.definitions.get(name);
      if (!definition) throw new Fault(from, `There is no label or constant ‘${name.slice(0, 40)}’.`);
      if (definition.value) return this.constant(name, definition, from);
      return this.known ? definition.piece.address : NaN;
    });
  }

  /** The value of a constant in this round. */
  private constant(name: string, { piece, value }: Definition, from: Expression | Statement = piece.statement): number {
    const done = this.symbols.get(name);
    if (done !== undefined || value === undefined) return done ?? NaN;
    if (this.open.has(name)) throw new Fault(from, `‘${name}’ is defined by itself.`);
    this.open.add(name);
    let result = NaN;
    try {
      result = this.value(value, piece);
    } catch (fault) {
      // It is the definition that is wrong, not who uses it.
      if (!(fault instanceof Fault)) throw fault;
      this.faults.set(piece, fault);
    }
    this.open.delete(name);
    this.symbols.set(name, result);
    return result;
  }

  /** The bytes of the whole program. */
  image(): Uint8Array {
    const last = this.pieces.at(-1);
    const bytes = new Uint8Array(last ? last.address + last.length - this.origin : 0);
    for (const piece of this.pieces) bytes.set(piece.bytes, piece.address - this.origin);
    return bytes;
  }

  lines(): AssembledLine[] {
    return this.pieces.flatMap(({ statement, address, length }, at) =>
      length > 0 ? [{ line: statement.line, address, length, statement: at }] : [],
    );
  }
}
