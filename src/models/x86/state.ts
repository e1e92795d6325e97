/**
 * The state of a small IA-32 machine in 32-bit protected mode, and what can leave it.
 *
 * Where it stands: Intel SDM vol. 3A, ch. 2 (system registers), ch. 3 (segments), ch. 4 (paging), ch. 6 (interrupts and
 * exceptions). What it leaves out: real and virtual-8086 mode, task switches, alignment checks, the FPU, SIMD, debug registers,
 * PAE, caches, more than one CPU.
 */

import type { Decoded } from './instruction.ts';

/** Index of a general register in `reg`, in the order of their encoding. */
export const Reg = { eax: 0, ecx: 1, edx: 2, ebx: 3, esp: 4, ebp: 5, esi: 6, edi: 7 } as const;

/** The eight general registers, signed. */
export type Registers = Int32Array & Record<(typeof Reg)[keyof typeof Reg], number>;

/** Index of a segment register in `seg`, in the order of their encoding. */
export const Seg = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5 } as const;

/** Bits of EFLAGS. IOPL is two bits wide. */
export const Flag = {
  CF: 0x1,
  PF: 0x4,
  AF: 0x10,
  ZF: 0x40,
  SF: 0x80,
  TF: 0x100,
  IF: 0x200,
  DF: 0x400,
  OF: 0x800,
  IOPL: 0x3000,
  NT: 0x4000,
  RF: 0x10000,
  VM: 0x20000,
  AC: 0x40000,
  VIF: 0x80000,
  VIP: 0x100000,
  ID: 0x200000,
} as const;

/** Bits of CR0 that the machine knows. */
export const Cr0 = { PE: 0x1, MP: 0x2, EM: 0x4, TS: 0x8, ET: 0x10, NE: 0x20, WP: 0x10000, PG: 0x80000000 } as const;
/** Bits of CR4 that the machine knows; others are refused. */
export const Cr4 = { TSD: 0x4, PSE: 0x10, PGE: 0x80, UMIP: 0x800 } as const;

/** Exception vectors, by their mnemonics. */
export const Vector = {
  DE: 0,
  DB: 1,
  BP: 3,
  OF: 4,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
} as const;

/** A segment register with its hidden part. */
export interface Segment {
  selector: number;
  base: number;
  /** Last offset inside, in bytes, granularity applied. */
  limit: number;
  /** Access byte of the descriptor: P, DPL, S, type; 0 where the selector is null. */
  access: number;
  /** The D/B bit: 32-bit operands and stack. */
  big: boolean;
}

/** GDTR or IDTR. */
export interface Table {
  base: number;
  /** Last offset inside, in bytes. */
  limit: number;
}

/** Instructions that can be made to leave a guest, as bits of `Controls.instructions`. */
export const Intercept = {
  hlt: 0x1,
  io: 0x2,
  cpuid: 0x4,
  rdtsc: 0x8,
  invlpg: 0x10,
  readCr3: 0x20,
  writeCr0: 0x40,
  writeCr3: 0x80,
  writeCr4: 0x100,
  /** LGDT, LIDT, SGDT, SIDT, SLDT, STR. */
  descriptorTables: 0x200,
  vmcall: 0x400,
} as const;

/**
 * What leaves the CPU for the hypervisor instead of taking the hardware's way through the IDT. All zero on a native
 * machine. Ring-compressed guests leave at every event and at no instruction of their own accord; guests in VT-x non-root mode
 * leave as the control fields of their VMCS say (SDM vol. 3C, ch. 25 and 26).
 */
export interface Controls {
  /** Bit n: exception n leaves. */
  exceptions: number;
  /** Whether INT n leaves; vectors in `directGates` take the IDT nevertheless (Xen's fast system call gate). */
  software: boolean;
  directGates: readonly number[];
  /** Whether external interrupts leave, whatever IF is (VMX), or when IF is 1 (`'if'`, ring-compressed). */
  interrupts: 'deliver' | 'always' | 'if';
  /** Bits of `Intercept`. */
  instructions: number;
  /** Leave as soon as IF is 1 and no STI shadow is on (interrupt-window exiting). */
  interruptWindow: boolean;
  /** Machine-physical address of a two-level nested page table in the guest tables' format, which maps gfns; 0 is none. */
  nestedRoot: number;
  /** What MOV from CR0 and SMSW give in place of CR0 (guest/host mask and read shadow); undefined is CR0 itself. */
  cr0Shadow: number | undefined;
}

