import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { runSteps, step } from './machine.ts';
import { readPhysical, writePhysical } from './paging.ts';
import { Flag, Intercept, type Machine, Reg } from './state.ts';

/** A machine about to run a program, in ring 0 or with flat segments of ring 3. */
function load(text: string, ring: 0 | 3 = 0): Machine {
  const program = assemble(text);
  expect(program.problems).toEqual([]);
  const m = boot(program);
  m.controls.exceptions = -1;
  if (ring === 3) {
    m.cpl = 3;
    Object.assign(m.seg[1], { selector: 0x1b, access: 0xfb });
    for (const i of [0, 2, 3, 4, 5] as const) Object.assign(m.seg[i], { selector: 0x23, access: 0xf3 });
  }
  return m;
}

const gp = { kind: 'exception', vector: 13, errorCode: 0 };

describe('privileged instructions raise #GP(0) outside of ring 0 (SDM vol. 3A, §5.9)', () => {
  test.each([
    'hlt',
    'lgdt [0x3000]',
    'lidt [0x3000]',
    'lldt ax',
    'ltr ax',
    'lmsw ax',
    'clts',
    'invlpg [0]',
    'mov eax, cr0',
    'mov cr0, eax',
    'mov eax, cr3',
    'mov cr3, eax',
    'mov cr4, eax',
    'db 0x0f, 0x09',
  ])('%s', (text) => {
    expect(step(load(text, 3))).toMatchObject(gp);
  });

  test.each(['cli', 'sti', 'in al, 0x80', 'out 0x80, al', 'in eax, dx'])('%s asks for CPL ≤ IOPL', (text) => {
    expect(step(load(text, 3))).toMatchObject(gp);
    const m = load(text, 3);
    m.eflags |= Flag.IOPL;
    expect(step(m)).toBeUndefined();
  });
});

