import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as model from './trap-and-emulate.ts';
import type { GuestName, Instruction, Machine, Setup } from './trap-and-emulate.ts';

const setup = (sensitive: readonly string[], slice = 6, ringA: model.Ring = 1): Setup => ({
  programs: { A: model.programA(sensitive), B: model.programB },
  rings: { A: ringA, B: 1 },
  slice,
});
const anySet = fc.subarray(['cli', 'sti', 'out']);
const anySlice = fc.integer({ min: 1, max: 12 });
const last = (states: readonly Machine[]): Machine => states[states.length - 1] as Machine;
const total = (machine: Machine, guest: GuestName): number =>
  machine.counts[guest].direct + machine.counts[guest].trapped;

/** The same stream alone on the bare machine, in ring 0: what a guest must not be able to tell from its own machine. */
function bare(
  program: readonly Instruction[],
  instructions: number,
): { context: model.Context; state: model.SensitiveState } {
  let context: model.Context = { pc: 0, registers: { eax: 0, ebx: 0 } };
  let state: model.SensitiveState = { interruptFlag: 1, port: undefined };
  for (let done = 0; done < instructions; done++) {
    const instruction = program[context.pc] as Instruction;
    state = model.executeSensitive(state, instruction, context.registers);
    context = model.executeOrdinary(context, instruction);
  }
  return { context, state };
}

describe('which instructions fault (Intel SDM, vol. 2: CLI, STI, OUT)', () => {
  it('lets ring 0 execute everything', () => {
    for (const instruction of [...model.programA(['cli', 'sti', 'out']), ...model.programB])
      expect(model.faults(instruction, 0)).toBe(false);
  });
  it('raises #GP for cli, sti and out where CPL > IOPL, and for nothing else', () => {
    const faulting = model.programA(['cli', 'sti', 'out']).filter((instruction) => model.faults(instruction, 1));
    expect(faulting.map((instruction) => instruction.op)).toEqual(['cli', 'out', 'sti']);
    expect(model.programB.filter((instruction) => model.faults(instruction, 1)).map(model.mnemonic)).toEqual([
      'out 0x80, al',
    ]);
  });
});

describe('one trap, step by step', () => {
  // B runs six instructions, one of which traps; then A runs one, and its second is cli.
  const states = model.run(setup(['cli', 'out']), 20);
  it('goes through the phases in order', () => {
    expect(states.slice(0, 17).map((state) => state.phase)).toEqual(
      'start return execute execute trap emulate return execute execute execute timer switch return execute trap emulate return'.split(
        ' ',
      ),
    );
  });
  it('has not executed the instruction when the trap arrives', () => {
    const trapped = states[14] as Machine;
    expect(trapped).toMatchObject({ guest: 'A', holder: 'hypervisor', ring: 0, at: 1, context: { pc: 1 } });
    expect(trapped.virtual.A.interruptFlag).toBe(1);
  });
  it('clears the virtual IF and leaves the real one set', () => {
    const emulated = states[15] as Machine;
    expect(emulated.virtual.A.interruptFlag).toBe(0);
    expect(emulated.virtual.B.interruptFlag).toBe(1);
    expect(emulated.real.interruptFlag).toBe(1);
    expect(emulated.context.pc).toBe(2);
  });
  it('returns to the next instruction in ring 1', () => {
    expect(states[16]).toMatchObject({ phase: 'return', holder: 'A', ring: 1, at: 2 });
  });
  it('gives each guest a port of its own', () => {
    const end = last(model.run(setup(['cli', 'out']), 60));
    expect(end.real.port).toBeUndefined();
    expect(end.virtual.A.port).not.toBe(end.virtual.B.port);
  });
});

