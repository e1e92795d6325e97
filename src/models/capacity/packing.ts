/**
 * Packing servers as virtual machines onto equal hosts: first-fit and best-fit decreasing, in memory and CPU at once.
 *
 * Models: a VM asks for memory, which is its own all day, and for CPU, which changes by the hour. A host gives what dom0
 * and the headroom leave of it. CPU is added up in one of two ways: every VM's own peak, as if all came at the same time,
 * or hour by hour. Vector bin packing, as in Panigrahy, Talwar, Uyeda and Wieder, Heuristics for Vector Bin Packing (2011).
 * dom0's memory is what Citrix Hypervisor’s documentation gives it: 1 GiB and 5 % of the host's, at most 8 GiB.
 * Leaves out: moving VMs while they run to fit the hour, memory that is promised twice (overcommitment, ballooning, page
 * sharing), NUMA nodes, network and disk, the CPU time of dom0 and of Xen, hosts of different sizes, VMs that must not
 * share a host, and what a core of an old server is worth on a new one: cores count as equal.
 * Whole numbers: memory in MiB, CPU in hundredths of a core, so that no rounding decides what fits.
 */

/** One server of a rack: content/racks.yaml. Loads are percentages of its own cores, which makes them hundredths of a core. */
export interface Server {
  readonly name: string;
  readonly cores: number;
  /** What its VM is given, in GiB. */
  readonly memory: number;
  readonly busy: 'day' | 'night' | 'always';
  /** Load outside of its busy hours, in % of its cores. */
  readonly base: number;
  /** Load in its busy hours. */
  readonly peak: number;
  /** First busy hour, and the first that is not; from 22 to 4 goes over midnight. */
  readonly from: number;
  readonly to: number;
}

/** What a VM asks for or a host gives: memory first, then the CPU of each hour. */
export type Vector = readonly number[];

/** A host before anything runs on it; memory in GiB, headroom in % of what dom0 leaves. */
export interface Host {
  readonly memory: number;
  readonly cores: number;
  readonly headroom: number;
  readonly dom0: boolean;
}

/** Which host takes a VM: the first with room, or of those with room the one that has the least left afterwards. */
export type Rule = 'ffd' | 'bfd';

/** Why a host does not take a VM; empty where it does. */
export type Refusal = '' | 'memory' | 'CPU' | 'memory and CPU';

/** One VM placed: the hosts that were tried, and the one that took it (from 0; -1: no host could). */
export interface Step {
  readonly item: number;
  readonly tries: readonly Refusal[];
  readonly host: number;
  /** Why not even an empty host takes it. */
  readonly refused: Refusal;
}

/** Hours of a day. */
export const hours = 24;
const mib = 1024;

/** Load of a server at an hour in hundredths of a core: its peak in busy hours, halfway in the hours beside them. */
export function loadAt({ cores, base, peak, from, to }: Server, hour: number): number {
  const since = (hour - from + hours) % hours;
  const length = (to - from + hours) % hours;
  if (since < length) return cores * peak;
  return since === length || since === hours - 1 ? Math.ceil((cores * (base + peak)) / 2) : cores * base;
}

/** Load of a server at each hour of the day, grown to a percentage of today's. */
export function dayOf(server: Server, growth: number): Vector {
  return Array.from({ length: hours }, (_, hour) => Math.ceil((loadAt(server, hour) * growth) / 100));
}

/** What the VM of a server asks for; added up by peaks, its peak at every hour. */
export function demandOf(server: Server, by: 'peak' | 'hours', growth: number): Vector {
  const day = dayOf(server, growth);
  const peak = Math.max(...day);
  return [server.memory * mib, ...(by === 'hours' ? day : day.map(() => peak))];
}

/** Memory of dom0 in GiB: 1 and 5 % of the host's, at most 8. */
export function dom0Memory({ memory, dom0 }: Host): number {
  return dom0 ? Math.min(8, 1 + memory / 20) : 0;
}

/** What a host gives to VMs. */
export function capacityOf(host: Host): Vector {
  const share = 100 - host.headroom;
  const memory = Math.floor(((host.memory - dom0Memory(host)) * mib * share) / 100);
  return [memory, ...Array<number>(hours).fill(Math.floor(host.cores * share))];
}

