/**
 * What a crash in one part of a Xen host takes down, and what starting that part again brings back.
 *
 * Models: the parts of a host and who needs whom, in four layouts; a crash that spreads along those needs, step by step;
 * the repair. An edge says how a need passes a failure on:
 * - `down`: cannot run without it. A driver is part of its kernel, a program runs on its kernel, a domain runs on Xen; and
 *   Xen on its hardware domain: xen/common/domain.c, domain_shutdown(), calls hwdom_shutdown() in xen/common/shutdown.c, which
 *   reboots the machine (Xen 4.22).
 * - `waits`: goes on until it wants the other. A front end waits for its back end. A guest’s processor that touches an emulated
 *   device waits for its emulator: xen/common/ioreq.c, wait_for_io(). The toolstack waits for xenstored.
 * - `unmanaged`: runs on, and nobody can start, stop, move or change it.
 * What a restart brings back:
 * - A driver domain starts again by itself; whoever used its network card is connected anew by the toolstack (Qubes OS
 *   documents it for its net qubes). A disk in use cannot be detached: docs/man/xl.1.pod.in, block-detach.
 * - xenstored is not started again: tools/hotplug/Linux/init.d/xencommons.in says that it cannot be restarted. Its live update
 *   (docs/misc/xenstore.txt) replaces one that still runs, and can hand over what it knows.
 * - No command starts a device model for a guest that already runs: libxl starts it while it creates or restores the guest.
 * - Of domains that Xen started at boot: docs/features/dom0less.pandoc, Limitations: reboot the whole platform.
 *
 * Leaves out: break-ins, which ask for other edges than crashes; faults that do damage before they crash, or hang; an oops
 * after which a kernel goes on; the disk that dom0 itself runs from; dom0 rebooted on purpose; a hardware domain that is not
 * dom0 (hardware_dom); dom0less guests that use back ends; how long anything takes.
 */

/** A part of the host. g1 and g2 have paravirtual devices only, g3 has emulated ones too; app runs in g1. */
export type Part = 'app' | 'g1' | 'g2' | 'g3' | 'net' | 'disk' | 'qemu' | 'xs' | 'tools' | 'dom0' | 'xen' | 'hw';

/** Who holds what: all in dom0; drivers taken out; QEMU and xenstored too; or no dom0 at all. */
export type Layout = 'dom0' | 'drivers' | 'stubs' | 'dom0less';

/** How a part fares; `boots` is the way back. */
export type State = 'runs' | 'unmanaged' | 'waits' | 'down' | 'boots';

/** What is asked of one run. */
export interface Setting {
  readonly layout: Layout;
  readonly fault: Part;
  /** Whether an IOMMU holds a device to the memory of the domain that drives it. */
  readonly iommu: boolean;
  /** Whether front ends find a back end again by themselves, as in research systems. */
  readonly reconnect: boolean;
}

/** One need: when `of` fails, `to` fares no better than `effect`. */
export interface Need {
  readonly of: Part;
  readonly to: Part;
  readonly effect: 'unmanaged' | 'waits' | 'down';
}

/** One moment: how every part of the layout fares. */
export interface Moment {
  readonly phase: 'before' | 'fault' | 'spread' | 'restart' | 'after';
  readonly states: ReadonlyMap<Part, State>;
  /** Whether the whole machine has to start again. */
  readonly machine: boolean;
  /** The guests and programs that start afresh in this run, and lose what they held in memory. */
  readonly afresh: ReadonlySet<Part>;
  /** The devices whose loss makes a guest wait at this moment. */
  readonly lost: readonly Part[];
}

/** The guests of every layout. */
export const guests: readonly Part[] = ['g1', 'g2', 'g3'];

const degrees: readonly State[] = ['runs', 'unmanaged', 'waits', 'down'];
const services: readonly Part[] = ['net', 'disk', 'qemu', 'xs'];
const outside: Readonly<Record<Layout, number>> = { dom0: 0, drivers: 2, stubs: 4, dom0less: 0 };

/** The parts that have been taken out of dom0 into domains of their own. */
export function takenOut(layout: Layout): readonly Part[] {
  return services.slice(0, outside[layout]);
}

/** The parts that a layout has. */
export function partsOf(layout: Layout): readonly Part[] {
  return layout === 'dom0less'
    ? ['hw', 'xen', 'net', 'disk', ...guests, 'app']
    : ['hw', 'xen', 'dom0', ...services, 'tools', ...guests, 'app'];
}