describe('Popek and Goldberg’s three properties, for any stream and slice', () => {
  it('efficiency: an ordinary instruction never enters the hypervisor', () => {
    fc.assert(
      fc.property(anySet, anySlice, (sensitive, slice) => {
        const given = setup(sensitive, slice);
        for (const state of model.run(given, 80))
          if (state.phase === 'trap') expect(model.isSensitive(model.instructionAt(state, given))).toBe(true);
      }),
    );
  });
  it('resource control: the real IF stays 1, the real port untouched, and neither guest waits longer than a slice', () => {
    fc.assert(
      fc.property(anySet, anySlice, (sensitive, slice) => {
        let waiting = 0;
        let before: Machine | undefined;
        for (const state of model.run(setup(sensitive, slice), 120)) {
          expect(state.real).toEqual({ interruptFlag: 1, port: undefined });
          waiting = before && before.guest === state.guest ? waiting + 1 : 0;
          // At most three steps an instruction, and switch, return and timer around them.
          expect(waiting).toBeLessThanOrEqual(3 * slice + 2);
          before = state;
        }
      }),
    );
  });
  it('equivalence: registers, IF and port are those of the bare machine after as many instructions', () => {
    fc.assert(
      fc.property(anySet, anySlice, fc.integer({ min: 1, max: 120 }), (sensitive, slice, steps) => {
        const given = setup(sensitive, slice);
        const machine = last(model.run(given, steps));
        if (machine.phase === 'trap') return; // the instruction is half done
        for (const guest of ['A', 'B'] as const) {
          const expected = bare(given.programs[guest], total(machine, guest));
          expect(machine.guest === guest ? machine.context : machine.saved[guest]).toEqual(expected.context);
          expect(machine.virtual[guest]).toEqual(expected.state);
        }
      }),
    );
  });
});

describe('guest A in ring 0', () => {
  it('masks the timer with cli: B has its first six instructions and never another', () => {
    const states = model.run(setup(['cli', 'out'], 6, 0), 60);
    expect(total(last(states), 'B')).toBe(6);
    expect(last(states)).toMatchObject({
      holder: 'A',
      ring: 0,
      real: { interruptFlag: 0 },
      timer: { count: 6, pending: true },
    });
    expect(last(states).counts.A).toEqual({ direct: 48, trapped: 0 });
    expect(states.slice(12).every((state) => state.holder === 'A')).toBe(true);
  });
  it('writes to the real port, and the hypervisor’s record of A does not change', () => {
    const end = last(model.run(setup(['cli', 'out'], 6, 0), 60));
    expect(end.real.port).toBeDefined();
    expect(end.virtual.A).toEqual({ interruptFlag: 1, port: undefined });
  });
  it('lets B run where A sets IF again: the timer is taken one instruction after sti', () => {
    const given = setup(['cli', 'sti'], 2, 0);
    const states = model.run(given, 60);
    const enabling = states.findIndex((state) => state.phase === 'execute' && state.stiShadow);
    expect(states.slice(enabling, enabling + 3).map((state) => state.phase)).toEqual(['execute', 'execute', 'timer']);
    expect(total(last(states), 'B')).toBeGreaterThan(6);
  });
  it('lets B run where A never clears IF', () => {
    const end = last(model.run(setup(['sti', 'out'], 6, 0), 60));
    expect(total(end, 'B')).toBeGreaterThan(6);
  });
  it('never gives B the CPU back after cli, for any slice, unless A has sti', () => {
    fc.assert(
      fc.property(anySet, anySlice, (sensitive, slice) => {
        const states = model.run(setup(sensitive, slice, 0), 150);
        const masked = states.findIndex((state) => state.real.interruptFlag === 0);
        expect(masked !== -1).toBe(sensitive.includes('cli'));
        const back = states.slice(Math.max(masked, 0)).some((state) => state.phase === 'switch' && state.guest === 'B');
        expect(back).toBe(masked === -1 || sensitive.includes('sti'));
      }),
    );
  });
});

describe('the machine', () => {
  it('is the same for the same setup', () => {
    expect(model.run(setup(['cli', 'out']), 60)).toEqual(model.run(setup(['cli', 'out']), 60));
  });
  it('computes in 32 bits', () => {
    const registers = { eax: 1, ebx: 0 };
    const subtract: Instruction = { op: 'sub', to: 'ebx', from: 1 };
    expect(model.executeOrdinary({ pc: 0, registers }, subtract).registers.ebx).toBe(0xffffffff);
  });
});
