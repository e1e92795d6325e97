import { describe, expect, test } from 'vitest';
import { assemble } from '../assembler.ts';
import { boot } from '../boot.ts';
import { binaryTranslation, type TranslatingVm } from './binary-translation.ts';
import { play, type Run } from './lab.ts';
import { native } from './native.ts';
import { listing } from './translation-cache.ts';

function program(text: string) {
  const made = assemble(text);
  expect(made.problems).toEqual([]);
  return made;
}

const vmOf = (run: Run) => run.at(run.length) as TranslatingVm;

function agrees(text: string): Run {
  const made = program(text);
  const bare = play(made, native);
  const run = play(made, binaryTranslation);
  expect(run.divergence).toBeUndefined();
  expect(run.stop.reason).toBe(bare.stop.reason);
  expect([...run.at(run.length).view().reg]).toEqual([...bare.at(bare.length).view().reg]);
  return run;
}

describe('what deprivileging gets wrong is right in a translation', () => {
  test.each([
    ['popf sets IF', 'sti\npushf\ncli\npopf\npushf\npop eax\ncli\nhlt'],
    ['popf clears IF', 'sti\npushf\npop ebx\nand ebx, 0xfffffdff\npush ebx\npopf\npushf\npop eax\ncli\nhlt'],
    ['popf changes IOPL', 'push dword 0x3002\npopf\npushf\npop eax\nhlt'],
    ['pushf keeps all flags', 'sub eax, eax\nstc\npushf\npop ebx\ncli\npushf\npop ecx\nhlt'],
    ['smsw', 'smsw eax\nhlt'],
    ['push cs', 'push cs\npop eax\nhlt'],
    ['mov from cs', 'mov eax, cs\nhlt'],
    ['sgdt and sidt', 'sgdt [0x8000]\nsidt [0x8008]\nmov eax, [0x8002]\nmov ebx, [0x800a]\nhlt'],
    ['str and sldt', 'str eax\nsldt ebx\nhlt'],
    ['lsl and lar', 'mov ebx, 0x10\nlsl eax, ebx\nlar ecx, ebx\nhlt'],
  ])('%s', (_, text) => {
    agrees(text);
  });
});

describe('control flow', () => {
  test('calls, returns that take arguments off, and indirect transfers through registers and memory', () => {
    const run = agrees(`
      mov ecx, 20
top:  push ecx
      call one
      mov edx, two
      call edx
      call [pointer]
      mov esi, next
      jmp esi
      nop
next: dec ecx
      jnz top
      hlt
one:  add eax, [esp + 4]
      ret 4
two:  inc ebx
      ret
pointer: dd one_more
one_more: inc edi
      ret`);
    expect([...vmOf(run).view().reg]).toEqual([210, 0, expect.any(Number), 20, 0x9000, 0, expect.any(Number), 20]);
  });

  test('targets that share their low byte are told apart', () => {
    const run = agrees(`
      mov ecx, 6
top:  call a
      call b
      dec ecx
      jnz top
      hlt
      align 256
a:    inc eax
      ret
      align 256
b:    inc ebx
      ret`);
    expect(vmOf(run).view().reg.slice(0, 4)).toEqual(Int32Array.of(6, 0, 0, 6));
  });

  test('loops with conditions, and jumps of all conditions', () => {
    agrees(`
      mov ecx, 9
top:  mov eax, ecx
      test al, 1
      jz even
      inc ebx
even: cmp ecx, 4
      loopne top
      jecxz end
      mov edx, 7
again: dec edx
      jns again
      jo end
      jb end
      ja end
      inc esi
end:  hlt`);
  });

  test('a chained loop runs without the translator: nine tenths of its steps are the guest', () => {
    const run = agrees('mov ecx, 500\ntop: add eax, ecx\nloop top\nhlt');
    expect(run.counters.kernelInstructions / run.length).toBeGreaterThan(0.98);
    expect(run.counters.callouts).toBeLessThan(6);
  });
});

test('code is translated once, and again when the guest has changed it', () => {
  const run = agrees(`
      mov ecx, 2
top:  mov byte [there + 1], 5
there: mov al, 1
      add ebx, eax
      mov byte [there + 1], 9
      loop top
      hlt`);
  expect(vmOf(run).cache.flushes).toBeGreaterThan(0);
  expect(vmOf(run).view().reg[3]).toBe(10);
});

test('a cache that is full is emptied, and the guest does not notice', () => {
  const blocks = Array.from(
    { length: 24 },
    (_, i) => `b${i}: ${'pushf\npopf\n'.repeat(3)}add eax, ${i}\njmp b${i + 1}`,
  );
  const run = agrees(`mov ecx, 3\n${blocks.join('\n')}\nb24: dec ecx\njz end\njmp b0\nend: hlt`);
  expect(vmOf(run).view().reg[0]).toBe(3 * 276);
  expect(vmOf(run).cache.flushes).toBeGreaterThan(1);
});

test('cli is one store in the cache: the bytes of the unit say so', () => {
  const vm = binaryTranslation.start(boot(program('cli\nnop\nhlt'))) as TranslatingVm;
  while (vm.step().action !== 'translate');
  const lines = listing(vm.cache, [...vm.cache.blocks.values()][0]!);
  expect(lines.map(({ guest, made, unit }) => [guest, unit.how, made.length])).toEqual([
    ['cli', 'inline', 1],
    ['nop', 'identical', 1],
    ['hlt', 'callout', 4],
  ]);
  expect(lines[0]!.made[0]).toMatch(/^mov byte \[gs:.*\], (0x)?0$/);
});

test('a store into a guarded page table traps once, and calls out from then on', () => {
  const run = agrees(`
      mov eax, 0xb007
      mov [0xa000], eax
      mov ecx, 64
fill: mov eax, ecx
      dec eax
      shl eax, 12
      or eax, 7
      mov [0xb000 + ecx*4 - 4], eax
      loop fill
      mov eax, 0xa000
      mov cr3, eax
      mov eax, cr0
      or eax, 0x80000000
      mov cr0, eax
      mov ecx, 30
again: mov dword [0xb0a0], 0x28007
      loop again
      hlt`);
  expect(run.counters.pageTableUpdatesTraced).toBe(1);
  expect(run.counters.pageTableUpdatesSimulated).toBe(29);
});

test('stepping back gives the same state as stepping there', () => {
  const made = program('mov ecx, 400\ntop: pushf\ncli\nadd eax, ecx\npopf\ncall sub1\nloop top\nhlt\nsub1: ret');
  const run = play(made, binaryTranslation);
  const seen = [300, 1200, 700, 2000].map((i) => [i, [...run.at(i).view().reg], run.at(i).view().eip] as const);
  for (const [i, reg, eip] of [...seen].reverse()) {
    expect([...run.at(i).view().reg]).toEqual(reg);
    expect(run.at(i).view().eip).toBe(eip);
  }
});
