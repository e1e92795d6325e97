import { describe, expect, test } from 'vitest';
import { createMachine, runSteps, step } from './machine.ts';
import { loadPhysical, readPhysical, writePhysical } from './paging.ts';
import { Flag, type Machine, Reg, Seg } from './state.ts';

const hex = (text: string) => Uint8Array.from(text.trim().split(/\s+/), (pair) => parseInt(pair, 16));

/** GDT at 0x800 (kernel code 8, data 0x10, user code 0x1b, data 0x23, TSS 0x28 at 0x900), IDT at 0x2000, program at 0x1000. */
function machine(program: string): Machine {
  const m = createMachine();
  const descriptors = [
    0, 0, 0xffff, 0xcf9b00, 0xffff, 0xcf9300, 0xffff, 0xcffb00, 0xffff, 0xcff300, 0x09000067, 0x8b00,
  ];
  descriptors.forEach((word, i) => writePhysical(m, 0x800 + 4 * i, 4, word));
  m.gdtr = { base: 0x800, limit: 0x2f };
  Object.assign(m.tr, { selector: 0x28, base: 0x900, limit: 0x67, access: 0x8b });
  writePhysical(m, 0x904, 4, 0x7000);
  writePhysical(m, 0x908, 4, 0x10);
  m.idtr = { base: 0x2000, limit: 0x7ff };
  loadPhysical(m, 0x1000, hex(program));
  return m;
}

/** An interrupt gate (type 0xe) or another one. */
function gate(m: Machine, vector: number, to: number, { dpl = 0, type = 0xe, selector = 8, present = 1 } = {}): void {
  writePhysical(m, 0x2000 + vector * 8, 4, (selector << 16) | (to & 0xffff));
  writePhysical(m, 0x2004 + vector * 8, 4, (to & 0xffff0000) | (present << 15) | (dpl << 13) | (type << 8));
}

/** Leaves for ring 3 as IRET does. */
function toUser(m: Machine): void {
  for (const [number, selector, access] of [
    [Seg.cs, 0x1b, 0xfb],
    [Seg.ss, 0x23, 0xf3],
    [Seg.ds, 0x23, 0xf3],
    [Seg.es, 0x23, 0xf3],
  ] as const)
    Object.assign(m.seg[number], { selector, access });
  m.cpl = 3;
}

const stack = (m: Machine, n: number) =>
  Array.from({ length: n }, (_, i) => readPhysical(m, m.reg[Reg.esp] + 4 * i, 4) >>> 0);

describe('delivery through the IDT', () => {
  test('an interrupt gate of the same level pushes EFLAGS, CS and the next EIP, and clears IF', () => {
    const m = machine('fb cd 80');
    gate(m, 0x80, 0x1800);
    runSteps(m, 2);
    expect([m.eip, m.reg[Reg.esp], m.eflags]).toEqual([0x1800, 0x8ff4, 2]);
    expect(stack(m, 3)).toEqual([0x1003, 8, Flag.IF | 2]);
  });

  test('a fault from ring 3 switches to the stack of the TSS and pushes its error code', () => {
    const m = machine('f4');
    gate(m, 13, 0x1800);
    toUser(m);
    expect(step(m)).toBeUndefined();
    expect([m.cpl, m.seg[Seg.cs].selector, m.seg[Seg.ss].selector, m.reg[Reg.esp]]).toEqual([0, 8, 0x10, 0x7000 - 24]);
    expect(stack(m, 6)).toEqual([0, 0x1000, 0x1b, 0x10002, 0x9000, 0x23]);
    expect(m.retired).toBe(0);
  });

  test('INT n from ring 3 is refused by a gate of DPL 0: #GP(vector * 8 + 2), EXT clear', () => {
    const m = machine('cd 80');
    gate(m, 0x80, 0x1700);
    gate(m, 13, 0x1800);
    toUser(m);
    step(m);
    expect([m.eip, ...stack(m, 2)]).toEqual([0x1800, 0x402, 0x1000]);
  });

  test('IRET to ring 3 and back by INT', () => {
    const m = machine('6a 23 68 00 50 00 00 6a 02 6a 1b 68 11 10 00 00 cf cd 80');
    loadPhysical(m, 0x1010, hex('cf cd 80'));
    gate(m, 0x80, 0x1800, { dpl: 3 });
    runSteps(m, 6);
    expect([m.cpl, m.eip, m.reg[Reg.esp], m.seg[Seg.ds].access]).toEqual([3, 0x1011, 0x5000, 0]);
    step(m);
    expect([m.cpl, m.eip]).toEqual([0, 0x1800]);
    expect(stack(m, 5)).toEqual([0x1013, 0x1b, 2, 0x5000, 0x23]);
  });

  test('no gate for a #GP: double fault; none for that: shutdown, which names the first', () => {
    const m = machine('8e d8');
    m.reg[Reg.eax] = 0x38;
    gate(m, 8, 0x1800);
    step(m);
    expect([m.eip, ...stack(m, 2)]).toEqual([0x1800, 0, 0x1000]);
    const n = machine('8e d8');
    n.reg[Reg.eax] = 0x38;
    n.idtr.limit = 0;
    const down = { kind: 'shutdown', eip: 0x1000, first: { vector: 13, errorCode: 0x38 } };
    expect(step(n)).toMatchObject(down);
    expect(step(n)).toMatchObject(down);
    expect(n.reg[Reg.esp]).toBe(0x9000);
  });
});

describe('what leaves', () => {
  test('an exception and an INT that controls name leave all as it was', () => {
    const m = machine('0f 0b cd 80');
    m.controls.exceptions = 1 << 6;
    m.controls.software = true;
    expect(step(m)).toEqual({ kind: 'exception', vector: 6, errorCode: undefined, eip: 0x1000 });
    expect([m.eip, m.reg[Reg.esp], m.retired]).toEqual([0x1000, 0x9000, 0]);
    m.eip = 0x1002;
    expect(step(m)).toEqual({ kind: 'software', vector: 0x80, eip: 0x1002, next: 0x1004 });
  });

  test('a halt is returned until the timer is let in', () => {
    const m = machine('b8 64 00 00 00 e7 40 f4 fb f4');
    gate(m, 0x20, 0x1800);
    runSteps(m, 2);
    expect(step(m)).toEqual({ kind: 'halt', eip: 0x1007 });
    expect(step(m)).toEqual({ kind: 'halt', eip: 0x1007 });
    m.halted = false;
    step(m);
    expect(step(m)).toEqual({ kind: 'halt', eip: 0x1009 });
    expect(step(m)).toBeUndefined();
    expect([m.eip, stack(m, 1)[0]]).toEqual([0x1800, 0x100a]);
  });

  test('the timer counts retired instructions, STI holds it off for one more', () => {
    const m = machine('b8 03 00 00 00 e7 40 90 90 90 fb 90 90');
    gate(m, 0x20, 0x1800);
    runSteps(m, 5);
    expect(m.devices.timerPending).toBe(true);
    runSteps(m, 2);
    expect(m.eip).toBe(0x100c);
    step(m);
    expect([m.eip, stack(m, 1)[0]]).toEqual([0x1800, 0x100c]);
  });
});
