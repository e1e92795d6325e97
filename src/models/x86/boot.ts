/**
 * The loader: a machine as firmware would leave it, with a program in its memory and about to start.
 *
 * Memory of a guest: a GDT at 0x0800 and a TSS at 0x0900, both the firmware's and free to be changed or replaced; the program
 * at its origin (0x1000 unless it says `org`); a stack that grows down from 0x9000. IDT and page tables lie where the program puts
 * them. The CPU is in 32-bit protected mode in ring 0, segments flat, paging and interrupts off, EFLAGS 2, TR loaded, the IDT
 * empty: an exception before `lidt` is a triple fault. The TSS names no inner stack yet: a program that enters ring 3 writes ESP0
 * to 0x904; SS0 is there. No port is open to ring 3 (the I/O map lies outside the TSS's limit).
 *
 * Ours: the layout; real mode, BIOS calls and everything else that comes before are left out. Descriptors: SDM vol. 3A, §3.4.5
 * and 7.2. All of them are marked accessed and the TSS busy, as if firmware had used them.
 */
import type { Assembly } from './assembler.ts';
import { createMachine } from './machine.ts';
import { Seg, type Machine } from './state.ts';

/** Where firmware puts its tables, where raw code is loaded, where the stack starts. */
export const memoryMap = { gdt: 0x800, tss: 0x900, esp0: 0x904, program: 0x1000, stack: 0x9000 } as const;

/** Selectors of firmware's GDT. */
export const Selector = { kernelCode: 0x08, kernelData: 0x10, userCode: 0x1b, userData: 0x23, tss: 0x28 } as const;

const tssLimit = 0x67;

/** Low and high half of a descriptor; `flags` is G, D/B, L, AVL. */
function descriptor(base: number, limit: number, access: number, flags: number): [number, number] {
  return [
    (((base & 0xffff) << 16) | (limit & 0xffff)) >>> 0,
    ((base & 0xff000000) | (flags << 20) | (limit & 0xf0000) | (access << 8) | ((base >> 16) & 0xff)) >>> 0,
  ];
}

/** Firmware's GDT: null, kernel code and data, user code and data (flat), TSS. */
export const firmwareGdt: readonly (readonly [number, number])[] = [
  [0, 0],
  ...[0x9b, 0x93, 0xfb, 0xf3].map((access) => descriptor(0, 0xfffff, access, 0xc)),
  descriptor(memoryMap.tss, tssLimit, 0x8b, 0),
];

/** A machine with a program: an assembled one, or raw code that is loaded and entered at 0x1000. */
export function boot(program: Assembly | Uint8Array, options: { readonly memorySize?: number } = {}): Machine {
  const raw = program instanceof Uint8Array;
  const bytes = raw ? program : program.bytes;
  const origin = raw ? memoryMap.program : program.origin;
  const m = createMachine(options);
  if (origin + bytes.length > m.memory.length)
    throw new Error(
      `The program has ${bytes.length} bytes from 0x${origin.toString(16)} on, which memory does not hold.`,
    );
  const memory = new DataView(m.memory.buffer);
  firmwareGdt.forEach((halves, index) => {
    halves.forEach((half, at) => memory.setUint32(memoryMap.gdt + 8 * index + 4 * at, half, true));
  });
  memory.setUint32(memoryMap.tss + 8, Selector.kernelData, true);
  memory.setUint16(memoryMap.tss + 0x66, tssLimit + 1, true);
  m.gdtr = { base: memoryMap.gdt, limit: 8 * firmwareGdt.length - 1 };
  m.tr = { selector: Selector.tss, base: memoryMap.tss, limit: tssLimit, access: 0x8b, big: false };
  for (const [index, segment] of m.seg.entries())
    segment.selector = index === Seg.cs ? Selector.kernelCode : Selector.kernelData;
  m.memory.set(bytes, origin);
  m.eip = raw ? origin : program.entry;
  return m;
}
