import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { runSteps, step } from './machine.ts';
import { readPhysical } from './paging.ts';
import { Flag, type Machine, Reg } from './state.ts';

const load = (text: string): Machine => {
  const program = assemble(text);
  expect(program.problems).toEqual([]);
  return boot(program);
};
const run = (text: string): Machine => {
  const m = load(`${text}\nhlt`);
  expect(runSteps(m, 1000)).toMatchObject({ kind: 'halt' });
  return m;
};
const hex = (value: number) => (value >>> 0).toString(16);

describe('data', () => {
  test.each([
    ['mov eax, 0x12345678\nmov ah, 0xff\nmov al, ah', '1234ffff'],
    ['mov eax, 0x12345678\nmov ax, 0x9abc', '12349abc'],
    ['mov ebx, 0x2000\nmov esi, 3\nmov dword [ebx + esi*4 + 8], 7\nmov eax, [0x2014]', '7'],
    ['lea eax, [ebp + 5]\nlea eax, [eax + eax*8 - 6]', '27'],
    ['mov dword [0x3000], 0x80ff7f01\nmovsx eax, byte [0x3002]', 'ffffffff'],
    ['mov dword [0x3000], 0x80ff7f01\nmovzx eax, word [0x3002]', '80ff'],
    ['mov dword [0x3ffe], 0x11223344\nmov eax, [0x3ffe]', '11223344'],
    ['mov eax, 1\nmov ecx, 2\nxchg eax, ecx\nshl ecx, 4\nor eax, ecx', '12'],
    ['push dword 5\npush esp\npop eax', '8ffc'],
    ['push dword 5\nmov eax, esp\npop dword [esp - 4]\nmov eax, [0x8ffc]', '5'],
    ['mov eax, 0x80000000\nsar eax, 4', 'f8000000'],
    ['mov eax, -1\nmov edx, 7\nmul edx\nmov eax, edx', '6'],
    ['mov eax, -3\nmov edx, 5\nimul edx\nadd eax, edx', 'fffffff0'],
    ['mov eax, 7\nmov edx, 1\nmov ecx, 16\ndiv ecx', '10000000'],
    ['mov eax, -7\ncdq\nmov ecx, 2\nidiv ecx\nimul eax, eax, 16\nadd eax, edx', 'ffffffcf'],
    ['mov ax, 0x1234\nmov bl, 0x56\ndiv bl', '1036'],
    ['mov al, 0x80\ncbw\ncwde', 'ffffff80'],
    ['mov eax, 5\nneg eax\nnot eax', '4'],
    ['stc\nmov eax, 0\nadc eax, 0xffffffff\nsbb eax, 1', 'fffffffe'],
    ['mov eax, 1\ncmp eax, 2\nsetl al\nsetg ah', '1'],
  ])('%s', (text, eax) => {
    expect(hex(run(text).reg[Reg.eax])).toBe(eax);
  });

  test('PUSHA stores the ESP of before, POPA leaves it out', () => {
    const m = run('mov eax, 1\nmov edi, 8\npusha\nmov edi, 0\nmov eax, 0\npopa');
    expect([m.reg[Reg.eax], m.reg[Reg.edi], m.reg[Reg.esp]]).toEqual([1, 8, 0x9000]);
    expect(readPhysical(m, 0x9000 - 20, 4)).toBe(0x9000);
  });

  test('LOOP and its kin count ECX without touching flags', () => {
    const m = run('mov ecx, 5\ntop: inc eax\nloop top\njecxz over\nmov eax, 0\nover:');
    expect([m.reg[Reg.eax], m.reg[Reg.ecx]]).toEqual([5, 0]);
  });

  test('CALL and RET, near and far, release parameters', () => {
    const m = run(
      'push dword 1\npush dword 2\ncall f\ncall 0x08:g\njmp o\nf: mov eax, [esp + 4]\nret 8\ng: mov ebx, cs\nretf\no:',
    );
    expect([m.reg[Reg.eax], m.reg[Reg.ebx], m.reg[Reg.esp]]).toEqual([2, 8, 0x9000]);
  });
});

