/**
 * The domain builder: puts a ported guest that the loader has filled into machine memory under Xen, with everything that it
 * finds at its first instruction: page tables over scattered machine frames, p2m and m2p, shared info page, GDT, trap table, support code.
 *
 * After Xen's domain builder (arch/x86/pv/dom0_build.c, tools' xg_dom_x86.c) and the layout of 32-bit Xen without PAE, until 3.2
 * (include/asm-x86/config.h, x86_32/page-2level.h): Xen in the top 64 MB, the m2p first and readable for the guest, guest segments
 * that end behind it, Xen's own descriptors in the GDT's fifteenth page. In the layout of 64-bit guests kernel and user code are both in
 * ring 3 over two roots; it is applied to the same 32-bit programs, so that registers, page tables and addresses stay as they
 * are. Left out: start info, an LDT, an I/O bitmap, more than one virtual CPU.
 */
import { noCounters, type Counters } from '../costs.ts';
import { createMachine } from '../machine.ts';
import { readPhysical, writePhysical } from '../paging.ts';
import { Cr0, Reg, type Machine } from '../state.ts';
import { createFrames, pin, replaceDescriptors, replaceRoot, type DirectPaging } from './direct-paging.ts';
import { Data, Kernel, kernelSlot, P2m, supportCode, type SupportOptions } from './support-code.ts';

/** The domain's number, and that of the domain that owns the rest of memory. */
export const domainId = 1;
const otherDomain = 2;

/** Where guest segments end: behind the m2p (GUEST_SEGMENT_MAX_ADDR). */
const segmentEnd = 0xfc400000;

/** Linear addresses of what the CPU reads for itself. */
const gdtAt = segmentEnd;
const idtAt = gdtAt + 0x10000;
const tssAt = gdtAt + 0x11000;

/** Xen's machine frames; the m2p and then the domain's follow. */
const Xen = { m2pTable: 1, ownTable: 2, gdt: 3, idt: 4, tss: 5, shared: 6, m2p: 8, domain: 16 } as const;

/** Xen's own selectors (the first is FLAT_RING1_CS with ring 0). */
const xenCode = 0xe008;
const xenTss = 0xe040;

/** How a ported guest is run. */
export interface PvOptions {
  /** Requests in an mmu_update, up to 2048; 0 leaves stores to L1 tables to be trapped. */
  readonly batch?: number;
  /** Whether system calls take a gate straight to the kernel where the layout has one. */
  readonly fast?: boolean;
}

/** What Xen keeps of the virtual CPU; plain values, copied by `{ ...state }`. */
export interface VcpuState {
  /** Flags, code selector, address of each vector's handler. */
  readonly traps: Int32Array;
  kernelSs: number;
  kernelSp: number;
  eventCs: number;
  eventEip: number;
  iopl: number;
  /** CR0.TS as the guest has set it. */
  ts: number;
  /** Machine frames of the roots in use. */
  root: number;
  userRoot: number;
  gdt: number;
  /** Whether the guest's kernel runs, where rings do not tell. */
  inKernel: boolean;
  writableTables: boolean;
  blocked: boolean;
  /** What the last hypercall that failed came to. */
  refusal: string;
  /** Set by a shutdown or a crash: why nothing goes on. */
  over: { readonly ending: 'halted' | 'killed'; readonly why: string } | undefined;
}

/** A running domain. */
export interface Domain {
  readonly machine: Machine;
  readonly ring3: boolean;
  /** Ring of the guest's kernel. */
  readonly level: 1 | 3;
  readonly paging: DirectPaging;
  readonly counters: Counters;
  readonly frames: number;
  /** What its support code was made for (`routineAt`). */
  readonly support: SupportOptions;
  /** Machine address of the shared info page. */
  readonly shared: number;
  /** Machine addresses of the real IDT and TSS. */
  readonly idt: number;
  readonly tss: number;
  readonly toMachine: (pfn: number) => number;
  readonly vcpu: VcpuState;
}

/** Whether the guest's kernel has the CPU when the guest has it. */
export function inKernel(d: Domain): boolean {
  return d.ring3 ? d.vcpu.inKernel : d.machine.cpl !== 3;
}

/** The two words of a flat descriptor for a guest, or of Xen's own with level 0. */
function flat(d: Pick<Domain, 'ring3'>, level: number, code: boolean): [number, number] {
  const pages = (level === 0 || d.ring3 ? 0 : segmentEnd) - 1;
  const limit = pages >>> 12;
  return [limit & 0xffff, 0xc00000 | (limit & 0xf0000) | (((code ? 0x9b : 0x93) | (level << 5)) << 8)];
}

