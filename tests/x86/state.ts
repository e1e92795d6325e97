/** What both machines are given, what both are asked afterwards, and where two answers differ. */

/** Bytes at a physical address. */
export interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Memory with a program in it, which starts at `entry` in ring 0 as a `.bin` does: flat segments, paging off, ESP 0x9000. */
export interface Image {
  readonly entry: number;
  readonly pieces: readonly Piece[];
}

/** What stands behind the ports, of `size` bytes. */
export interface Ports {
  read(port: number, size: number): number;
  write(port: number, size: number, value: number): void;
}

/** How a program ended: HLT, triple fault, out of instructions, or (v86 only) at something it has not. */
export type End = 'halt' | 'shutdown' | 'budget' | 'gave up';

/** All that a program can leave behind. Numbers are unsigned. */
export interface State {
  readonly end: End;
  readonly registers: readonly number[];
  readonly eip: number;
  readonly eflags: number;
  readonly cpl: number;
  /** ES, CS, SS, DS, FS, GS, TR, LDTR. */
  readonly selectors: readonly number[];
  /** CR0, CR2, CR3, CR4. */
  readonly control: readonly number[];
  readonly gdtr: readonly [base: number, limit: number];
  readonly idtr: readonly [base: number, limit: number];
  readonly memory: Uint8Array;
  /** What v86 said as it gave up. */
  readonly says?: string;
}

/** Size of both memories. */
export const memorySize = 0x100000;

/** Physical addresses of the tables that firmware leaves. */
export const firmware = { gdt: 0x800, tss: 0x900, stack: 0x9000 } as const;

/** A segment descriptor: its 20-bit limit, access byte and flags nibble (G, D/B, L, AVL). */
export function descriptor(base: number, limit: number, access: number, flags: number): number[] {
  return [
    limit & 0xff,
    (limit >>> 8) & 0xff,
    base & 0xff,
    (base >>> 8) & 0xff,
    (base >>> 16) & 0xff,
    access,
    (flags << 4) | ((limit >>> 16) & 0xf),
    base >>> 24,
  ];
}

/** The firmware's GDT: null, kernel code 0x08 and data 0x10, user code 0x18 and data 0x20, TSS 0x28. All accessed, TSS busy. */
export const firmwareGdt: readonly number[] = [
  ...descriptor(0, 0, 0, 0),
  ...descriptor(0, 0xfffff, 0x9b, 0xc),
  ...descriptor(0, 0xfffff, 0x93, 0xc),
  ...descriptor(0, 0xfffff, 0xfb, 0xc),
  ...descriptor(0, 0xfffff, 0xf3, 0xc),
  ...descriptor(firmware.tss, 0x67, 0x8b, 0),
];

const generalNames = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const segmentNames = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'tr', 'ldtr'];
const controlNames = ['cr0', 'cr2', 'cr3', 'cr4'];
const hex = (value: number) => `0x${(value >>> 0).toString(16)}`;

/** Where `ours` differs from `theirs`, a phrase each; at most `most` bytes of memory. */
export function differencesOf(ours: State, theirs: State, most = 8): string[] {
  const found: string[] = [];
  const say = (name: string, a: number | string, b: number | string) => {
    if (a === b) return;
    const words = [a, b].map((value) => (typeof value === 'number' ? hex(value) : value));
    found.push(`${name} is ${words[0]}, v86 has ${words[1]}`);
  };
  const list = (names: readonly string[], a: readonly number[], b: readonly number[]) =>
    names.forEach((name, at) => say(name, a[at] ?? -1, b[at] ?? -1));
  say('end', ours.end, theirs.says === undefined ? theirs.end : `${theirs.end}: ${theirs.says}`);
  say('eip', ours.eip, theirs.eip);
  say('eflags', ours.eflags, theirs.eflags);
  say('cpl', ours.cpl, theirs.cpl);
  list(generalNames, ours.registers, theirs.registers);
  list(segmentNames, ours.selectors, theirs.selectors);
  list(controlNames, ours.control, theirs.control);
  list(['gdtr.base', 'gdtr.limit'], ours.gdtr, theirs.gdtr);
  list(['idtr.base', 'idtr.limit'], ours.idtr, theirs.idtr);
  if (Buffer.compare(ours.memory, theirs.memory) === 0) return found;
  let bytes = 0;
  for (let at = 0; at < ours.memory.length && bytes < most; at++) {
    const [a, b] = [ours.memory[at] ?? 0, theirs.memory[at] ?? 0];
    if (a !== b) bytes += 1;
    say(`byte ${hex(at)}`, a, b);
  }
  return found;
}
