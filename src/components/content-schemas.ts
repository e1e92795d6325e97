/** Strict schemas of the data files in content/: an unknown key, a wrong date or a second entry of one id stops the build. */
import { z } from 'astro/zod';

/** An id or a cite key. */
export const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is lower case words with hyphens');
/** Text that ends as a sentence does. */
export const sentence = z.string().regex(/^\S[\s\S]*[.’)]$/, 'is whole sentences, with a full stop');
/** Text of one line. */
export const line = z.string().regex(/^\S(.*\S)?$/, 'is one line without space around it');
const partialDate = z
  .string()
  .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'is YYYY, YYYY-MM or YYYY-MM-DD')
  .refine(isCalendarDate, 'is no date of the calendar');
const day = partialDate.refine((date) => date.length === 10, 'is YYYY-MM-DD');

/** How well a fact is known: read in the primary source, read in another source, or worked out for this book. */
export const confidences = ['verified', 'secondary', 'derived'] as const;

/** Units that published figures carry; '' stands for a count or a score. */
export const units = [
  '',
  '%',
  'cycles',
  'µs',
  'ms',
  's',
  '1/s',
  'Mbit/s',
  'bytes',
  'kB',
  'MB',
  'lines',
  'W',
  '¢/kWh',
  'TWh',
  'kg',
  'g/kWh',
  'GHz',
  'US$',
] as const;

const printed = ['paper', 'thesis', 'book', 'news', 'standard'] as const;
const online = ['code', 'documentation', 'encyclopedia', 'blog', 'release-notes'] as const;

/** One work that is cited. */
export const referenceSchema = z
  .strictObject({
    kind: z.enum([...printed, ...online]),
    /** People as 'J. Sugerman', organisations by their name. */
    authors: z.array(line).min(1),
    /** In square brackets where it is ours. */
    title: line,
    /** Venue, publisher or site. */
    in: line.optional(),
    /** Of publication; for an undated page the year in which it was consulted, which its note says. */
    year: z.number().int().min(1960).max(2100),
    date: day.optional(),
    pages: line.optional(),
    doi: z
      .string()
      .regex(/^10\.\d{4,}\/\S+$/, 'is a DOI without a prefix')
      .optional(),
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** What was read for this book: all of it, a part, or only what others say about it. */
    read: z.enum(['full', 'excerpt', 'secondary']),
    note: sentence.optional(),
  })
  .refine(({ date, year }) => date === undefined || date.startsWith(`${year}-`), {
    path: ['date'],
    message: 'is in another year than `year`',
  });

/** content/references.yaml: works by cite key. */
export const referencesSchema = z.record(slug, referenceSchema);

/** One published figure. */
export const numberSchema = z
  .strictObject({
    value: z.number(),
    unit: z.enum(units),
    /** What was measured, in one sentence. */
    what: sentence,
    /** Of publication, or of the source that was counted. */
    year: z.number().int().min(1960).max(2100),
    machine: line.optional(),
    source: slug,
    /** Page, table or section; or file and tag. */
    at: line.optional(),
    confidence: z.enum(confidences),
    note: sentence.optional(),
  })
  .refine(({ confidence, note }) => confidence !== 'derived' || note !== undefined, {
    path: ['note'],
    message: 'is missing: a derived figure says how it was derived',
  });

/** content/numbers.yaml: figures by group and name. */
export const numbersSchema = z.record(slug, z.record(slug, numberSchema));

/** One event of the history. */
export const eventSchema = z.strictObject({
  /** Never changes. */
  id: slug,
  /** A day, a month or a year, as precise as the source. */
  date: partialDate,
  approximate: z.literal(true).optional(),
  /** Where sources differ about the day, or which day it is. */
  dateNote: sentence.optional(),
  title: line.max(60),
  text: sentence.max(320),
  /** `releases` are Xen's own releases and milestones of its source; `products` is every other software or service. */
  kind: z.enum(['people', 'papers', 'products', 'releases', 'hardware']),
  source: slug,
  at: line.optional(),
  confidence: z.enum(['verified', 'secondary']),
});

/** content/timeline.yaml: events, oldest first. */
export const timelineSchema = z
  .array(eventSchema)
  .superRefine(uniqueIds)
  .superRefine((events, context) => {
    events.forEach((event, index) => {
      const before = events[index - 1];
      if (before && dateKey(before.date) > dateKey(event.date))
        context.addIssue({
          code: 'custom',
          path: [index, 'date'],
          message: `stands after ${before.id}, which is later`,
        });
    });
  });

/** What an entry of the atlas is: a hypervisor by where it stands, what packs Xen, or what rents a hypervisor out. */
export const kinds = ['type-1', 'xen-distribution', 'in-kernel', 'hosted', 'service'] as const;

