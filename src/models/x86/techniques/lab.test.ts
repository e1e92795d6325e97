/** Runs, stepping back, ends, divergences; samples under each technique; what shadows cost. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../assembler.ts';
import { exits } from '../costs.ts';
import { samples } from '../samples/index.ts';
import { binaryTranslation } from './binary-translation.ts';
import { hvmNested, hvmShadow } from './hvm.ts';
import { mostSteps, observe, play } from './lab.ts';
import { native } from './native.ts';
import type { Technique, Vm } from './technique.ts';
import { trapAndEmulate } from './trap-and-emulate.ts';

const all = [native, trapAndEmulate, binaryTranslation, hvmShadow, hvmNested];

function program(text: string) {
  const made = assemble(text);
  expect(made.problems).toEqual([]);
  return made;
}

describe.each(samples)('sample $name', ({ text, observables, divergesAt }) => {
  const made = program(text);
  const bare = play(made, native);

  test.each([binaryTranslation, hvmShadow, hvmNested])('$name: the same at every step and at the end', (technique) => {
    const run = play(made, technique);
    expect(run.divergence).toBeUndefined();
    expect(run.stop).toEqual(bare.stop);
    expect(observe(run, observables)).toEqual(observe(bare, observables));
    expect(run.guestSteps[run.length]).toBe(bare.length);
  });

  test('trap and emulate first goes wrong where it should', () => {
    expect(play(made, trapAndEmulate).divergence?.eip).toBe(made.symbols.get(divergesAt));
  });
});

/** All that a step can change, as text. */
function stateOf(vm: Vm): string {
  const { reg, eip, eflags, cpl, selectors, cr0, cr2, cr3, gdtr, idtr } = vm.view();
  const memory = vm.machine.memory.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 0);
  const { tlbMisses, timerPending } = { ...vm.machine, ...vm.machine.devices };
  return JSON.stringify([
    ...reg,
    eip,
    eflags,
    cpl,
    selectors,
    cr0,
    cr2,
    cr3,
    gdtr,
    idtr,
    memory,
    tlbMisses,
    timerPending,
    vm.counters,
    vm.holder,
  ]);
}

describe.each(all)('$name', (technique: Technique) => {
  test('every step of a run can be had again, in any order', () => {
    const made = program(samples.find((s) => s.name === 'mixed')?.text ?? '');
    const run = play(made, technique);
    const forward = Array.from({ length: run.length + 1 }, (_, i) => (i % 61 === 0 ? stateOf(run.at(i)) : ''));
    for (let i = run.length - (run.length % 61); i >= 0; i -= 61) expect(stateOf(run.at(i))).toBe(forward[i]);
    expect(stateOf(run.at(Infinity))).toBe(stateOf(run.at(run.length)));
    expect(run.at(run.length).counters).toEqual(run.counters);
  });

  test('100,000 steps are the most, and 10,000 steps back are what they were on the way there', () => {
    const run = play(
      program('mov esi, 0x3000\nagain: inc dword [esi]\nadd eax, [esi]\ncli\npush eax\npop ebx\njmp again'),
      technique,
    );
    expect(run.length).toBe(mostSteps);
    expect(run.stop).toEqual({ reason: 'limit', says: 'Stopped after 100,000 steps.' });
    const there = [20_000, 30_000, 40_000].map((at) => stateOf(run.at(at)));
    expect([40_000, 30_000, 20_000].map((at) => stateOf(run.at(at))).reverse()).toEqual(there);
  });

  test.each([
    ['hlt', 'halted', 'Halted at 0x1000 with interrupts off: the end.'],
    ['sti\nhlt', 'halted', 'Halted at 0x1001 and the timer is off: the end.'],
    ['here: jmp here', 'endless', 'The instruction at 0x1000 jumps to itself, and no interrupt can come.'],
    ['ud2', 'triple-fault', 'Triple fault at 0x1000: #UD could not be delivered, nor could what came of that.'],
    [
      'mov eax, 0x40000000\njmp eax',
      'triple-fault',
      'Triple fault at 0x40000000, outside of memory: #UD could not be delivered, nor could what came of that.',
    ],
    ['int 0x80', 'triple-fault', 'Triple fault at 0x1000: #GP could not be delivered, nor could what came of that.'],
  ])('%s: %s', (text, reason, says) => {
    expect(play(program(text), technique).stop).toEqual({ reason, says });
  });

  test('the end of a run stays the end', () => {
    const run = play(program('mov eax, 7\nhlt'), technique);
    const vm = run.at(run.length);
    expect(vm.step()).toEqual({ action: 'halt', guest: false });
    expect(vm.view().reg[0]).toBe(7);
  });

  test('breakpoints are found in both directions, while the guest has the CPU', () => {
    const made = program('mov ecx, 3\nagain: cli\nloop again\nhlt');
    const run = play(made, technique);
    const places = new Set([made.symbols.get('again') as number]);
    const found: number[] = [];
    for (let at = run.find(0, places); at !== undefined; at = run.find(at, places)) found.push(at);
    const rounds = found.map((at) => run.at(at).view().reg[1]);
    expect([...new Set(rounds)]).toEqual([3, 2, 1]);
    const last = found.at(-1) as number;
    expect(run.find(run.length, places, -1)).toBe(last);
    expect(run.find(0, places, -1)).toBeUndefined();
  });

  test('a step can be asked what it did', () => {
    const run = play(program('mov al, 65\nout 0xe9, al\nhlt'), technique);
    const reports = Array.from({ length: run.length }, (_, i) => run.report(i + 1));
    expect(reports.filter(({ guest }) => guest)).toHaveLength(3);
    const acts = technique === binaryTranslation ? 'callout' : 'emulate';
    expect(reports.filter(({ action }) => action === acts).map(({ detail }) => detail)).toEqual(
      technique === native ? [] : ['out', 'hlt'],
    );
    expect(run.at(run.length).view().console).toEqual([65]);
  });
});

