/** The moments of consolidation: the packing step by step, then the loss of a host. */
import { fewestHosts } from '../models/capacity/exact.ts';
import { downAfter, restart, worstLoss, type Restart } from '../models/capacity/failure.ts';
import * as model from '../models/capacity/packing.ts';

/** What a reader has set: a host, and how the rack is packed. */
export interface Settings extends model.Host {
  readonly by: string;
  /** The host to lose, from 1; 0 is none. */
  readonly lost: number;
  readonly growth: number;
  readonly heuristic: string;
}

/** The VMs of each host. */
type Hosts = readonly (readonly number[])[];

/** What does not change while the VMs are placed. */
export interface Setup extends Settings {
  /** What is wrong with the rack or the host, in a sentence; then there is nothing else. */
  readonly fault: string | undefined;
  readonly servers: readonly model.Server[];
  readonly items: readonly model.Vector[];
  /** Loads by the hour, whatever is added up. */
  readonly days: readonly model.Vector[];
  readonly capacity: model.Vector;
  /** What a host gives without headroom. */
  readonly full: model.Vector;
  readonly steps: readonly model.Step[];
  /** The hosts when every VM is placed. */
  readonly packed: Hosts;
  readonly bounds: { readonly memory: number; readonly cpu: number };
  readonly optimum: number;
  /** VMs that stay down when the worst one host is lost, and when the host to lose is. */
  readonly worst: number;
  readonly down: number;
}

/** One moment: who is where, and what has just been tried. */
export interface Frame {
  readonly setup: Setup;
  /** Those of a lost host stay with it until they are started elsewhere. */
  readonly hosts: Hosts;
  readonly step?: model.Step | undefined;
  /** The lost host, from 0, and what became of its VMs so far; -1 while none is lost. */
  readonly gone: number;
  readonly restarts: readonly Restart[];
}

/** The whole packing at one setting. */
export function setupOf(settings: Settings, rack: readonly model.Server[]): Setup {
  const by = settings.by as 'peak' | 'hours';
  const fault = model.faultOf(rack, settings);
  const servers = fault ? [] : rack;
  const items = servers.map((server) => model.demandOf(server, by, settings.growth));
  const capacity = model.capacityOf(settings);
  const full = model.capacityOf({ ...settings, headroom: 0 });
  const steps = model.pack(items, capacity, settings.heuristic as model.Rule);
  const packed = model.hostsAfter(steps);
  const worst = worstLoss(packed, items, full);
  return {
    ...settings,
    fault,
    servers,
    items,
    days: servers.map((server) => model.dayOf(server, settings.growth)),
    capacity,
    full,
    steps,
    packed,
    bounds: model.volumeBounds(
      packed.flat().map((vm) => items[vm] ?? []),
      capacity,
    ),
    optimum: fewestHosts(items, capacity) ?? 0,
    worst,
    down: packed[settings.lost - 1] ? downAfter(packed, settings.lost - 1, items, full) : worst,
  };
}

/** The moments: nothing placed, one for each VM, the end, and with a host to lose the loss and its restarts. */
export function framesOf(settings: Settings, rack: readonly model.Server[]): readonly Frame[] {
  const setup = setupOf(settings, rack);
  const { steps, packed, items, full } = setup;
  const still = { setup, gone: -1, restarts: [] };
  const placing = [undefined, ...steps].map((step, count): Frame => {
    return { ...still, hosts: model.hostsAfter(steps.slice(0, count)), step };
  });
  const gone = settings.lost - 1;
  const frames = [...placing, { ...still, hosts: packed }];
  if (!packed[gone]) return frames;
  const all = restart(packed, gone, items, full);
  const losing = [undefined, ...all].map((_, count): Frame => {
    const restarts = all.slice(0, count);
    const up = restarts.filter(({ host }) => host >= 0);
    const hosts = packed.map((vms, at) => [
      ...vms.filter((vm) => !up.some(({ item }) => item === vm)),
      ...up.filter(({ host }) => host === at).map(({ item }) => item),
    ]);
    return { setup, hosts, gone, restarts };
  });
  return [...frames, ...losing];
}

/** Mean CPU load over the day of the hosts that run, in % of their cores. */
export function meanLoad({ setup, hosts, gone }: Frame): number {
  const running = hosts.filter((_, at) => at !== gone);
  const loads = running.flat().flatMap((vm) => setup.days[vm] ?? []);
  return loads.reduce((sum, load) => sum + load, 0) / (model.hours * setup.cores * (running.length || 1));
}
