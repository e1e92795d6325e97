/** What the assembler says to a wrong program: where, and what was expected; and that nothing makes it fail or wait. */
import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';

/** The range of the only problem as text, its place, and what it says. */
const told = (text: string): [string, string, string] => {
  const { problems, bytes } = assemble(text);
  expect(problems).toHaveLength(1);
  expect(bytes).toHaveLength(0);
  const [{ line, column, start, end, says }] = problems as [(typeof problems)[0]];
  expect(text.slice(0, start).split('\n')).toHaveLength(line);
  expect(start - (text.lastIndexOf('\n', start - 1) + 1) + 1).toBe(column);
  return [text.slice(start, end), `${line}:${column}`, says];
};

describe('one mistake has one message', () => {
  test.each([
    ['nop\n muv eax, 1', 'muv', '2:2', 'There is no instruction ‘muv’; did you mean ‘mov’?'],
    ['quux', 'quux', '1:1', 'There is no instruction ‘quux’: a label ends with a colon.'],
    ['mov eax', 'mov eax', '1:1', '‘mov’ takes two operands, found 1.'],
    ['mov [ebx], 5', '[ebx]', '1:5', 'The size is missing: write byte, word or dword before ‘[’.'],
    ['movzx eax, [ebx]', '[ebx]', '1:12', 'The size is missing: write byte or word before ‘[’.'],
    ['add bl, eax', 'eax', '1:9', 'The operands differ in size: 8 and 32 bits.'],
    ['mov [eax], [ebx]', '[ebx]', '1:12', 'Only one operand can be memory: go through a register.'],
    ['push cl', 'cl', '1:6', 'This operand has 8 bits: expected 16 or 32.'],
    ['lgdt eax', 'eax', '1:6', 'The operand of ‘lgdt’ does not fit: expected memory.'],
    ['mov ds, 5', '5', '1:9', 'The second operand of ‘mov’ does not fit: expected register or memory.'],
    ['in bl, dx', 'bl', '1:4', 'The first operand of ‘in’ does not fit: expected al, eax or ax.'],
    ['shl eax, bl', 'bl', '1:10', 'The second operand of ‘shl’ does not fit: expected cl or number.'],
    ['mov eax, [ax]', 'ax', '1:11', 'An address is made of 32-bit registers, not of ‘ax’.'],
    ['lea eax, [ebx*3]', '3', '1:15', 'Expected the scale 1, 2, 4 or 8.'],
    ['mov eax, [ebx', 'ebx', '1:11', 'Expected ‘+’, ‘-’ or ‘]’, but the line ends here.'],
    ['mov eax, 5 5', '5', '1:12', 'Expected ‘,’ or the end of the line, found ‘5’.'],
    ['nop\njmp nowhere', 'nowhere', '2:5', 'There is no label or constant ‘nowhere’.'],
    ['x: nop\nx: nop', 'x', '2:1', '‘x’ stands twice: first in line 1.'],
    ['test: nop', 'test', '1:1', '‘test’ is an instruction and cannot name a label.'],
    ['a equ b\nb equ a', 'a', '2:7', '‘a’ is defined by itself.'],
    ['a equ nope\nmov eax, a', 'nope', '1:7', 'There is no label or constant ‘nope’.'],
    ['mov al, 300', '300', '1:9', '300 does not fit in 8 bits: -128 to 255.'],
    ['int 256', '256', '1:5', '256 does not fit in 8 bits: 0 to 255.'],
    ['dd 99999999999', '99999999999', '1:4', '99999999999 does not fit in 32 bits.'],
    ['dd 12ab', '12ab', '1:4', '‘12ab’ is not a number: write 10, 0x1f, 1fh or 0b101.'],
    ['dd 1 / (2 - 2)', '(2 - 2)', '1:8', 'Division by zero.'],
    ['loop x\nresb 300\nx:', 'x', '1:6', 'The target is 300 bytes away: this jump reaches from -128 to 127.'],
    ['db "abc', '"abc', '1:4', 'This string has no closing ".'],
    ['db "é"', '"é"', '1:4', 'A string here is ASCII: the console prints bytes.'],
    ['align 3', '3', '1:7', 'Expected a power of two, such as 4 or 4096.'],
    ['gate x, kernel\nx:', 'kernel', '1:9', 'Expected ‘user’, found ‘kernel’.'],
    ['resb 0x200000', '0x200000', '1:6', '2097152 does not fit in memory: 0 to 1048576.'],
    ['mov eax, 1 # one', '#', '1:12', 'Expected ‘,’ or the end of the line, found ‘#’.'],
  ])('%j', (text, range, place, says) => {
    expect(told(text)).toEqual([range, place, says]);
  });

  test('each line has its own, and the first stands first', () => {
    expect(assemble('foo1\nmov al, 999\nnop\njmp nowhere').problems.map(({ line }) => line)).toEqual([1, 2, 4]);
  });
});

