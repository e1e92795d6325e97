/**
 * Which kinds of guest a set of constraints leaves, and which constraint excludes the others.
 *
 * Models: what each kind needs and has (content/guest-types.yaml, each fact with its place in Xen 4.22), and rules that read
 * those facts. A rule excludes a kind, or lets it stay under a condition; that file names its place in Xen's documents, too. Some constraints change what others mean: a passed-through device rules out migration, and only 64-bit PV is
 * open to Meltdown.
 *
 * Leaves out: dom0, which is a choice of the host and not of a guest; Arm, which has one kind of guest; nested
 * virtualization; what a given release of an operating system supports; performance.
 */

/** Who does a thing in a guest's place, or that it does it itself, knowing Xen. */
export type Doer = 'guest' | 'cpu' | 'xen' | 'qemu' | 'nobody';

/** One aspect of one kind of guest. */
export interface Cell {
  readonly by: Doer;
  readonly word: string;
  /** Left out where the page has yet to fetch it. */
  readonly says?: string;
  /** Its source, by name. */
  readonly cited?: string;
}

/** What the rules ask about a kind of guest. */
export interface Facts {
  readonly vtx: boolean;
  readonly qemu: boolean;
  /** Which kernels it takes: ported to PV, PVH-aware, any, or any with PV drivers. */
  readonly kernel: 'ported' | 'pvh' | 'any' | 'drivers';
  readonly firmware: boolean;
  readonly passthrough: boolean;
  /** Whether its 64-bit form reads Xen's memory with Meltdown. */
  readonly exposed: boolean;
}

/** One kind of guest. */
export interface GuestType {
  readonly id: string;
  readonly name: string;
  readonly has: Facts;
  readonly cells: Readonly<Record<string, Cell>>;
}

/** One thing in which kinds of guests differ; those with a short name are drawn side by side. */
export interface Aspect {
  readonly id: string;
  readonly name: string;
  readonly short?: string | undefined;
}

/** content/guest-types.yaml. */
export interface GuestTypes {
  readonly aspects: readonly Aspect[];
  readonly types: readonly GuestType[];
}

/** What a reader may ask for. */
export type Constraint =
  'noVtx' | 'windows' | 'noQemu' | 'pci' | 'migrate' | 'bits32' | 'pvOnly' | 'firmware' | 'meltdown';

/** What a rule says of a kind: it is out, or stays if a condition holds. */
export interface Finding {
  readonly constraint: Constraint;
  readonly out: boolean;
  readonly says: string;
}

/** What a constraint says of a kind; `out:` and `if:` begin it, and undefined means that it says nothing. */
type Rule = (has: Facts, asked: ReadonlySet<Constraint>) => string | undefined;

const isPv = ({ kernel }: Facts): boolean => kernel === 'ported';

/** The rules; where each comes from stands in content/guest-types.yaml. */
export const rules: Readonly<Record<Constraint, Rule>> = {
  noVtx: ({ vtx }) => (vtx ? 'out:it needs VT-x or SVM' : undefined),
  windows: ({ kernel }) =>
    kernel === 'any'
      ? undefined
      : kernel === 'drivers'
        ? 'if:with Xen’s drivers for Windows'
        : `out:its kernel has to be ${kernel === 'pvh' ? 'PVH-aware' : 'ported'}`,
  noQemu: ({ qemu }) => (qemu ? 'out:it needs QEMU, even if in a stub domain' : undefined),
  pci: ({ passthrough }) => (passthrough ? 'if:with an IOMMU' : 'out:pass-through is refused for PVH'),
  migrate: (has, asked) =>
    asked.has('pci')
      ? 'out:with a PCI device it does not migrate'
      : isPv(has) && !has.vtx
        ? 'if:with shadow paging built into Xen'
        : undefined,
  bits32: (has) => (isPv(has) && !has.vtx ? 'if:without security support' : undefined),
  pvOnly: (has) =>
    isPv(has)
      ? undefined
      : has.kernel === 'pvh'
        ? 'out:the kernel lacks the PVH entry'
        : 'out:the kernel does not boot on a PC',
  firmware: ({ firmware }) => (firmware ? undefined : 'out:there is no BIOS or UEFI for it'),
  meltdown: ({ exposed }, asked) => (exposed && !asked.has('bits32') ? 'if:with XPTI on' : undefined),
};

/** What the constraints find about a kind of guest, in their order. */
export function findingsOf({ has }: GuestType, constraints: readonly Constraint[]): readonly Finding[] {
  const asked = new Set(constraints);
  return constraints.flatMap((constraint) => {
    const said = rules[constraint](has, asked);
    if (said === undefined) return [];
    const [kind, says = ''] = said.split(':');
    return [{ constraint, out: kind === 'out', says }];
  });
}

/** A kind of guest with what was found: out by one finding, or staying if all conditions hold. */
export interface Judged {
  readonly type: GuestType;
  readonly findings: readonly Finding[];
  readonly out: boolean;
}

/** All kinds, judged. */
export function judge(types: readonly GuestType[], constraints: readonly Constraint[]): readonly Judged[] {
  return types.map((type) => {
    const findings = findingsOf(type, constraints);
    return { type, findings, out: findings.some(({ out }) => out) };
  });
}
