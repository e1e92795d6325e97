/** Where names stand beside marks: greedy, from widths alone, the same at every drawing. Nothing is measured. */

/** A mark and the name that wants to stand beside it, in SVG units along the axis of time. */
export interface Wanted {
  readonly key: number;
  /** Both ends of the mark. */
  readonly x0: number;
  readonly x1: number;
  /** Width of the name. */
  readonly width: number;
  /** Whether it is placed before the others. */
  readonly first?: boolean;
}

/** Where a name stands: in which row, and beside its mark or, where the mark is longer than the name, in it. */
export interface RowPlace {
  readonly row: number;
  readonly side: 'right' | 'left' | 'inside';
}

/** Room between a mark and its name (beside it, or to both ends in it), and between one name and the next mark. */
export const gap = { name: 5, inside: 8, next: 10 } as const;

/**
 * Places marks with their names in rows between `left` and `right`; what finds no room is not in the answer. Those that
 * are `first` come first, then the order of the list; each takes the highest row, in its mark or to the right of it if it can.
 */
export function placeInRows(
  wanted: readonly Wanted[],
  rows: number,
  left: number,
  right: number,
): ReadonlyMap<number, RowPlace> {
  const taken: { readonly from: number; readonly to: number }[][] = Array.from({ length: rows }, () => []);
  const places = new Map<number, RowPlace>();
  const ordered = [...wanted.filter((one) => one.first), ...wanted.filter((one) => !one.first)];
  for (const one of ordered) {
    const isLong = one.x1 - one.x0 >= one.width + 2 * gap.inside;
    for (const side of isLong ? (['inside'] as const) : (['right', 'left'] as const)) {
      const from = side === 'left' ? one.x0 - gap.name - one.width : one.x0;
      const to = side === 'right' ? one.x1 + gap.name + one.width : one.x1;
      if (from < Math.min(left, one.x0) || to > Math.max(right, one.x1)) continue;
      const row = taken.findIndex((others) =>
        others.every((other) => to + gap.next <= other.from || from >= other.to + gap.next),
      );
      if (row < 0) continue;
      taken[row]?.push({ from, to });
      places.set(one.key, { row, side });
      break;
    }
  }
  return places;
}

/**
 * Shares `rows` out among lanes: one for each, then one at a time to the lane that names the smallest share of its marks;
 * of several to the last. Rows that are not needed are not given out.
 */
export function shareRows(
  lanes: readonly (readonly Wanted[])[],
  rows: number,
  left: number,
  right: number,
): readonly number[] {
  const given = lanes.map(() => 1);
  const full = lanes.map(() => false);
  const share = (lane: number): number => {
    const wanted = lanes[lane] ?? [];
    return wanted.length === 0 ? 1 : placeInRows(wanted, given[lane] ?? 1, left, right).size / wanted.length;
  };
  const shares = lanes.map((_, lane) => share(lane));
  for (let spare = rows - lanes.length; spare > 0;) {
    const open = shares.map((named, lane) => (full[lane] ? 1 : named));
    const least = Math.min(...open);
    if (!(least < 1)) break;
    const lane = open.lastIndexOf(least);
    const before = shares[lane] ?? 1;
    given[lane] = (given[lane] ?? 1) + 1;
    shares[lane] = share(lane);
    // A name that is wider than the field finds no room in any row.
    if ((shares[lane] ?? 1) > before) spare--;
    else {
      given[lane] = (given[lane] ?? 1) - 1;
      full[lane] = true;
    }
  }
  return given;
}

/** A name that wants to stand at a height, in a column. */
export interface WantedBelow {
  readonly key: number;
  /** Middle of the mark. */
  readonly y: number;
  readonly height: number;
  readonly first?: boolean;
}

/**
 * Places names in one column between `top` and `bottom`, in the order of the list (of time), at most `drift` away from
 * their marks; gives the middle of each, and leaves out what finds no room. The first that is `first` is sure of a place.
 */
export function placeInColumn(
  wanted: readonly WantedBelow[],
  top: number,
  bottom: number,
  drift: number,
): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  const held = wanted.findIndex((one) => one.first);
  const sure = wanted[held];
  const middle = sure ? Math.min(Math.max(sure.y, top + sure.height / 2), bottom - sure.height / 2) : 0;
  let free = top;
  wanted.forEach((one, index) => {
    if (index === held) {
      places.set(one.key, middle);
      free = middle + one.height / 2;
      return;
    }
    const floor = sure && index < held ? middle - sure.height / 2 : bottom;
    const y = Math.max(free, Math.min(one.y - one.height / 2, floor - one.height)) + one.height / 2;
    if (y + one.height / 2 > floor || Math.abs(y - one.y) > drift) return;
    places.set(one.key, y);
    free = y + one.height / 2;
  });
  return places;
}
