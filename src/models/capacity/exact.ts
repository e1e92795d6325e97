/**
 * The fewest hosts that a small rack can do with, exactly.
 *
 * Models: every set of VMs that one host can take is found, and the fewest such sets that cover all VMs. Dynamic
 * programming over subsets: the sets of hosts for a set of VMs come from those of its subsets that are one host shorter.
 * It takes 3^(n-1) steps at most, whatever the sizes are, where a search by branch and bound has bad cases; 12 VMs are
 * 177,147 steps, a few milliseconds.
 * Leaves out: more than 12 VMs, for which the steps would be too many to take while a slider moves.
 * Stands in: no source file of Xen. Bin packing is NP-hard, so that exact answers are for small cases.
 */
import { refusalOf, type Vector } from './packing.ts';

/** The most VMs for which the optimum is computed. */
export const mostItems = 12;

/**
 * The fewest hosts that take all items that a host can take alone; undefined above `mostItems` items.
 */
export function fewestHosts(all: readonly Vector[], capacity: Vector): number | undefined {
  const items = all.filter((item) => refusalOf([], item, capacity) === '');
  if (items.length > mostItems) return undefined;
  const fits = subsetsThatFit(items, capacity);
  const fewest = new Uint8Array(fits.length);
  for (let set = 1; set < fits.length; set++) {
    // One host has to take the first VM of the set; try each set of others that it can take beside it.
    const first = set & -set;
    const others = set ^ first;
    let best = fits[set] ? 1 : mostItems;
    for (let beside = others; best > 1; beside = (beside - 1) & others) {
      if (fits[beside | first]) best = Math.min(best, 1 + (fewest[others ^ beside] ?? 0));
      if (beside === 0) break;
    }
    fewest[set] = best;
  }
  return fewest[fits.length - 1] ?? 0;
}

/** For every subset of the items, as bits, whether one host takes it. */
function subsetsThatFit(items: readonly Vector[], capacity: Vector): Uint8Array {
  const fits = new Uint8Array(1 << items.length).fill(1);
  const sums = new Int32Array(fits.length);
  capacity.forEach((gives, dimension) => {
    for (let set = 1; set < fits.length; set++) {
      const item = items[31 - Math.clz32(set & -set)] ?? [];
      const sum = (sums[set & (set - 1)] ?? 0) + (item[dimension] ?? 0);
      sums[set] = sum;
      if (sum > gives) fits[set] = 0;
    }
  });
  return fits;
}