/** A sentence about what cannot be packed at all, or nothing. */
export function faultOf(servers: readonly Server[], host: Host): string | undefined {
  if (servers.length === 0) return 'The rack is empty.';
  const wrong = servers.find(({ cores, memory, base, peak }) => !(Math.min(cores, memory, base, peak) >= 0));
  if (wrong) return `${wrong.name} has a negative load or size.`;
  return capacityOf(host).every((gives) => gives > 0) ? undefined : 'A host of this size has nothing to give.';
}

/** Sum of vectors; `zero` gives the length. */
export function sumOf(vectors: readonly Vector[], zero: Vector): Vector {
  return zero.map((_, at) => vectors.reduce((sum, vector) => sum + (vector[at] ?? 0), 0));
}

/** What the VMs of a host ask for together. */
export function loadOf(vms: readonly number[], items: readonly Vector[], zero: Vector): Vector {
  return sumOf(
    vms.map((vm) => items[vm] ?? []),
    zero,
  );
}

/** Shares of a host: of its memory, and of its CPU at the fullest hour. */
export function sharesOf(load: Vector, capacity: Vector): { readonly memory: number; readonly cpu: number } {
  const shares = load.map((asked, at) => asked / (capacity[at] || 1));
  return { memory: shares[0] ?? 0, cpu: Math.max(0, ...shares.slice(1)) };
}

/** Which resource of a host with this load an item would exceed. */
export function refusalOf(load: Vector, item: Vector, capacity: Vector): Refusal {
  const over = item.map((asked, at) => (load[at] ?? 0) + asked > (capacity[at] ?? 0));
  const cpu = over.indexOf(true, 1) > 0;
  return over[0] ? (cpu ? 'memory and CPU' : 'memory') : cpu ? 'CPU' : '';
}

/** Fewest hosts that the sums alone ask for, by memory and by CPU. No packing needs fewer than the larger. */
export function volumeBounds(
  items: readonly Vector[],
  capacity: Vector,
): { readonly memory: number; readonly cpu: number } {
  const { memory, cpu } = sharesOf(sumOf(items, capacity), capacity);
  // A division of two whole numbers of this size that is whole in truth is whole in floating point.
  return { memory: Math.ceil(memory), cpu: Math.ceil(cpu) };
}

/** The order in which VMs come: by the larger of their shares of a host, falling; equal ones stay as they stand. */
export function decreasing(items: readonly Vector[], capacity: Vector): readonly number[] {
  const sizes = items.map((item) => {
    const { memory, cpu } = sharesOf(item, capacity);
    return Math.max(memory, cpu);
  });
  return [...items.keys()].sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b);
}

/** Places every VM once, and never moves it again. */
export function pack(items: readonly Vector[], capacity: Vector, rule: Rule): readonly Step[] {
  const loads: Vector[] = [];
  return decreasing(items, capacity).map((at) => {
    const item = items[at] ?? [];
    const refused = refusalOf([], item, capacity);
    const all = loads.map((load) => refusalOf(load, item, capacity));
    const first = all.indexOf('');
    const isFirst = rule === 'ffd';
    const chosen = isFirst ? first : fullest(loads, all, item, capacity);
    const host = refused ? -1 : chosen < 0 ? loads.length : chosen;
    if (host >= 0) loads[host] = sumOf([loads[host] ?? [], item], capacity);
    return { item: at, tries: isFirst && first >= 0 ? all.slice(0, first + 1) : all, host, refused };
  });
}

/** Of the hosts that take an item, the one with the least room left in memory and CPU together; the first of several. */
function fullest(loads: readonly Vector[], all: readonly Refusal[], item: Vector, capacity: Vector): number {
  let best = -1;
  let most = -1;
  loads.forEach((load, host) => {
    if (all[host] !== '') return;
    const { memory, cpu } = sharesOf(sumOf([load, item], capacity), capacity);
    if (memory + cpu > most) [best, most] = [host, memory + cpu];
  });
  return best;
}

/** The VMs of each host after some steps. */
export function hostsAfter(steps: readonly Step[]): readonly (readonly number[])[] {
  const count = Math.max(0, ...steps.map(({ host }) => host + 1));
  return Array.from({ length: count }, (_, at) => steps.filter(({ host }) => host === at).map(({ item }) => item));
}
