/** The nano-benchmarks on the bare machine: each does what it is for as often as it says. */
import { expect, test } from 'vitest';
import { assemble } from '../assembler.ts';
import { boot } from '../boot.ts';
import { step } from '../machine.ts';
import type { Machine } from '../state.ts';
import { nano, nanoNames, type NanoName } from './nano.ts';

const rounds = 100;

/** Runs one; counts visits to its labels, and gives the steps between `measured` and `measured_end`. */
function run(name: NanoName): { m: Machine; visits: (label: string) => number; between: number } {
  const program = assemble(nano(name, rounds));
  expect(program.problems).toEqual([]);
  const at = (label: string) => program.symbols.get(label) as number;
  const m = boot(program);
  const seen = new Map<number, number>();
  let between = 0;
  let inside = false;
  for (let n = 0; n < 50_000; n++) {
    if (m.eip === at('measured')) inside = true;
    if (m.eip === at('measured_end')) inside = false;
    if (inside) between++;
    seen.set(m.eip, (seen.get(m.eip) ?? 0) + 1);
    const event = step(m);
    if (event) {
      expect(event.kind).toBe('halt');
      return { m, visits: (label) => seen.get(at(label)) ?? 0, between };
    }
  }
  throw new Error(`${name} does not end`);
}

test.each(nanoNames)('%s ends, and counts its rounds', (name) => {
  const { m, visits, between } = run(name);
  expect(m.reg[3]).toBe(0);
  expect(visits('measured_end')).toBe(1);
  expect(visits('stop')).toBe(1);
  // Steps a round: the loop's own two, and by hand what stands in it; a fault or INT is one.
  const steps = {
    'null-loop': 2,
    syscall: 4,
    in: 3,
    'cr-write': 3,
    'call-ret': 4,
    'page-fault': 6,
    'divide-by-zero': 5,
    'context-switch': 4,
  };
  if (name in steps) expect(between / rounds).toBe(steps[name as keyof typeof steps]);
  expect(visits('fault')).toBe(
    { 'page-fault': rounds, 'divide-by-zero': rounds, 'demand-fault': rounds, forkwait: 4 * rounds }[name as string] ??
      0,
  );
  expect(visits('back')).toBe(name === 'syscall' ? rounds : 0);
});

test('page-table entries are what they should be before and after', () => {
  const entries = (name: NanoName) => {
    const { m } = run(name);
    return new Set(new Uint32Array(m.memory.slice(0xc000, 0xc000 + 4 * rounds).buffer));
  };
  expect(entries('pte-unchanged')).toEqual(new Set([0x20003]));
  expect(entries('pte-p-np')).toEqual(new Set([0]));
  expect(entries('pte-np-p')).toEqual(new Set([0x20003]));
  // Mapped by the fault handler, then read.
  expect(entries('demand-fault')).toEqual(new Set([0x20023]));
});

test('forkwait leaves the child without pages and the parent with read-only ones', () => {
  const { m } = run('forkwait');
  const words = (at: number) => [...new Uint32Array(m.memory.slice(at, at + 32 * 4).buffer)];
  expect(words(0xe000 + 32 * 4).filter((entry) => entry !== 0)).toEqual([]);
  expect(words(0xb000 + 32 * 4).filter((entry) => (entry & 3) !== 1)).toEqual([]);
  expect(m.cr3).toBe(0xa000);
});

test('there are as many rounds as a page table has room for', () => {
  expect(() => nano('in', 0)).toThrow('1 to 1000');
  expect(() => nano('in', 1001)).toThrow('1 to 1000');
  expect(assemble(nano('pte-np-p', 1000)).problems).toEqual([]);
});
