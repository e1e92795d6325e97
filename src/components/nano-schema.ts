/** The strict schema of content/nano-benchmarks.yaml: a row without its numbers, or given twice, stops the build. */
import { z } from 'astro/zod';
import { line, sentence, slug, uniqueIds } from './content-schemas.ts';

const shared = { id: slug, name: line.max(28), program: slug, why: sentence };
const measured = { group: z.literal('adams-agesen2006'), native: slug, translation: slug, shadow: slug };

/** Rows of published results. */
export const nanoSchema = z
  .array(
    z.discriminatedUnion('kind', [
      z.strictObject({ ...shared, ...measured, kind: z.literal('cycles') }),
      z.strictObject({ ...shared, ...measured, kind: z.literal('ratio'), machine: z.enum(['prescott', 'merom']) }),
      z.strictObject({ ...shared, kind: z.literal('extra'), group: z.literal('sosp2003'), pv: z.tuple([slug, slug]) }),
    ]),
  )
  .min(2)
  .superRefine(uniqueIds);

type Written = z.infer<typeof nanoSchema>[number];

/** A published result with its numbers: cycles by technique, or the one number of a ratio or of Xen's share. */
export interface Published {
  readonly id: string;
  readonly name: string;
  readonly program: string;
  readonly kind: Written['kind'];
  readonly machine: 'prescott' | 'merom';
  readonly why: string;
  readonly cells: Readonly<Partial<Record<'native' | 'translation' | 'shadow' | 'pv' | 'ratio', number>>>;
}

/** Puts the numbers in; `value` looks one up by its full name, and throws where there is none. */
export function publishedRow(row: Written, value: (name: string) => number): Published {
  const { id, name, program, kind, why } = row;
  const at = (key: string): number => value(`${row.group}.${key}`);
  const base = { id, name, program, kind, why, machine: row.kind === 'ratio' ? row.machine : 'prescott' } as const;
  if (row.kind === 'extra') {
    const [withXen, without] = row.pv;
    // Microseconds at the clock of the machine.
    return { ...base, cells: { pv: (at(withXen) - at(without)) * at('clock') * 1000 } };
  }
  const [native, translation, shadow] = [at(row.native), at(row.translation), at(row.shadow)];
  if (row.kind === 'cycles') return { ...base, cells: { native, translation, shadow } };
  return { ...base, cells: { ratio: (shadow - native) / (translation - native) } };
}
