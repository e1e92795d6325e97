/** The ways to run a guest, in the order in which the book tells of them. */
import { binaryTranslation } from './binary-translation.ts';
import { hvmNested, hvmShadow } from './hvm.ts';
import { native } from './native.ts';
import { paravirtual } from './pv.ts';
import type { Technique } from './technique.ts';
import { trapAndEmulate } from './trap-and-emulate.ts';

/** All of them. */
export const techniques: readonly Technique[] = [
  native,
  trapAndEmulate,
  binaryTranslation,
  paravirtual('pv-32'),
  paravirtual('pv-64'),
  hvmShadow,
  hvmNested,
];
