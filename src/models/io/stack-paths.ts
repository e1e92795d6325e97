/**
 * The way of one request through two stacks: from a guest to a driver and back.
 *
 * Models: which hop follows which, who owns the CPU in each, what a hop costs, and what several requests that travel
 * together pay only once.
 * - Type 1 is Xen with split drivers: front end in the guest, back end and native driver in dom0. The hops are
 *   evtchn_send() in xen/common/event_channel.c, vcpu_wake() and schedule() in xen/common/sched/core.c, do_grant_table_op()
 *   in xen/common/grant_table.c, do_IRQ() in xen/arch/x86/irq.c (Xen 4.22), and Linux's xen-netfront, xen-netback,
 *   xen-blkfront and xen-blkback.
 * - Type 2 is VMware Workstation 2.0: Sugerman, Venkitachalam and Lim, USENIX 2001, §2.3, Figures 4 and 5. The clock of a
 *   packet starts, as theirs does, when the guest asks for it to be sent, and stops when the guest runs on.
 *
 * Rule of the batch: work is paid for every request; a crossing that the stack can share (notification, switch of domain
 * or world, interrupt, waiting for the CPU) is paid once for the batch. A hop's time is one request's share of it. The
 * emulated card of type 2 is told by one OUT for each packet, so that hop is never shared; a ring is told once.
 *
 * Rule of the load, the same on both sides: one CPU, taken in turns. Who is woken stands behind every busy other, and each
 * of those runs for one turn. Under Xen dom0 and the guest are both woken; on the host only a VMApp that slept in its
 * system call is, because a world switch hands the CPU over directly.
 *
 * Leaves out: caches; several CPUs, and a dom0 with CPUs of its own; schedulers that let a fresh waker go first; how long
 * the first request of a batch waits for the others; persistent grants, which spare the grant hop; the eleven other port
 * accesses of a packet and the interrupt that reports it sent (type 2), and the same interrupt under Xen; the world
 * switches of interrupts that arrive while the guest runs.
 */

import { hostedPath } from './hosted.ts';
import type { Hop, Path, Setting } from './path.ts';
import { splitDriverPath } from './split-driver.ts';

export { hostedPath, splitDriverPath };
export type { Hop, Owner, Path, Place, Request, Setting } from './path.ts';

/** Both ways, for one setting. */
export interface Paths {
  readonly type1: Path;
  readonly type2: Path;
}

/** One moment of the one clock: the hop that each request is in; undefined when its guest runs on. */
export interface Moment extends Paths {
  readonly ns: number;
  /** The times of all moments of the run, in ns. */
  readonly times: readonly number[];
  readonly hop1: Hop | undefined;
  readonly hop2: Hop | undefined;
}

/** Both ways at every moment at which one of the requests moves on; the first is the start, the last finds both done. */
export function run(setting: Setting): readonly Moment[] {
  const paths: Paths = { type1: splitDriverPath(setting), type2: hostedPath(setting) };
  const ends = [paths.type1, paths.type2].flatMap((path) => [...path.hops.map((hop) => hop.startNs), path.totalNs]);
  const times = [...new Set([0, ...ends])].sort((a, b) => a - b);
  return times.map((ns) => ({ ...paths, ns, times, hop1: hopAt(paths.type1, ns), hop2: hopAt(paths.type2, ns) }));
}

/** The hop that a path is in at a time in ns; undefined when the guest runs on. */
export function hopAt(way: Path, ns: number): Hop | undefined {
  return ns >= way.totalNs ? undefined : way.hops.findLast((hop) => hop.startNs <= ns);
}
