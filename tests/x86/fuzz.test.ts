/**
 * Bad input: noise, endless loops, jumps out of memory, IDTs that are none. The machine never throws; each run ends in HLT, in a
 * shutdown that names its first fault, or because its steps are used up.
 */
import { describe, expect, test } from 'vitest';
import { boot } from '../../src/models/x86/boot.ts';
import { step } from '../../src/models/x86/machine.ts';
import type { Event } from '../../src/models/x86/state.ts';
import { bytesOf } from './forms.ts';
import { machineOf } from './ours.ts';
import { diceOf, load, type Dice } from './pieces.ts';
import { programOf } from './programs.ts';
import { at } from './world.ts';

const most = 400;

function end(m: ReturnType<typeof boot>): Event | 'budget' {
  for (let n = 0; n < most; n++) {
    const event = step(m);
    if (event?.kind === 'shutdown' || (event?.kind === 'halt' && !m.devices.timerPending)) return event;
    if (event !== undefined && event.kind !== 'halt') throw new Error(`${event.kind} came out of a native machine`);
  }
  return 'budget';
}

/** Whether all that a reader can look at is in order, however a run has ended. */
function isSound(m: ReturnType<typeof boot>): boolean {
  const numbers = [m.eip, m.cr0, m.cr2, m.cr3, m.cr4, m.eflags >>> 0, m.gdtr.base, m.idtr.base];
  return numbers.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32) && m.cpl >= 0 && m.cpl < 4;
}

const noise = (dice: Dice, length: number) => Uint8Array.from({ length }, () => dice.below(256));

describe('5,000 programs of noise', () => {
  const ends = new Map<string, number>();
  const finish = (m: ReturnType<typeof boot>) => {
    const event = end(m);
    const kind = event === 'budget' ? event : event.kind;
    ends.set(kind, (ends.get(kind) ?? 0) + 1);
    expect(isSound(m)).toBe(true);
    if (event !== 'budget' && event.kind === 'shutdown') expect(event.first.vector).toBeLessThan(256);
  };

  test('2,000 without an IDT', { timeout: 120_000 }, () => {
    for (let seed = 0; seed < 2000; seed++) {
      const dice = diceOf(seed);
      finish(boot(noise(dice, 1 + dice.below(400)), { memorySize: dice.pick([0x10000, 0x100000]) }));
    }
  });

  test('2,000 in a world with handlers, in all rings, with paging', { timeout: 120_000 }, () => {
    for (let seed = 0; seed < 2000; seed++) {
      const { image } = programOf(10_000 + seed);
      const dice = diceOf(seed);
      const m = machineOf(image);
      m.memory.set(noise(dice, 512), at.chunks + dice.below(8) * 32);
      finish(m);
    }
  });

  test('1,000 whose tables are noise, too', { timeout: 120_000 }, () => {
    for (let seed = 0; seed < 1000; seed++) {
      const dice = diceOf(seed);
      const { image } = programOf(20_000 + seed);
      const m = machineOf(image);
      const place = dice.pick([0x800, 0x900, at.idt, at.pageDirectory, at.pageTable]);
      m.memory.set(noise(dice, 0x200), place);
      finish(m);
    }
  });

  test('they end in every way there is', () => {
    expect([...ends.keys()].sort()).toEqual(['budget', 'halt', 'shutdown']);
    expect([...ends.values()].reduce((sum, n) => sum + n, 0)).toBe(5000);
  });
});

describe('bad programs on purpose', () => {
  const run = (...code: number[]) => {
    const m = boot(Uint8Array.from(code));
    return { m, event: end(m) };
  };

  test('an endless loop uses up its steps', () => {
    expect(run(0xeb, 0xfe).event).toBe('budget');
  });

  test('a jump out of memory meets ones, which are no instruction, and no IDT', () => {
    const { event } = run(...load(0, 0x40000000), 0xff, 0xe0);
    expect(event).toMatchObject({ kind: 'shutdown', first: { vector: 6 } });
  });

  test('running off the end of memory ends the same way', () => {
    const { event } = run(0xc7, 0x05, ...bytesOf(0xffffe, 4), 0x90, 0x90, 0x90, 0x90, ...load(0, 0xffffe), 0xff, 0xe0);
    expect(event).toMatchObject({ kind: 'shutdown', eip: 0x100000 });
  });

  test('a triple fault names the fault that could not be delivered, and stays', () => {
    const { m, event } = run(0x31, 0xc9, 0xf7, 0xf1);
    expect(event).toMatchObject({ kind: 'shutdown', eip: 0x1002, first: { vector: 0 } });
    expect(step(m)).toBe(event);
  });

  test('a page fault without a page for its handler, too', () => {
    const { event } = run(
      ...load(0, 0x20000),
      0x0f,
      0x22,
      0xd8,
      0x0f,
      0x20,
      0xc0,
      0x0d,
      ...bytesOf(0x80000000, 4),
      0x0f,
      0x22,
      0xc0,
    );
    expect(event).toMatchObject({ kind: 'shutdown', first: { vector: 14, errorCode: 0 } });
  });
});