test('a divergence in memory names the word, its line, what should be there and what is', () => {
  const run = play(program('mov eax, 1\npush cs\nhlt'), trapAndEmulate);
  expect(run.divergence).toMatchObject({ part: 'memory 8ffc', expected: 8, found: 9, eip: 0x1005, line: 2 });
});

test('raw code runs from 0x1000, and its divergences have no line', () => {
  const run = play(Uint8Array.of(0x0e, 0xf4), trapAndEmulate);
  expect(run.divergence).toMatchObject({ part: 'memory 8ffc', eip: 0x1000, line: undefined });
});

const tables = `
        mov edi, 0x21000
        mov eax, 7
fill:   mov [edi], eax
        add edi, 4
        add eax, 0x1000
        cmp edi, 0x21400
        jb fill
        mov dword [0x20000], 0x21007
        mov eax, 0x20000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
`;

describe('shadow tables', () => {
  const run = (text: string, technique = hvmShadow) => {
    const made = play(program(`${tables}${text}\nhlt`), technique);
    expect(made.divergence).toBeUndefined();
    return made;
  };

  test('are filled once for each page that is used, not for each use', () => {
    const few = run('mov eax, [0x40000]').counters;
    const many = run('mov eax, [0x40000]\nmov eax, [0x40004]\nmov eax, [0x40000]').counters;
    const more = run('mov eax, [0x40000]\nmov eax, [0x41000]').counters;
    expect(many.shadowFills).toBe(few.shadowFills);
    expect(more.shadowFills).toBe(few.shadowFills + 1);
    expect(more.exitsPageFault).toBe(few.exitsPageFault + 1);
  });

  test('make every write to a page table in use an exit, and nested ones none', () => {
    const none = run('').counters;
    const ten = run('mov ecx, 10\nagain: mov [0x21100 + ecx*4], ecx\nloop again').counters;
    expect(ten.pageTableUpdatesTraced - none.pageTableUpdatesTraced).toBe(10);
    expect(exits(ten) - exits(none)).toBe(10);
    const nested = run('mov ecx, 10\nagain: mov [0x21100 + ecx*4], ecx\nloop again', hvmNested).counters;
    expect(exits(nested)).toBe(exits(run('', hvmNested).counters));
  });

  test('let a page go that is no page table any more', () => {
    const text = (times: number) => `mov dword [0x22000], 3
        mov dword [0x20004], 0x22007
        mov eax, [0x400000]
        mov dword [0x20004], 0
        mov eax, cr3
        mov cr3, eax
        ${'mov dword [0x22000], 0\n'.repeat(times)}`;
    const once = run(text(1)).counters;
    expect(run(text(5)).counters.pageTableUpdatesTraced).toBe(once.pageTableUpdatesTraced);
  });

  test('are kept from one load of CR3 to the next', () => {
    const text = (times: number) => `mov dword [0x23000], 0x21007
        mov ecx, ${times}
again:  mov eax, 0x23000
        mov cr3, eax
        mov eax, 0x20000
        mov cr3, eax
        loop again`;
    expect(run(text(9)).counters.shadowFills).toBe(run(text(2)).counters.shadowFills);
  });

  test('give way when the hypervisor has no frame left', () => {
    // 208 pages, each of them a page directory and its own page table: 416 shadows, where there are 256 frames.
    const text = `mov ebx, 0x30000
again:  mov eax, ebx
        or eax, 7
        mov [ebx], eax
        mov dword [ebx + 4], 0x1007
        mov cr3, ebx
        mov eax, 0x20000
        mov cr3, eax
        add ebx, 0x1000
        cmp ebx, 0x100000
        jb again`;
    for (const technique of [hvmShadow, trapAndEmulate]) expect(run(text, technique).stop.reason).toBe('halted');
    const twice = run(`mov edx, 2\nonce: ${text}\ndec edx\njnz once`);
    expect(twice.stop.reason).toBe('halted');
  });

  test('hold a kernel to what its CR0.WP says', () => {
    const text = (wp: string) => `mov dword [0x21100], 0x40005
        invlpg [0x40000]
        ${wp}
        mov dword [0x40000], 5
        mov eax, [0x40000]`;
    expect(run(text('')).at(Infinity).view().reg[0]).toBe(5);
    expect(run(text('mov eax, cr0\nor eax, 0x10000\nmov cr0, eax')).stop.reason).toBe('triple-fault');
  });

  test('hide what CR0 really is', () => {
    const made = play(program('mov eax, cr0\nsmsw ebx\nhlt'), hvmShadow);
    const { reg } = made.at(Infinity).view();
    expect([reg[0], reg[1], reg[3]]).toEqual([0x11, 0, 0x11]);
    expect((made.at(Infinity).machine.cr0 & 0x80000000) !== 0).toBe(true);
  });
});

