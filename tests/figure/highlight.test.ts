/** A text in colours, piece by piece, and marked lines that move with it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { movedLines } from '../../src/client/editor.ts';
import { highlight } from '../../src/figure/highlight.ts';

test('tokens and problems become pieces of lines', () => {
  const text = 'mov eax, 1\n; end';
  const tokens = [
    { start: 0, end: 3, kind: 'mnemonic' },
    { start: 4, end: 7, kind: 'register' },
    { start: 9, end: 10, kind: 'number' },
    { start: 11, end: 16, kind: 'comment' },
  ];
  const problems = [{ start: 9, end: 10, line: 1, column: 10, says: 'no' }];
  expect(highlight(text, { tokens, problems })).toEqual([
    [
      { text: 'mov', look: 'is-mnemonic' },
      { text: ' ', look: '' },
      { text: 'eax', look: 'is-register' },
      { text: ', ', look: '' },
      { text: '1', look: 'is-number wrong' },
    ],
    [{ text: '; end', look: 'is-comment' }],
  ]);
});

test('whatever is marked, the pieces are the text', () => {
  const stretch = fc.record({ start: fc.integer({ min: -5, max: 40 }), end: fc.integer({ min: -5, max: 40 }) });
  const token = stretch.map((one) => ({ ...one, kind: 'label' }));
  const problem = stretch.map((one) => ({ ...one, line: 1, column: 1, says: 'no' }));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.array(token), fc.array(problem), (text, ...marks) => {
      const lines = highlight(text, { tokens: marks[0], problems: marks[1] });
      expect(lines.map((pieces) => pieces.map((piece) => piece.text).join('')).join('\n')).toBe(text);
    }),
  );
});

test.each([
  ['a\nb\nc', 'a\nx\nb\nc', ['3'], ['4']],
  ['a\nb\nc', 'a\nc', ['1', '2', '3'], ['1', '2']],
  ['a\nb\nc', 'a\nbb\nc', ['2'], ['2']],
  ['a\nb\nc', '', ['1', '3'], ['1']],
  ['a\na\na', 'a\na\na\na', ['3'], ['3']],
])('after the edit of %j to %j the lines %j are %j', (before, after, lines, moved) => {
  expect(movedLines(lines, before, after)).toEqual(moved);
});

test('moved lines ascend and lie within the text', () => {
  const text = fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, fc.subarray(['1', '2', '3', '4', '5', '6']), (before, after, lines) => {
      const kept = lines.filter((line) => Number(line) <= before.length);
      const moved = movedLines(kept, before.join('\n'), after.join('\n')).map(Number);
      expect(moved).toEqual([...new Set(moved)].sort((a, b) => a - b));
      for (const line of moved) expect(line >= 1 && line <= after.length).toBe(true);
    }),
  );
});
