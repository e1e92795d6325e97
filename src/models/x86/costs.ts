/**
 * What a run costs: counters of primitive events, the cycles of each, and their sum.
 *
 * What it models: cycles = Σ counter × cost, and nothing else. Every cost is a *primitive* that was published by itself
 * (`primitives` names the number in content/numbers.yaml), or a slider whose value nobody has published. The results that the
 * lab predicts are never costs: of Adams and Agesen (ASPLOS 2006) the nano-benchmarks and `forkwait`, of SOSP 2003 page fault and
 * context switch. What is taken in from these two papers stands elsewhere in them: in §3.2 and §3.3 the costs of `cli`, of one
 * trapped, one called-out and one translated `rdtsc`, in §6.3 the translator, in Table 1 VMREAD and VMWRITE; in SOSP's Tables 3
 * and 5 null call and protection fault. Exits are those of ATC 2012, Table 1: one measure for six CPUs.
 *
 * What it leaves out: caches, pipelines, branch prediction, and how one event makes the next one dearer. A plain instruction
 * costs the same whatever it does. The primitives come from NetBurst CPUs (Pentium 4, Xeon) of 2003 to 2006; on the newer machines
 * only exits, VMREAD and VMWRITE change.
 */

/** What is counted in a run. Every counter is a plain number; hypervisors add to them, nothing else reads them but `cycles`. */
export interface Counters {
  /** Guest instructions retired with the guest's own CPL 0 to 2, and 3. */
  kernelInstructions: number;
  userInstructions: number;
  /** Instructions that a hypervisor's generated code executes beyond the guest's own (translation cache, hypercall stubs). */
  extraInstructions: number;
  /** Privileged instructions that the CPU itself executes for the guest: CLI, STI, POPF in ring 0, MOV to CRn, LGDT, INVLPG … */
  privileged: number;
  /** Ways through the IDT and back (fault, INT n, interrupt … IRET) that the CPU goes by itself, whoever stands at the gate. */
  traps: number;
  /** External interrupts that reached the guest's handler (shown; their cost is in traps, exits and so on). */
  interrupts: number;
  /** IN and OUT that reach a device by themselves. */
  portAccesses: number;
  tlbMisses: number;
  walkReads: number;
  /** Real loads of CR3, by guest or hypervisor (shown; the TLB that they empty is in walkReads). */
  cr3Loads: number;
  /** Changes of the real CPL or of VMX mode, each way (shown). */
  ringCrossings: number;

  /** Traps into a hypervisor in ring 0 that finds out why, emulates or reflects, and returns (ring compression, translation). */
  monitorTraps: number;

  /** Guest instructions that the translator has taken in, each time. */
  translatedInstructions: number;
  /** Calls from the translation cache out into the hypervisor. */
  callouts: number;
  /** Sensitive instructions that run as a sequence inside the translation cache. */
  inCacheEmulations: number;

  /** Entries into Xen that a ported guest asked for; a batch is one. */
  hypercalls: number;
  /** Page-table entries that Xen has checked and written for a ported guest. */
  pageTableUpdatesValidated: number;
  /** Faults, system calls and events that Xen hands on to a ported guest's handler (besides the trap itself). */
  bounces: number;

  /** Exits from VMX non-root operation, by reason. */
  exitsPageFault: number;
  exitsException: number;
  exitsIo: number;
  exitsHlt: number;
  exitsControlRegister: number;
  exitsInvlpg: number;
  exitsCpuid: number;
  exitsInterrupt: number;
  exitsWindow: number;
  exitsNested: number;
  exitsHypercall: number;
  exitsOther: number;
  vmreads: number;
  vmwrites: number;
  /** Instructions emulated after an exit: a traced write, a port, CPUID, MOV to CR3. */
  emulations: number;

  /** Shadow entries filled after a hidden fault. */
  shadowFills: number;
  /** Guest page-table writes that a trace caught (each is also a monitorTrap or an exit), and those of retranslated code. */
  pageTableUpdatesTraced: number;
  pageTableUpdatesSimulated: number;
}

