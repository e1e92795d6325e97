/** What programs count in a round: each number by hand from the mechanism. */
import { describe, expect, test } from 'vitest';
import { exits, noCounters, vmreadsPerExit } from './costs.ts';
import { perRound, type Counts } from './predictions.ts';
import { nanoNames, type NanoName } from './samples/nano.ts';
import { binaryTranslation } from './techniques/binary-translation.ts';
import { hvmNested, hvmShadow } from './techniques/hvm.ts';
import { native } from './techniques/native.ts';
import { paravirtual } from './techniques/pv.ts';

const exitsOf = (counts: Counts): number => exits({ ...noCounters(), ...counts });

describe('on the bare machine', () => {
  test.each([
    ['syscall', 1],
    ['page-fault', 1],
    ['divide-by-zero', 1],
    ['demand-fault', 1],
    ['forkwait', 4],
    ['call-ret', undefined],
    ['pte-np-p', undefined],
  ] as const)('%s takes %s traps', (name, traps) => expect(perRound(name, native).traps).toBe(traps));
  test('nothing else happens than instructions in an empty loop', () => {
    expect(perRound('null-loop', native)).toEqual({ kernelInstructions: 2 });
  });
});

describe('under translation', () => {
  test('a system call traps into the monitor once, and its IRET calls out', () => {
    expect(perRound('syscall', binaryTranslation)).toMatchObject({ monitorTraps: 1, callouts: 1 });
  });
  test('a port is answered in the cache', () => {
    const counts = perRound('in', binaryTranslation);
    expect(counts.inCacheEmulations).toBe(1);
    expect(counts.monitorTraps).toBeUndefined();
  });
  test.each(['pte-unchanged', 'pte-p-np', 'pte-np-p'] as const)(
    '%s has adapted: it calls out and does not trap',
    (name) => {
      const counts = perRound(name, binaryTranslation);
      expect(counts).toMatchObject({ callouts: 1, pageTableUpdatesSimulated: 1 });
      expect(counts.monitorTraps).toBeUndefined();
    },
  );
  test('no program is translated any more in the rounds that count', () => {
    for (const name of nanoNames)
      expect(perRound(name, binaryTranslation).translatedInstructions, name).toBeUndefined();
  });
});

describe('under VT-x', () => {
  test.each([
    ['syscall', 0],
    ['divide-by-zero', 0],
    ['in', 1],
    ['page-fault', 1],
    ['pte-unchanged', 1],
    ['context-switch', 1],
  ] as const)('with shadow paging %s exits %i times, with all that an exit reads', (name, count) => {
    const counts = perRound(name, hvmShadow);
    expect(exitsOf(counts)).toBe(count);
    expect(counts.vmreads ?? 0).toBe(count * vmreadsPerExit);
  });
  test('an injected fault is a way through the guest’s IDT, as on the bare machine', () => {
    expect(perRound('page-fault', hvmShadow).traps).toBe(1);
  });
  test('with nested paging only the port exits', () => {
    const names: readonly NanoName[] = nanoNames.filter((name) => exitsOf(perRound(name, hvmNested)) > 0);
    expect(names).toEqual(['in']);
  });
});

describe('ported to Xen in 32 bits', () => {
  const xen = paravirtual('pv-32');
  test('a fault whose handler maps the page enters Xen twice: once bounced, once to have the entry checked', () => {
    const counts = perRound('demand-fault', xen);
    expect(counts).toMatchObject({ traps: 1, bounces: 1, hypercalls: 1, pageTableUpdatesValidated: 1 });
  });
  test('a switch of address spaces is one hypercall', () => {
    const counts = perRound('context-switch', xen);
    expect(counts).toMatchObject({ hypercalls: 1, cr3Loads: 1 });
    expect(counts.bounces).toBeUndefined();
  });
  test('a system call goes to the kernel by the fast gate, as on the bare machine', () => {
    const counts = perRound('syscall', xen);
    expect(counts.traps).toBe(1);
    expect(counts.bounces).toBeUndefined();
    expect(counts.hypercalls).toBeUndefined();
  });
  test('in 64 bits it takes two entries and two loads of CR3', () => {
    expect(perRound('syscall', paravirtual('pv-64'))).toMatchObject({ bounces: 1, hypercalls: 1, cr3Loads: 2 });
  });
});
