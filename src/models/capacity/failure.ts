/**
 * A host is lost: which of its VMs the others can start again.
 *
 * Models: the VMs of the lost host come largest memory first, and each goes to the surviving host with the most free
 * memory, as in the failover planner of xapi (xen-api, ocaml/xapi/binpack.ml, biggest_fit_decreasing). Headroom is there
 * for this: a survivor may be filled to the last. VMs that run are not moved.
 * It differs from xapi in one thing: xapi counts memory alone; here a host must also have the CPU, and where it has not
 * the next one is asked.
 * Leaves out: priorities of restart, the time that a restart takes, what the VMs had not yet written, and a second loss.
 */
import { loadOf, refusalOf, sumOf, type Refusal, type Vector } from './packing.ts';

/** One VM of the lost host: where it is started again (-1: nowhere), and what the roomiest host lacked. */
export interface Restart {
  readonly item: number;
  readonly host: number;
  readonly refused: Refusal;
}

/** Starts the VMs of the host `lost` (from 0) on the others; `capacity` is what a host gives without headroom. */
export function restart(
  hosts: readonly (readonly number[])[],
  lost: number,
  items: readonly Vector[],
  capacity: Vector,
): readonly Restart[] {
  const loads = hosts.map((vms) => loadOf(vms, items, capacity));
  const memory = (vectors: readonly Vector[], at: number): number => vectors[at]?.[0] ?? 0;
  const survivors = [...hosts.keys()].filter((at) => at !== lost);
  const failed = [...(hosts[lost] ?? [])].sort((a, b) => memory(items, b) - memory(items, a) || a - b);
  return failed.map((item) => {
    const asked = items[item] ?? [];
    survivors.sort((a, b) => memory(loads, a) - memory(loads, b) || a - b);
    const answers = survivors.map((at) => refusalOf(loads[at] ?? [], asked, capacity));
    const host = survivors[answers.indexOf('')] ?? -1;
    if (host >= 0) loads[host] = sumOf([loads[host] ?? [], asked], capacity);
    return { item, host, refused: host >= 0 ? '' : (answers[0] ?? 'memory and CPU') };
  });
}

/** How many VMs stay down when the host `lost` is. */
export function downAfter(
  hosts: readonly (readonly number[])[],
  lost: number,
  items: readonly Vector[],
  capacity: Vector,
): number {
  return restart(hosts, lost, items, capacity).filter(({ host }) => host < 0).length;
}

/** How many VMs stay down at most, whichever one host is lost: 0 means that there is a host to spare. */
export function worstLoss(hosts: readonly (readonly number[])[], items: readonly Vector[], capacity: Vector): number {
  return Math.max(0, ...hosts.map((_, lost) => downAfter(hosts, lost, items, capacity)));
}