/** Counters at the start of a run. */
export function noCounters(): Counters {
  return {
    kernelInstructions: 0,
    userInstructions: 0,
    extraInstructions: 0,
    privileged: 0,
    traps: 0,
    interrupts: 0,
    portAccesses: 0,
    tlbMisses: 0,
    walkReads: 0,
    cr3Loads: 0,
    ringCrossings: 0,
    monitorTraps: 0,
    translatedInstructions: 0,
    callouts: 0,
    inCacheEmulations: 0,
    hypercalls: 0,
    pageTableUpdatesValidated: 0,
    bounces: 0,
    exitsPageFault: 0,
    exitsException: 0,
    exitsIo: 0,
    exitsHlt: 0,
    exitsControlRegister: 0,
    exitsInvlpg: 0,
    exitsCpuid: 0,
    exitsInterrupt: 0,
    exitsWindow: 0,
    exitsNested: 0,
    exitsHypercall: 0,
    exitsOther: 0,
    vmreads: 0,
    vmwrites: 0,
    emulations: 0,
    shadowFills: 0,
    pageTableUpdatesTraced: 0,
    pageTableUpdatesSimulated: 0,
  };
}

/** The sums that a run is known by. */
export interface Totals {
  readonly instructions: number;
  /** Ways through the IDT, into the guest's handlers or into a hypervisor. */
  readonly traps: number;
  readonly exits: number;
  readonly hypercalls: number;
  /** Instructions that a translator has taken in. */
  readonly translations: number;
  /** Page-table entries that a hypervisor has checked, or has had to hear of. */
  readonly pageTableUpdates: number;
}

/** Sums over counters of a kind. */
export function totals(c: Counters): Totals {
  return {
    instructions: c.kernelInstructions + c.userInstructions,
    traps: c.traps + c.monitorTraps,
    exits: exits(c),
    hypercalls: c.hypercalls,
    translations: c.translatedInstructions,
    pageTableUpdates: c.pageTableUpdatesValidated + c.pageTableUpdatesTraced + c.pageTableUpdatesSimulated,
  };
}

/** Exits of all reasons. */
export function exits(counters: Counters): number {
  return countersOf.exit.reduce((sum, name) => sum + counters[name], 0);
}

/** What each primitive event costs, in cycles. */
export interface Costs {
  readonly instruction: number;
  readonly privileged: number;
  readonly trap: number;
  readonly portAccess: number;
  readonly walkRead: number;
  readonly monitorTrap: number;
  readonly translator: number;
  readonly callout: number;
  readonly inCache: number;
  readonly hypercall: number;
  readonly validatedUpdate: number;
  readonly bounce: number;
  readonly exit: number;
  readonly vmread: number;
  readonly vmwrite: number;
  readonly emulation: number;
  readonly shadowFill: number;
}

/** Machines whose exit was published (ATC 2012, Table 1), oldest first. */
export const machines = ['prescott', 'merom', 'penryn', 'nehalem', 'westmere', 'sandy-bridge'] as const;
/** The name of one of them. */
export type MachineName = (typeof machines)[number];

/** VMREADs that handling a typical exit takes (Adams and Agesen, §7.1). */
export const vmreadsPerExit = 10;

/**
 * Where each cost comes from: the name of a published number, or a value that nobody published. Three stand for something else
 * than what was measured. `trap` is SOSP's null call on native Linux, which also enters a kernel and leaves it; `hypercall` is the
 * same, because a classic hypercall is INT, a table of functions and IRET; `emulation` is a called-out `rdtsc`, because both kinds
 * of monitor share their emulation (Adams and Agesen, §4.2).
 */
export const primitives = {
  instruction: 1,
  privileged: 'adams-agesen2006.cli-native',
  trap: 'sosp2003.trap',
  portAccess: 3800,
  walkRead: 'bhargava2008.walk-read',
  monitorTrap: 'adams-agesen2006.rdtsc-trap',
  translator: 'adams-agesen2006.translator',
  callout: 'adams-agesen2006.rdtsc-callout',
  inCache: 'adams-agesen2006.rdtsc-translated',
  hypercall: 'sosp2003.trap',
  validatedUpdate: 300,
  bounce: 'sosp2003.bounce',
  exit: 'agesen2012.exit-prescott',
  vmread: 'adams-agesen2006.vmcb-read-p4',
  vmwrite: 'adams-agesen2006.vmcb-write-p4',
  emulation: 'adams-agesen2006.rdtsc-callout',
  shadowFill: 1000,
} as const satisfies Readonly<Record<keyof Costs, string | number>>;

