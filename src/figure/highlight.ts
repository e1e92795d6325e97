/** A marked text as lines of pieces: what the build and the editor draw alike. */
import type { Marking } from './contract.ts';

/** A stretch of one line that looks the same throughout. */
export interface Piece {
  readonly text: string;
  /** Class names: the token's kind, and `wrong` where a problem lies. */
  readonly look: string;
}

/** The lines of a text, each in pieces; stretches that leave the text are cut. */
export function highlight(text: string, { tokens, problems }: Marking): readonly (readonly Piece[])[] {
  const looks: string[] = new Array<string>(text.length).fill('');
  const over = ({ start, end }: { start: number; end: number }, look: (before: string) => string): void => {
    for (let at = Math.max(0, start); at < Math.min(end, text.length); at++) looks[at] = look(looks[at] ?? '');
  };
  for (const token of tokens) over(token, () => `is-${token.kind}`);
  for (const problem of problems)
    over(problem, (before) => (before.includes('wrong') ? before : `${before} wrong`.trim()));
  let at = 0;
  return text.split('\n').map((line) => {
    const pieces: { text: string; look: string }[] = [];
    for (const character of line.split('')) {
      const look = looks[at++] ?? '';
      const last = pieces.at(-1);
      if (last?.look === look) last.text += character;
      else pieces.push({ text: character, look });
    }
    at++;
    return pieces;
  });
}
