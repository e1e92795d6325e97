/**
 * The hypercalls of a paravirtual guest: INT 0x82 with the number in EAX and up to five arguments in EBX, ECX, EDX, ESI and EDI.
 *
 * Numbers, commands and structures are those of Xen 4.22 for 32-bit guests (public/xen.h, arch-x86/xen-x86_32.h, sched.h, physdev.h);
 * what they do is after pv/hypercall.c, pv/descriptor-tables.c, pv/misc-hypercalls.c, pv/callback.c, mm.c. A ported guest in
 * the 64-bit layout keeps this ABI, where a real one would use SYSCALL and wider registers. Left out: all that a single guest
 * without devices of Xen's has no use for (grants, event channel operations, memory_op, timers, domctl …): they return −ENOSYS.
 */
import { flushTlb, invalidatePage, probe, readPhysical, writePhysical } from '../paging.ts';
import { Reg } from '../state.ts';
import {
  Errno,
  FrameType,
  getType,
  mmuUpdate,
  modifyEntry,
  pin,
  putType,
  refuse,
  replaceDescriptors,
  replaceRoot,
  unpin,
} from './direct-paging.ts';
import { checkDescriptor, type Domain } from './domain.ts';
import { deliverable, loadRoot, peek, poke, reach, returnFrame, setMask } from './events.ts';

const names: Readonly<Record<number, string>> = {
  0: 'set_trap_table',
  1: 'mmu_update',
  2: 'set_gdt',
  3: 'stack_switch',
  4: 'set_callbacks',
  5: 'fpu_taskswitch',
  10: 'update_descriptor',
  13: 'multicall',
  14: 'update_va_mapping',
  17: 'xen_version',
  18: 'console_io',
  21: 'vm_assist',
  23: 'iret',
  26: 'mmuext_op',
  29: 'sched_op',
  33: 'physdev_op',
};

const self = 0x7ff0;
/** Structures that one hypercall may hand in; Xen has no such bound, because it lets itself be interrupted. */
const most = 4096;
const unportable = 'It met a page table or a descriptor table outside of its memory.';
const fault = -Errno.EFAULT;
const invalid = -Errno.EINVAL;

/** Reads `size` words for each of `count` structures and does something with each, until one fails. */
function each(d: Domain, at: number, count: number, size: number, act: (words: number[], i: number) => number): number {
  if (count > most) return refuse(d.paging, Errno.EINVAL, `More than ${most} at once are too many for this model`);
  for (let i = 0; i < count; i++) {
    const words: number[] = [];
    for (let n = 0; n < size; n++) {
      const word = peek(d, (at + (i * size + n) * 4) >>> 0);
      if (word === undefined) return fault;
      words.push(word);
    }
    const rc = act(words, i);
    if (rc < 0) return rc;
  }
  return 0;
}

/** Puts the system call's vector into the real IDT where nothing of Xen is needed on the way (init_int80_direct_trap). */
function directGate(d: Domain): void {
  const [flags = 0, cs = 0, address = 0] = d.vcpu.traps.subarray(0x80 * 3);
  // No gate may lead to a descriptor of Xen's own but the flat ones for guests (guest_gate_selector_okay).
  const okay = cs >>> 2 !== 0 && (cs < 0xe000 || [0xe018, 0xe028].includes(cs & ~3));
  const direct = !d.ring3 && okay && (flags & 4) === 0;
  const at = d.idt + 0x80 * 8;
  writePhysical(d.machine, at, 4, direct ? (((cs & ~3) | 1) << 16) | (address & 0xffff) : 0);
  writePhysical(d.machine, at + 4, 4, direct ? (address & 0xffff0000) | 0x8f00 | ((flags & 3) << 13) : 0);
  d.machine.controls.directGates = direct ? [0x80] : [];
}

function setTrapTable(d: Domain, at: number): number {
  const { traps } = d.vcpu;
  if (at === 0) traps.fill(0);
  for (let i = 0; at !== 0 && i < 257; i++) {
    const word = peek(d, at + i * 8);
    const address = peek(d, at + i * 8 + 4);
    if (word === undefined || address === undefined) return fault;
    if (address === 0) break;
    traps.set([(word >>> 8) & 0xff, word >>> 16, address], (word & 0xff) * 3);
  }
  directGate(d);
  return 0;
}

