/**
 * The ancestry and the offspring of systems: closures in a directed graph without circles.
 *
 * Models: systems in the order of their years, and edges that say of which kind an influence was; a choice of kinds and a
 * moment (the first so many systems) leave a part of the graph; in it ancestry, offspring and the longest line through a
 * system are found by following edges.
 * Leaves out: how strong an influence was (an edge is there or not), influence that nobody wrote down, and the years
 * after a system’s first one: what went over later still counts from the beginning.
 * Stands in: no source file of Xen. Systems, edges and their sources are content/family-tree.yaml.
 */

/** The kinds of edges. */
export const kinds = ['code', 'idea', 'people', 'interface'] as const;

/** What went over from one system to the other. */
export type Kind = (typeof kinds)[number];

/** One system. */
export interface System {
  readonly id: string;
  readonly name: string;
  /** Of the first release, or of the first use or publication where nothing was released. */
  readonly year: number;
  /** Who made it, in a sentence; left out where only names travel. */
  readonly note?: string | undefined;
}

/** One influence. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: Kind;
  /** What went over, in a sentence; left out where only edges travel. */
  readonly passed?: string | undefined;
  /** What the page calls the sources, with the place. */
  readonly cited?: string | undefined;
}

/** All systems, oldest first, and all edges. */
export interface Family {
  readonly systems: readonly System[];
  readonly edges: readonly Edge[];
}

/** What a moment and a choice of kinds leave, seen from one system. */
export interface Kin {
  /** Systems that are there, oldest first. */
  readonly systems: readonly System[];
  /** Edges of the chosen kinds between them. */
  readonly edges: readonly Edge[];
  /** The system whose kin it is; undefined while it is not there. */
  readonly chosen: System | undefined;
  readonly ancestors: readonly System[];
  readonly offspring: readonly System[];
  /** The most systems that follow one another through the chosen one, itself among them. */
  readonly line: readonly System[];
}

/** Which way edges are followed. */
export type Direction = 'from' | 'to';

/** The systems that are reached from one by following edges, itself left out. Edges are in no need of an order. */
export function closure(edges: readonly Edge[], id: string, direction: Direction): ReadonlySet<string> {
  const reached = new Set<string>();
  const follow = (at: string): void => {
    for (const edge of edges) {
      const next = edge[direction];
      if (edge[direction === 'from' ? 'to' : 'from'] !== at || reached.has(next) || next === id) continue;
      reached.add(next);
      follow(next);
    }
  };
  follow(id);
  return reached;
}

/** The longest line that ends (`from`) or begins (`to`) at a system, oldest first; of several the one found first. */
export function longestLine(edges: readonly Edge[], id: string, direction: Direction): readonly string[] {
  const known = new Map<string, readonly string[]>();
  const line = (at: string): readonly string[] => {
    const before = known.get(at);
    if (before) return before;
    let best: readonly string[] = [];
    for (const edge of edges) {
      if (edge[direction === 'from' ? 'to' : 'from'] !== at) continue;
      const other = line(edge[direction]);
      if (other.length > best.length) best = other;
    }
    const found = direction === 'from' ? [...best, at] : [at, ...best];
    known.set(at, found);
    return found;
  };
  return line(id);
}

/** The kin of one system among the first `count`, by edges of some kinds. Edges that are at fault are left out. */
export function kinOf(family: Family, shown: readonly string[], id: string, count: number): Kin {
  const systems = family.systems.slice(0, Math.max(0, count));
  const place = new Map(systems.map((system, index) => [system.id, index]));
  const edges = family.edges.filter(({ from, to, kind }) => {
    const [a, b] = [place.get(from), place.get(to)];
    return shown.includes(kind) && a !== undefined && b !== undefined && a < b;
  });
  const chosen = systems.find((system) => system.id === id);
  const among = (ids: ReadonlySet<string>): readonly System[] => systems.filter((system) => ids.has(system.id));
  if (!chosen) return { systems, edges, chosen, ancestors: [], offspring: [], line: [] };
  return {
    systems,
    edges,
    chosen,
    ancestors: among(closure(edges, id, 'from')),
    offspring: among(closure(edges, id, 'to')),
    line: among(new Set([...longestLine(edges, id, 'from'), ...longestLine(edges, id, 'to')])),
  };
}

/** The system with the most offspring by edges of some kinds, and how many; of several the oldest. */
export function mostOffspring(
  family: Family,
  shown: readonly string[],
): { readonly system: System | undefined; readonly count: number } {
  const edges = family.edges.filter(({ kind }) => shown.includes(kind));
  let best: { system: System | undefined; count: number } = { system: undefined, count: 0 };
  for (const system of family.systems) {
    const count = closure(edges, system.id, 'to').size;
    if (count > best.count) best = { system, count };
  }
  return best;
}