describe('sensitive and not privileged', () => {
  test('SGDT, SIDT, SLDT, STR, SMSW run in ring 3 and show what is real, unless CR4.UMIP is set', () => {
    const text = 'sgdt [0x3000]\nsidt [0x3008]\nsldt ax\nstr bx\nsmsw ecx';
    const m = load(text, 3);
    m.idtr = { base: 0x12345678, limit: 0x7ff };
    expect(runSteps(m, 5)).toBe(5);
    expect([0x3000, 0x3002, 0x3008, 0x300a].map((a, i) => readPhysical(m, a, i % 2 === 0 ? 2 : 4))).toEqual([
      0x2f, 0x800, 0x7ff, 0x12345678,
    ]);
    expect([m.reg[Reg.eax], m.reg[Reg.ebx], m.reg[Reg.ecx]]).toEqual([0, 0x28, 0x11]);
    for (const line of text.split('\n')) {
      const guarded = load(line, 3);
      guarded.cr4 = 0x800;
      expect(step(guarded)).toMatchObject(gp);
    }
  });

  test('POPF in ring 3 leaves IF and IOPL alone and says nothing', () => {
    const m = load('push dword 0x3000\npopf\npushf\npop eax', 3);
    m.eflags |= Flag.IF;
    expect(runSteps(m, 4)).toBe(4);
    expect(m.reg[Reg.eax]).toBe(Flag.IF | 2);
  });

  test('POPF may change IF where CPL ≤ IOPL, and IOPL in ring 0 alone', () => {
    const m = load('push dword 0\npopf', 3);
    m.eflags |= Flag.IF | Flag.IOPL;
    runSteps(m, 2);
    expect(m.eflags).toBe(Flag.IOPL | 2);
    const n = load('push dword 0x3200\npopf');
    runSteps(n, 2);
    expect(n.eflags).toBe(Flag.IOPL | Flag.IF | 2);
  });

  test('LAR, LSL, VERR and VERW see what their CPL and RPL let them', () => {
    const text = 'mov ecx, 0x10\nlar eax, ecx\nlsl ebx, ecx';
    const m = load(text);
    runSteps(m, 3);
    expect([m.reg[Reg.eax], m.reg[Reg.ebx], m.eflags & Flag.ZF]).toEqual([0xcf9300, -1, Flag.ZF]);
    const n = load(text, 3);
    runSteps(n, 3);
    expect([n.reg[Reg.eax], n.reg[Reg.ebx], n.eflags & Flag.ZF]).toEqual([0, 0, 0]);
    const verify = (selector: number, ring: 0 | 3, instruction: string) => {
      const v = load(`mov ax, ${selector}\n${instruction} ax`, ring);
      runSteps(v, 2);
      return (v.eflags & Flag.ZF) !== 0;
    };
    expect([8, 0x10, 0x1b, 0x23, 0x28, 0, 0x33].map((s) => verify(s, 0, 'verr'))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect([8, 0x10, 0x1b, 0x23].map((s) => verify(s, 0, 'verw'))).toEqual([false, true, false, true]);
    expect([8, 0x10, 0x1b, 0x23].map((s) => verify(s, 3, 'verr'))).toEqual([false, false, true, true]);
  });

  test('LSL of the TSS and of a limit in bytes', () => {
    const m = load('mov ecx, 0x28\nlsl eax, ecx\nlar ebx, ecx');
    runSteps(m, 3);
    expect([m.reg[Reg.eax], m.reg[Reg.ebx]]).toEqual([0x67, 0x8b00]);
  });

  test('RDTSC is refused in ring 3 where CR4.TSD is set; CPUID names its maker', () => {
    const m = load('rdtsc', 3);
    m.cr4 = 4;
    expect(step(m)).toMatchObject(gp);
    const n = load('nop\nrdtsc\nmov eax, 0\ncpuid', 3);
    runSteps(n, 2);
    expect(n.reg[Reg.eax]).toBe(1);
    runSteps(n, 2);
    const name = [Reg.ebx, Reg.edx, Reg.ecx].map((r) => String.fromCharCode(...new Uint8Array(n.reg.buffer, r * 4, 4)));
    expect(name.join('')).toBe('InsideXenCPU');
  });
});

describe('control registers', () => {
  test('LMSW sets PE and the three bits behind it, and cannot clear PE', () => {
    const m = load('mov ax, 0x0e\nlmsw ax\nmov eax, cr0\nclts\nsmsw ebx');
    runSteps(m, 5);
    expect([m.reg[Reg.eax], m.reg[Reg.ebx]]).toEqual([0x1f, 0x17]);
  });

  test('a write to CR0 ignores reserved bits; NW without CD is refused', () => {
    const m = load('mov eax, 0x0000ff21\nmov cr0, eax\nmov eax, 0x20000001\nmov cr0, eax');
    expect(runSteps(m, 3)).toBe(3);
    expect(m.cr0).toBe(0x31);
    expect(step(m)).toMatchObject(gp);
  });
});

describe('the I/O permission bitmap (SDM vol. 1, §19.5.2)', () => {
  test('opens single ports to ring 3; all bytes of an access must be open, and the byte behind it inside the limit', () => {
    const m = load('in al, 0x83\nin al, 0x84\nin eax, 0x81', 3);
    writePhysical(m, 0x966, 2, 0x68);
    for (let i = 0; i < 32; i++) writePhysical(m, 0x968 + i, 1, i === 16 ? 0b1111_0001 : 0xff);
    m.tr.limit = 0x68 + 31;
    expect(step(m)).toBeUndefined();
    expect(step(m)).toMatchObject(gp);
    m.eip += 2;
    expect(step(m)).toMatchObject(gp);
    writePhysical(m, 0x978, 1, 0b1110_0001);
    expect(step(m)).toBeUndefined();
    m.tr.limit = 0x68 + 16;
    m.eip -= 2;
    expect(step(m)).toMatchObject(gp);
  });
});

describe('intercepts', () => {
  test.each([
    ['hlt', Intercept.hlt],
    ['in al, 0x80', Intercept.io],
    ['out dx, eax', Intercept.io],
    ['cpuid', Intercept.cpuid],
    ['rdtsc', Intercept.rdtsc],
    ['invlpg [0]', Intercept.invlpg],
    ['mov eax, cr3', Intercept.readCr3],
    ['mov cr0, eax', Intercept.writeCr0],
    ['lmsw ax', Intercept.writeCr0],
    ['clts', Intercept.writeCr0],
    ['mov cr3, eax', Intercept.writeCr3],
    ['mov cr4, eax', Intercept.writeCr4],
    ['sgdt [0x3000]', Intercept.descriptorTables],
    ['lidt [0x3000]', Intercept.descriptorTables],
    ['str ax', Intercept.descriptorTables],
    ['ltr ax', Intercept.descriptorTables],
    ['vmcall', Intercept.vmcall],
  ])('%s leaves, and nothing has been done', (text, intercept) => {
    const m = load(text);
    m.controls.instructions = intercept;
    const { length } = assemble(text).bytes;
    expect(step(m)).toEqual({ kind: 'instruction', intercept, eip: 0x1000, next: 0x1000 + length });
    expect([m.eip, m.retired, m.reg[Reg.eax], m.halted]).toEqual([0x1000, 0, 0, false]);
  });

  test('the checks of privilege come first', () => {
    const m = load('hlt', 3);
    m.controls.instructions = -1;
    expect(step(m)).toMatchObject(gp);
  });
});
