import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { decodeBytes, unknown } from './decoder.ts';
import { disassemble } from './disassembler.ts';
import { type Decoded, Kind } from './instruction.ts';
import { createMachine, step } from './machine.ts';
import { offsetOf } from './operands.ts';

const decodeHex = (text: string) =>
  decodeBytes(
    Uint8Array.from(text.split(' '), (pair) => parseInt(pair, 16)),
    0,
  );

describe('decoding, by hand from SDM vol. 2A, tables 2-2 and 2-3', () => {
  test.each([
    ['8b 44 b3 08', 'mov eax, [ebx + esi*4 + 8]'],
    ['8b 04 24', 'mov eax, [esp]'],
    ['8b 45 fc', 'mov eax, [ebp - 4]'],
    ['8b 04 6d 00 00 00 00', 'mov eax, [ebp*2]'],
    ['8b 0d 78 56 34 12', 'mov ecx, [0x12345678]'],
    ['3e 8b 45 00', 'mov eax, [ds:ebp]'],
    ['66 81 3b 34 12', 'cmp word [ebx], 0x1234'],
    ['80 4b 80 ff', 'or byte [ebx - 0x80], -1'],
    ['0f b6 c4', 'movzx eax, ah'],
    ['0f 22 d8', 'mov cr3, eax'],
    ['0f 20 c1', 'mov ecx, cr0'],
    ['8e d8', 'mov ds, ax'],
    ['0f a9', 'pop gs'],
    ['06', 'push es'],
    ['c2 08 00', 'ret 8'],
    ['ea 34 12 00 00 1b 00', 'jmp 0x1b:0x1234'],
    ['ff 2b', 'jmp far [ebx]'],
    ['ff 13', 'call dword [ebx]'],
    ['75 fe', 'jne 0x1000'],
    ['0f 01 c1', 'vmcall'],
    ['0f 01 15 00 08 00 00', 'lgdt [0x800]'],
    ['cd 80', 'int 0x80'],
    ['e4 80', 'in al, 0x80'],
    ['66 ef', 'out dx, ax'],
    ['d1 e0', 'shl eax, 1'],
    ['d2 23', 'shl byte [ebx], cl'],
    ['90', 'nop'],
    ['91', 'xchg eax, ecx'],
  ])('%s is %s', (bytes, text) => {
    const d = decodeHex(bytes);
    expect([disassemble(d, 0x1000), d.length]).toEqual([text, bytes.split(' ').length]);
  });

  test('what lies outside of the subset, or cannot be, is unknown', () => {
    for (const bytes of [
      '0f ff',
      'd9 00',
      '67 8b 00',
      '8d c0',
      '0f 01 d0',
      '0f 01 f8',
      '8e c8',
      '8c f0',
      'f0 90',
      'f0 01 c0',
      'ff f8',
    ])
      expect([bytes, decodeHex(bytes).name]).toEqual([bytes, unknown]);
    expect(decodeHex('f0 01 00').name).toBe('add');
  });

  test('fifteen bytes are the longest instruction', () => {
    expect(decodeHex(`${'66 '.repeat(14)}90`)).toMatchObject({ name: 'nop', length: 15 });
    expect(decodeHex(`${'66 '.repeat(15)}90`)).toMatchObject({ name: unknown, length: 15 });
    expect(decodeHex(`${'66 '.repeat(11)}b8 34 12`)).toMatchObject({ name: 'mov', v1: 0x1234, length: 14 });
    expect(decodeHex(`${'2e '.repeat(11)}b8 34 12 00 00`).name).toBe(unknown);
  });
});

const primes = createMachine();
primes.reg.set([2, 3, 5, 7, 11, 13, 17, 19].map((prime) => prime * 1009));

describe('disassembly', () => {
  test('of any bytes is understood by the assembler, and means the same', () => {
    let known = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 15, maxLength: 15 }), (bytes) => {
        const d = decodeBytes(bytes, 0);
        // Forms that the assembler has no word for: LOCK and prefixes that do nothing, 16-bit jumps and frames, WBINVD.
        const silent = bytes.slice(0, d.length).some((b, i) => i < 4 && [0xf0, 0xf2, 0xf3].includes(b));
        if (d.name === unknown || silent || d.name === 'wbinvd') return;
        if (
          d.size === 2 &&
          /^(j|call|ret|loop|iret|pusha|popa|cdq|leave|push|pop|lgdt|lidt|sgdt|sidt|int|nop)/.test(d.name)
        )
          return;
        // A prefix before a jump that is always short moves its end.
        if (/^(loop|jecxz)/.test(d.name) && d.length > 2) return;
        known++;
        const text = disassemble(d, 0x1000);
        const again = assemble(`org 0x1000\n${text}`);
        expect([text, again.problems]).toEqual([text, []]);
        // The operands of XCHG may stand either way round, and XCHG EAX, EAX is NOP.
        if (d.name === 'xchg') return;
        const e = decodeBytes(again.bytes, 0);
        const meaning = (one: Decoded) => {
          const memory = [one.k0, one.k1].some((kind) => kind >= Kind.mem && kind < Kind.imm);
          const target = one.k0 === Kind.rel ? one.v0 + one.length : one.v0;
          return [one.name, one.k0, target, one.k1, one.v1, one.imm, memory ? [one.seg, offsetOf(primes, one)] : []];
        };
        expect([text, meaning(e)]).toEqual([text, meaning(d)]);
      }),
      { numRuns: 5000 },
    );
    expect(known).toBeGreaterThan(1000);
  });

  test('a jump names its target’s label', () => {
    expect(disassemble(decodeHex('eb 02'), 0x1000, (at) => `L${at.toString(16)}`)).toBe('jmp L1004');
    expect(decodeHex('eb 02')).toMatchObject({ k0: Kind.rel, v0: 2 });
  });
});

test('the cache forgets what is written, by whatever part of the instruction', () => {
  const m = boot(
    assemble('mov byte [0x1009], 2\nat: mov al, 0x01020304\nhlt'.replace('mov al, 0x01020304', 'mov eax, 1')),
  );
  m.eip = 0x1007;
  step(m);
  expect(m.reg[0]).toBe(1);
  m.eip = 0x1000;
  step(m);
  m.eip = 0x1007;
  step(m);
  expect(m.reg[0]).toBe(0x201);
});
