/** What the programs of nano-benchmarks count, computed when the site is built: it takes a second, and costs change nothing of it. */
import { perRound, type Counts } from '../models/x86/predictions.ts';
import { nanoNames, type NanoName } from '../models/x86/samples/nano.ts';
import { binaryTranslation } from '../models/x86/techniques/binary-translation.ts';
import { hvmShadow } from '../models/x86/techniques/hvm.ts';
import { native } from '../models/x86/techniques/native.ts';

const techniques = { native, translation: binaryTranslation, shadow: hvmShadow };

/** Events of one round of each program under each technique. */
export type Counted = Readonly<Record<keyof typeof techniques, Readonly<Partial<Record<NanoName, Counts>>>>>;

let counted: Counted | undefined;

/** Runs all programs, once in a process. */
export function compute(): Counted {
  const under = (name: keyof typeof techniques) =>
    Object.fromEntries(nanoNames.map((program) => [program, perRound(program, techniques[name])]));
  counted ??= { native: under('native'), translation: under('translation'), shadow: under('shadow') };
  return counted;
}
