/** Random programs under hypervisors, held against the bare machine after every step of the guest. */
import { describe, expect, test } from 'vitest';
import { Kind } from '../../src/models/x86/instruction.ts';
import { compareViews, type Difference, memoryComparer } from '../../src/models/x86/techniques/compare.ts';
import { binaryTranslation } from '../../src/models/x86/techniques/binary-translation.ts';
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
  /** Ring of the bare machine before it. */
  readonly ring: number;
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
    const ring = bare.machine.cpl;
    bare.step();
    const difference = compareViews(bare.view(), vm.view()) ?? memory();
    const { name = '', k0 = 0, k1 = 0 } = bare.machine.last ?? {};
    const at = k0 === Kind.seg || k1 === Kind.seg ? `${name} segment` : name;
    if (difference !== undefined)
      return { ending: undefined, difference, at, ring, interrupts: vm.counters.interrupts };
  }
  return {
    ending: bare.ended?.ending === vm.ended?.ending ? vm.ended?.ending : 'not the same',
    difference: undefined,
    at: '',
    ring: 0,
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

test.each([1000, 2000, 3000, 4000])(
  'translation goes wrong at nothing but what does not trap in ring 3, where code runs as it is, in programs %i and 49 more',
  (first) => {
    let right = 0;
    for (const seed of seeds(first)) {
      const { difference, at, ring, ending } = lockStep(seed, binaryTranslation);
      if (difference === undefined) {
        expect([seed, ending]).toEqual([seed, 'halted']);
        right++;
      } else if (ring !== 3 || !silent.has(at))
        expect([seed, at, ring, difference]).toEqual([seed, 'a silent one', 3, undefined]);
    }
    expect(right).toBeGreaterThan(25);
  },
);