/** Why the CPU has stopped executing and somebody else must act. `eip` is that of the instruction, not of the next one. */
export type Event =
  | {
      readonly kind: 'exception';
      readonly vector: number;
      /** Undefined where the vector has none. */
      readonly errorCode: number | undefined;
      readonly eip: number;
      /** Linear address of a #PF. */
      readonly address?: number;
    }
  /** INT n, INT3, INTO; `next` is the EIP that would be pushed. */
  | { readonly kind: 'software'; readonly vector: number; readonly eip: number; readonly next: number }
  | { readonly kind: 'interrupt'; readonly vector: number; readonly eip: number }
  /** An intercepted instruction; it has not been executed. */
  | { readonly kind: 'instruction'; readonly intercept: number; readonly eip: number; readonly next: number }
  /** The nested table maps no frame, or not for writing (EPT violation). */
  | { readonly kind: 'nested'; readonly gpa: number; readonly write: boolean; readonly eip: number }
  | { readonly kind: 'window'; readonly eip: number }
  /** HLT has been executed: nothing more happens until an interrupt. */
  | { readonly kind: 'halt'; readonly eip: number }
  /** Triple fault: the CPU has shut down. `first` is the exception that could not be delivered. */
  | {
      readonly kind: 'shutdown';
      readonly eip: number;
      readonly first: { readonly vector: number; readonly errorCode: number | undefined; readonly address?: number };
    };

/** The ports and the timer of the machine; `devices.ts` has their behaviour. */
export interface Devices {
  /** Bytes written to the console port. */
  console: number[];
  /** Instructions between two timer interrupts; 0 is off. */
  timerPeriod: number;
  timerCount: number;
  timerPending: boolean;
  /** Word of the disk that the next read of the data port gives. */
  diskAt: number;
}

/** Who wants to know of changes in memory, as bits of `Machine.dirty`: snapshots, the lab's comparison, shadow tables. */
export const Written = { saved: 1, compared: 2, shadowed: 4 } as const;

/** Translations that the CPU keeps: one slot for each of 256 page numbers modulo 256. */
export interface Tlb {
  /** Linear page number held by a slot; -1 is none. */
  readonly page: Int32Array;
  /** Machine-physical address of the frame. */
  readonly frame: Int32Array;
  /** Bit n: an access whose `How` is n needs no walk. Bit 7: global. */
  readonly rights: Uint8Array;
}

/**
 * The whole machine. Mutable: it is a machine; `snapshot.ts` makes plain copies of it.
 *
 * Who changes it from outside: `memory` through `writePhysical` or `loadPhysical` once it has run (decoded code and
 * snapshots must hear of it); `cr0`, `cr3`, `cr4` and `controls.nestedRoot` with `flushTlb` after. An event leaves all as it was: an
 * interrupt that leaves is still pending, and who takes it clears `devices.timerPending`.
 */
export interface Machine {
  /** EAX … EDI, signed 32-bit as JavaScript's operators want them. */
  readonly reg: Registers;
  /** Unsigned. */
  eip: number;
  eflags: number;
  /** Current privilege level: DPL of SS, kept apart because every check asks for it. */
  cpl: number;
  readonly seg: readonly [Segment, Segment, Segment, Segment, Segment, Segment];
  ldtr: Segment;
  tr: Segment;
  gdtr: Table;
  idtr: Table;
  cr0: number;
  cr2: number;
  cr3: number;
  cr4: number;
  /** Machine-physical memory. Reads outside of it give ones, writes outside are dropped, as on an open bus. */
  readonly memory: Uint8Array;
  readonly devices: Devices;
  readonly controls: Controls;
  /** Guest instructions retired; RDTSC reads a multiple of it. */
  retired: number;
  /** HLT was executed and no interrupt has come yet. */
  halted: boolean;
  /** An instruction that holds interrupts off for one more (STI, MOV SS, POP SS) was the last one. */
  shadow: boolean;
  /** EFLAGS.TF was set when the last instruction began: #DB comes before the next one. */
  trap: boolean;
  /** EIP of the instruction that is being executed, and of the last one that was. */
  at: number;
  /** The instruction at `at`, unless it could not be fetched. */
  last: Decoded | undefined;
  /** Set after a triple fault. */
  down: Extract<Event, { kind: 'shutdown' }> | undefined;
  /** TLB misses and page-table entries that hardware walks have read. */
  tlbMisses: number;
  walkReads: number;
  readonly tlb: Tlb;
  /** The same bytes as `memory`. */
  readonly view: DataView;
  /** Decoded instructions by physical page and offset. */
  readonly code: ((Decoded | undefined)[] | undefined)[];
  /** A byte of memory belongs to a decoded instruction. */
  readonly coded: DataView;
  /** Bits of `Written` for each page: who has not yet heard that it has changed. All are set by a write. */
  readonly dirty: Uint8Array;
  /** Each page as the last snapshot has it. */
  readonly saved: (Uint8Array | undefined)[];
}
