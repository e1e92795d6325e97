/**
 * What servers draw in a year before and after consolidation: energy, cost and carbon, with what is not known of the inputs.
 *
 * Where it stands: the power of a machine is a line from idle to peak by its load, P = P_idle + (P_peak − P_idle) · u (Fan,
 * Weber and Barroso, ISCA 2007; Barroso and Hölzle, Computer 40(12), 2007). The building adds cooling and losses by its PUE;
 * a year has 8,760 hours. Servers move one by one; an emptied server is switched off, and so many hosts run as keep to the
 * target load, carry the upper end of the load, and have the spares.
 *
 * An input of low, central and high value is taken as one unknown wherever it occurs: the same load, PUE and grid stand on
 * both sides of a saving. Power is linear in each input by itself, so its extremes lie at the corners (`across`).
 *
 * What it leaves out: newer machines bend away from the line at low load (Hsu and Poole 2013); memory, disks and network; peaks
 * of load; making and scrapping machines; hours at which the grid is cleaner.
 */

declare const unitOf: unique symbol;
/** A number with a unit that the compiler checks. */
export type Quantity<U extends string> = number & { readonly [unitOf]: U };
/** Power. */
export type Watt = Quantity<'W'>;
/** Time. */
export type Hour = Quantity<'h'>;
/** Energy. */
export type KilowattHour = Quantity<'kWh'>;
/** Carbon intensity of a grid, in grams of CO₂ equivalent. */
export type GramPerKilowattHour = Quantity<'g/kWh'>;
/** Carbon, in metric tonnes of CO₂ equivalent. */
export type Tonne = Quantity<'t'>;
/** Price of electricity in US cents. */
export type CentPerKilowattHour = Quantity<'¢/kWh'>;
/** Cost. */
export type Dollar = Quantity<'US$'>;
/** A part of a whole: 0 to 1. */
export type Share = Quantity<'share'>;
/** Energy of the building over that of its machines: 1 or more. */
export type Pue = Quantity<'PUE'>;

/** Gives a plain number its unit, at the border of the model. */
export function quantity<Q extends number>(value: number): Q {
  return value as Q;
}

/** Hours of a year of 365 days. */
export const year: Hour = quantity(8760);

/** Energy of a power over a time. */
export function energyOf(power: Watt, time: Hour): KilowattHour {
  return quantity((power * time) / 1000);
}

/** Cost of energy at a price. */
export function costOf(energy: KilowattHour, price: CentPerKilowattHour): Dollar {
  return quantity((energy * price) / 100);
}

/** Carbon of energy from a grid. */
export function carbonOf(energy: KilowattHour, grid: GramPerKilowattHour): Tonne {
  return quantity((energy * grid) / 1e6);
}

/** Power that a whole building draws for its machines. */
export function withBuilding(power: Watt, pue: Pue): Watt {
  return quantity(power * pue);
}

/** Power of one machine at a load, on the line from idle to peak. */
export function powerAt(peak: Watt, idle: Share, load: Share): Watt {
  return quantity(peak * (idle + (1 - idle) * load));
}

/** A quantity that is known within bounds: low ≤ central ≤ high. */
export interface Estimate<Q extends number> {
  readonly low: Q;
  readonly central: Q;
  readonly high: Q;
}

/** An estimate between two ends, with their middle. */
export function between<Q extends number>(low: number, high: number): Estimate<Q> {
  return { low: quantity(low), central: quantity((low + high) / 2), high: quantity(high) };
}

/** Bounds of an outcome that is linear in each of its inputs by itself: its least and greatest value at their corners. */
export function across<I extends readonly number[], Q extends number>(
  outcome: (...at: I) => Q,
  ...inputs: { [K in keyof I]: Estimate<I[K]> }
): Estimate<Q> {
  const at = (end: (of: Estimate<number>, index: number) => number): Q =>
    outcome(...((inputs as readonly Estimate<number>[]).map(end) as unknown as I));
  const corners = Array.from({ length: 2 ** inputs.length }, (_, corner) =>
    at((of, index) => ((corner >> index) % 2 === 1 ? of.high : of.low)),
  );
  return {
    low: quantity(Math.min(...corners)),
    central: at((of) => of.central),
    high: quantity(Math.max(...corners)),
  };
}

/** A kind of machine; `idle` is the share of its peak that it draws without work. */
export interface Machine {
  readonly peak: Watt;
  readonly idle: Estimate<Share>;
}

/** What is given. */
export interface Plan {
  readonly servers: number;
  readonly server: Machine;
  readonly load: Estimate<Share>;
  /** Another kind of machine for the hosts, which does the work of so many servers; the servers’ own kind where left out. */
  readonly host?: (Machine & { readonly work: number }) | undefined;
  /** Mean load that a host is planned for. */
  readonly target: Share;
  /** Work that the hypervisor adds to that of its guests. */
  readonly overhead: Share;
  /** Hosts beyond those that the load needs. */
  readonly spare: number;
  readonly pue: Estimate<Pue>;
  readonly grid: Estimate<GramPerKilowattHour>;
  readonly price: CentPerKilowattHour;
}

/** A year of electricity. */
export interface Bill {
  readonly energy: Estimate<KilowattHour>;
  readonly cost: Estimate<Dollar>;
  readonly carbon: Estimate<Tonne>;
}

/** The central energy of a year by what it is for. */
export interface Parts {
  readonly idle: KilowattHour;
  readonly work: KilowattHour;
  readonly overhead: KilowattHour;
}

