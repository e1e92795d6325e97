import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { isSilent, privileged, programOf, sensitive, tryRow } from './sensitive.ts';

test('every row is a program', () => {
  for (const row of [...sensitive, ...privileged]) expect(assemble(programOf(row)).problems, row.name).toEqual([]);
});

describe('the 18 mnemonics of Robin and Irvine, in the order of the notes', () => {
  const theirs = sensitive.filter(({ group }) => group !== 'ours');

  test('are 18: six that read or write registers, twelve that refer to the protection system', () => {
    expect(theirs.map(({ name }) => name).join(' ')).toBe(
      'sgdt sidt sldt smsw pushf popf lar lsl verr verw pop push call jmp int ret str mov',
    );
    expect(theirs.filter(({ group }) => group === 'registers')).toHaveLength(6);
  });

  // What a bare machine gives is the loader's layout and the manual's rules; what ring 1 gives, the hypervisor's own tables.
  test.each([
    ['sgdt', 'base 0x800', 'base 0xfc000000'],
    ['sldt', 'LDT 0x30', 'LDT 0'],
    ['pushf', 'IF 0', 'IF 1'],
    ['popf', 'IF 1', 'IF 0'],
    ['lar', 'DPL 0', 'DPL 1'],
    ['lsl', 'limit 0xffffffff', 'limit 0xfbffffff'],
    ['verr', 'ZF 0', 'ZF 1'],
    ['verw', 'ZF 0', 'ZF 1'],
    ['pop', '#GP', 'loaded'],
    ['push', 'CS 8', 'CS 9'],
    ['call', 'CS 8', 'CS 9'],
    ['jmp', '#GP', 'taken'],
    ['ret', '#GP', 'returned'],
    ['str', 'TR 0x28', 'TR 0xe018'],
    ['mov', 'CS 8', 'CS 9'],
    ['iret', 'IF 1', 'IF 0'],
  ])('%s: %s on the bare machine, %s in ring 1, and no trap', (name, bare, deprivileged) => {
    const trial = tryRow(sensitive.find((row) => row.name === name)!);
    expect(trial).toMatchObject({ bare, deprivileged, trapped: false });
    expect(isSilent(trial)).toBe(true);
  });

  test('smsw shows MP and NE, which the hypervisor has set and the guest has not', () => {
    const { bare, deprivileged, trapped } = tryRow(sensitive.find(({ name }) => name === 'smsw')!);
    expect([bare, deprivileged, trapped]).toEqual(['CR0 0x11', `CR0 0x${(0x11 | 0x2 | 0x20).toString(16)}`, false]);
  });

  test('int n traps, because a hypervisor that owns the IDT closes its gates; all others go wrong silently', () => {
    expect(theirs.filter((row) => !isSilent(tryRow(row))).map(({ name }) => name)).toEqual(['int']);
    expect(tryRow(sensitive.find(({ name }) => name === 'int')!).trapped).toBe(true);
  });
});

test('privileged instructions trap, and leave what they leave on the bare machine', () => {
  for (const row of privileged) {
    const { bare, deprivileged, trapped } = tryRow(row);
    expect([row.name, trapped, deprivileged]).toEqual([row.name, true, bare]);
  }
});
