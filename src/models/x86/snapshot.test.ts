import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { runSteps, step } from './machine.ts';
import { writePhysical } from './paging.ts';
import { capture, restore } from './snapshot.ts';

const program = assemble(`
  mov dword [0x2100], h - 0x1000 + 0x81000
  lidt [idtr]
  mov eax, 7
  out 0x40, eax
  sti
top: inc ebx
  mov [0x5000 + ebx], ebx
  mov [patch + 1], bl
patch: mov al, 0
  out 0xe9, al
  push ebx
  pop ecx
  jmp top
h: inc edx
  iret
idtr: dw 0x7ff
  dd 0x2000
`);

/** Everything that can be seen of a machine. */
function all(m: ReturnType<typeof boot>): unknown {
  const { memory, view, code, coded, dirty, saved, last, ...rest } = m;
  void [view, code, coded, dirty, saved];
  return structuredClone({
    ...rest,
    last: last?.name,
    memory: memory.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 0),
  });
}

function start(): ReturnType<typeof boot> {
  expect(program.problems).toEqual([]);
  const m = boot(program);
  const handler = program.symbols.get('h') ?? 0;
  writePhysical(m, 0x2100, 4, (8 << 16) | handler);
  writePhysical(m, 0x2104, 4, 0x8e00);
  m.eip = program.symbols.get('h') === undefined ? 0 : 0x1000 + 10;
  return m;
}

describe('snapshots', () => {
  test('a run from one repeats the run that went on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 2, maxLength: 12 }), fc.nat(), (lengths, choice) => {
        const m = start();
        const taken = lengths.map((n) => {
          runSteps(m, n);
          return [capture(m), all(m)] as const;
        });
        const i = choice % taken.length;
        restore(m, taken[i]![0]);
        expect(all(m)).toEqual(taken[i]![1]);
        for (let j = i + 1; j < taken.length; j++) {
          runSteps(m, lengths[j]!);
          expect(all(m)).toEqual(taken[j]![1]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('share the pages that nothing was written to', () => {
    const m = start();
    const a = capture(m);
    runSteps(m, 50);
    const b = capture(m);
    const changed = a.pages.flatMap((page, i) => (page === b.pages[i] ? [] : [i]));
    expect(changed).toEqual([1, 5, 8]);
    restore(m, a);
    expect(capture(m).pages.every((page, i) => page === a.pages[i])).toBe(true);
  });

  test('code that was decoded meanwhile is forgotten', () => {
    const m = boot(assemble('inc eax\njmp 0x1000'));
    const before = capture(m);
    writePhysical(m, 0x1000, 1, 0x48);
    step(m);
    expect(m.reg[0]).toBe(-1);
    restore(m, before);
    step(m);
    expect(m.reg[0]).toBe(1);
  });
});
