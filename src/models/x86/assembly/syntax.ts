/**
 * The syntax of the lab's assembly language, Intel's as NASM writes it: what the parser gives, what a porter rewrites and
 * what the assembler turns into machine code. Every part knows its range in the text, `start` inclusive, `end` exclusive.
 */

/** Offsets into the text, in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What a token is, for an editor's colours; `unknown` is a character that the language has no use for. */
export type TokenKind =
  'mnemonic' | 'register' | 'number' | 'label' | 'comment' | 'directive' | 'string' | 'punctuation' | 'unknown';

/** A token; white space and line ends are none. */
export interface Token extends Range {
  readonly kind: TokenKind;
}

/** A number to be computed when the addresses are known. */
export type Expression = Range &
  (
    | { readonly kind: 'number'; readonly value: number }
    /** A label or constant, by its full name (`top.loop` for `.loop` under `top`). */
    | { readonly kind: 'name'; readonly name: string }
    /** `$`: the address of the statement. */
    | { readonly kind: 'here' }
    | { readonly kind: 'unary'; readonly operator: '-' | '~'; readonly operand: Expression }
    | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  );

/** Bits of an operand. */
export type Size = 8 | 16 | 32;

/** The kinds of register that the language names. */
export type RegisterClass = 'general' | 'segment' | 'control';

/** A register: its class, its number in encodings, its bits. */
export interface Register {
  readonly class: RegisterClass;
  readonly index: number;
  readonly size: Size;
}

/** An operand of an instruction. */
export type Operand = Range &
  (
    | (Register & { readonly kind: 'register'; readonly name: string })
    | {
        readonly kind: 'memory';
        /** Undefined where no size word was written. */
        readonly size: Size | undefined;
        /** Number of the segment register of an override. */
        readonly segment: number | undefined;
        readonly base: number | undefined;
        readonly index: number | undefined;
        readonly scale: 1 | 2 | 4 | 8;
        /** Undefined where none was written. */
        readonly displacement: Expression | undefined;
        /** `far [x]`: the operand is a far pointer. */
        readonly far: boolean;
      }
    | {
        readonly kind: 'immediate';
        readonly size: Size | undefined;
        readonly value: Expression;
        /** `short` or `near` before a jump's target. */
        readonly reach: 'short' | 'near' | undefined;
      }
    /** `0x08:label`. */
    | { readonly kind: 'far'; readonly selector: Expression; readonly offset: Expression }
  );

/** What a statement says. */
export type StatementBody =
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: string; readonly value: Expression }
  | {
      readonly kind: 'instruction';
      /** In lower case. */
      readonly mnemonic: string;
      readonly operands: readonly Operand[];
    }
  /** `db`, `dw`, `dd`: `size` is in bytes; a string gives its characters as bytes. */
  | { readonly kind: 'data'; readonly size: 1 | 2 | 4; readonly items: readonly DataItem[] }
  /** `resb`, `resw`, `resd`: zeros. */
  | { readonly kind: 'reserve'; readonly size: 1 | 2 | 4; readonly count: Expression }
  | { readonly kind: 'origin'; readonly address: Expression }
  | { readonly kind: 'align'; readonly boundary: Expression }
  /** `gate handler [, user]`: a 32-bit interrupt gate with selector 0x08, DPL 3 with `user`. */
  | { readonly kind: 'gate'; readonly handler: Expression; readonly user: boolean };

/** A piece of `db`, `dw`, `dd`. */
export type DataItem = Expression | (Range & { readonly kind: 'string'; readonly text: string });

/** One statement; a line that has a label and an instruction is two. `line` counts from 1. */
export type Statement = Range & { readonly line: number } & StatementBody;

/** A statement that is an instruction. */
export type Instruction = Extract<Statement, { kind: 'instruction' }>;

/** Something wrong with the text: where, and what was expected. `line` and `column` count from 1. */
export interface Problem extends Range {
  readonly line: number;
  readonly column: number;
  readonly says: string;
}

/** What the parser makes of a text. Statements that it could not read are not among `statements` but have a problem. */
export interface Program {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly tokens: readonly Token[];
  readonly problems: readonly Problem[];
}

/** Thrown and caught inside the assembler only: one problem ends the reading of one statement. */
export class Fault extends Error {
  readonly range: Range;
  constructor(range: Range, says: string) {
    super(says);
    this.range = range;
  }
}