function stackSwitch(d: Domain, ss: number, esp: number): number {
  d.vcpu.kernelSs = (ss & ~3) | d.level;
  d.vcpu.kernelSp = esp | 0;
  // SS1:ESP1, for the gate that goes straight to ring 1.
  writePhysical(d.machine, d.tss + 12, 4, esp);
  writePhysical(d.machine, d.tss + 16, 4, d.vcpu.kernelSs);
  return 0;
}

function setGdt(d: Domain, at: number, entries: number): number {
  if (entries > 512) return invalid;
  const mfn = peek(d, at);
  if (mfn === undefined) return fault;
  if (mfn === d.vcpu.gdt) return 0;
  for (let i = 0; i < entries; i++) {
    const words = [0, 4].map((half) => readPhysical(d.machine, mfn * 0x1000 + i * 8 + half, 4)) as [number, number];
    const checked = checkDescriptor(d, ...words);
    if (checked === undefined) return invalid;
    checked.forEach((word, half) => {
      writePhysical(d.machine, mfn * 0x1000 + i * 8 + half * 4, 4, word);
    });
  }
  const rc = replaceDescriptors(d.paging, d.vcpu.gdt, mfn);
  if (rc < 0) return rc;
  d.vcpu.gdt = mfn;
  writePhysical(d.machine, d.paging.slots[1]! & ~0xfff, 4, (mfn << 12) | 3);
  flushTlb(d.machine);
  return 0;
}

function updateDescriptor(d: Domain, address: number, low: number, high: number): number {
  const { frames } = d.paging;
  const mfn = address >>> 12;
  const checked = checkDescriptor(d, low, high);
  if (checked === undefined || address & 7 || frames.owner[mfn] !== d.paging.domain) return invalid;
  const used = frames.typeCount[mfn]! > 0 && frames.type[mfn] === FrameType.segments;
  if (!used) {
    const rc = getType(d.paging, mfn, FrameType.writable);
    if (rc < 0) return rc;
    putType(d.paging, mfn);
  }
  checked.forEach((word, i) => {
    writePhysical(d.machine, address + i * 4, 4, word);
  });
  return 0;
}

/** Empties the TLB where a change of types or directories wants it. */
function flushed(d: Domain, rc: number): number {
  if (d.paging.flush) flushTlb(d.machine);
  d.paging.flush = false;
  return rc;
}

function mmu(d: Domain, at: number, count: number, done: number, foreign: number): number {
  if (foreign !== self) return -Errno.ESRCH;
  let made = 0;
  const rc = each(d, at, count, 4, ([ptr, , value]) => {
    const result = mmuUpdate(d.paging, ptr!, value!);
    if (result === 0) made++;
    return result;
  });
  d.counters.pageTableUpdatesValidated += made;
  if (done !== 0) poke(d, done, made);
  return flushed(d, rc);
}

function mmuext(d: Domain, at: number, count: number, done: number, foreign: number): number {
  if (foreign !== self) return -Errno.ESRCH;
  const { paging, vcpu } = d;
  let made = 0;
  const rc = each(d, at, count, 3, ([command, mfn]) => {
    made++;
    if (command === 0 || command === 1) return pin(paging, mfn!, command === 0 ? 1 : 2);
    if (command === 4) return unpin(paging, mfn!);
    if (command === 5) {
      const result = replaceRoot(paging, vcpu.root, mfn!);
      if (result === 0) loadRoot(d, (vcpu.root = mfn!));
      return result;
    }
    if (command === 15 && d.ring3) {
      const result = replaceRoot(paging, vcpu.userRoot, mfn!);
      if (result === 0) vcpu.userRoot = mfn!;
      return result;
    }
    if (command === 6 || command === 10) flushTlb(d.machine);
    else if (command === 7 || command === 11) invalidatePage(d.machine, mfn!);
    else return -Errno.ENOSYS;
    return 0;
  });
  if (done !== 0) poke(d, done, made);
  return flushed(d, rc);
}