/** One moment: so many servers have moved to so many hosts. */
export interface Step {
  readonly moved: number;
  readonly hosts: number;
  /** Central load of each host; 0 where there is none. */
  readonly hostLoad: number;
  readonly before: Bill;
  readonly after: Bill;
  readonly saved: Bill;
  readonly parts: { readonly before: Parts; readonly after: Parts };
}

/** What is wrong with a plan, as a sentence; undefined where nothing is. */
export function faultOf(plan: Plan): string | undefined {
  const { server, host = { ...server, work: 1 } } = plan;
  // Least and greatest values that make sense; no power or no work at all makes none.
  const some = Number.MIN_VALUE;
  const bounds: readonly (readonly [string, Estimate<number> | number, number, number?])[] = [
    ['load', plan.load, 0, 1],
    ['idle share', server.idle, 0, 1],
    ['idle share of a host', host.idle, 0, 1],
    ['peak', server.peak, some],
    ['peak of a host', host.peak, some],
    ['work of a host', host.work, some],
    ['target', plan.target, some, 1],
    ['PUE', plan.pue, 1],
    ['intensity of the grid', plan.grid, 0],
    ['overhead', plan.overhead, 0],
    ['number of spares', plan.spare, 0],
    ['price', plan.price, 0],
  ];
  if (!(plan.servers >= 1)) return 'The rack is empty: there is no server to consolidate.';
  for (const [name, given, least, most = Infinity] of bounds) {
    const { low, central, high } = typeof given === 'number' ? { low: given, central: given, high: given } : given;
    if (low > high) return `The lower end of the ${name} must not lie above the upper one.`;
    if (!(low >= least && central >= low && high >= central && high <= most)) return `There is no such ${name}.`;
  }
  return undefined;
}

/** How many hosts run for so many moved servers. */
export function hostsFor(moved: number, { load, host, target, overhead, spare }: Plan): number {
  if (moved === 0) return 0;
  const full = (moved * (1 + overhead)) / (host?.work ?? 1);
  // A sum that is whole but for rounding needs no further host.
  const whole = (hosts: number): number => Math.ceil(hosts - 1e-9);
  return Math.max(1, whole((full * load.central) / target), whole(full * load.high)) + spare;
}

/** Power of all machines by what it is for, without the building. */
export function powersOf(
  plan: Plan,
  moved: number,
  hosts: number,
  load: Share,
  idle: Share,
  hostIdle: Share,
): { readonly idle: Watt; readonly work: Watt; readonly overhead: Watt } {
  const { servers, server, host, overhead } = plan;
  const left = servers - moved;
  // Where hosts are the same machines, their idle share is the same unknown.
  const its = host ? { peak: host.peak, idle: hostIdle, work: host.work } : { peak: server.peak, idle, work: 1 };
  const inGuests = (moved * load * its.peak * (1 - its.idle)) / its.work;
  return {
    idle: quantity(left * server.peak * idle + hosts * its.peak * its.idle),
    work: quantity(left * load * server.peak * (1 - idle) + inGuests),
    overhead: quantity(inGuests * overhead),
  };
}

/** The year’s bill of a power. */
export function billOf(power: Estimate<Watt>, { pue, grid, price }: Plan): Bill {
  const energy = across((watts: Watt, ratio: Pue) => energyOf(withBuilding(watts, ratio), year), power, pue);
  return {
    energy,
    cost: across((kilowattHours: KilowattHour) => costOf(kilowattHours, price), energy),
    carbon: across(carbonOf, energy, grid),
  };
}

/** One moment of a plan that has no fault. */
export function stepOf(plan: Plan, moved: number): Step {
  const { load, server, host, overhead, pue } = plan;
  const hosts = hostsFor(moved, plan);
  const hostIdle = host?.idle ?? server.idle;
  const total = (count: number, machines: number, ...at: readonly [Share, Share, Share]): number => {
    const powers = powersOf(plan, count, machines, ...at);
    return powers.idle + powers.work + powers.overhead;
  };
  const bill = (outcome: (...at: [Share, Share, Share]) => number): Bill =>
    billOf(
      across((...at: [Share, Share, Share]): Watt => quantity(outcome(...at)), load, server.idle, hostIdle),
      plan,
    );
  const parts = (count: number, machines: number): Parts => {
    const powers = powersOf(plan, count, machines, load.central, server.idle.central, hostIdle.central);
    const inYear = (power: Watt): KilowattHour => energyOf(withBuilding(power, pue.central), year);
    return { idle: inYear(powers.idle), work: inYear(powers.work), overhead: inYear(powers.overhead) };
  };
  return {
    moved,
    hosts,
    hostLoad: hosts === 0 ? 0 : (moved * load.central * (1 + overhead)) / hosts / (host?.work ?? 1),
    before: bill((...at) => total(0, 0, ...at)),
    after: bill((...at) => total(moved, hosts, ...at)),
    saved: bill((...at) => total(0, 0, ...at) - total(moved, hosts, ...at)),
    parts: { before: parts(0, 0), after: parts(moved, hosts) },
  };
}

/** Every moment from nothing moved to everything; none where the plan has a fault. */
export function run(plan: Plan): readonly Step[] {
  return faultOf(plan) ? [] : Array.from({ length: plan.servers + 1 }, (_, moved) => stepOf(plan, moved));
}
