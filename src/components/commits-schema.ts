/** The strict schema of content/commits.yaml: a missing count, a domain given twice or a wrong date stops the build. */
import { z } from 'astro/zod';
import { slug } from './content-schemas.ts';

const count = z.number().int().min(0);

const releaseSchema = z.strictObject({
  release: z.string().regex(/^\d+\.\d+$/, 'is two numbers with a dot'),
  released: z.iso.date(),
  /** Commits from addresses of no organisation of the list. */
  rest: count,
  /** How many domains these addresses have. */
  domains: count,
});

const organisationSchema = z.strictObject({
  id: slug,
  /** The row of the figure who-builds-xen. */
  row: slug,
  name: z.string().min(2).max(28),
  /** A founding member of the Xen Project, April 2013. */
  founder: z.literal(true).optional(),
  /** Domains of its addresses; each stands for its subdomains too. */
  domains: z.array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'is a domain')).min(1),
  /** A number for each release. */
  commits: z.array(count),
});

/** Commits of Xen by release, oldest first, and by organisation. */
export const commitsSchema = z
  .strictObject({ releases: z.array(releaseSchema).min(2), organisations: z.array(organisationSchema).min(1) })
  .superRefine(({ releases, organisations }, context) => {
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    releases.forEach(({ released }, at) => {
      if (released <= (releases[at - 1]?.released ?? '')) fault(['releases', at], 'is not later than the one before');
    });
    const domains = organisations.flatMap((one) => one.domains);
    organisations.forEach(({ id, commits, domains: own }, at) => {
      if (commits.length !== releases.length)
        fault(['organisations', at, 'commits'], `${id} has ${commits.length} counts for ${releases.length} releases`);
      if (organisations.findIndex((other) => other.id === id) !== at)
        fault(['organisations', at, 'id'], `${id} stands twice`);
      for (const domain of own)
        if (domains.indexOf(domain) !== domains.lastIndexOf(domain))
          fault(['organisations', at, 'domains'], `${domain} stands twice`);
    });
  });

/** Commits by release and organisation. */
export type Commits = z.infer<typeof commitsSchema>;
