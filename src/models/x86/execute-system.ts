/**
 * Execution: what touches the machine itself (Intel SDM vol. 3A, §2.8 system instructions, §5.9 privileged instructions; vol. 1,
 * §19.5 I/O protection; vol. 3A, §2.5 UMIP). An instruction that is intercepted leaves after the checks of privilege and before
 * all else (vol. 3C, §26.1.1).
 *
 * Ours, not any CPU's: PE cannot be cleared (#GP(0): real mode is left out); TSC is the number of retired instructions; CPUID's
 * vendor. CR4 has the four bits that `Cr4` names; CR0.AM, CD and NW are kept and do nothing.
 */
import { leave, raise } from './faults.ts';
import { readPort, writePort } from './devices.ts';
import { type Decoded, Kind, type Run } from './instruction.ts';
import { linearOf, readLinear, touch, user, writeLinear } from './memory.ts';
import { offsetOf, read, readMemory, write } from './operands.ts';
import { flushTlb, How, invalidatePage } from './paging.ts';
import { readRegister, writeRegister } from './registers.ts';
import { loadSystem, lookAt, verify } from './segments.ts';
import { Cr0, Cr4, Flag, Intercept, type Machine, Reg, type Table, Vector } from './state.ts';

function privileged(m: Machine): void {
  if (m.cpl !== 0) raise(Vector.GP, 0);
}

/** CLI, STI, IN and OUT are for CPL ≤ IOPL. */
function mayDoIo(m: Machine): boolean {
  return m.cpl <= (m.eflags & Flag.IOPL) >> 12;
}

function intercept(m: Machine, which: number): void {
  if ((m.controls.instructions & which) !== 0) leave({ kind: 'instruction', intercept: which, eip: m.at, next: m.eip });
}

/** The TSS's I/O permission bitmap: all bits of the ports clear, and inside the limit (SDM vol. 1, §19.5.2). */
function checkPort(m: Machine, port: number, size: number): void {
  if (mayDoIo(m)) return;
  const type = m.tr.access & 0x1d;
  if (type !== 9 || m.tr.limit < 0x67) raise(Vector.GP, 0);
  const at = (readLinear(m, (m.tr.base + 0x66) >>> 0, 2, 0) & 0xffff) + (port >> 3);
  if (at + 1 > m.tr.limit) raise(Vector.GP, 0);
  const bits = readLinear(m, (m.tr.base + at) >>> 0, 2, 0) >> (port & 7);
  if ((bits & ((1 << size) - 1)) !== 0) raise(Vector.GP, 0);
}

const into: Run = (m, d) => {
  const port = d.k1 === Kind.imm ? d.v1 & 0xff : m.reg[Reg.edx] & 0xffff;
  checkPort(m, port, d.size);
  intercept(m, Intercept.io);
  writeRegister(m, Reg.eax, d.size, readPort(m, port, d.size));
};

const out: Run = (m, d) => {
  const port = d.k0 === Kind.imm ? d.v0 & 0xff : m.reg[Reg.edx] & 0xffff;
  checkPort(m, port, d.size);
  intercept(m, Intercept.io);
  writePort(m, port, d.size, readRegister(m, Reg.eax, d.size));
};

/** Writes CR0 as MOV, LMSW and CLTS do. */
export function writeCr0(m: Machine, value: number): void {
  const known = Cr0.PE | Cr0.MP | Cr0.EM | Cr0.TS | Cr0.NE | Cr0.WP | Cr0.PG | 0x60040000;
  const wrong = (value & Cr0.PE) === 0 || ((value & 0x20000000) !== 0 && (value & 0x40000000) === 0);
  if (wrong) raise(Vector.GP, 0);
  const before = m.cr0;
  m.cr0 = ((value & known) | Cr0.ET) >>> 0;
  if (((before ^ m.cr0) & (Cr0.PG | Cr0.WP)) !== 0) flushTlb(m);
}

/** Writes CR3; global translations stay where CR4.PGE is set. */
export function writeCr3(m: Machine, value: number): void {
  m.cr3 = value >>> 0;
  flushTlb(m, (m.cr4 & Cr4.PGE) !== 0);
}

/** Writes CR4; a bit that the machine does not have raises #GP(0). */
export function writeCr4(m: Machine, value: number): void {
  if ((value & ~(Cr4.TSD | Cr4.PSE | Cr4.PGE | Cr4.UMIP)) !== 0) raise(Vector.GP, 0);
  if (((m.cr4 ^ value) & (Cr4.PSE | Cr4.PGE)) !== 0) flushTlb(m);
  m.cr4 = value;
}

const movcr: Run = (m, d) => {
  const toRegister = d.k1 === Kind.cr;
  const number = toRegister ? d.v1 : d.v0;
  privileged(m);
  if (toRegister) {
    if (number === 3) intercept(m, Intercept.readCr3);
    m.reg[d.v0] = number === 0 ? (m.controls.cr0Shadow ?? m.cr0) : number === 2 ? m.cr2 : number === 3 ? m.cr3 : m.cr4;
    return;
  }
  const value = m.reg[d.v1]!;
  if (number === 0) {
    intercept(m, Intercept.writeCr0);
    writeCr0(m, value);
  } else if (number === 2) m.cr2 = value >>> 0;
  else if (number === 3) {
    intercept(m, Intercept.writeCr3);
    writeCr3(m, value);
  } else {
    intercept(m, Intercept.writeCr4);
    writeCr4(m, value);
  }
};

function umip(m: Machine): void {
  if (m.cpl !== 0 && (m.cr4 & Cr4.UMIP) !== 0) raise(Vector.GP, 0);
}

