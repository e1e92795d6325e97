/** The moments of consolidation: the packing step by step, then the loss of a host. */
import { fewestHosts } from '../models/capacity/exact.ts';
import { restart, worstLoss } from '../models/capacity/failure.ts';
import * as model from '../models/capacity/packing.ts';
import type { Frame, Setup } from './consolidation-scene.ts';

/** What a reader has set. */
export interface Settings extends model.Host {
  readonly by: string;
  readonly lost: number;
  readonly growth: number;
  readonly heuristic: string;
  readonly order: string;
}

/** The whole packing at one setting. */
export function setupOf(values: Settings, servers: readonly model.Server[]): Setup {
  const by = values.by === 'hours' ? 'hours' : 'peak';
  const { memory, cores, headroom, dom0 } = values;
  const host = { memory, cores, headroom, dom0 };
  const fault = model.faultOf(servers, host);
  const rack = fault ? [] : servers;
  const items = rack.map((server) => model.demandOf(server, by, values.growth));
  const capacity = model.capacityOf(host, by);
  const full = model.capacityOf({ ...host, headroom: 0 }, by);
  const rule = { heuristic: values.heuristic, order: values.order } as model.Rule;
  const steps = model.pack(items, capacity, rule);
  const housed = steps.filter(({ host: at }) => at >= 0).map(({ item }) => items[item] ?? []);
  return {
    fault,
    servers: rack,
    host,
    by,
    items,
    days: rack.map((server) => model.dayOf(server, values.growth)),
    capacity,
    full,
    steps,
    count: model.hostsAfter(steps).length,
    heuristic: rule.heuristic,
    bounds: model.volumeBounds(housed, capacity),
    optimum: fewestHosts(housed, capacity) ?? 0,
    worst: worstLoss(steps, items, full),
    toLose: values.lost,
  };
}

/** The moments: nothing placed, one for each VM, the end, and with a host to lose the loss and its restarts. */
export function framesOf(values: Settings, servers: readonly model.Server[]): readonly Frame[] {
  const setup = setupOf(values, servers);
  const { steps, items, full, count, toLose } = setup;
  const frames = [...steps.keys(), steps.length].map((placed): Frame => {
    const done = steps.slice(0, placed);
    return { setup, placed, hosts: model.hostsAfter(done), step: done[placed - 1], isLost: false, restarts: [] };
  });
  const hosts = model.hostsAfter(steps);
  const end: Frame = { setup, placed: steps.length, hosts, isLost: false, restarts: [] };
  if (steps.length > 0) frames.push(end);
  if (toLose < 1 || toLose > count) return frames;
  const restarts = restart(hosts, toLose - 1, items, full);
  return [
    ...frames,
    ...[...restarts.keys(), restarts.length].map((index): Frame => {
      const made = restarts.slice(0, index);
      const moved = hosts.map((vms, at) => [
        ...vms.filter((vm) => !made.some(({ item, host }) => item === vm && host >= 0)),
        ...made.filter(({ host }) => host === at).map(({ item }) => item),
      ]);
      return { ...end, hosts: moved, isLost: true, restarts: made };
    }),
  ];
}

/** VMs of the lost host that no other has taken at the end, or with none to lose those that the worst loss would leave. */
export function down({ setup }: Frame): number {
  const { toLose, count, steps, items, full, worst } = setup;
  if (toLose < 1 || toLose > count) return worst;
  return restart(model.hostsAfter(steps), toLose - 1, items, full).filter(({ host }) => host < 0).length;
}

/** Mean CPU load of the hosts in use over the day, in % of their cores. */
export function meanLoad({ setup, hosts, isLost }: Frame): number {
  const running = hosts.filter((_, at) => !isLost || at !== setup.toLose - 1);
  const total = running
    .flat()
    .flatMap((vm) => setup.days[vm] ?? [])
    .reduce((sum, load) => sum + load, 0);
  return running.length === 0 ? 0 : total / (model.hours * setup.host.cores * running.length);
}