describe('what is too much is refused in one sentence', () => {
  test.each([
    ['201 lines', 'nop\n'.repeat(201), 'The program is too long: it has more than 200 lines.'],
    ['a megabyte in one line', 'a'.repeat(2 ** 20), 'Line 1 is too long: a line has at most 1000 characters.'],
    ['a megabyte of lines', 'nop\n'.repeat(2 ** 18), 'The program is too long: it has more than 200 lines.'],
  ])('%s', (_, text, says) => {
    expect(assemble(text).problems.map((problem) => problem.says)).toEqual([says]);
  });

  test('200 lines are not too much', () => {
    expect(assemble('nop\n'.repeat(200)).bytes).toHaveLength(200);
    expect(assemble('nop\n'.repeat(300), { maxLines: 400 }).bytes).toHaveLength(300);
  });
});

/** mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('noise of any kind gives problems inside the text, and never throws', () => {
  const random = seeded(4);
  const words =
    'mov add jmp loop push lgdt db dd resb org align gate equ eax bl cr0 ds [ ] ( ) + - * / << , : . top top: .a 5 0xff 1e9 99999999999 byte dword far short ; \' " $ ~ # é \u2028 \r \ud800'.split(
      ' ',
    );
  for (let round = 0; round < 3000; round++) {
    let text = '';
    for (let n = Math.floor(random() * 60); n > 0; n--)
      text +=
        random() < 0.8
          ? (words[Math.floor(random() * words.length)] ?? '') + (random() < 0.2 ? '\n' : ' ')
          : String.fromCharCode(Math.floor(random() * (random() < 0.5 ? 128 : 65536)));
    const { problems, tokens } = assemble(text);
    for (const { start, end, line, says } of [
      ...problems,
      ...tokens.map((token) => ({ ...token, line: 1, says: '.' })),
    ]) {
      expect(start >= 0 && start <= end && end <= text.length && line >= 1).toBe(true);
      expect(says.length).toBeGreaterThan(0);
    }
  }
});

test('the worst that 200 lines can hold is refused or assembled, within the time of a test', () => {
  const worst = [
    '('.repeat(1000),
    `dd ${'-'.repeat(990)}`,
    '"'.repeat(1000),
    `a${'b:'.repeat(499)}`,
    `db ${"'".repeat(990)}`,
    `mov eax, [${'a+'.repeat(490)}1]`,
  ];
  // Each jump is just too long when the next one has grown.
  const chain = Array.from({ length: 190 }, (_, n) => `x${n}: jmp x${Math.min(189, n + 40)}`);
  const doubling = Array.from({ length: 100 }, (_, n) => `d${n} equ d${n + 1} + d${n + 1}`);
  for (const line of worst)
    expect(assemble(`${line}\n`.repeat(200)).problems.length, line.slice(0, 20)).toBeGreaterThan(0);
  expect(assemble(`dd ${'1+'.repeat(490)}1\n`.repeat(200)).problems).toEqual([]);
  expect(assemble(chain.join('\n')).problems).toEqual([]);
  assemble(doubling.join('\n'));
});