/** Offered and looked after; past its main support, or with something newer from its maker; no longer offered. */
export const states = ['current', 'legacy', 'ended'] as const;

/** One hypervisor, product or service; its cells are read on a phone. */
export const hypervisorSchema = z
  .strictObject({
    id: slug,
    name: line.max(28),
    /** Earlier names, oldest first. */
    formerly: z.array(line),
    maker: line.max(30),
    kind: z.enum(kinds),
    /** Id of the row whose hypervisor it runs. */
    basedOn: slug.optional(),
    /** On the border between the types: `dispute` then gives both sides. */
    border: z.literal(true).optional(),
    dispute: sentence.optional(),
    /** Where the device drivers live. */
    drivers: line.max(52).optional(),
    /** What boots first and owns the machine. */
    bootsFirst: line.max(60).optional(),
    /** How the processor is virtualized. */
    technique: line.max(60).optional(),
    licence: line.max(46).optional(),
    /** The newest version that was found up to `asOf`; left out where none could be confirmed. */
    newest: z.strictObject({ version: line.max(24), date: partialDate.optional() }).optional(),
    state: z.enum(states),
    status: sentence.max(100),
    /** Month in which this row was last checked. */
    asOf: partialDate.refine((date) => date.length === 7, 'is YYYY-MM'),
    sources: z.array(slug).min(1),
    confidence: z.enum(['verified', 'secondary']),
  })
  .refine(({ border, dispute }) => (border === true) === (dispute !== undefined), {
    path: ['dispute'],
    message: 'goes with `border`, and `border` with it',
  })
  .refine(({ kind, basedOn }) => (kind === 'xen-distribution' || kind === 'service') === (basedOn !== undefined), {
    path: ['basedOn'],
    message: 'goes with distributions of Xen and with services, and with them alone',
  })
  .refine((row) => row.kind === 'service' || (row.drivers && row.bootsFirst && row.technique && row.licence), {
    path: ['drivers'],
    message: 'is wanted with `bootsFirst`, `technique` and `licence`, unless it is a service',
  });

/** content/hypervisors.yaml: rows in the order of the table as it opens. */
export const hypervisorsSchema = z
  .array(hypervisorSchema)
  .superRefine(uniqueIds)
  .superRefine((rows, context) => {
    rows.forEach(({ id, basedOn }, index) => {
      if (basedOn !== undefined && !rows.some((row) => row.id === basedOn && row.id !== id))
        context.addIssue({
          code: 'custom',
          path: [index, 'basedOn'],
          message: `names ${basedOn}, which is no other row`,
        });
    });
  });

/** One word that an article defines. */
export const termSchema = z.strictObject({
  id: slug,
  term: line,
  /** Other spellings and names. */
  aka: z.array(line).min(1).optional(),
  definition: sentence.max(320),
  /** The actor that the word names, whose colour it carries. */
  actor: z.enum(['hw', 'xen', 'dom0', 'driver', 'domu1', 'hostos']).optional(),
  /** Slug of the article that teaches it. */
  article: slug,
  source: slug.optional(),
});

/** content/glossary.yaml: words, sorted by term. */
export const glossarySchema = z
  .array(termSchema)
  .superRefine(uniqueIds)
  .superRefine((terms, context) => {
    terms.forEach(({ term }, index) => {
      const before = terms[index - 1];
      if (before && before.term.localeCompare(term, 'en') >= 0)
        context.addIssue({ code: 'custom', path: [index, 'term'], message: `does not sort after ${before.term}` });
    });
  });

/** One work that is cited. */
export type Reference = z.infer<typeof referenceSchema>;
/** Works by cite key. */
export type References = z.infer<typeof referencesSchema>;
/** One published figure. */
export type PublishedNumber = z.infer<typeof numberSchema>;
/** Published figures by group and name. */
export type Numbers = z.infer<typeof numbersSchema>;
/** One event of the history. */
export type TimelineEvent = z.infer<typeof eventSchema>;
/** One hypervisor, product or service. */
export type Hypervisor = z.infer<typeof hypervisorSchema>;
/** One word of the glossary. */
export type Term = z.infer<typeof termSchema>;

/** The day on which a date's period begins ('1967' → '1967-01-01'), by which dates of different precision compare. */
export function dateKey(date: string): string {
  return `${date}-01-01`.slice(0, 10);
}

function isCalendarDate(date: string): boolean {
  const key = dateKey(date);
  const parsed = new Date(`${key}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(key);
}

/** Refuses a list in which an id stands twice. */
export function uniqueIds(entries: readonly { readonly id: string }[], context: z.RefinementCtx): void {
  entries.forEach(({ id }, index) => {
    if (entries.findIndex((other) => other.id === id) !== index)
      context.addIssue({ code: 'custom', path: [index, 'id'], message: 'stands twice' });
  });
}