/** SGDT and SIDT: limit and base; with a 16-bit operand the top byte of the base is stored as 0. */
function stores(which: 'gdtr' | 'idtr'): Run {
  return (m, d) => {
    umip(m);
    intercept(m, Intercept.descriptorTables);
    const how = user(m) | How.write;
    const at = linearOf(m, d.seg, offsetOf(m, d), 6, how);
    touch(m, at, 6, how);
    writeLinear(m, at, 2, m[which].limit, how);
    writeLinear(m, (at + 2) >>> 0, 4, m[which].base & (d.size === 2 ? 0xffffff : 0xffffffff), how);
  };
}

/** LGDT and LIDT. */
function loads(which: 'gdtr' | 'idtr'): Run {
  return (m, d) => {
    privileged(m);
    intercept(m, Intercept.descriptorTables);
    const limit = readMemory(m, d, 0, 2);
    const base = (readMemory(m, d, 2, 4) & (d.size === 2 ? 0xffffff : 0xffffffff)) >>> 0;
    const table: Table = { base, limit };
    m[which] = table;
  };
}

/** SLDT and STR: 16 bits to memory, the whole register otherwise. */
function storesSelector(of: (m: Machine) => number): Run {
  return (m, d) => {
    umip(m);
    intercept(m, Intercept.descriptorTables);
    write(m, d, d.k0, d.v0, of(m));
  };
}

function loadsSelector(which: 'ldtr' | 'tr', type: 2 | 9): Run {
  return (m, d) => {
    privileged(m);
    intercept(m, Intercept.descriptorTables);
    loadSystem(m, m[which], read(m, d, d.k0, d.v0) & 0xffff, type);
  };
}

function setZero(m: Machine, yes: boolean): void {
  m.eflags = (m.eflags & ~Flag.ZF) | (yes ? Flag.ZF : 0);
}

function looks(what: 'rights' | 'limit'): Run {
  return (m, d) => {
    const found = lookAt(m, read(m, d, d.k1, d.v1) & 0xffff, what);
    setZero(m, found !== undefined);
    if (found !== undefined) writeRegister(m, d.v0, d.size, found);
  };
}

const verifies =
  (writing: boolean): Run =>
  (m, d) => {
    setZero(m, verify(m, read(m, d, d.k0, d.v0) & 0xffff, writing));
  };

/** Four ASCII characters as a register holds them. */
const letters = (text: string) => [...text].reduceRight((sum, c) => (sum << 8) | c.charCodeAt(0), 0);

/** EAX, EBX, ECX, EDX of a CPUID leaf: vendor; family 6, with PSE, TSC and PGE; UMIP. */
function cpuidLeaf(leaf: number): readonly [number, number, number, number] {
  if (leaf === 1) return [0x600, 0, 0, 0x2018];
  if (leaf === 7) return [0, 0, 4, 0];
  return leaf === 0 ? [7, letters('Insi'), letters('nCPU'), letters('deXe')] : [0, 0, 0, 0];
}

/** Executors by mnemonic. */
export const systemInstructions: Readonly<Record<string, Run>> = {
  cli: (m) => {
    if (!mayDoIo(m)) raise(Vector.GP, 0);
    m.eflags &= ~Flag.IF;
  },
  sti: (m) => {
    if (!mayDoIo(m)) raise(Vector.GP, 0);
    if ((m.eflags & Flag.IF) === 0) m.shadow = true;
    m.eflags |= Flag.IF;
  },
  hlt: (m) => {
    privileged(m);
    intercept(m, Intercept.hlt);
    m.halted = true;
  },
  in: into,
  out,
  movcr,
  clts: (m) => {
    privileged(m);
    intercept(m, Intercept.writeCr0);
    m.cr0 = (m.cr0 & ~Cr0.TS) >>> 0;
  },
  smsw: (m, d) => {
    umip(m);
    write(m, d, d.k0, d.v0, m.controls.cr0Shadow ?? m.cr0);
  },
  lmsw: (m, d) => {
    privileged(m);
    intercept(m, Intercept.writeCr0);
    // PE can be set, not cleared (SDM vol. 2A, LMSW); it is set already.
    writeCr0(m, (m.cr0 & ~0xe) | (read(m, d, d.k0, d.v0) & 0xe));
  },
  sgdt: stores('gdtr'),
  sidt: stores('idtr'),
  lgdt: loads('gdtr'),
  lidt: loads('idtr'),
  sldt: storesSelector((m) => m.ldtr.selector),
  str: storesSelector((m) => m.tr.selector),
  lldt: loadsSelector('ldtr', 2),
  ltr: loadsSelector('tr', 9),
  lar: looks('rights'),
  lsl: looks('limit'),
  verr: verifies(false),
  verw: verifies(true),
  invlpg: (m, d: Decoded) => {
    privileged(m);
    intercept(m, Intercept.invlpg);
    invalidatePage(m, (m.seg[d.seg]!.base + offsetOf(m, d)) >>> 0);
  },
  wbinvd: privileged,
  cpuid: (m) => {
    intercept(m, Intercept.cpuid);
    const [eax, ebx, ecx, edx] = cpuidLeaf(m.reg[Reg.eax] >>> 0);
    m.reg[Reg.eax] = eax;
    m.reg[Reg.ebx] = ebx;
    m.reg[Reg.ecx] = ecx;
    m.reg[Reg.edx] = edx;
  },
  rdtsc: (m) => {
    if (m.cpl !== 0 && (m.cr4 & Cr4.TSD) !== 0) raise(Vector.GP, 0);
    intercept(m, Intercept.rdtsc);
    m.reg[Reg.eax] = m.retired | 0;
    m.reg[Reg.edx] = Math.floor(m.retired / 0x100000000);
  },
  vmcall: (m) => {
    intercept(m, Intercept.vmcall);
    raise(Vector.UD);
  },
};
