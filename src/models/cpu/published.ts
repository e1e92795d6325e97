/**
 * Published measurements side by side: what SOSP '03 ("Xen and the Art of Virtualization") measured on native Linux, Xen, VMware
 * Workstation and User-Mode Linux, and how the systems compare.
 *
 * What it models: nothing; it divides. A relative value is a system's speed as a share of its base's (throughput over throughput,
 * or the base's time over the system's). The base is the column of native Linux or, where there is only Xen, the first row.
 * What it leaves out: spread. The paper gives medians (of seven runs; of nine for the network) and no deviations.
 */

/** Systems of the tables; in Figure 5 there is Xen only, with two workloads in their place. */
export type Series = 'smp' | 'linux' | 'xen' | 'vmware' | 'uml' | 'ir' | 'oltp';

/** One measurement on all systems of its table. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** A number for each of the table's series. */
  readonly cells: readonly number[];
  readonly note?: string | undefined;
}

/** One table or chart of the paper. */
export interface Table {
  readonly id: string;
  readonly name: string;
  readonly at: string;
  readonly base: 'linux' | 'first';
  readonly series: readonly Series[];
  readonly rows: readonly Row[];
}

/** How values are drawn. */
export type Scale = 'published' | 'relative';

/** The value that a cell is held against. */
export function baseOf({ base, series, rows }: Table, row: Row, column: number): number {
  const cells = base === 'first' ? rows[0]?.cells : row.cells;
  return cells?.[base === 'first' ? column : series.indexOf('linux')] ?? NaN;
}

/** A cell's speed as a share of its base's: 1 is as fast, 0.5 half as fast. */
export function relative(table: Table, row: Row, column: number): number {
  const value = row.cells[column] ?? NaN;
  const base = baseOf(table, row, column);
  return row.better === 'higher' ? value / base : base / value;
}

/** What is drawn of a cell: the published number, or its relative speed. */
export function shown(table: Table, row: Row, column: number, scale: Scale): number {
  return scale === 'relative' ? relative(table, row, column) : (row.cells[column] ?? NaN);
}

/** An axis: from where to where, and whether equal steps are equal factors. */
export interface Extent {
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
}

/** Round numbers upwards of which an axis may end: 1, 2, 5 and their powers of ten. */
function above(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}

/** The axis for some columns of a table, or of one row where the rows have different units. */
export function extent(table: Table, scale: Scale, columns: readonly number[], row?: Row): Extent {
  const values = (row ? [row] : table.rows).flatMap((one) => columns.map((column) => shown(table, one, column, scale)));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(low > 0)) return { from: 0, to: 1, log: false };
  const log = high / low > 20;
  if (!log) return { from: 0, to: scale === 'relative' ? Math.max(1.1, Math.ceil(high * 10) / 10) : above(high), log };
  return { from: 1 / above(1 / low), to: scale === 'relative' ? Math.max(2, above(high)) : above(high), log };
}

/** Where a value stands on an axis, 0 at its beginning and 1 at its end. */
export function placeOn({ from, to, log }: Extent, value: number): number {
  const at = log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  return Math.min(1, Math.max(0, at));
}

/** Ticks of an axis: powers of ten and their halves where there are few, or five equal steps. */
export function ticksOf({ from, to, log }: Extent): readonly number[] {
  if (!log) {
    const step = above(to / 6);
    return Array.from({ length: Math.floor(to / step + 1e-9) + 1 }, (_, index) => index * step);
  }
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from) - 1e-9); power <= Math.ceil(Math.log10(to)); power++)
    for (const step of Math.log10(to / from) > 2.5 ? [1] : [1, 2, 5]) ticks.push(step * 10 ** power);
  return ticks.filter((tick) => tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9));
}
