/** Random programs under hypervisors, held against the bare machine after every step of the guest. */
import { describe, expect, test } from 'vitest';
import { Kind } from '../../src/models/x86/instruction.ts';
import { compareViews, type Difference, memoryComparer } from '../../src/models/x86/techniques/compare.ts';
import { hvmNested, hvmShadow } from '../../src/models/x86/techniques/hvm.ts';
import { native } from '../../src/models/x86/techniques/native.ts';
import type { Technique } from '../../src/models/x86/techniques/technique.ts';
import { trapAndEmulate } from '../../src/models/x86/techniques/trap-and-emulate.ts';
import { machineOf } from './ours.ts';
import { programOf } from './programs.ts';

interface Outcome {
  readonly ending: string | undefined;
  readonly difference: Difference | undefined;
  /** Instruction of the guest that went wrong. */
  readonly at: string;
  readonly interrupts: number;
}

function lockStep(seed: number, technique: Technique): Outcome {
  const { image } = programOf(seed);
  const booted = () => {
    const m = machineOf(image);
    // The timer runs in every second program.
    m.devices.timerPeriod = seed % 2 === 0 ? 0 : 20 + (seed % 30);
    return m;
  };
  const bare = native.start(booted());
  const vm = technique.start(booted());
  const memory = memoryComparer(bare, vm);
  for (let n = 0; n < 50_000 && vm.ended === undefined; n++) {
    if (!vm.step().guest) continue;
    bare.step();
    const difference = compareViews(bare.view(), vm.view()) ?? memory();
    const { name = '', k0 = 0, k1 = 0 } = bare.machine.last ?? {};
    const at = k0 === Kind.seg || k1 === Kind.seg ? `${name} segment` : name;
    if (difference !== undefined) return { ending: undefined, difference, at, interrupts: vm.counters.interrupts };
  }
  return {
    ending: bare.ended?.ending === vm.ended?.ending ? vm.ended?.ending : 'not the same',
    difference: undefined,
    at: '',
    interrupts: vm.counters.interrupts,
  };
}

const seeds = (first: number) => Array.from({ length: 50 }, (_, i) => first + i);

describe.each([hvmNested, hvmShadow])('$name', (technique) => {
  test.each([1000, 2000, 3000, 4000])('is the bare machine in programs %i and 49 more', (first) => {
    let ticks = 0;
    for (const seed of seeds(first)) {
      const { ending, difference, interrupts } = lockStep(seed, technique);
      expect([seed, difference, ending]).toEqual([seed, undefined, 'halted']);
      ticks += interrupts;
    }
    expect(ticks).toBeGreaterThan(20);
  });
});

/** What is sensitive and does not trap; far transfers, loads of segment registers, and INT where a guest uses ring 1 check the ring. */
const silent = new Set(
  'popf pushf iret sgdt sidt sldt str smsw lar lsl verr verw callf jmpf retf int'
    .split(' ')
    .concat(['mov segment', 'push segment', 'pop segment']),
);

test.each([1000, 2000, 3000, 4000])(
  'trap and emulate goes wrong at nothing but what does not trap, in programs %i and 49 more',
  (first) => {
    let wrong = 0;
    for (const seed of seeds(first)) {
      const { difference, at } = lockStep(seed, trapAndEmulate);
      if (difference !== undefined) wrong++;
      if (difference !== undefined && !silent.has(at))
        expect([seed, at, difference]).toEqual([seed, 'a silent one', undefined]);
    }
    expect(wrong).toBeGreaterThan(25);
  },
);
