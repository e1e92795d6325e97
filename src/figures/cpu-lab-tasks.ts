/** Tasks of the lab: the machine runs the reader's program and marks it. */
import type { Attempt, FigureTask } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import { assemble, type Assembly } from '../models/x86/assembler.ts';
import { boot } from '../models/x86/boot.ts';
import { cycles } from '../models/x86/costs.ts';
import { samples } from '../models/x86/samples/index.ts';
import type { Run } from '../models/x86/techniques/lab.ts';
import { native } from '../models/x86/techniques/native.ts';
import type { TechniqueName } from '../models/x86/techniques/technique.ts';
import type { Lab, Moment } from './cpu-lab-run.ts';
import { names } from './cpu-lab-side.ts';

/** The values that tasks look at; the figure's have more. */
interface Chosen {
  readonly program: string;
  readonly technique: string;
  readonly beside: string;
}

type Verdict = ReturnType<FigureTask<Moment, Chosen>['check']>;

const not = (says: string): Verdict => ({ done: false, says });

/** The runs of two techniques that must both be shown, and have come to their end by `hlt`; or what is missing. */
function pair(
  { frames, frame }: Attempt<Moment, Chosen>,
  a: TechniqueName,
  b: TechniqueName,
): readonly [Run, Run] | Verdict {
  const { runs } = frames as Lab;
  const [first, second] = [a, b].map((name) => runs.find(({ technique }) => technique === name));
  if (frame.problem) return not(frame.problem.says);
  if (!first || !second) return not(`Show ${names[a]} and ${names[b]} side by side.`);
  const loose = [first, second].find(({ stop }) => stop.reason !== 'halted');
  return loose ? not(`Under ${names[loose.technique]} it does not end: ${loose.stop.says}`) : [first, second];
}

const mnemonicsOf = ({ program }: Assembly): readonly string[] =>
  program.statements.flatMap((one) => (one.kind === 'instruction' ? [one.mnemonic] : []));

/** Phases of the timer that the critical section is tried with. */
const phases = 60;
const mostSteps = 20_000;

const verdicts = new Map<string, string | undefined>();

/**
 * What is wrong with a program's critical section, in a sentence: on the bare machine it must count right whenever its timer
 * first ticks. The timer that the program has set is moved by each number of instructions up to `phases`.
 */
export function lostCount(text: string): string | undefined {
  if (verdicts.has(text)) return verdicts.get(text);
  const program = assemble(text);
  const [counter, ticks, rounds] = ['counter', 'ticks', 'rounds'].map((name) => program.symbols.get(name));
  const judge = (): string | undefined => {
    if (counter === undefined || ticks === undefined || rounds === undefined)
      return 'Keep the names counter, ticks and rounds: they are read to mark it.';
    if (rounds < 100) return 'Let it go at least 100 rounds.';
    for (let phase = 0; phase < phases; phase++) {
      const vm = native.start(boot(program));
      const { devices, memory } = vm.machine;
      let moved = false;
      for (let step = 0; step < mostSteps && !vm.ended; step++) {
        vm.step();
        if (moved || devices.timerPeriod === 0) continue;
        devices.timerCount = (devices.timerCount + phase) % devices.timerPeriod;
        moved = true;
      }
      const words = new DataView(memory.buffer);
      const [counted, ticked] = [words.getUint32(counter, true), words.getUint32(ticks, true)];
      if (vm.ended?.ending !== 'halted') return 'On the bare machine it does not come to its end.';
      if (ticked < 5) return `The timer came ${ticked} times; let it come 5 times.`;
      if (counted !== rounds + ticked)
        return `With the timer ${phase} instructions later the counter ends at ${counted}, not at ${rounds + ticked}: a tick came between the read and the write.`;
    }
    return undefined;
  };
  const verdict = judge();
  verdicts.clear();
  verdicts.set(text, verdict);
  return verdict;
}

const sample = samples[0]?.text ?? '';

/** Interrupts kept out with instructions that trap. */
export const criticalTask: FigureTask<Moment, Chosen> = {
  name: 'critical-section',
  title: 'A critical section that survives ring 1',
  text: 'Rewrite the critical section so that trap and emulate runs it as the bare machine does and no tick is lost. Neither pushf nor popf may be left.',
  check({ frames, frame, values }) {
    const run = (frames as Lab).runs.find(({ technique }) => technique === 'trap-and-emulate');
    if (frame.problem) return not(frame.problem.says);
    if (!run) return not('Run it by trap and emulate.');
    const left = mnemonicsOf(run.program as Assembly).filter((name) => /^(push|pop)f[dw]?$/.test(name));
    if (left.length > 0) return not(`There are still ${left.length} of pushf and popf.`);
    if (run.divergence) return not(`It still goes wrong, in line ${run.divergence.line ?? '–'}.`);
    if (run.stop.reason !== 'halted') return not(`It does not end: ${run.stop.says}`);
    const lost = lostCount(values.program);
    return lost === undefined
      ? { done: true, says: 'The hypervisor sees each change of IF, and no tick is lost at any phase of the timer.' }
      : not(lost);
  },
  answer: {
    values: {
      program: sample.replace('        pushf\n', '').replace('        popf\n', '        sti\n'),
      technique: 'trap-and-emulate',
    },
    frame: 'last',
  },
};

/** Software that beats hardware. */
export const translationTask: FigureTask<Moment, Chosen> = {
  name: 'translation-wins',
  title: 'Where software beats hardware',
  text: 'Find a program, of the samples or your own, on which binary translation takes fewer cycles than VT-x with shadow paging.',
  check(attempt) {
    const runs = pair(attempt, 'binary-translation', 'hvm-shadow');
    if ('done' in runs) return runs;
    const { costs } = attempt.frames as Lab;
    const [translation, hardware] = runs.map((run) => Math.round(cycles(run.counters, costs))) as [number, number];
    const both = `${formatNumber(translation)} cycles by translation, ${formatNumber(hardware)} on VT-x.`;
    return { done: translation < hardware, says: both };
  },
  answer: {
    values: {
      program: samples.find(({ name }) => name === 'page-table-loop')?.text ?? '',
      technique: 'binary-translation',
      beside: 'hvm-shadow',
    },
    frame: 'last',
  },
};

/** A guest that finds out. */
export const pillTask: FigureTask<Moment, Chosen> = {
  name: 'red-pill',
  title: 'A guest that finds out',
  text: 'Write a program that prints one thing on the bare machine and another under trap and emulate.',
  check(attempt) {
    const runs = pair(attempt, 'native', 'trap-and-emulate');
    if ('done' in runs) return runs;
    const [bare, ringed] = runs.map((run) => String.fromCharCode(...run.at(run.length).view().console));
    return bare === ringed
      ? not('Both print the same.')
      : { done: true, says: `The bare machine printed ‘${plain(bare)}’, ring 1 ‘${plain(ringed)}’.` };
  },
  answer: {
    values: {
      program: `start:  mov eax, cs          ; its RPL is the ring that the CPU is in
        and eax, 3
        add al, '0'
        out 0xe9, al
        hlt
`,
      technique: 'trap-and-emulate',
      beside: 'native',
    },
    frame: 'last',
  },
};

const plain = (text = ''): string => text.slice(0, 16).replace(/[^\x20-\x7e]/g, '·');