/** Who needs whom in a layout. */
export function needs(layout: Layout, iommu: boolean): readonly Need[] {
  const all: Need[] = [];
  const add = (of: Part, effect: Need['effect'], ...to: readonly Part[]): void => {
    for (const one of to) all.push({ of, to: one, effect });
  };
  add('hw', 'down', 'xen');
  add('xen', 'down', ...partsOf(layout).filter((part) => part !== 'hw' && part !== 'xen'));
  add('g1', 'down', 'app');
  // A device that nothing holds back may write to any memory; the worst place is Xen’s.
  if (!iommu) for (const driver of ['net', 'disk'] as const) add(driver, 'down', 'xen');
  if (layout === 'dom0less') {
    // A guest that was given a device drives it in its own kernel, and serves nobody else.
    add('g1', 'down', 'net');
    add('g2', 'down', 'disk');
    add('net', 'down', 'g1');
    add('disk', 'down', 'g2');
    return all;
  }
  const inside = services.filter((part) => !takenOut(layout).includes(part));
  add('dom0', 'down', 'xen', 'tools', ...inside);
  for (const driver of ['net', 'disk'] as const) {
    if (inside.includes(driver)) add(driver, 'down', 'dom0');
    add(driver, 'waits', ...guests);
  }
  add('qemu', 'waits', 'g3');
  add('xs', 'waits', 'tools');
  for (const control of ['xs', 'tools'] as const) add(control, 'unmanaged', ...guests);
  return all;
}

/** The crash and how it spreads: the states after each step, until nothing changes any more. */
export function spread({ layout, fault, iommu }: Setting): readonly ReadonlyMap<Part, State>[] {
  const edges = needs(layout, iommu);
  let states = new Map<Part, State>(partsOf(layout).map((part) => [part, part === fault ? 'down' : 'runs']));
  const steps = [states];
  for (let changed = true; changed;) {
    const next = new Map(states);
    changed = false;
    for (const { of, to, effect } of edges) {
      const passed = passes(states.get(of) ?? 'runs', effect);
      if (degrees.indexOf(passed) <= degrees.indexOf(next.get(to) ?? 'runs')) continue;
      next.set(to, passed);
      changed = true;
    }
    states = next;
    if (changed) steps.push(states);
  }
  return steps;
}

/** What of a failure reaches the one who has the need: never worse than either; who only lacks control does what it did. */
function passes(state: State, effect: Need['effect']): State {
  if (state === 'runs' || state === 'unmanaged') return 'runs';
  return state === 'waits' ? (effect === 'unmanaged' ? effect : 'waits') : effect;
}

/** Whether only a start of the whole machine brings everything back. */
function needsMachine(layout: Layout, end: ReadonlyMap<Part, State>): boolean {
  const isDown = (part: Part): boolean => end.get(part) === 'down';
  return isDown('xen') || isDown('xs') || (layout === 'dom0less' && guests.some(isDown));
}

/** Every moment: before, the crash, its spread, the restart of what failed, and everything back. */
export function run(setting: Setting): readonly Moment[] {
  const { layout, fault, reconnect } = setting;
  const parts = partsOf(layout);
  const before = new Map<Part, State>(parts.map((part) => [part, 'runs']));
  const steps = parts.includes(fault) ? spread(setting) : [];
  const end = steps.at(-1) ?? before;
  const isDown = (part: Part): boolean => end.get(part) === 'down';
  const machine = needsMachine(layout, end);
  const stuck = (part: Part): boolean =>
    (part === 'g3' && isDown('qemu')) || (guests.includes(part) && isDown('disk') && !reconnect);
  const again = parts.filter((part) => (machine ? part !== 'hw' || isDown(part) : isDown(part) || stuck(part)));
  if (again.includes('g1') && !again.includes('app')) again.push('app');
  const onTop = (part: Part): boolean => part === 'app' || guests.includes(part);
  const afresh = new Set(again.filter(onTop));
  const moment = (phase: Moment['phase'], states: ReadonlyMap<Part, State>): Moment => ({
    phase,
    states,
    machine,
    afresh,
    lost: layout === 'dom0less' ? [] : services.filter((part) => part !== 'xs' && states.get(part) !== 'runs'),
  });
  // First what failed and what lies below, then the guests, then all is well. A device model comes with its guest.
  const isLate = (part: Part): boolean => onTop(part) && (machine || part !== 'g3' || !isDown('qemu'));
  const waves = [again.filter((part) => !isLate(part)), again.filter(isLate)].filter((wave) => wave.length > 0);
  let now = end;
  const back = waves.map((wave) => {
    const next = (part: Part, state: State): State =>
      wave.includes(part) ? 'boots' : machine && onTop(part) ? 'down' : state === 'boots' ? 'runs' : state;
    now = new Map([...now].map(([part, state]) => [part, next(part, state)]));
    return moment('restart', now);
  });
  return [
    moment('before', before),
    ...steps.map((states, index) => moment(index === 0 ? 'fault' : 'spread', states)),
    ...back,
    ...(back.length > 0 ? [moment('after', before)] : []),
  ];
}

/** How many guests are in one of these states. */
export function guestsIn({ states }: Moment, ...wanted: readonly State[]): number {
  return guests.filter((guest) => wanted.includes(states.get(guest) ?? 'down')).length;
}

/** How many guests can be started, stopped and changed: those that are up, while toolstack and xenstored run. */
export function guestsManaged(moment: Moment): number {
  const runs = (part: Part): boolean => moment.states.get(part) === 'runs';
  return runs('tools') && runs('xs') ? guests.length - guestsIn(moment, 'down', 'boots') : 0;
}

/** The index of the moment at which the fault has spread as far as it does. */
export function worst(moments: readonly Moment[]): number {
  return moments.findLastIndex(({ phase }) => phase === 'fault' || phase === 'spread' || phase === 'before');
}
