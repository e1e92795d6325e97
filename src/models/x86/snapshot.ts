/**
 * Plain copies of a machine. Pages that have not changed since the last snapshot are shared with it, so that one every few thousand
 * steps costs the pages written meanwhile. The TLB is part of the machine: stale entries come back, too.
 */
import { type Devices, type Machine, type Segment, type Table, Written } from './state.ts';

const scalars = [
  'eip',
  'eflags',
  'cpl',
  'cr0',
  'cr2',
  'cr3',
  'cr4',
  'retired',
  'halted',
  'shadow',
  'trap',
  'at',
  'last',
  'down',
  'tlbMisses',
  'walkReads',
] as const;

/** A machine at one moment; never changed. */
export interface Snapshot {
  readonly scalars: Readonly<Pick<Machine, (typeof scalars)[number]>>;
  readonly reg: Int32Array;
  readonly seg: readonly Readonly<Segment>[];
  readonly ldtr: Readonly<Segment>;
  readonly tr: Readonly<Segment>;
  readonly gdtr: Readonly<Table>;
  readonly idtr: Readonly<Table>;
  readonly devices: Readonly<Devices>;
  readonly controls: Readonly<Machine['controls']>;
  readonly tlb: readonly [Int32Array, Int32Array, Uint8Array];
  readonly pages: readonly Uint8Array[];
  readonly dirty: Uint8Array;
}

/** Copies a machine. */
export function capture(m: Machine): Snapshot {
  const pages: Uint8Array[] = [];
  for (let page = 0; page < m.dirty.length; page++) {
    let copy = m.saved[page];
    if (copy === undefined || (m.dirty[page]! & Written.saved) !== 0) {
      copy = m.memory.slice(page * 0x1000, (page + 1) * 0x1000);
      m.saved[page] = copy;
      m.dirty[page]! &= ~Written.saved;
    }
    pages.push(copy);
  }
  return {
    scalars: Object.fromEntries(scalars.map((name) => [name, m[name]])) as Snapshot['scalars'],
    reg: m.reg.slice(),
    seg: m.seg.map((s) => ({ ...s })),
    ldtr: { ...m.ldtr },
    tr: { ...m.tr },
    gdtr: { ...m.gdtr },
    idtr: { ...m.idtr },
    devices: { ...m.devices, console: m.devices.console.slice() },
    controls: { ...m.controls },
    tlb: [m.tlb.page.slice(), m.tlb.frame.slice(), m.tlb.rights.slice()],
    pages,
    dirty: m.dirty.slice(),
  };
}

/** Makes a machine what it was; it must be the one that the snapshot was taken of, or one with as much memory. */
export function restore(m: Machine, s: Snapshot): void {
  Object.assign(m, s.scalars);
  m.reg.set(s.reg);
  m.seg.forEach((into, i) => Object.assign(into, s.seg[i]));
  Object.assign(m.ldtr, s.ldtr);
  Object.assign(m.tr, s.tr);
  m.gdtr = { ...s.gdtr };
  m.idtr = { ...s.idtr };
  Object.assign(m.devices, s.devices, { console: s.devices.console.slice() });
  Object.assign(m.controls, s.controls);
  m.tlb.page.set(s.tlb[0]);
  m.tlb.frame.set(s.tlb[1]);
  m.tlb.rights.set(s.tlb[2]);
  for (const [page, bytes] of s.pages.entries()) {
    if ((m.dirty[page]! & Written.saved) === 0 && m.saved[page] === bytes) continue;
    m.memory.set(bytes, page * 0x1000);
    m.saved[page] = bytes;
    if (m.code[page] === undefined) continue;
    m.code[page] = undefined;
    new Uint8Array(m.coded.buffer, page * 0x1000, 0x1000).fill(0);
  }
  m.dirty.set(s.dirty);
}
