/** Strict schema of content/guest-types.yaml: every kind of guest has a cell for every aspect, and no other. */
import { z } from 'astro/zod';
import { line, sentence, slug, uniqueIds } from './content-schemas.ts';

const cellSchema = z.strictObject({
  by: z.enum(['guest', 'cpu', 'xen', 'qemu', 'nobody']),
  /** What stands in the picture. */
  word: line.max(10),
  says: sentence.max(100),
  cite: slug,
  at: line.optional(),
});

const factsSchema = z.strictObject({
  vtx: z.boolean(),
  qemu: z.boolean(),
  kernel: z.enum(['ported', 'pvh', 'any', 'drivers']),
  firmware: z.boolean(),
  passthrough: z.boolean(),
  exposed: z.boolean(),
});

/** content/guest-types.yaml. */
export const guestTypesSchema = z
  .strictObject({
    release: line,
    aspects: z
      .array(z.strictObject({ id: slug, name: line.max(28), short: line.max(10).optional() }))
      .superRefine(uniqueIds),
    rules: z
      .array(
        z.strictObject({
          id: z.string().regex(/^[a-z]\w*$/, 'is a constraint of the model'),
          name: line.max(30),
          cite: slug,
          at: line,
        }),
      )
      .superRefine(uniqueIds),
    types: z
      .array(z.strictObject({ id: slug, name: line.max(10), has: factsSchema, cells: z.record(slug, cellSchema) }))
      .superRefine(uniqueIds),
  })
  .superRefine(({ aspects, types }, context) => {
    const fault = (index: number, message: string): void =>
      context.addIssue({ code: 'custom', path: ['types', index, 'cells'], message });
    types.forEach(({ id, has, cells }, index) => {
      for (const aspect of aspects)
        if (!Object.hasOwn(cells, aspect.id)) fault(index, `${id} says nothing of ${aspect.id}`);
      for (const key of Object.keys(cells))
        if (!aspects.some((aspect) => aspect.id === key)) fault(index, `${id} speaks of ${key}, which is no aspect`);
      // Facts that rules ask for, and the words that readers see, are the same facts.
      for (const [fact, cell] of [
        [has.vtx, 'vtx'],
        [has.qemu, 'qemu'],
        [has.passthrough, 'pci'],
      ] as const)
        if (cells[cell] && cells[cell].word !== (fact ? 'yes' : 'no'))
          fault(index, `${id} contradicts itself on ${cell}`);
      if (cells['meltdown'] && cells['meltdown'].word !== (has.exposed ? 'exposed' : 'no'))
        fault(index, `${id} contradicts itself on meltdown`);
    });
  });

/** All kinds of guests, by aspect. */
export type GuestTypes = z.infer<typeof guestTypesSchema>;
