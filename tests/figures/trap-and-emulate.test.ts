/** What the reader must see in trap-and-emulate. */
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { Stage, Values } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import type { Frame } from '../../src/figures/trap-and-emulate-drawing.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('trap-and-emulate');
const value = (change: Values, id: string, frame?: number | 'last') =>
  readoutsOf(it, runWith(it, change, frame)).get(id)?.value;
const drawn = (frame: unknown, values: Values, stage: Stage) =>
  parseHTML(`<html><body><svg>${drawStatic(it.figure, frame, values, stage, 'x')}</svg></body></html>`).document;
const picture = (change: Values, frame: number | 'last' | undefined, stage: Stage) => {
  const run = runWith(it, change, frame);
  return drawn(run.frames.at(run.index), run.values, stage);
};

describe('the opening', () => {
  const opening = runWith(it);
  const frame = opening.frames.at(opening.index) as Frame;

  test('stands in the middle of the first trap of guest A’s cli', () => {
    expect(frame.machine).toMatchObject({ phase: 'emulate', guest: 'A', at: 1, holder: 'hypervisor', ring: 0 });
    expect(it.figure.describe(frame, opening.values)).toBe(
      'The hypervisor applies cli to guest A’s virtual state: its virtual IF is 0, the real IF stays 1.',
    );
  });
  test('shows that the virtual flag is 0 and the real one 1', () => {
    expect(value({}, 'virtualIfA')).toBe(0);
    expect(value({}, 'realIf')).toBe(1);
  });
  test('is followed in print by the timer taking the CPU from guest A, in spite of its virtual flag', () => {
    const [first, second, third] = it.figure.moments(opening.frames);
    expect([first, third]).toEqual([opening.index, opening.frames.length - 1]);
    expect((opening.frames.at(second ?? 0) as Frame).machine).toMatchObject({
      phase: 'timer',
      guest: 'A',
      holder: 'hypervisor',
      real: { interruptFlag: 1 },
      virtual: { A: { interruptFlag: 0 } },
    });
  });
  test.each(['wide', 'narrow'] as const)('marks what traps in the hypervisor’s colour (%s)', (stage) => {
    const marked = [...picture({}, undefined, stage).querySelectorAll('.mono.t-xen')].map((line) => line.textContent);
    expect(marked).toEqual(['cli', 'out 0x80, al', 'out 0x80, al']);
  });
});

describe('guest A in ring 0', () => {
  test('guest B has its first slice and then nothing', () => {
    expect(value({ deprivileged: false }, 'guestB', 'last')).toBe(6);
    expect(value({}, 'guestB', 'last')).toBeGreaterThan(6);
    expect(value({ deprivileged: false }, 'realIf', 'last')).toBe(0);
    expect(value({ deprivileged: false }, 'virtualIfA', 'last')).toBe('not in use');
  });
  test.each(['wide', 'narrow'] as const)('the timer is drawn as masked, with a cross (%s)', (stage) => {
    const masked = picture({ deprivileged: false }, 'last', stage);
    expect(masked.querySelector('.words')?.textContent).toContain('masked: IF is 0');
    expect(masked.querySelector('.cross')?.getAttribute('d')).toMatch(/^M/);
    const open = picture({}, 'last', stage);
    expect(open.querySelector('.words')?.textContent).not.toContain('masked');
    expect(open.querySelector('.cross')?.getAttribute('d')).toBeNull();
  });
  test('with sti in its loop guest B runs again', () => {
    expect(value({ deprivileged: false, sensitive: ['cli', 'sti'] }, 'guestB', 'last')).toBeGreaterThan(6);
  });
});

test('the share of instructions that trap is that of the streams: with nothing sensitive in A only B’s out', () => {
  const { frames } = runWith(it, { sensitive: [] }, 'last');
  for (let index = 0; index < frames.length; index++) {
    const { machine } = frames.at(index) as Frame;
    expect(machine.counts.A.trapped).toBe(0);
    if (machine.phase === 'trap') expect(machine).toMatchObject({ guest: 'B', at: 2 });
  }
});

test('the token stands where the CPU is: in a guest while it runs, in the hypervisor’s band otherwise', () => {
  const { frames, values } = runWith(it);
  for (let index = 0; index < frames.length; index++) {
    const frame = frames.at(index) as Frame;
    const place = drawn(frame, values, 'wide').querySelector('.token')?.getAttribute('transform') ?? '';
    const [x, y] = place.match(/[\d.]+/g) ?? [];
    const { holder } = frame.machine;
    expect(Number(y) < 190, String(index)).toBe(holder !== 'hypervisor');
    if (holder !== 'hypervisor') expect(Number(x) < 360).toBe(holder === 'A');
  }
});
