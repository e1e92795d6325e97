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
import { hostsAfter, refusalOf, sumOf, type Refusal, type Step, type Vector } from './packing.ts';

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
  const demand = (item: number): Vector => items[item] ?? [];
  const memory = (vector: Vector | undefined): number => vector?.[0] ?? 0;
  const loads = hosts.map((vms) => sumOf(vms.map(demand), capacity));
  const survivors = hosts.map((_, at) => at).filter((at) => at !== lost);
  const failed = [...(hosts[lost] ?? [])].sort((a, b) => memory(demand(b)) - memory(demand(a)) || a - b);
  return failed.map((item) => {
    const asked = survivors.sort((a, b) => memory(loads[a]) - memory(loads[b]) || a - b);
    const answers = asked.map((at) => refusalOf(loads[at] ?? [], demand(item), capacity));
    const host = asked[answers.indexOf('')] ?? -1;
    if (host >= 0) loads[host] = sumOf([loads[host] ?? [], demand(item)], capacity);
    return { item, host, refused: host >= 0 ? '' : (answers[0] ?? 'memory and CPU') };
  });
}

/** How many VMs stay down at most, whichever one host is lost: 0 means that there is a host to spare. */
export function worstLoss(steps: readonly Step[], items: readonly Vector[], capacity: Vector): number {
  const hosts = hostsAfter(steps);
  const down = hosts.map((_, lost) => restart(hosts, lost, items, capacity).filter(({ host }) => host < 0).length);
  return Math.max(0, ...down);
}
