/** Cuts a text into tokens; never fails, and takes one look at each character. */
import { isMnemonic } from './instruction-set.ts';
import type { Token, TokenKind } from './syntax.ts';
import { directives, inner, registers } from './words.ts';

/** A token with what the parser needs of it. `word` is the text in lower case. */
export interface Lexeme extends Token {
  readonly text: string;
  readonly word: string;
}

/** A line of a text: where it starts, and its tokens without the comment. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly lexemes: readonly Lexeme[];
}

const pattern =
  /([ \t\r]+)|(;[^]*)|([A-Za-z_.?@][\w.?@]*)|(\d\w*)|("[^"]*"?|'[^']*'?)|(<<|>>|[$,:[\]()+\-*/%&|^~])|([^])/uy;
const kinds: readonly (TokenKind | undefined)[] = [
  undefined,
  undefined,
  'comment',
  'label',
  'number',
  'string',
  'punctuation',
  'unknown',
];

function kindOfWord(word: string): TokenKind {
  if (registers.has(word)) return 'register';
  if (directives.has(word) || inner.has(word)) return 'directive';
  return isMnemonic(word) ? 'mnemonic' : 'label';
}

/** The lines of a text, and all tokens with the comments. */
export function lex(text: string): { readonly lines: readonly Line[]; readonly tokens: readonly Token[] } {
  const lines: Line[] = [];
  const tokens: Token[] = [];
  let offset = 0;
  for (const content of text.split('\n')) {
    const lexemes: Lexeme[] = [];
    pattern.lastIndex = 0;
    for (let match = pattern.exec(content); match !== null && match[0] !== ''; match = pattern.exec(content)) {
      const group = match.findIndex((part, index) => index > 0 && part !== undefined);
      const shape = kinds[group];
      if (shape === undefined) continue;
      const word = match[0].toLowerCase();
      const kind = shape === 'label' ? kindOfWord(word) : shape;
      const range = { start: offset + match.index, end: offset + pattern.lastIndex };
      tokens.push({ ...range, kind });
      if (kind !== 'comment') lexemes.push({ ...range, kind, text: match[0], word });
    }
    lines.push({ start: offset, end: offset + content.length, lexemes });
    offset += content.length + 1;
  }
  return { lines, tokens };
}
