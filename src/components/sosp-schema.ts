/** The strict schema of content/sosp2003.yaml: a cell too few, a row given twice or an unknown system stops the build. */
import { z } from 'astro/zod';
import { line, sentence, slug, uniqueIds } from './content-schemas.ts';

/** A number of the table itself, or the name of one in the group sosp2003 of content/numbers.yaml. */
const cell = z.union([z.number().positive(), slug]);

const rowSchema = z.strictObject({
  id: slug,
  name: line.max(24),
  unit: z.enum(['', 's', 'µs', 'tuples/s', 'Mbit/s']),
  better: z.enum(['higher', 'lower']),
  cells: z.array(cell).min(2),
  note: sentence.optional(),
});

/** The tables of the paper, in its order. */
export const sospSchema = z
  .array(
    z.strictObject({
      id: slug,
      name: line.max(28),
      at: line,
      base: z.enum(['linux', 'first']),
      series: z.array(z.enum(['smp', 'linux', 'xen', 'vmware', 'uml', 'ir', 'oltp'])).min(2),
      rows: z.array(rowSchema).min(2),
    }),
  )
  .superRefine(uniqueIds)
  .superRefine((tables, context) => {
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const seen = new Set<string>();
    tables.forEach(({ series, base, rows }, at) => {
      if (new Set(series).size < series.length) fault([at, 'series'], 'has a system twice');
      if (base === 'linux' && !series.includes('linux')) fault([at, 'base'], 'has no column of native Linux');
      rows.forEach(({ id, cells }, row) => {
        if (cells.length !== series.length)
          fault([at, 'rows', row, 'cells'], `${id} has ${cells.length} cells for ${series.length} systems`);
        if (seen.has(id)) fault([at, 'rows', row, 'id'], `${id} stands twice`);
        seen.add(id);
      });
    });
  });

type Written = z.infer<typeof sospSchema>[number];

/** One table, every cell a number. */
export type SospTable = Omit<Written, 'rows'> & {
  readonly rows: readonly (Omit<Written['rows'][number], 'cells'> & { readonly cells: readonly number[] })[];
};
