/** The sample guests on the bare machine: what each prints and leaves, by hand. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../assembler.ts';
import { boot } from '../boot.ts';
import { runSteps } from '../machine.ts';
import { registers } from '../assembly/words.ts';
import { samples } from './index.ts';

const ends: Readonly<
  Record<string, readonly [console: string, data: readonly number[], registers: readonly number[]]>
> = {
  'critical-section': ['5 ticks\n', [205, 5], [205]],
  syscalls: ['Hello from ring 3\n'.repeat(8), [144], [0, 10]],
  'page-table-loop': [`${'.'.repeat(16)}\n`, [16, 136], [136]],
  'context-switch': ['AB'.repeat(10), [20], [20]],
  // The disk's words are (n + 1) × 0x9e3779b1; 1 + … + 12 = 78.
  mixed: ['#'.repeat(12), [12, Math.imul(78, 0x9e3779b1)], [Math.imul(78, 0x9e3779b1)]],
};

describe.each(samples)('$name', ({ name, text, title, says, observables, divergesAt }) => {
  const program = assemble(text);
  const address = (label: string) => program.symbols.get(label) as number;

  test('assembles, is short and says what it is', () => {
    expect(program.problems).toEqual([]);
    expect(text.split('\n').length).toBeLessThanOrEqual(100);
    expect([title.length, says.endsWith('.'), text.startsWith('; ')]).toEqual([title.length, true, true]);
    expect(program.lines.map((line) => line.address)).toContain(address(divergesAt));
  });

  test('ends with interrupts off, having printed and counted what it should', () => {
    const m = boot(program);
    const event = runSteps(m, 20_000);
    expect(event).toMatchObject({ kind: 'halt' });
    expect(m.eflags & 0x200).toBe(0);
    expect(m.retired).toBeLessThan(10_000);
    const [printed, data, held] = ends[name] as (typeof ends)[string];
    const [from, to] = observables.data.map(address) as [number, number];
    expect(String.fromCharCode(...m.devices.console)).toBe(printed);
    expect([...new Int32Array(m.memory.slice(from, to).buffer)]).toEqual(data);
    const values = observables.registers.map((register) => m.reg[registers.get(register)?.index ?? -1]);
    expect(values).toEqual(held);
  });
});
