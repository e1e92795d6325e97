/** Machine code by hand from the SDM's opcode map (vol. 2D, appendix A), the layout, and what stands in the result. */
import { describe, expect, test } from 'vitest';
import { assemble, assembleProgram } from './assembler.ts';
import { parse } from './assembly/parser.ts';

const hex = (text: string): string => {
  const { bytes, problems } = assemble(text);
  expect(problems).toEqual([]);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
};

describe('encodings, by hand from the opcode map', () => {
  test.each([
    ['mov eax, 5', 'b8 05 00 00 00'],
    ['mov ax, 5', '66 b8 05 00'],
    ['mov ah, 5', 'b4 05'],
    ['mov eax, ebx', '89 d8'],
    ['mov eax, [0x1234]', 'a1 34 12 00 00'],
    ['mov [0x1234], al', 'a2 34 12 00 00'],
    ['mov ecx, [0x1234]', '8b 0d 34 12 00 00'],
    ['mov byte [ebx], 5', 'c6 03 05'],
    ['mov word [ebx], 5', '66 c7 03 05 00'],
    ['mov ds, ax', '8e d8'],
    ['mov eax, cs', '8c c8'],
    ['mov ax, cs', '66 8c c8'],
    ['mov cr3, eax', '0f 22 d8'],
    ['mov eax, cr0', '0f 20 c0'],
    ['push 5', '6a 05'],
    ['push 0x80', '68 80 00 00 00'],
    ['push cs', '0e'],
    ['push fs', '0f a0'],
    ['push dword [esp + 4]', 'ff 74 24 04'],
    ['pop gs', '0f a9'],
    ['lea eax, [ebx + esi*4 + 8]', '8d 44 b3 08'],
    ['add eax, 1', '83 c0 01'],
    ['add eax, 0xffffffff', '83 c0 ff'],
    ['add eax, 1000', '05 e8 03 00 00'],
    ['add al, 1', '04 01'],
    ['cmp dword [ebx], 1', '83 3b 01'],
    ['test eax, eax', '85 c0'],
    ['inc eax', '40'],
    ['inc dword [eax]', 'ff 00'],
    ['shl eax, 1', 'd1 e0'],
    ['shr eax, 12', 'c1 e8 0c'],
    ['int 0x80', 'cd 80'],
    ['int3', 'cc'],
    ['in al, 0x80', 'e4 80'],
    ['in eax, dx', 'ed'],
    ['out 0xe9, al', 'e6 e9'],
    ['out dx, ax', '66 ef'],
    ['jmp 0x08:0x1234', 'ea 34 12 00 00 08 00'],
    ['call 0x08:0x1234', '9a 34 12 00 00 08 00'],
    ['jmp far [ebx]', 'ff 2b'],
    ['call [ebx]', 'ff 13'],
    ['jmp eax', 'ff e0'],
    ['lgdt [0x800]', '0f 01 15 00 08 00 00'],
    ['sgdt [eax]', '0f 01 00'],
    ['lidt [eax]', '0f 01 18'],
    ['sidt [eax]', '0f 01 08'],
    ['smsw eax', '0f 01 e0'],
    ['smsw ax', '66 0f 01 e0'],
    ['lmsw ax', '0f 01 f0'],
    ['invlpg [eax]', '0f 01 38'],
    ['str ax', '66 0f 00 c8'],
    ['sldt [eax]', '0f 00 00'],
    ['verr ax', '0f 00 e0'],
    ['verw [eax]', '0f 00 28'],
    ['lar eax, bx', '0f 02 c3'],
    ['lsl eax, ebx', '0f 03 c3'],
    ['cpuid', '0f a2'],
    ['rdtsc', '0f 31'],
    ['ud2', '0f 0b'],
    ['vmcall', '0f 01 c1'],
    ['pushf', '9c'],
    ['popfw', '66 9d'],
    ['cli', 'fa'],
    ['sti', 'fb'],
    ['hlt', 'f4'],
    ['iret', 'cf'],
    ['ret', 'c3'],
    ['ret 8', 'c2 08 00'],
    ['retf', 'cb'],
    ['wbinvd', '0f 09'],
    ['movzx eax, byte [ebx]', '0f b6 03'],
    ['mov eax, [fs:ebx]', '64 8b 03'],
    ['mov ax, gs:[ebx]', '65 66 8b 03'],
  ])('%s', (text, bytes) => {
    expect(hex(text)).toBe(bytes);
  });
});

describe('addresses, by hand from tables 2-2 and 2-3 of volume 2A', () => {
  test.each([
    ['[eax]', '00'],
    ['[ebp]', '45 00'],
    ['[esp]', '04 24'],
    ['[ebx - 128]', '43 80'],
    ['[ebx + 128]', '83 80 00 00 00'],
    ['[ebx + 0xfffffffc]', '43 fc'],
    ['[ebx*4]', '04 9d 00 00 00 00'],
    ['[4*ebx + 1]', '04 9d 01 00 00 00'],
    ['[ebx*2]', '04 1b'],
    ['[ebp*2]', '04 6d 00 00 00 00'],
    ['[ebx*1 + 2]', '43 02'],
    ['[eax + esp]', '04 04'],
    ['[ebp + eax]', '44 05 00'],
    ['[8 + esi*8 + esp - 4]', '44 f4 04'],
  ])('lea eax, %s', (address, bytes) => {
    expect(hex(`lea eax, ${address}`)).toBe(`8d ${bytes}`);
  });
});