function updateVaMapping(d: Domain, va: number, value: number, flags: number): number {
  const { pteAt } = probe(d.machine, va);
  if (pteAt === undefined || d.paging.frames.owner[pteAt >>> 12] !== d.paging.domain) return invalid;
  const rc = modifyEntry(d.paging, pteAt, value);
  if (rc === 0) d.counters.pageTableUpdatesValidated++;
  if ((flags & 3) === 1) flushTlb(d.machine);
  if ((flags & 3) === 2) invalidatePage(d.machine, va);
  return flushed(d, rc);
}

function consoleWrite(d: Domain, count: number, buffer: number): number {
  for (let i = 0; i < Math.min(count, 0x10000); i++) {
    const at = reach(d, (buffer + i) >>> 0, false);
    if (at === undefined) return fault;
    d.machine.devices.console.push(readPhysical(d.machine, at, 1));
  }
  return 0;
}

function sched(d: Domain, command: number, arg: number): number {
  if (command === 1) {
    // Unmasks and sleeps in one: an event that has come meanwhile is not missed.
    setMask(d, false);
    d.vcpu.blocked = !deliverable(d);
  } else if (command === 2) {
    const reason = peek(d, arg);
    if (reason === undefined) return fault;
    d.vcpu.over =
      reason === 3
        ? { ending: 'killed', why: `The ported kernel has given up. ${d.vcpu.refusal || unportable}` }
        : {
            ending: 'halted',
            why: 'The guest has asked Xen to be shut down: HLT with interrupts off, after which nothing comes.',
          };
  } else if (command !== 0) return -Errno.ENOSYS;
  return 0;
}

function call(d: Domain, nr: number, args: readonly number[]): number {
  const [a = 0, b = 0, c = 0, e = 0] = args;
  const { vcpu } = d;
  switch (names[nr]) {
    case 'set_trap_table':
      return setTrapTable(d, a);
    case 'mmu_update':
      return mmu(d, a, b, c, e);
    case 'set_gdt':
      return setGdt(d, a, b);
    case 'stack_switch':
      return stackSwitch(d, a, b);
    case 'set_callbacks':
      [vcpu.eventCs, vcpu.eventEip] = [a, b];
      return 0;
    case 'fpu_taskswitch':
      vcpu.ts = a ? 8 : 0;
      return 0;
    case 'update_descriptor':
      return updateDescriptor(d, a, c, e);
    case 'multicall':
      return each(d, a, b, 8, ([op, , ...rest], i) => {
        const rc = op === 13 ? invalid : call(d, op!, rest);
        return poke(d, a + i * 32 + 4, rc) ? 0 : fault;
      });
    case 'update_va_mapping':
      return updateVaMapping(d, a, b, e);
    case 'xen_version':
      return a === 0 ? (4 << 16) | 22 : -Errno.ENOSYS;
    case 'console_io':
      return a === 0 ? consoleWrite(d, b, c) : -Errno.ENOSYS;
    case 'vm_assist':
      if (b === 2) vcpu.writableTables = a === 0;
      return b === 2 ? 0 : invalid;
    case 'mmuext_op':
      return mmuext(d, a, b, c, e);
    case 'sched_op':
      return sched(d, a, b);
    case 'physdev_op': {
      const iopl = a === 6 ? peek(d, b) : undefined;
      if (iopl === undefined || iopl > 3) return a === 6 ? invalid : -Errno.ENOSYS;
      vcpu.iopl = iopl;
      return 0;
    }
    default:
      return -Errno.ENOSYS;
  }
}

/** The hypercall that the guest's registers ask for; EAX gets the result. Gives its name, and the refusal if it was one. */
export function hypercall(d: Domain): { readonly name: string; readonly refusal: string | undefined } {
  const { reg } = d.machine;
  const nr = reg[Reg.eax] >>> 0;
  const name = names[nr] ?? `hypercall ${nr}`;
  d.counters.hypercalls++;
  d.paging.refusal = '';
  if (name === 'iret') {
    returnFrame(d);
    return { name, refusal: undefined };
  }
  const args = [Reg.ebx, Reg.ecx, Reg.edx, Reg.esi, Reg.edi].map((r) => reg[r] >>> 0);
  const rc = call(d, nr, args);
  reg[Reg.eax] = rc;
  if (rc >= 0) return { name, refusal: undefined };
  const refusal = `${name} returned −${-rc}. ${d.paging.refusal}`.trim();
  d.vcpu.refusal = refusal;
  return { name, refusal };
}
