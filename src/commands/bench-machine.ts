/** Times the small x86: simulated instructions a second on the bare machine, and ten thousand steps back in a run of each technique. */
import { assemble } from '../models/x86/assembler.ts';
import { boot } from '../models/x86/boot.ts';
import { runSteps } from '../models/x86/machine.ts';
import { techniques } from '../models/x86/techniques/index.ts';
import { play } from '../models/x86/techniques/lab.ts';

/** What was measured. */
export interface MachineTimes {
  /** Millions of instructions a second. */
  readonly million: number;
  /** Milliseconds for ten thousand steps back, by technique. */
  readonly back: readonly { readonly name: string; readonly ms: number }[];
}

// Arithmetic, a call, the stack and memory in a loop that never ends.
const loop = 'mov esi, 0x3000\nagain: inc dword [esi]\nadd eax, [esi]\ncall there\ndec ecx\njnz again\njmp again\n';
const program = assemble(`${loop}there: push eax\npop ebx\nret`);

/** Runs for about a second, and then steps back through runs of the longest length. */
export function timeMachine(): MachineTimes {
  const machine = boot(program);
  runSteps(machine, 1_000_000);
  const steps = 20_000_000;
  const start = performance.now();
  runSteps(machine, steps);
  const million = steps / (performance.now() - start) / 1000;
  const back = techniques.map((technique) => {
    const run = play(program, technique);
    run.at(run.length);
    const before = performance.now();
    run.at(run.length - 10_001);
    return { name: technique.name, ms: performance.now() - before };
  });
  return { million, back };
}