/** A step that faults: what it reports; nothing else may have changed. */
function fault(m: Machine): unknown {
  m.controls.exceptions = -1;
  const before = [m.eip, m.eflags, m.cpl, m.retired, ...m.reg, ...m.seg.map((s) => s.selector)];
  const event = step(m);
  expect([m.eip, m.eflags, m.cpl, m.retired, ...m.reg, ...m.seg.map((s) => s.selector)]).toEqual(before);
  return event;
}

describe('faults change nothing', () => {
  test.each([
    ['div by zero', 'div ecx', 0, undefined],
    ['a quotient that does not fit', 'mov edx, 1\ndiv ebx', 0, undefined],
    ['the one quotient of IDIV that does not fit', 'mov eax, 0x80000000\ncdq\nmov ebx, -1\nidiv ebx', 0, undefined],
    ['an opcode outside the subset', 'db 0x0f, 0xff', 6, undefined],
    ['LOCK where the CPU refuses it', 'db 0xf0, 0x89, 0x00', 6, undefined],
    [
      'an instruction of 16 bytes',
      'times: db 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90',
      13,
      0,
    ],
    ['MOV to CS', 'db 0x8e, 0xc8', 6, undefined],
    ['MOV from CR1', 'db 0x0f, 0x20, 0xc8', 6, undefined],
    ['VMCALL outside a guest', 'vmcall', 6, undefined],
    ['SS by a null selector', 'mov ss, ecx', 13, 0],
    ['SS by code', 'mov eax, 8\nmov ss, eax', 13, 8],
    ['DS beyond the GDT', 'mov eax, 0x33\nmov ds, eax', 13, 0x30],
    ['DS from the LDT where there is none', 'mov eax, 0xc\nmov ds, eax', 13, 0xc],
    ['DS by the TSS', 'mov eax, 0x28\nmov ds, eax', 13, 0x28],
    ['a read through a null segment', 'mov fs, ecx\nmov eax, [fs:0]', 13, 0],
    ['a jump by far pointer to data', 'jmp 0x10:0', 13, 0x10],
    ['a call by far pointer to ring 3 code', 'call 0x1b:0', 13, 0x18],
    ['IRET to a null CS', 'push dword 2\npush dword 0\npush dword 0\niret', 13, 0],
    ['LTR of a busy TSS', 'mov eax, 0x28\nltr ax', 13, 0x28],
    ['LLDT of a code segment', 'mov eax, 0x8\nlldt ax', 13, 8],
    ['PE cannot be cleared', 'mov cr0, ecx', 13, 0],
    ['a bit that CR4 does not have', 'mov eax, 0x20\nmov cr4, eax', 13, 0],
  ])('%s', (_, text, vector, errorCode) => {
    const lines = text.split('\n');
    const m = load(text);
    runSteps(m, lines.length - 1);
    expect(fault(m)).toMatchObject({ kind: 'exception', vector, errorCode });
  });

  test('INTO and INT3 are software interrupts', () => {
    const m = load('mov al, 0x7f\ninc al\ninto\nint3');
    m.controls.software = true;
    runSteps(m, 2);
    expect(step(m)).toMatchObject({ kind: 'software', vector: 4 });
    m.eflags &= ~Flag.OF;
    step(m);
    expect(step(m)).toMatchObject({ kind: 'software', vector: 3 });
  });
});

describe('noise', () => {
  test('bytes of any kind never throw, and a fault leaves the registers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        const m = boot(bytes);
        m.controls.exceptions = -1;
        m.controls.software = true;
        for (let i = 0; i < 200; i++) {
          const before = [m.eip, ...m.reg];
          const event = step(m);
          if (event?.kind === 'exception' && event.vector !== 1) expect([m.eip, ...m.reg]).toEqual(before);
          if (event !== undefined) break;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
