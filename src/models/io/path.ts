/** What a way through a stack is made of, and how its hops are put on one clock; stack-paths.ts says what is modelled. */

/** Who has the CPU (or, for hardware, the request) during a hop. */
export type Owner = 'hw' | 'xen' | 'dom0' | 'domu1' | 'domu2' | 'hostos';

/** Where the request stands: a part of one of the two stacks. */
export type Place =
  | 'guest'
  | 'events'
  | 'scheduler'
  | 'grants'
  | 'interrupt'
  | 'backend'
  | 'driver'
  | 'device'
  | 'monitor'
  | 'wall'
  | 'vmapp';

/** A packet that a guest sends, or a read that it waits for. */
export type Request = 'packet' | 'read';

/** What the reader sets; all costs in µs for one request or one crossing. */
export interface Setting {
  readonly request: Request;
  /** Busy guests beside this one under Xen; busy programs beside the virtual machine on the host. */
  readonly busy: number;
  /** Requests that share one notification or one world switch. */
  readonly batch: number;
  /** How long each busy other runs before the one that was woken. */
  readonly turn: number;
  /** The native driver with the stack above it, the same work in dom0 and in the host. */
  readonly driver: number;
  /** The device itself; a packet does not wait for it. */
  readonly device: number;
  /** Taking the device's interrupt and waking who sleeps on it, in Xen or in the host. */
  readonly interrupt: number;
  /** The guest's own part of a read, each time: front end, or driver of the emulated disk. */
  readonly guestWork: number;
  /** One EVTCHNOP_send. */
  readonly event: number;
  /** Xen's switch from one domain to another. */
  readonly domainSwitch: number;
  /** netback or blkback, each time it has the request. */
  readonly backend: number;
  /** One GNTTABOP on the granted page. */
  readonly grant: number;
  /** The VMM's handling of the intercepted instruction. */
  readonly exit: number;
  /** One world switch, one way. */
  readonly worldSwitch: number;
  /** VMApp before its system call. */
  readonly before: number;
  /** VMApp after its system call. */
  readonly after: number;
  /** The VMM's return to the guest. */
  readonly resume: number;
}

/** One hop of one request, its time in whole ns: the share that falls to one request of the batch. */
export interface Hop {
  readonly key: string;
  readonly place: Place;
  readonly owner: Owner;
  /** A word or two for a segment. */
  readonly label: string;
  /** A clause: who does what. */
  readonly does: string;
  readonly startNs: number;
  readonly ns: number;
  /** Whether the batch pays it once. */
  readonly once: boolean;
  /** Whether the request uses the CPU here; waiting and the device do not. */
  readonly cpu: boolean;
  /** Whether Sugerman et al. 2001 published this cost, for this kind of request. */
  readonly published: boolean;
  /** Crossings of a privilege boundary that fall to one request. */
  readonly crossings: number;
}

/** One whole way through one stack. */
export interface Path {
  readonly hops: readonly Hop[];
  readonly totalNs: number;
  readonly cpuNs: number;
  /** When the driver has handed the request to the device. */
  readonly launchNs: number;
  readonly crossings: number;
}

/** A hop before the clock and the batch: its cost in µs. */
export interface Step extends Pick<Hop, 'key' | 'place' | 'owner' | 'label' | 'does'> {
  readonly cost: number;
  readonly once?: boolean;
  readonly idle?: boolean;
  /** Crossings for every request, and crossings that a batch makes once. */
  readonly each?: number;
  readonly shared?: number;
}

/** Puts steps on the clock: each begins where the one before it ends; times are rounded to whole ns. */
export function path(steps: readonly Step[], { batch }: Setting, published = false): Path {
  let ns = 0;
  const hops: Hop[] = [];
  for (const { cost, once = false, idle = false, each = 0, shared = 0, ...step } of steps) {
    // Nobody waits when nobody is busy.
    if (step.label === 'wait' && cost === 0) continue;
    const hop: Hop = {
      ...step,
      startNs: ns,
      ns: Math.round((cost * 1000) / (once ? batch : 1)),
      once,
      cpu: !idle,
      published,
      crossings: each + shared / batch,
    };
    hops.push(hop);
    ns += hop.ns;
  }
  const sum = (of: (hop: Hop) => number): number => hops.reduce((total, hop) => total + of(hop), 0);
  const launch = hops.find((hop) => hop.key === 'driver');
  return {
    hops,
    totalNs: ns,
    cpuNs: sum((hop) => (hop.cpu ? hop.ns : 0)),
    launchNs: launch ? launch.startNs + launch.ns : 0,
    crossings: sum((hop) => hop.crossings),
  };
}