test('no guest frame has its own number as machine frame, and no two the same', () => {
  for (const technique of [trapAndEmulate, hvmShadow, hvmNested]) {
    const vm = play(program('hlt'), technique).at(0);
    const frames = Array.from({ length: vm.frames }, (_, gfn) => vm.toMachine(gfn));
    expect(new Set(frames).size).toBe(vm.frames);
    expect(frames.some((mfn, gfn) => mfn === gfn)).toBe(false);
  }
});

test('ring compression cuts segments below the hypervisor, and protects it in user and in kernel mode', () => {
  const vm = play(program('mov eax, [0xfc000000]\nhlt'), trapAndEmulate);
  expect(vm.at(0).machine.seg.every((s) => s.base + s.limit < 0xfc000000)).toBe(true);
  expect(vm.at(0).machine.cpl).toBe(1);
  // What a bare machine reads there: an open bus.
  expect(vm.divergence).toBeUndefined();
  expect(vm.at(Infinity).view().reg[0]).toBe(-1);
});

test('the time until the next interrupt passes while the guest is halted', () => {
  const text = `lidt [idtr]
        mov eax, 5000
        out 0x40, eax
        sti
        hlt
        cli
        hlt
tick:   inc ebx
        iret
        align 8
idt:    resb 0x20*8
        gate tick
idtr:   dw 0x21*8 - 1
        dd idt`;
  for (const technique of all) {
    const run = play(program(text), technique);
    expect(run.divergence?.part).toBe(undefined);
    expect(run.at(Infinity).view().reg[3]).toBe(1);
    expect(run.length).toBeLessThan(40);
  }
});
