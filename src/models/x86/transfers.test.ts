import { beforeEach, describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { runSteps, step } from './machine.ts';
import { readPhysical, writePhysical } from './paging.ts';
import { Flag, type Machine, Reg, Seg } from './state.ts';

/** Firmware's GDT, and behind it ring 1 code (0x31) and data (0x39), conforming code (0x40), a call gate (0x4b) to 0x1800. */
function load(text: string): Machine {
  const program = assemble(text);
  expect(program.problems).toEqual([]);
  const m = boot(program);
  const more = [
    [0xffff, 0xcfbb00],
    [0xffff, 0xcfb300],
    [0xffff, 0xcf9f00],
    [0x00081800, 0x0000ec02],
  ];
  more.flat().forEach((word, i) => writePhysical(m, 0x830 + 4 * i, 4, word));
  m.gdtr.limit = 0x4f;
  m.tr = { ...m.tr, base: 0xa00 };
  writePhysical(m, 0xa04, 4, 0x7000);
  writePhysical(m, 0xa08, 4, 0x10);
  writePhysical(m, 0xa0c, 4, 0x6000);
  writePhysical(m, 0xa10, 4, 0x39);
  m.controls.exceptions = -1;
  return m;
}

const selectors = (m: Machine) => m.seg.map((s) => s.selector);

/** Enters ring 1 or 3 with data segments of that ring. */
function enter(m: Machine, ring: 1 | 3): void {
  const [code, data] = ring === 1 ? [0x31, 0x39] : [0x1b, 0x23];
  Object.assign(m.seg[Seg.cs], { selector: code, access: ring === 1 ? 0xbb : 0xfb });
  for (const i of [0, 2, 3, 4, 5] as const)
    Object.assign(m.seg[i], { selector: data, access: ring === 1 ? 0xb3 : 0xf3 });
  m.cpl = ring;
}

describe('loads of segment registers', () => {
  let m: Machine;
  beforeEach(() => {
    m = load('mov ds, eax');
  });

  /** CPL, selector, #GP or none: max(CPL, RPL) ≤ DPL, but for conforming code. */
  test.each([
    [0, 0x10, true],
    [0, 0x13, false],
    [0, 0x23, true],
    [1, 0x10, false],
    [1, 0x39, true],
    [1, 0x23, true],
    [3, 0x39, false],
    [3, 0x23, true],
    [3, 0x20, true],
    [3, 0x1b, true],
    [3, 0x08, false],
    [3, 0x40, true],
    [3, 0, true],
    [3, 3, true],
  ])('ring %i loads DS with %i: %s', (ring, selector, allowed) => {
    if (ring !== 0) enter(m, ring as 1 | 3);
    m.reg[Reg.eax] = selector;
    const event = step(m);
    if (allowed) expect([event, m.seg[Seg.ds].selector]).toEqual([undefined, selector]);
    else expect(event).toMatchObject({ vector: 13, errorCode: selector & 0xfffc });
  });

  test('a segment that is not present: #NP, for SS #SS; it is marked accessed once it is loaded', () => {
    writePhysical(m, 0x814, 4, 0xcf1200);
    m.reg[Reg.eax] = 0x10;
    expect(step(m)).toMatchObject({ vector: 11, errorCode: 0x10 });
    const n = load('mov ss, eax');
    n.reg[Reg.eax] = 0x10;
    writePhysical(n, 0x814, 4, 0xcf1200);
    expect(step(n)).toMatchObject({ vector: 12, errorCode: 0x10 });
    writePhysical(n, 0x814, 4, 0xcf9200);
    expect(step(n)).toBeUndefined();
    expect([readPhysical(n, 0x814, 4), n.shadow]).toEqual([0xcf9300, true]);
  });

  test('limits and types are checked where memory is reached', () => {
    const n = load('mov ax, 0x50\nmov ds, ax\nmov al, [0xfff]\nmov ax, [0xfff]');
    writePhysical(n, 0x850, 4, 0x0fff);
    writePhysical(n, 0x854, 4, 0x409100);
    n.gdtr.limit = 0x57;
    expect(runSteps(n, 3)).toBe(3);
    expect(step(n)).toMatchObject({ vector: 13, errorCode: 0 });
    const w = load('mov ax, 0x50\nmov ds, ax\nmov [0], al');
    writePhysical(w, 0x850, 4, 0x0fff);
    writePhysical(w, 0x854, 4, 0x409100);
    w.gdtr.limit = 0x57;
    runSteps(w, 2);
    expect(step(w)).toMatchObject({ vector: 13, errorCode: 0 });
  });

  test('expand-down: what lies above the limit is inside', () => {
    const n = load('mov ax, 0x50\nmov ds, ax\nmov al, [0x1000]\nmov al, [0xfff]');
    writePhysical(n, 0x850, 4, 0x0fff);
    writePhysical(n, 0x854, 4, 0x409700);
    n.gdtr.limit = 0x57;
    expect(runSteps(n, 3)).toBe(3);
    expect(step(n)).toMatchObject({ vector: 13, errorCode: 0 });
  });

  test('an access beyond the limit through SS raises #SS(0)', () => {
    const n = load('push eax');
    n.seg[Seg.ss].limit = 0x8ffb;
    expect(step(n)).toMatchObject({ vector: 12, errorCode: 0 });
    const o = load('mov eax, [ebp]');
    o.reg[Reg.ebp] = 0x8ffa;
    o.seg[Seg.ss].limit = 0x8ffb;
    expect(step(o)).toMatchObject({ vector: 12, errorCode: 0 });
  });

  test('code beyond the limit of CS: #GP(0) in the jump that goes there', () => {
    const n = load('jmp 0x2000\n');
    n.seg[Seg.cs].limit = 0x1fff;
    expect(step(n)).toMatchObject({ vector: 13, errorCode: 0, eip: 0x1000 });
  });
});

describe('call gates', () => {
  test('from ring 3 to ring 0: the stack of the TSS, parameters copied, RETF back', () => {
    const m = load('push dword 11\npush dword 22\ncall 0x4b:0\nhlt\norg2: resb 0x7f0 - 0x12\ndb 0, 0');
    enter(m, 3);
    writePhysical(m, 0x1800, 4, 0x0008ca);
    runSteps(m, 3);
    expect([m.cpl, m.eip, m.reg[Reg.esp], ...selectors(m).slice(1, 3)]).toEqual([0, 0x1800, 0x7000 - 24, 8, 0x10]);
    expect(Array.from({ length: 6 }, (_, i) => readPhysical(m, m.reg[Reg.esp] + 4 * i, 4))).toEqual([
      0x100b, 0x1b, 22, 11, 0x8ff8, 0x23,
    ]);
    expect(step(m)).toBeUndefined();
    expect([m.cpl, m.eip, m.reg[Reg.esp]]).toEqual([3, 0x100b, 0x9000]);
  });

  test('a gate of too little privilege is refused', () => {
    const m = load('call 0x4b:0');
    enter(m, 3);
    writePhysical(m, 0x84c, 4, 0x00008c00);
    expect(step(m)).toMatchObject({ vector: 13, errorCode: 0x48 });
  });
});

describe('IRET', () => {
  test('outwards nulls the data segments that the outer ring may not have', () => {
    const m = load('push dword 0x39\npush dword 0x5000\npush dword 0x202\npush dword 0x31\npush dword 0x1000\niret');
    m.seg[Seg.fs].access = 0xf3;
    expect(runSteps(m, 6)).toBe(6);
    expect([m.cpl, m.eip, m.reg[Reg.esp], m.eflags]).toEqual([1, 0x1000, 0x5000, 0x202]);
    expect(m.seg.map((s) => s.access)).toEqual([0, 0xbb, 0xb3, 0, 0xf3, 0]);
  });

  test('in ring 1 it changes neither IOPL nor, above it, IF', () => {
    const m = load('push dword 0x3202\npush dword 0x31\npush dword 0x1234\niret');
    enter(m, 1);
    expect(runSteps(m, 4)).toBe(4);
    expect(m.eflags).toBe(2);
  });

  test('cannot go inwards', () => {
    const m = load('push dword 2\npush dword 8\npush dword 0x1000\niret');
    enter(m, 1);
    runSteps(m, 3);
    expect(step(m)).toMatchObject({ vector: 13, errorCode: 8 });
  });

  test('with NT set asks for a task switch, which is left out', () => {
    const m = load('iret');
    m.eflags |= Flag.NT;
    expect(step(m)).toMatchObject({ vector: 10, errorCode: 0 });
  });
});

test('INT from ring 3 can reach ring 1 straight, as Xen’s fast gate does', () => {
  const m = load('int 0x80');
  enter(m, 3);
  m.idtr = { base: 0x2000, limit: 0x7ff };
  writePhysical(m, 0x2400, 4, 0x00311800);
  writePhysical(m, 0x2404, 4, 0x0000ee00);
  step(m);
  expect([m.cpl, m.eip, m.reg[Reg.esp], ...selectors(m).slice(1, 3)]).toEqual([1, 0x1800, 0x6000 - 20, 0x31, 0x39]);
});
