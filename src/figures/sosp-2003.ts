/** What SOSP '03 measured on native Linux, Xen, VMware Workstation and User-Mode Linux, to be held against each other. */
import type {
  About,
  Column,
  FigureTask,
  Frames,
  Initial,
  Params,
  Preset,
  Readout,
  Root,
  Stage,
  ValuesOf,
} from '../figure/contract.ts';
import { relative, type Scale, type Table } from '../models/cpu/published.ts';
import { drawMeasurements, height, names, numberWords, rowOf, shareWords, type Frame } from './sosp-2003-drawing.ts';

export const about: About = {
  name: 'sosp-2003',
  title: 'Xen stays near native Linux, except where page tables and address spaces change',
  question: 'What did the paper that introduced Xen measure, and where did Xen lose?',
  caption:
    'Each line is a measurement, each mark a system; the marked line is told in numbers. On the relative scale native Linux is 1, and further right is faster. Under lmbench Xen falls behind where page tables are built or exchanged: fork, mmap, page fault, context switch.',
  picture: 'A line for each measurement of a table, with a mark for each system, on a common scale',
  models: [
    'Every number is the paper’s, median of seven runs (nine for the network); relative values are our divisions.',
    'Relative means speed: throughput over throughput, or native Linux’s time over the system’s. Native Linux is the uniprocessor kernel (L-UP), but for the concurrent web servers, where it uses both processors. Concurrent OSDB has no native column: there one domain is 1.',
    'One instance of OSDB-OLTP under Xen stands twice in the paper, as 1633 (Figure 3) and 1661 tuples/s (Figure 5). Nothing here divides one by the other.',
  ],
  leavesOut: [
    'Deviations, which the paper does not give.',
    'VMware ESX Server: its licence forbade publishing. VMware is Workstation 3.2, which runs on a host system.',
    'This is classic paravirtualization in 32 bits, on CPUs without VT-x. In Xen today it is security-supported inside the PV shim only.',
  ],
  sources: [
    { cite: 'sosp2003', at: '§4' },
    { cite: 'xen-support-md', at: 'x86/PV' },
  ],
  height,
  frameMs: 1200,
  data: 'sosp2003.yaml',
};

const systems = ['smp', 'linux', 'xen', 'vmware', 'uml'] as const;

export const params = {
  table: {
    kind: 'choice',
    label: 'Measurements',
    options: [
      { value: 'relative', label: 'Six workloads' },
      { value: 'processes', label: 'lmbench: processes' },
      { value: 'switches', label: 'lmbench: context switch' },
      { value: 'memory', label: 'lmbench: files, memory' },
      { value: 'network', label: 'ttcp: bandwidth' },
      { value: 'web', label: 'Concurrent SPEC WEB99' },
      { value: 'osdb', label: 'Concurrent OSDB' },
    ],
    default: 'relative',
    place: 'view',
  },
  scale: {
    kind: 'choice',
    label: 'Values',
    options: [
      { value: 'relative', label: 'relative' },
      { value: 'published', label: 'as published' },
    ],
    default: 'relative',
    place: 'view',
  },
  systems: {
    kind: 'set',
    label: 'Systems',
    help: 'Concurrent OSDB was measured under Xen alone.',
    options: systems.map((value) => ({ value, label: names[value] })),
    default: systems,
    place: 'view',
  },
} as const satisfies Params;

type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  {
    name: 'workloads',
    label: 'Six workloads',
    says: 'Figure 3: from pure computing to a web server.',
    values: {},
    frame: 3,
  },
  {
    name: 'page-tables',
    label: 'Where Xen loses: page tables',
    says: 'Table 3: fork, exec and shell make address spaces, and every page-table entry is checked by Xen.',
    values: { table: 'processes' },
    frame: 7,
  },
  {
    name: 'switches',
    label: 'Where Xen loses: address spaces',
    says: 'Table 4: a switch asks Xen to load another page table. The more memory the processes touch, the less it shows.',
    values: { table: 'switches' },
    frame: 0,
  },
];

export const initial: Initial = { frame: 3 };

export function moments(frames: Frames<Frame>): readonly number[] {
  return [0, Math.min(3, frames.length - 1)].filter((index, at, all) => all.indexOf(index) === at);
}

export function run(values: Values, tables: readonly Table[]): Frames<Frame> {
  const table = tables.find(({ id }) => id === values.table) ?? tables[0];
  const scale = values.scale as Scale;
  if (!table || table.rows.length === 0) return [{ tables, table: undefined, at: 0, columns: [], scale }];
  const chosen: readonly string[] = values.systems;
  const columns = table.series.flatMap((one, column) =>
    chosen.includes(one) || !systems.some((system) => system === one) ? [column] : [],
  );
  return table.rows.map((_, at) => ({ tables, table, at, columns, scale }));
}

