/** An x86 program in the terminal: what it prints, and what it says to a wrong call. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer } from '../../src/commands/cpu.ts';
import { root } from '../../src/commands/project.ts';
import { samples } from '../../src/models/x86/samples/index.ts';
import { techniques } from '../../src/models/x86/techniques/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cpu-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a program, and gives its path. */
const file = (name: string, content: string | readonly number[]): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : Uint8Array.from(content));
  return path;
};

interface Said {
  registers: Record<string, number>;
  eflags: number;
  halted: boolean;
  fault: object | null;
  console: string;
  counters: { instructions: number; cycles: number; events: Record<string, number> };
  memory?: string;
  steps: number;
  stop: { reason: string; says: string };
  divergence: { line: number; part: string } | null;
}

const ask = (...args: string[]): Said => {
  const { out, err, code } = answer([...args, '--json'], root);
  expect([err, code]).toEqual(['', 0]);
  return JSON.parse(out) as Said;
};

describe('a program', () => {
  test('raw code is entered at 0x1000 in ring 0 with ESP 0x9000 and EFLAGS 2', () => {
    // mov ebp, esp; pushf; mov ecx, cs; dec edx; hlt
    const said = ask(file('a.bin', [0x89, 0xe5, 0x9c, 0x8c, 0xc9, 0x4a, 0xf4]), '--dump', '0x8ffc,4');
    expect(said.registers).toEqual({
      eax: 0,
      ecx: 8,
      edx: 0xffffffff,
      ebx: 0,
      esp: 0x8ffc,
      ebp: 0x9000,
      esi: 0,
      edi: 0,
      eip: 0x1007,
    });
    // SF, AF and PF of 0 - 1.
    expect([said.eflags, said.halted, said.fault, said.memory]).toEqual([0x96, true, null, '02000000']);
    expect([said.steps, said.counters.instructions, said.console]).toEqual([5, 5, '']);
  });

  test('an exception without a handler is the fault', () => {
    // div ecx
    expect(ask(file('b.bin', [0xf7, 0xf1]))).toMatchObject({
      halted: false,
      fault: { vector: 0, name: '#DE', errorCode: null, eip: 0x1000 },
      stop: { reason: 'triple-fault' },
    });
    // mov ax, 0x40; mov ds, ax: outside of the GDT
    expect(ask(file('c.bin', [0x66, 0xb8, 0x40, 0, 0x8e, 0xd8])).fault).toEqual({
      vector: 13,
      name: '#GP',
      errorCode: 0x40,
      eip: 0x1004,
    });
  });

  test('what reaches a handler is a trap, and no fault', () => {
    const path = file(
      'd.asm',
      'lidt [r]\nint3\nud2\nback: hlt\nh: pop eax\nmov eax, back\npush eax\niret\nt: iret\nalign 8\nidt: resb 24\ngate t\nresb 16\ngate h\nr: dw 55\ndd idt',
    );
    expect(ask(path)).toMatchObject({ halted: true, fault: null, counters: { traps: 2 } });
  });

  test('console output is text', () => {
    expect(ask(file('e.asm', "mov al, 'H'\nout 0xe9, al\nmov al, 10\nout 0xe9, al\nhlt")).console).toBe('H\n');
  });

  test('an endless loop is stopped politely', () => {
    const path = file('f.asm', 'a: inc eax\njmp a');
    expect(ask(path)).toMatchObject({
      steps: 100_000,
      halted: false,
      stop: { reason: 'limit' },
      registers: { eax: 50_000 },
    });
    expect(ask(path, '--steps', '7')).toMatchObject({ steps: 7, registers: { eax: 4 } });
    expect(ask(file('g.asm', 'jmp $')).stop.reason).toBe('endless');
  });

  test('a jump out of memory is a fault that says where', () => {
    expect(ask(file('h.asm', 'jmp 0x12345678')).fault).toMatchObject({ name: '#UD', eip: 0x12345678 });
  });

  test('the text for people says the same', () => {
    const { out, err, code } = answer([file('i.asm', "mov al, 'H'\nout 0xe9, al\nud2"), '--dump', '0x1000,2'], root);
    expect([err, code]).toEqual(['', 0]);
    expect(out).toContain('eax 0x00000048');
    expect(out).toContain('Fault: #UD at 0x00001004, error code none.');
    expect(out).toMatch(/Console:\n {2}H\n/);
    expect(out).toMatch(/Memory:\n {2}b048\n/);
    expect(out).toMatch(/cycles on prescott: \d/);
  });
});

describe.each(techniques.filter(({ ported }) => !ported).map(({ name }) => name))('%s', (technique) => {
  test('runs each sample, and shows where it goes wrong', () => {
    for (const { name, text } of samples) {
      const path = file(`${name}.asm`, text);
      const [bare, said] = [ask(path), ask(path, '--technique', technique)];
      if (technique === 'trap-and-emulate') expect(said.divergence).not.toBeNull();
      else expect([name, said.divergence, said.console]).toEqual([name, null, bare.console]);
    }
  });
});

test('a machine with a dear exit takes more cycles', () => {
  const path = file('j.asm', 'in al, 0x80\nhlt');
  const cycles = (machine: string) => ask(path, '--technique', 'hvm-nested', '--machine', machine).counters.cycles;
  expect(cycles('prescott')).toBeGreaterThan(cycles('sandy-bridge'));
});

describe('a wrong call gets a sentence, and exit code 2', () => {
  const good = file('good.asm', 'hlt');
  test.each([
    [[], /Name one program/],
    [[good, good], /Name one program/],
    [['nothing.asm'], /nothing\.asm cannot be read/],
    [[folder + '.asm'], /cannot be read/],
    [[file('x.txt', 'hlt')], /neither \.asm nor \.bin/],
    [[good, '--technique', 'magic'], /no technique magic\. There are: native, trap-and-emulate, /],
    [[good, '--machine', 'z80'], /no machine z80\. There are: prescott, /],
    [[good, '--steps', 'many'], /--steps is a number from 1 to 100000/],
    [[good, '--steps', '100001'], /--steps is a number from 1 to 100000/],
    [[good, '--dump', '5'], /--dump is ADDRESS,LENGTH/],
    [[good, '--dump', '0xfffff,2'], /--dump is ADDRESS,LENGTH/],
    [[good, '--verbose'], /--verbose/],
    [[file('big.bin', new Array<number>(0x100000).fill(0x90))], /at most 1044480 fit in memory/],
    [
      [file('wrong.asm', 'nop\n  muv eax, 1\njmp nowhere')],
      /^wrong\.asm:2:3: There is no instruction ‘muv’; did you mean ‘mov’\?\nwrong\.asm:3:5: There is no label/,
    ],
    [[file('long.asm', 'nop\n'.repeat(201))], /more than 200 lines/],
  ])('%j', (args, says) => {
    const { out, err, code } = answer(args, root);
    expect([out, code]).toEqual(['', 2]);
    expect(err).toMatch(says);
  });
});

test('from the command line', () => {
  const command = join(root, 'src/commands/cpu.ts');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--experimental-strip-types', '--no-warnings', command, ...args], {
      encoding: 'utf8',
    });
  const good = run(file('k.asm', 'hlt'), '--json');
  expect([good.status, good.stderr, (JSON.parse(good.stdout) as Said).halted]).toEqual([0, '', true]);
  const bad = run(file('l.asm', 'hult'));
  expect([bad.status, bad.stdout]).toEqual([2, '']);
  expect(bad.stderr).toBe('l.asm:1:1: There is no instruction ‘hult’; did you mean ‘hlt’?\n');
});
