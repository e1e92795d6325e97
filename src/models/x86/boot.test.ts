/** The machine that a program finds: by hand from the manual's formats. */
import { expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { boot, memoryMap, Selector } from './boot.ts';
import { step } from './machine.ts';

test('firmware leaves flat segments, a TSS without an inner stack, no IDT', () => {
  const m = boot(Uint8Array.of(0xf4));
  expect([m.eip, m.reg[4], m.eflags, m.cpl, m.cr0 & 0x80000001]).toEqual([0x1000, 0x9000, 2, 0, 1]);
  expect(m.seg.map(({ selector, base, limit, big }) => [selector, base, limit, big])).toEqual(
    [0x10, 0x08, 0x10, 0x10, 0x10, 0x10].map((selector) => [selector, 0, 0xffffffff, true]),
  );
  expect([m.gdtr, m.idtr.limit, m.tr.selector]).toEqual([{ base: 0x800, limit: 0x2f }, 0, 0x28]);
  const hex = (from: number, to: number) => Buffer.from(m.memory.slice(from, to)).toString('hex');
  expect(hex(0x800, 0x830)).toBe(
    '0000000000000000' +
      'ffff0000009bcf00' +
      'ffff00000093cf00' +
      'ffff000000fbcf00' +
      'ffff000000f3cf00' +
      '67000009008b0000',
  );
  expect(hex(memoryMap.tss, memoryMap.tss + 12)).toBe('000000000000000010000000');
  expect(hex(0x966, 0x968)).toBe('6800');
  expect(m.memory[0x1000]).toBe(0xf4);
});

test('every descriptor can be loaded', () => {
  const m = boot(
    assemble(`
      jmp 0x08:next
      next: mov ax, 0x10
      mov ds, ax
      mov ss, ax
      mov ax, 0x23
      mov es, ax
      sub ax, ax
      lldt ax
      push 0x23
      push 0x9000
      push 0x1b
      push user
      retf
      user: jmp user`),
  );
  for (let n = 0; n < 14; n++) expect(step(m)).toBeUndefined();
  expect([m.cpl, m.seg[1]?.selector, m.seg[2]?.selector]).toEqual([3, Selector.userCode, Selector.userData]);
});

test('an assembled program starts at its label `start`, raw code at 0x1000', () => {
  expect(boot(assemble('org 0x3000\nnop\nstart: nop')).eip).toBe(0x3001);
  expect(boot(assemble('nop')).eip).toBe(0x1000);
  expect(() => boot(new Uint8Array(0x100000))).toThrow('memory does not hold');
});