/** What Xen makes of a descriptor that a guest hands in (check_descriptor): undefined where it may not have it. */
export function checkDescriptor(d: Domain, low: number, high: number): [number, number] | undefined {
  if (!(high & 0x8000)) return [low, high];
  if (!(high & 0x1000)) return high & 0xf00 ? undefined : [low, high];
  const level = Math.max((high >> 13) & 3, d.level);
  let [a, b] = [low, (high & ~0x6000) | (level << 13)];
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0;
  let limit = (low & 0xffff) | (high & 0xf0000);
  if (high & 0x800000) limit = limit * 0x1000 + 0xfff;
  if (!d.ring3 && base + limit >= segmentEnd) {
    if (base >= segmentEnd) return undefined;
    limit = (segmentEnd - base - 1) >>> 12;
    [a, b] = [(a & 0xffff0000) | (limit & 0xffff), (b & ~0xf0000) | (limit & 0xf0000) | 0x800000];
  }
  return [a, b];
}

/** Puts the guest that the loader has left in `booted` into a domain of its own. */
export function buildDomain(booted: Machine, ring3: boolean, { batch = 16, fast = true }: PvOptions = {}): Domain {
  const frames = booted.memory.length >>> 12;
  const boot = ring3 ? frames * 2 : frames;
  const total = boot + 32;
  const level = ring3 ? 3 : 1;
  const all = Xen.domain + total + 48;
  if (total > 1000) throw new Error('A ported guest has at most 480 frames: its kernel maps all of them in 4 MiB.');
  const machine = createMachine({ memorySize: all * 0x1000 });
  const toMachine = (pfn: number): number => Xen.domain + ((pfn * 37 + 11) % total);
  const put = (mfn: number, slot: number, value: number): void =>
    writePhysical(machine, mfn * 0x1000 + slot * 4, 4, value);
  const user = ring3 ? 4 : 0;

  const paging: DirectPaging = {
    frames: createFrames(all),
    domain: domainId,
    read: (address) => readPhysical(machine, address, 4) >>> 0,
    write: (address, value) => {
      writePhysical(machine, address, 4, value);
    },
    slots: Array.from({ length: 16 }, (_, i) =>
      i === 0 ? (Xen.m2pTable << 12) | 1 | user : i === 1 ? (Xen.ownTable << 12) | 3 : 0,
    ),
    m2p: Xen.m2p * 0x1000,
    ring3,
    refusal: '',
    flush: false,
  };
  const { owner, count } = paging.frames;
  for (let mfn = 0; mfn < all; mfn++) {
    const mine = (mfn >= Xen.domain && mfn < Xen.domain + total) || mfn === Xen.shared;
    owner[mfn] = mine ? domainId : mfn < Xen.domain ? 0x7ff2 : otherDomain;
    count[mfn] = 1;
  }

  // Memory and the two maps of its frames.
  for (let mfn = 0; mfn < 1024; mfn++) put(Xen.m2p, mfn, -1);
  const kernel = {
    l2: toMachine(boot),
    l1: toMachine(boot + 1),
    map: toMachine(boot + 2),
    gdt: toMachine(boot + 3),
    p2m: toMachine(boot + 6),
    data: toMachine(boot + 8),
    user: toMachine(boot + 16),
  };
  const tables = [boot, boot + 1, boot + 2];
  for (let pfn = 0; pfn < total; pfn++) {
    const mfn = toMachine(pfn);
    put(Xen.m2p, mfn, pfn);
    put(kernel.p2m, pfn, mfn | (tables.includes(pfn) ? P2m.table : 0) | (pfn === boot ? P2m.level2 : 0));
    const readOnly = (pfn >= boot && pfn < boot + 4) || pfn === boot + 16;
    put(kernel.map, pfn, (mfn << 12) | (readOnly ? 1 : 3));
    if (pfn >= frames) continue;
    put(kernel.l1, pfn, (mfn << 12) | 7);
    machine.memory.set(booted.memory.subarray(pfn * 0x1000, (pfn + 1) * 0x1000), mfn * 0x1000);
  }

  // The kernel's own pages: code, p2m, trap table, data, queue, in the frames from boot + 4 on.
  const fixed: [number, number, number][] = [
    [Kernel.code, 4, 2],
    [Kernel.p2m, 6, 1],
    [Kernel.traps, 7, 1],
    [Kernel.data, 8, 1],
    [Kernel.queue, 17, 8],
  ];
  for (const [linear, first, pages] of fixed)
    for (let i = 0; i < pages; i++)
      put(kernel.map, ((linear >>> 12) & 1023) + i, (toMachine(boot + first + i) << 12) | 3);
  put(kernel.map, 1023, (Xen.shared << 12) | 3);
  const support = { ring3, frames, boot, total, batch, fast };
  const code = supportCode(support);
  for (let at = 0; at < code.length; at += 0x1000)
    machine.memory.set(code.subarray(at, at + 0x1000), toMachine(boot + 4 + at / 0x1000) * 0x1000);
  const kernelPde = (kernel.map << 12) | 3 | user;
  const data = kernel.data * 0x1000;
  writePhysical(machine, data + Data.idtr, 2, booted.idtr.limit);
  writePhysical(machine, data + Data.idtr + 2, 4, booted.idtr.base);
  writePhysical(machine, data + Data.gdtr, 2, booted.gdtr.limit);
  writePhysical(machine, data + Data.gdtr + 2, 4, booted.gdtr.base);
  put(kernel.data, Data.entry / 4, booted.eip);
  put(kernel.data, Data.kernel_pde / 4, kernelPde);
  put(kernel.data, Data.roots / 4, 1);
  put(kernel.data, Data.roots / 4 + 1, boot);

  // Xen's part: descriptors, IDT, TSS, and what maps them.
  const set = (mfn: number, index: number, words: readonly number[]): void => {
    words.forEach((word, i) => put(mfn, index * 2 + i, word));
  };
  const gate = (index: number, dpl: number): void => set(Xen.idt, index, [xenCode << 16, 0x8e00 | (dpl << 13)]);
  for (let vector = 0; vector < 256; vector++) gate(vector, vector === 3 || vector === 4 ? 3 : 0);
  gate(0x82, 1);
  [0, level, level, 3, 3].forEach((ring, i) => {
    if (i > 0) set(kernel.gdt, i, flat({ ring3 }, ring, i % 2 === 1));
  });
  [0, 0, level, level, 3, 3].forEach((ring, i) => set(Xen.gdt, i + 1, flat({ ring3 }, ring, i % 2 === 0)));
  set(Xen.gdt, 8, [(tssAt << 16) | 0x67, (tssAt & 0xff000000) | 0x8b00 | ((tssAt >>> 16) & 0xff)]);
  put(Xen.tss, 2, xenCode + 8);
  writePhysical(machine, Xen.tss * 0x1000 + 0x66, 2, 0x68);
  put(Xen.m2pTable, 0, (Xen.m2p << 12) | 1 | user);
  [kernel.gdt, ...Array<number>(13).fill(0), Xen.gdt, 0, Xen.idt, Xen.tss].forEach((mfn, i) => {
    if (mfn !== 0) put(Xen.ownTable, i, (mfn << 12) | 3);
  });

  // Roots: all of guest memory at its own addresses, for user code, too, as it was without paging; the kernel's map above.
  put(kernel.l2, 0, (kernel.l1 << 12) | 7);
  put(kernel.l2, kernelSlot, kernelPde);
  put(kernel.user, 0, (kernel.l1 << 12) | 7);
  const roots = ring3 ? [kernel.l2, kernel.user] : [kernel.l2];
  const bad = [
    ...roots.flatMap((mfn) => [pin(paging, mfn, 2), replaceRoot(paging, 0, mfn)]),
    replaceDescriptors(paging, 0, kernel.gdt),
  ];
  if (bad.some((rc) => rc < 0)) throw new Error(`the domain builder failed: ${paging.refusal}`);
  writePhysical(machine, Xen.shared * 0x1000 + 1, 1, 1);

  Object.assign(machine, {
    cr0: (Cr0.PE | Cr0.ET | Cr0.NE | Cr0.WP | Cr0.PG) >>> 0,
    cr3: kernel.l2 * 0x1000,
    eip: Kernel.code,
    eflags: (booted.eflags & ~0x3000) | 0x202,
    cpl: level,
    gdtr: { base: gdtAt, limit: 15 * 0x1000 - 1 },
    idtr: { base: idtAt, limit: 256 * 8 - 1 },
    tr: { selector: xenTss, base: tssAt, limit: 0x67, access: 0x8b, big: false },
  });
  machine.reg.set(booted.reg);
  machine.seg.forEach((segment, i) => {
    const isCode = i === 1;
    segment.selector = (booted.seg[i]!.selector & ~3) | (isCode || i === 2 ? level : 0);
    segment.access = (isCode ? 0x9b : 0x93) | (level << 5);
    segment.limit = ring3 ? 0xffffffff : segmentEnd - 1;
  });
  Object.assign(machine.devices, booted.devices, { console: [...booted.devices.console] });
  Object.assign(machine.controls, { exceptions: -1, software: true, interrupts: 'if' });

  return {
    machine,
    ring3,
    level,
    paging,
    counters: noCounters(),
    frames,
    support,
    shared: Xen.shared * 0x1000,
    idt: Xen.idt * 0x1000,
    tss: Xen.tss * 0x1000,
    toMachine,
    vcpu: {
      traps: new Int32Array(256 * 3),
      kernelSs: 0x10 | level,
      kernelSp: booted.reg[Reg.esp],
      eventCs: 0,
      eventEip: 0,
      iopl: 0,
      ts: 0,
      root: kernel.l2,
      userRoot: ring3 ? kernel.user : 0,
      gdt: kernel.gdt,
      inKernel: true,
      writableTables: false,
      blocked: false,
      refusal: '',
      over: undefined,
    },
  };
}