/** The costs on a machine, from a function that knows the published numbers. VMREAD and VMWRITE are published for two CPUs only. */
export function costsOn(machine: MachineName, published: (name: string) => number): Costs {
  const named: Record<keyof Costs, string | number> = { ...primitives, exit: `agesen2012.exit-${machine}` };
  if (machine !== 'prescott') {
    named.vmread = 'adams-agesen2006.vmcb-read-core';
    named.vmwrite = 'adams-agesen2006.vmcb-write-core';
  }
  const plain = Object.entries(named).map(([name, value]) => [
    name,
    typeof value === 'number' ? value : published(value),
  ]);
  return Object.fromEntries(plain) as Costs;
}

/** Costs as a reader may set them: those that the CPU does not change, its six exits, and two pairs of VMREAD and VMWRITE. */
export type CostSettings = Partial<Omit<Costs, 'exit'>> &
  Omit<Costs, 'exit' | 'translator' | 'portAccess' | 'shadowFill'> &
  Readonly<Record<Exclude<MachineName, 'sandy-bridge'> | 'sandyBridge' | 'vmreadLater' | 'vmwriteLater', number>> & {
    readonly machine: MachineName;
  };

/** The costs that a reader has set, on the CPU chosen; costs that a figure does not ask for are 0. */
export function costsFrom(set: CostSettings): Costs {
  const { machine } = set;
  const later = machine !== 'prescott';
  return {
    translator: 0,
    portAccess: 0,
    shadowFill: 0,
    ...set,
    exit: set[machine === 'sandy-bridge' ? 'sandyBridge' : machine],
    vmread: later ? set.vmreadLater : set.vmread,
    vmwrite: later ? set.vmwriteLater : set.vmwrite,
  };
}

/** Which counters each cost multiplies. A counter in no list is shown and costs nothing by itself. */
export const countersOf: Readonly<Record<keyof Costs, readonly (keyof Counters)[]>> = {
  instruction: ['kernelInstructions', 'userInstructions', 'extraInstructions'],
  privileged: ['privileged'],
  trap: ['traps'],
  portAccess: ['portAccesses'],
  walkRead: ['walkReads'],
  monitorTrap: ['monitorTraps'],
  translator: ['translatedInstructions'],
  callout: ['callouts'],
  inCache: ['inCacheEmulations'],
  hypercall: ['hypercalls'],
  validatedUpdate: ['pageTableUpdatesValidated'],
  bounce: ['bounces'],
  exit: [
    'exitsPageFault',
    'exitsException',
    'exitsIo',
    'exitsHlt',
    'exitsControlRegister',
    'exitsInvlpg',
    'exitsCpuid',
    'exitsInterrupt',
    'exitsWindow',
    'exitsNested',
    'exitsHypercall',
    'exitsOther',
  ],
  vmread: ['vmreads'],
  vmwrite: ['vmwrites'],
  emulation: ['emulations'],
  shadowFill: ['shadowFills'],
};

/** One product of the sum. */
export interface Term {
  readonly cost: keyof Costs;
  readonly count: number;
  readonly cycles: number;
}

/** The sum's products, those that are not 0, in the order of `Costs`. */
export function terms(counters: Counters, costs: Costs): readonly Term[] {
  return (Object.keys(countersOf) as (keyof Costs)[]).flatMap((cost) => {
    let count = 0;
    for (const name of countersOf[cost]) count += counters[name];
    return count === 0 ? [] : [{ cost, count, cycles: count * costs[cost] }];
  });
}

/** Cycles of a run: the sum of its events, each at its cost. */
export function cycles(counters: Counters, costs: Costs): number {
  let sum = 0;
  for (const term of terms(counters, costs)) sum += term.cycles;
  return sum;
}
