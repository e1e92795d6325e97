/** Strict schema of content/family-tree.yaml: an edge against time, without an end or given twice stops the build. */
import { z } from 'astro/zod';
import { line, sentence, slug, uniqueIds } from './content-schemas.ts';

/** One system of the family tree. */
export const systemSchema = z.strictObject({
  /** Never changes: addresses name it. */
  id: slug,
  name: line.max(20),
  /** Of the first release, or of the first use or publication where nothing was released. */
  year: z.number().int().min(1960).max(2100),
  /** Who made it, or what it is. */
  note: sentence.max(90),
  source: slug,
});

/** What went over from one system to another. */
export const edgeSchema = z.strictObject({
  from: slug,
  to: slug,
  kind: z.enum(['code', 'idea', 'people', 'interface']),
  passed: sentence.max(60),
  /** Works that were read and that say so. */
  sources: z.array(slug).min(1),
  at: line.optional(),
});

/** content/family-tree.yaml: systems oldest first, and edges that all point forward in time. */
export const familySchema = z
  .strictObject({ systems: z.array(systemSchema).superRefine(uniqueIds), edges: z.array(edgeSchema) })
  .superRefine(({ systems, edges }, context) => {
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const place = new Map(systems.map(({ id }, index) => [id, index]));
    systems.forEach(({ id, year }, index) => {
      if (year < (systems[index - 1]?.year ?? year)) fault(['systems', index], `${id} stands after a later system`);
    });
    edges.forEach(({ from, to, kind }, index) => {
      const [a, b] = [place.get(from), place.get(to)];
      const name = `${from} → ${to}`;
      if (a === undefined || b === undefined) fault(['edges', index], `${name} names a system that is not there`);
      else if (a >= b) fault(['edges', index], `${name} does not point forward in time`);
      if (edges.findIndex((other) => other.from === from && other.to === to && other.kind === kind) !== index)
        fault(['edges', index], `${name} by ${kind} stands twice`);
    });
  });

/** All systems and edges of the family tree. */
export type Family = z.infer<typeof familySchema>;
