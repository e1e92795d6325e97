/** Programs that a reader might make of the samples, and noise: an end with a sentence or none yet, never a throw. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../assembler.ts';
import { boot } from '../boot.ts';
import { samples } from '../samples/index.ts';
import { assemblePort, port } from './port.ts';
import { paravirtual } from './pv.ts';

/** xorshift32: the same programs every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const extra = [
  'cli',
  'sti',
  'pushf',
  'popf',
  'hlt',
  'iret',
  'in al, 0x40',
  'out 0x40, eax',
  'int 0x80',
  'int 0x82',
  'int 3',
  'int3',
  'into',
  'lgdt [0x1000]',
  'lidt [0x1000]',
  'sgdt [esp - 8]',
  'sidt [edi]',
  'smsw ax',
  'smsw [esp]',
  'lmsw ax',
  'str [esp]',
  'sldt cx',
  'mov cr0, eax',
  'mov cr3, eax',
  'mov cr3, esp',
  'mov cr2, ecx',
  'mov cr4, eax',
  'mov eax, cr3',
  'mov esp, cr2',
  'invlpg [eax]',
  'set_pte [eax], ecx',
  'set_pte [esp + 4], 0x5007',
  'set_pte [0xb000], eax',
  'set_pte [0xa000], 0',
  'flush_ptes',
  'cpuid',
  'ud2',
  'mov eax, -1',
  'mov esp, 0x100',
  'mov esp, 0xfc000000',
  'mov ss, ax',
  'mov dword [0x904], 0xfbfff010',
  'mov [0xa000], eax',
  'mov dword [0xb000], 7',
  'mov [0xfbfff000], eax',
  'mov [0xfbffc004], ecx',
  'mov [0xfc000000], eax',
  'call 0xfbff8000',
  'mov eax, 1\n mov ebx, 0xb000\n mov ecx, -1\n mov esi, 0x7ff0\n int 0x82',
  'mov eax, 23\n int 0x82',
  'mov eax, 13\n int 0x82',
  'mov eax, 26\n mov ebx, 0x1000\n mov ecx, 3\n mov esi, 0x7ff0\n int 0x82',
  'xor eax, eax\n mov ebx, 0x1000\n int 0x82',
];

function runs(program: Parameters<typeof boot>[0], name: 'pv-32' | 'pv-64', batch: number): void {
  const vm = paravirtual(name, { batch }).start(boot(program));
  for (let i = 0; i < 4000 && !vm.ended; i++) vm.step();
  vm.view();
  if (vm.ended) expect(vm.ended.why).toMatch(/^[A-Z].*\.$/);
}

describe.each(['pv-32', 'pv-64'] as const)('%s', (name) => {
  test('edited samples', () => {
    const any = numbers(name === 'pv-32' ? 7 : 11);
    let ran = 0;
    for (let n = 0; n < 150; n++) {
      const lines = samples[n % samples.length]!.text.split('\n');
      for (let edits = any(5) + 1; edits > 0; edits--) {
        const at = any(lines.length);
        if (any(3) === 0) lines.splice(at, 1);
        else lines.splice(at, 0, ` ${extra[any(extra.length)]!}`);
      }
      const ported = port(lines.join('\n'));
      const program = assemblePort(ported);
      if (program.problems.length > 0) continue;
      ran++;
      runs(program, name, [16, 1, 0][n % 3]!);
    }
    expect(ran).toBeGreaterThan(80);
  });

  test('programs that were not ported', () => {
    for (const { text } of samples) runs(assemble(text), name, 16);
  });

  test('noise', () => {
    const any = numbers(5);
    for (let n = 0; n < 200; n++)
      runs(
        Uint8Array.from({ length: 400 }, () => any(256)),
        name,
        16,
      );
  });
});
