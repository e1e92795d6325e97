/**
 * Looking at a guest from outside: its memory as it addresses it, and how a page of it comes to a frame of the machine.
 *
 * What the guest believes is walked in its own tables (SDM vol. 3A, §4.3, as in `paging.ts`); what is so is asked of the physical
 * CPU. A ported guest's tables are the CPU's own and hold machine frames: there the way is the CPU's, and the guest frame that
 * of the p2m. Nothing is changed, counted or cached. Left out: the rights that tables give on the way.
 */
import { Page, probe, readPhysical } from '../paging.ts';
import { Cr0 } from '../state.ts';
import type { GuestView, Vm } from './technique.ts';

/** The machine address of a guest-physical one. */
export function toMachineAddress(vm: Vm, gpa: number): number {
  return vm.toMachine(gpa >>> 12) * 0x1000 + (gpa & 0xfff);
}

/** The guest frame of a machine frame; undefined where it is none of the guest's. */
function toGuest(vm: Vm, mfn: number): number | undefined {
  for (let gfn = 0; gfn < vm.frames; gfn++) if (vm.toMachine(gfn) === mfn) return gfn;
  return undefined;
}

/** The guest-physical address of a linear one by the guest's own tables; undefined where they map none. */
export function toPhysical(vm: Vm, { cr0, cr3 }: Pick<GuestView, 'cr0' | 'cr3'>, linear: number): number | undefined {
  if (vm.technique === 'pv-32' || vm.technique === 'pv-64') {
    const { machine } = probe(vm.machine, linear);
    const gfn = machine === undefined ? undefined : toGuest(vm, machine >>> 12);
    return gfn === undefined ? undefined : gfn * 0x1000 + (linear & 0xfff);
  }
  if ((cr0 & Cr0.PG) === 0) return linear >>> 0;
  let table = cr3;
  for (const shift of [20, 10]) {
    const at = ((table & 0xfffff000) | ((linear >>> shift) & 0xffc)) >>> 0;
    table = readPhysical(vm.machine, toMachineAddress(vm, at), 4);
    if ((table & Page.P) === 0) return undefined;
  }
  return ((table & 0xfffff000) | (linear & 0xfff)) >>> 0;
}

/** A word of guest memory at a linear address, unsigned; undefined where nothing is mapped. */
export function readWord(vm: Vm, view: GuestView, linear: number, size = 4): number | undefined {
  const gpa = toPhysical(vm, view, linear);
  return gpa === undefined || (gpa & 0xfff) > 0x1000 - size
    ? undefined
    : readPhysical(vm.machine, toMachineAddress(vm, gpa), size) >>> 0;
}

/** How one page is reached: by the guest's tables to a guest frame, by the CPU's to a machine frame. */
export interface PageWay {
  readonly page: number;
  /** Guest frame; undefined where the guest maps none. */
  readonly gfn: number | undefined;
  /** Machine frame that the physical CPU comes to; undefined where it would fault. */
  readonly mfn: number | undefined;
  readonly writable: boolean;
  readonly user: boolean;
  /** Whether the TLB holds it. */
  readonly cached: boolean;
}

/** The way of the page that holds a linear address. */
export function wayOf(vm: Vm, view: GuestView, linear: number): PageWay {
  const gpa = toPhysical(vm, view, linear);
  const found = probe(vm.machine, linear);
  return {
    page: linear >>> 12,
    gfn: gpa === undefined ? undefined : gpa >>> 12,
    mfn: found.machine === undefined ? undefined : found.machine >>> 12,
    writable: found.writable,
    user: found.user,
    cached: found.cached !== undefined,
  };
}