describe('the layout', () => {
  test('a jump is short where its target is near, and near where it is not', () => {
    expect(hex('a: jmp a')).toBe('eb fe');
    expect(hex('jz b\nresb 127\nb:').slice(0, 5)).toBe('74 7f');
    expect(hex('jz b\nresb 128\nb:').slice(0, 17)).toBe('0f 84 80 00 00 00');
    expect(hex('jmp near a\na:')).toBe('e9 00 00 00 00');
  });

  test('a jump that grows makes others grow', () => {
    // The inner jump grows by three bytes and pushes the outer one's target from 127 to 130.
    const text = 'jmp a\njmp b\nresb 125\na: resb 3\nb:';
    expect(hex(text).slice(0, 29)).toBe('e9 82 00 00 00 e9 80 00 00 00');
  });

  test('numbers that labels make are short where they can be', () => {
    expect(hex('a: add ebx, b - a\nb:')).toBe('83 c3 03');
    expect(hex('a: add ebx, b - a\nresb 125\nb:').slice(0, 17)).toBe('81 c3 83 00 00 00');
    expect(hex('mov eax, [ebx + b - a]\na: dd 0\nb:').slice(0, 8)).toBe('8b 43 04');
  });

  test('data, constants, expressions, gates, alignment', () => {
    expect(hex("db 'hi', 10, \"it's\"")).toBe('68 69 0a 69 74 27 73');
    expect(hex("dw 0x1234, 'ab'\ndd -1")).toBe('34 12 61 62 ff ff ff ff');
    expect(hex('n equ 3 + 4*2\nm: db n, m >> 8, ~0 & 0x0f, (1 << 4) | 1, 7 / 2, 7 % 4, $ - m')).toBe(
      '0b 10 0f 11 03 03 00',
    );
    expect(hex('gate h, user\nh:')).toBe('08 10 08 00 00 ee 00 00');
    expect(hex('org 0x12340\ngate h\nh:')).toBe('48 23 08 00 00 8e 01 00');
    expect(hex('nop\nalign 4\nnop')).toBe('90 00 00 00 90');
    expect(hex('org 0x2000\nnop\norg 0x2003\nnop')).toBe('90 00 00 90');
    expect(hex('push after\nafter: equ 4')).toBe('6a 04');
  });

  test('set_pte is a store and flush_ptes nothing, on the bare machine', () => {
    expect(hex('set_pte [edi + 4], eax')).toBe(hex('mov [edi + 4], eax'));
    expect(hex('flush_ptes')).toBe('');
  });

  test('the result says where everything is', () => {
    const { origin, entry, symbols, lines, bytes } = assemble(
      'top: nop\n.a: nop\nstart:\n  jmp top.a ; back\nn equ 7\n',
    );
    expect([origin, entry]).toEqual([0x1000, 0x1002]);
    expect([...symbols]).toEqual([
      ['top', 0x1000],
      ['top.a', 0x1001],
      ['start', 0x1002],
      ['n', 7],
    ]);
    expect([...bytes]).toEqual([0x90, 0x90, 0xeb, 0xfd]);
    expect(lines.map(({ line, address, length }) => [line, address, length])).toEqual([
      [1, 0x1000, 1],
      [2, 0x1001, 1],
      [4, 0x1002, 2],
    ]);
  });
});

test('a porter can put other statements in the place of one', () => {
  const program = parse('top: cli\nnop\njmp top');
  const [store] = parse('mov byte [0x500], 1').statements;
  const statements = program.statements.map((statement) =>
    statement.kind === 'instruction' && statement.mnemonic === 'cli' && store
      ? { ...store, line: statement.line }
      : statement,
  );
  const { bytes, problems, lines } = assembleProgram({ ...program, statements });
  expect(problems).toEqual([]);
  expect([...bytes]).toEqual([0xc6, 0x05, 0, 5, 0, 0, 1, 0x90, 0xeb, 0xf6]);
  expect(lines.map(({ line }) => line)).toEqual([1, 2, 3]);
});

test('tokens have the colours of an editor', () => {
  const text = "top: mov eax, [top + 0x10] ; why\ndb 'x'";
  expect(assemble(text).tokens.map(({ start, end, kind }) => `${text.slice(start, end)} ${kind}`)).toEqual([
    'top label',
    ': punctuation',
    'mov mnemonic',
    'eax register',
    ', punctuation',
    '[ punctuation',
    'top label',
    '+ punctuation',
    '0x10 number',
    '] punctuation',
    '; why comment',
    'db directive',
    "'x' string",
  ]);
});
