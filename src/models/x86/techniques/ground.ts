/**
 * What every hypervisor of the lab stands on: machine memory dealt out between it and the guest, the p2m, the physical CPU, and
 * the virtual CPU that the guest believes in.
 *
 * The virtual CPU is a `Machine` of its own over the same memory. It holds what the guest is entitled to believe while the
 * physical CPU holds what is really loaded, and the core's interpreter run on it is the hypervisor's instruction emulator
 * (Xen: `arch/x86/x86_emulate/`; "emulate against the virtual machine state", Adams and Agesen 2006, §2.1 and 2.2): one step of it
 * executes an instruction, or takes a fault or an interrupt to the guest's handler, exactly as a bare machine would. Which
 * instructions come to it is for the physical CPU alone to say. Devices and timer are passed through: there is one guest.
 *
 * Machine memory is twice the guest's. The lower half is the hypervisor's. Guest frames lie in the upper half, scattered, so
 * that no frame has its own number. What lies beyond the guest's memory is open bus, and maps to machine frames that are not there.
 */
import type { Counters } from '../costs.ts';
import { noCounters } from '../costs.ts';
import { createMachine, step } from '../machine.ts';
import { flushTlb, Page, readPhysical, writePhysical } from '../paging.ts';
import type { Event, Machine, Segment } from '../state.ts';
import type { GuestView } from './technique.ts';

/** Machine address of a frame that no memory answers for. */
export const openBus = 0xfffff000;

const all = Page.P | Page.RW | Page.US | Page.A | Page.D;

/** Memory and CPUs under a hypervisor. */
export interface Ground {
  /** The physical CPU and memory. */
  readonly machine: Machine;
  /** The virtual CPU. */
  readonly guest: Machine;
  /** Guest memory in frames. */
  readonly frames: number;
  readonly counters: Counters;
  /** Machine address of the p2m: a nested page table that maps guest memory and nothing else. */
  readonly p2m: number;
  /** Interrupt that is kept back because the guest cannot take it yet. */
  held: boolean;
  /** Hypervisor frames that were given back, and the first that was never given out. */
  spare: number[];
  next: number;
}

/** Machine frame of a guest frame. */
export function toMachine(ground: Ground, gfn: number): number {
  const { frames } = ground;
  return gfn < frames ? frames + ((gfn * 37 + 11) % frames) : openBus >>> 12;
}

/** Machine address of a guest-physical one. */
export function machineAddress(ground: Ground, gpa: number): number {
  return ((toMachine(ground, gpa >>> 12) << 12) | (gpa & 0xfff)) >>> 0;
}

/** An aligned 32-bit word of guest-physical memory, unsigned. */
export function readGuest(ground: Ground, gpa: number): number {
  return readPhysical(ground.machine, machineAddress(ground, gpa), 4) >>> 0;
}

/** Writes an aligned 32-bit word of guest-physical memory. */
export function writeGuest(ground: Ground, gpa: number, value: number): void {
  writePhysical(ground.machine, machineAddress(ground, gpa), 4, value);
}

/** A frame of the hypervisor's own, zeroed: its machine address; undefined when there is none left. */
export function allocate(ground: Ground): number | undefined {
  const frame = ground.spare.pop() ?? ground.next++;
  if (frame >= ground.frames) {
    ground.next--;
    return undefined;
  }
  for (let at = 0; at < 0x1000; at += 4) writePhysical(ground.machine, frame * 0x1000 + at, 4, 0);
  return frame * 0x1000;
}

/** Gives a hypervisor's frame back. */
export function free(ground: Ground, address: number): void {
  ground.spare.push(address >>> 12);
}

/** A frame that must be there: the few that a hypervisor takes when it starts. */
export function own(ground: Ground): number {
  const address = allocate(ground);
  if (address === undefined) throw new Error('the hypervisor has no frame left');
  return address;
}

/** A nested table over the guest's frames; with `bus`, over all other addresses, too. */
function nestedTable(ground: Ground, bus: boolean): number {
  const { machine } = ground;
  const root = own(ground);
  const put = (table: number, index: number, value: number) => writePhysical(machine, table + index * 4, 4, value);
  const nothing = bus ? own(ground) : 0;
  for (let i = 0; bus && i < 1024; i++) {
    put(nothing, i, openBus | all);
    put(root, i, nothing | all);
  }
  for (let first = 0; first < ground.frames; first += 1024) {
    const table = own(ground);
    put(root, first / 1024, table | all);
    for (let i = 0; i < 1024; i++)
      if (first + i < ground.frames || bus) put(table, i, (toMachine(ground, first + i) << 12) | all);
  }
  return root;
}

/** Moves a machine that the loader has filled into a larger one, where a hypervisor has room beside it. */
export function ground(booted: Machine): Ground {
  const memorySize = booted.memory.length * 2;
  const machine = createMachine({ memorySize });
  const { memory, view, code, coded, dirty, saved, devices } = machine;
  const guest: Machine = { ...booted, memory, view, code, coded, dirty, saved, devices };
  const made: Ground = {
    machine,
    guest,
    frames: booted.memory.length >>> 12,
    counters: noCounters(),
    p2m: 0,
    held: false,
    spare: [],
    // Frame 0 stays free: as a root it would mean none.
    next: 1,
  };
  const whole: Ground = Object.assign(made, { p2m: nestedTable(made, false) });
  guest.controls.nestedRoot = nestedTable(whole, true);
  for (let gpa = 0; gpa < booted.memory.length; gpa += 0x1000)
    memory.set(booted.memory.subarray(gpa, gpa + 0x1000), machineAddress(whole, gpa));
  Object.assign(devices, booted.devices);
  machine.reg.set(guest.reg);
  return whole;
}

/** Copies a segment register, hidden part and all. */
export function copySegment(to: Segment, from: Segment): void {
  Object.assign(to, from);
}

/**
 * One step of the virtual CPU: the hypervisor executes an instruction for the guest, or takes a fault or an interrupt to its
 * handler. Neither TLB entries nor walks of the emulator are the physical CPU's.
 */
export function emulate(ground: Ground): Event | undefined {
  const { guest } = ground;
  if (ground.held) {
    guest.devices.timerPending = true;
    ground.held = false;
  }
  flushTlb(guest);
  return step(guest);
}

/** Whether the guest would take an interrupt before its next instruction. */
export function takesInterrupts(guest: Machine): boolean {
  return (guest.eflags & 0x200) !== 0 && !guest.shadow;
}

/** What stands in a CPU, as a live view; CR0 and CR3 may stand in another one. */
export function viewOf(cpu: Machine, paging = cpu): GuestView {
  const segments = [...cpu.seg, cpu.ldtr, cpu.tr];
  const { reg, devices } = cpu;
  return {
    reg,
    get eip() {
      return cpu.eip;
    },
    get eflags() {
      return cpu.eflags;
    },
    get cpl() {
      return cpu.cpl;
    },
    get selectors() {
      return segments.map((s) => s.selector);
    },
    get cr0() {
      return paging.cr0;
    },
    get cr2() {
      return cpu.cr2;
    },
    get cr3() {
      return paging.cr3;
    },
    get cr4() {
      return cpu.cr4;
    },
    get gdtr() {
      return cpu.gdtr;
    },
    get idtr() {
      return cpu.idtr;
    },
    get halted() {
      return cpu.halted;
    },
    get console() {
      return devices.console;
    },
  };
}
