/** What the programs of nano-benchmarks count, computed when the site is built: it takes a second, and costs change nothing of it. */
import { perRound, type Counts } from '../models/x86/predictions.ts';
import { nanoNames, type NanoName } from '../models/x86/samples/nano.ts';
import { binaryTranslation } from '../models/x86/techniques/binary-translation.ts';
import { hvmShadow } from '../models/x86/techniques/hvm.ts';
import { native } from '../models/x86/techniques/native.ts';
import { paravirtual } from '../models/x86/techniques/pv.ts';

const techniques = { native, translation: binaryTranslation, shadow: hvmShadow, pv: paravirtual('pv-32') };
/** Of a port only what is compared with SOSP 2003. */
const ported: readonly NanoName[] = ['null-loop', 'demand-fault', 'context-switch'];

/** Events of one round of each program under each technique. */
export type Counted = Readonly<Record<keyof typeof techniques, Readonly<Partial<Record<NanoName, Counts>>>>>;

let counted: Counted | undefined;

/** Runs all programs, once in a process. */
export function compute(): Counted {
  const under = (name: keyof typeof techniques) =>
    Object.fromEntries(
      (name === 'pv' ? ported : nanoNames).map((program) => [program, perRound(program, techniques[name])]),
    );
  counted ??= { native: under('native'), translation: under('translation'), shadow: under('shadow'), pv: under('pv') };
  return counted;
}
