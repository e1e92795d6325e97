/**
 * What the cost model predicts for measurements that were published: programs are run, their events counted, and the counts
 * multiplied by costs that come from elsewhere (`primitives` in costs.ts). Nothing here is fitted: there is no cost per benchmark.
 *
 * What it models: the nano-benchmarks of Adams and Agesen (ASPLOS 2006, §6.3, raw data on p. 12) and a loop like their `forkwait`
 * (§6.2), natively, by binary translation, and under VT-x with shadow paging; page fault and context switch of SOSP 2003 (Tables 4
 * and 5), as what Xen adds to native Linux. A program is a loop; what one round costs is the difference between two moments late in
 * the run, so that translating and adapting is over, less the same of an empty loop.
 * What it leaves out: the measured systems' own code, of which the programs have next to nothing. So `forkwait` is compared as a
 * ratio of overheads, and SOSP's numbers as differences.
 */
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { noCounters, type Counters } from './costs.ts';
import { nano, type NanoName } from './samples/nano.ts';
import { assemblePort, port } from './techniques/port.ts';
import type { Technique } from './techniques/technique.ts';

/** Events of one round, those that are not 0. */
export type Counts = Partial<Counters>;

/** Rounds before counting begins, and rounds that are counted. */
const [before, counted] = [8, 8];

/** Counts of one round of a program under a technique; throws a sentence where the program does not get that far. */
export function perRound(name: NanoName, technique: Technique): Counts {
  const text = nano(name, before + counted + 2);
  const program = technique.ported ? assemblePort(port(text)) : assemble(text);
  const measured = program.symbols.get('measured');
  const vm = technique.start(boot(program));
  let visits = 0;
  let first = noCounters();
  for (let steps = 0; steps < 100_000 && vm.ended === undefined; steps++) {
    const { guest } = vm.step();
    if (!guest || vm.view().eip !== measured) continue;
    visits++;
    if (visits === before) first = { ...vm.counters };
    if (visits === before + counted) return difference(vm.counters, first);
  }
  const why = vm.ended?.why ?? 'too many steps';
  throw new Error(`${name} under ${technique.name} does not come to round ${before + counted}: ${why}`);
}

function difference(last: Counters, first: Counters): Counts {
  const found: Counts = {};
  for (const key of Object.keys(last) as (keyof Counters)[])
    if (last[key] !== first[key]) found[key] = (last[key] - first[key]) / counted;
  return found;
}
