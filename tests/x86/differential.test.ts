/**
 * The same machine code in the book's machine and in v86, a PC emulator that others wrote: registers, flags, memory and faults agree
 * after each of the random programs, and the programs reach every opcode form and every exception. Where v86 differs from the
 * manual, our machine does as the manual says.
 */
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../src/models/x86/state.ts';
import { allForms, formOf } from './coverage.ts';
import { portsOf } from './devices.ts';
import { logOf } from './cases.ts';
import { differences } from './differences.ts';
import { runOurs } from './ours.ts';
import { createPeer } from './peer.ts';
import { programOf } from './programs.ts';
import { differencesOf } from './state.ts';
import { vectors } from './world.ts';

const programs = 2500;
const peer = await createPeer();

/** Vectors of faults, and of the traps INT3 and INTO. */
const named = { DE: 0, BP: 3, OF: 4, UD: 6, NP: 11, SS: 12, GP: 13, PF: 14 };

describe('random programs', () => {
  const forms = new Map<string, number>();
  const met = new Map<number, number>();
  const rings = new Map<number, number>();
  const tally = <Key>(counts: Map<Key, number>, key: Key) => counts.set(key, (counts.get(key) ?? 0) + 1);
  let faulting = 0;
  let paging = 0;

  const watch = ({ last, cpl }: Machine) => {
    const form = last === undefined ? undefined : formOf(last);
    if (form !== undefined) tally(forms, form);
    tally(rings, cpl);
  };

  test(`${programs} of them leave the same behind`, { timeout: 180_000 }, async () => {
    const unlike: string[] = [];
    for (let seed = 0; seed < programs; seed++) {
      const program = programOf(seed);
      const ours = runOurs(program.image, watch);
      const ports = portsOf(peer);
      const theirs = await peer.run(program.image, ports);
      const found = differencesOf(ours, theirs);
      if (ours.console.join() !== ports.console.join()) found.push('the console');
      if (ours.end !== 'halt') found.push('it does not end');
      if (found.length > 0) unlike.push(`program ${seed}: ${found.join('; ')}`);
      const log = logOf(ours.memory).map(([vector = 0]) => vector);
      for (const vector of log) tally(met, vector);
      if (log.some((vector) => vector < 0x20 && vector !== named.BP && vector !== named.OF)) faulting += 1;
      if (program.paging) paging += 1;
    }
    expect(unlike.slice(0, 10)).toEqual([]);
  });

  test('they meet every opcode form at least 20 times', () => {
    const rare = allForms
      .filter((form) => (forms.get(form) ?? 0) < 20)
      .map((form) => `${form}: ${forms.get(form) ?? 0}`);
    expect(rare).toEqual([]);
    expect(allForms.length).toBeGreaterThan(400);
  });

  test('they meet every exception that v86 has, the timer, and software interrupts', () => {
    for (const vector of [...Object.values(named), 0x20, vectors.user])
      expect(met.get(vector) ?? 0, `vector ${vector}`).toBeGreaterThanOrEqual(20);
  });

  test('at least 30 % fault, half have paging on, and all rings run', () => {
    expect(faulting / programs).toBeGreaterThanOrEqual(0.3);
    expect(paging / programs).toBeGreaterThanOrEqual(0.5);
    for (const ring of [0, 1, 2, 3]) expect(rings.get(ring) ?? 0, `ring ${ring}`).toBeGreaterThan(1000);
  });
});

test('v86 differs from the manual in ten ways at most, each with programs', () => {
  expect(differences.length).toBeLessThanOrEqual(10);
  expect(differences.every(({ cases }) => cases.length > 0)).toBe(true);
});

describe.each(differences)('$says', ({ cases }) => {
  test.each(cases)('$section: $says', async ({ image, log, registers = {}, memory = {} }) => {
    const ours = runOurs(image);
    const entries = logOf(ours.memory).filter(([vector]) => vector !== vectors.stop);
    expect(entries.map(([vector, code]) => [vector, code])).toEqual(log);
    for (const [number, value] of Object.entries(registers)) expect(ours.registers[Number(number)]).toBe(value);
    for (const [address, value] of Object.entries(memory)) expect(ours.memory[Number(address)]).toBe(value);
    expect(differencesOf(ours, await peer.run(image))).not.toEqual([]);
  });
});