export function draw(root: Root, frame: Frame, _values: Values, stage: Stage): void {
  drawMeasurements(root, frame, stage);
}

export function describe(frame: Frame): string {
  const row = rowOf(frame);
  const { table, columns } = frame;
  if (!table || !row) return 'There is no measurement to show.';
  const all = columns.map((column) => {
    const name = names[table.series[column] ?? 'xen'];
    return `${name} ${numberWords(row.cells[column] ?? 0)} (${shareWords(relative(table, row, column))})`;
  });
  const base = table.base === 'first' ? 'one domain' : 'native Linux';
  return [
    `${row.name}, ${table.at}${row.unit && `, in ${row.unit}`}, ${row.better} is better:`,
    all.length > 0 ? `${all.join(', ')}. In brackets: speed, where ${base} is 1.` : 'no system is chosen.',
    ...(row.note ? [row.note] : []),
  ].join(' ');
}

export function readouts(frame: Frame): readonly Readout[] {
  const { table } = frame;
  const row = rowOf(frame);
  if (!table || !row) return [];
  const isOsdb = table.base === 'first';
  // Always the same five, for the page has made room for them: what a table lacks is a dash.
  const shown = systems.slice(1).map((id): Readout => {
    const value = row.cells[table.series.indexOf(id)];
    const both =
      isOsdb && id === 'xen' && `IR ${numberWords(row.cells[0] ?? 0)}, OLTP ${numberWords(row.cells[1] ?? 0)}`;
    if (both) return { id, label: names[id], value: both, unit: row.unit };
    if (value === undefined) return { id, label: names[id], value: '–' };
    return { id, label: names[id], value, unit: row.unit, digits: (String(value).split('.')[1] ?? '').length };
  });
  const value = relative(table, row, table.series.indexOf(isOsdb ? 'oltp' : 'xen'));
  return [...shown, { id: 'share', label: 'Xen’s relative speed', value, digits: 2 }];
}

/** A row of the CSV: one system in one measurement. */
interface Cell {
  readonly table: Table;
  readonly row: Table['rows'][number];
  readonly column: number;
}

export const columns: readonly Column<Cell>[] = [
  { name: 'table', value: ({ table }) => table.at },
  { name: 'measurement', value: ({ row }) => row.name },
  { name: 'system', value: ({ table, column }) => names[table.series[column] ?? 'xen'] },
  { name: 'published', value: ({ row, column }) => row.cells[column] ?? '' },
  { name: 'unit', value: ({ row }) => row.unit },
  { name: 'speed, relative', value: (cell) => Number(relative(cell.table, cell.row, cell.column).toPrecision(4)) },
];

export function rows(frames: Frames<Frame>): readonly Cell[] {
  const { tables = [] } = frames.at(0) ?? {};
  return tables.flatMap((table) =>
    table.rows.flatMap((row) => table.series.map((_, column) => ({ table, row, column }))),
  );
}

/** Xen's relative speed in the marked measurement; NaN where native Linux was not measured. */
function xenShare(frame: Frame): number {
  const row = rowOf(frame);
  const { table } = frame;
  return table && row ? relative(table, row, table.series.indexOf('xen')) : NaN;
}

export const tasks: readonly FigureTask<Frame, Values>[] = [
  {
    name: 'largest-loss',
    title: 'Where Xen loses most',
    text: 'Of all measurements of the paper, mark the one in which Xen falls furthest behind native Linux.',
    check({ frame }) {
      const share = xenShare(frame);
      const least = Math.min(
        ...frame.tables.flatMap((table) => {
          const column = table.series.indexOf('xen');
          return column < 0 ? [] : table.rows.map((row) => relative(table, row, column));
        }),
      );
      if (Number.isNaN(share)) return { done: false, says: 'Here native Linux was not measured.' };
      const done = share <= least;
      const says = `Here Xen has ${shareWords(share)} of native Linux’s speed.`;
      return { done, says: done ? `${says} Nothing else costs it as much.` : `${says} There is worse.` };
    },
    answer: { values: { table: 'switches' }, frame: 3 },
  },
  {
    name: 'faster',
    title: 'Faster than no hypervisor',
    text: 'Mark a measurement in which Xen is faster than native Linux by more than a quarter, and read what the authors make of it.',
    check({ frame }) {
      const share = xenShare(frame);
      if (Number.isNaN(share)) return { done: false, says: 'Here native Linux was not measured.' };
      const says = `Here Xen has ${shareWords(share)} of native Linux’s speed.`;
      return share > 1.25 ? { done: true, says: `${says} ${rowOf(frame)?.note ?? ''}`.trim() } : { done: false, says };
    },
    answer: { values: { table: 'processes' }, frame: 6 },
  },
];
