/** What of the lab only some settings need: the techniques beside the bare machine and trap-and-emulate, loaded on demand. */
import type { Assembly } from '../models/x86/assembler.ts';
import { binaryTranslation, type TranslatingVm } from '../models/x86/techniques/binary-translation.ts';
import { hvmNested, hvmShadow } from '../models/x86/techniques/hvm.ts';
import { play } from '../models/x86/techniques/lab.ts';
import { assemblePort, port } from '../models/x86/techniques/port.ts';
import { paravirtual } from '../models/x86/techniques/pv.ts';
import type { Technique, TechniqueName, Vm } from '../models/x86/techniques/technique.ts';
import { listing } from '../models/x86/techniques/translation-cache.ts';
import type { Player } from './cpu-lab-run.ts';
import type { BlockRows, Played } from './cpu-lab-side.ts';

/** The block that runs, from two rows above the next instruction. */
function blockOf(vm: Vm, { symbols }: Assembly): BlockRows {
  const { cache, unit } = vm as Partial<TranslatingVm>;
  if (!cache || !unit) return [];
  const label = (address: number): string =>
    [...symbols].find(([, at]) => at === address)?.[0] ?? `0x${address.toString(16)}`;
  const rows = listing(cache, unit.block, label).map(({ unit: one, guest, made }) => ({
    guest,
    made: made.filter((code) => code !== 'nop').join('; ') || 'nop',
    on: one === unit,
  }));
  const at = rows.findIndex(({ on }) => on);
  return rows.slice(Math.max(0, at - 2));
}

function playPort(name: 'pv-32' | 'pv-64'): Player {
  return (text): Played => {
    const ported = port(text);
    return {
      run: play(assemblePort(ported), paravirtual(name)),
      source: ported.lines,
      rewritten: ported.counts.changed,
    };
  };
}

/** How each of them plays a program; the module that loads this one hands over how programs are played as they are. */
export const playersWith = (
  playAsIs: (technique: Technique) => Player,
): Readonly<Partial<Record<TechniqueName, Player>>> => ({
  'binary-translation': (text) => ({ ...playAsIs(binaryTranslation)(text), blockOf }),
  'pv-32': playPort('pv-32'),
  'pv-64': playPort('pv-64'),
  'hvm-shadow': playAsIs(hvmShadow),
  'hvm-nested': playAsIs(hvmNested),
});
