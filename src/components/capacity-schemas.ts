/** Strict schemas of what the figures on consolidation start from: the example rack, and the grids of one year. */
import { z } from 'astro/zod';
import { line, slug, uniqueIds } from './content-schemas.ts';

/** One server of the example rack; loads are percentages of its own cores, hours are of the day. */
export const serverSchema = z
  .strictObject({
    name: line.max(10),
    busy: z.enum(['day', 'night', 'always']),
    cores: z.number().int().min(1),
    /** In GiB. */
    memory: z.number().int().min(1),
    base: z.number().int().min(0).max(100),
    peak: z.number().int().min(0).max(100),
    from: z.number().int().min(0).max(23),
    to: z.number().int().min(0).max(23),
  })
  .refine(({ base, peak }) => base <= peak, { path: ['peak'], message: 'is below `base`' })
  .refine(({ busy, base, peak, from, to }) => (busy === 'always') === (base === peak && from === to), {
    path: ['busy'],
    message: '`always` is one load all day',
  });

/** content/racks.yaml: at most as many servers as the exact packing takes. */
export const rackSchema = z
  .array(serverSchema)
  .max(12)
  .superRefine((servers, context) => {
    servers.forEach(({ name }, index) => {
      if (servers.findIndex((other) => other.name === name) !== index)
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'stands twice' });
    });
  });

/** content/grids.yaml: how much carbon a kilowatt-hour of each grid brings, all of one year. */
export const gridsSchema = z.strictObject({
  year: z.number().int().min(2000).max(2100),
  unit: z.literal('g/kWh'),
  source: slug,
  at: line,
  places: z
    .array(z.strictObject({ id: slug, name: line.max(20), intensity: z.number().positive().max(1500) }))
    .min(2)
    .superRefine(uniqueIds),
});

/** One server of the example rack. */
export type Server = z.infer<typeof serverSchema>;
/** Grids of one year. */
export type Grids = z.infer<typeof gridsSchema>;
