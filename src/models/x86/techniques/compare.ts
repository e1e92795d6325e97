/**
 * A guest held against a bare machine that has done as many steps: the first part of the state that differs.
 *
 * Compared are the registers, selectors, system registers and EFLAGS that the guest is entitled to believe in, the console, and
 * each page of guest-physical memory that either has written to since the last comparison. A and D of page-table entries are not:
 * a CPU that reads descriptors, or code, of the hypervisor's in place of the guest's sets them elsewhere.
 */
import { registerNames, segmentNames } from '../registers.ts';
import { Page } from '../paging.ts';
import { Cr0, type Machine, Written } from '../state.ts';
import type { GuestView, Vm } from './technique.ts';

/** A part of the state, as a bare machine has it and as the guest has it. */
export interface Difference {
  readonly part: string;
  readonly expected: number;
  readonly found: number;
}

const selectorNames = [...segmentNames, 'ldtr', 'tr'];

function differ(part: string, expected: number, found: number): Difference {
  return { part, expected: expected >>> 0, found: found >>> 0 };
}

/** The first difference outside of memory. */
export function compareViews(bare: GuestView, guest: GuestView): Difference | undefined {
  for (let i = 0; i < 8; i++)
    if (bare.reg[i] !== guest.reg[i]) return differ(registerNames[4]![i]!, bare.reg[i]!, guest.reg[i]!);
  for (const part of ['eip', 'eflags', 'cpl', 'cr0', 'cr2', 'cr3', 'cr4'] as const)
    if (bare[part] >>> 0 !== guest[part] >>> 0) return differ(part, bare[part], guest[part]);
  for (let i = 0; i < 8; i++)
    if (bare.selectors[i] !== guest.selectors[i])
      return differ(selectorNames[i]!, bare.selectors[i]!, guest.selectors[i]!);
  for (const part of ['gdtr', 'idtr'] as const)
    for (const half of ['base', 'limit'] as const)
      if (bare[part][half] !== guest[part][half]) return differ(`${part} ${half}`, bare[part][half], guest[part][half]);
  const at = Math.max(bare.console.length, guest.console.length) - 1;
  if (bare.console[at] !== guest.console[at]) return differ('console', bare.console[at] ?? -1, guest.console[at] ?? -1);
  return undefined;
}

const used = Page.A | Page.D;

/** Whether a frame is a page table of the tree that a bare machine uses. */
function isTable({ memory, view, cr0, cr3 }: Machine, frame: number): boolean {
  if ((cr0 & Cr0.PG) === 0) return false;
  const root = cr3 >>> 12;
  if (root === frame) return true;
  for (let at = 0; at < 0x1000 && root * 0x1000 + at < memory.length; at += 4) {
    const entry = view.getUint32(root * 0x1000 + at, true);
    if ((entry & 1) !== 0 && entry >>> 12 === frame) return true;
  }
  return false;
}

/** Bits of four frames at once. */
const compared4 = Written.compared * 0x01010101;

/** The first difference in memory, as 32-bit words, between two VMs that have agreed until now. */
export function memoryComparer(bare: Vm, guest: Vm): () => Difference | undefined {
  const sides = [bare, guest].map((vm) => {
    const { dirty, memory } = vm.machine;
    const gfns = new Map<number, number>();
    for (let gfn = 0; gfn < vm.frames; gfn++) gfns.set(vm.toMachine(gfn), gfn);
    return { vm, gfns, dirty, words: new Uint32Array(dirty.buffer), memory: new Int32Array(memory.buffer) };
  });
  const frames = new Set<number>();
  return () => {
    frames.clear();
    for (const { words, dirty, gfns } of sides)
      for (let word = 0; word < words.length; word++) {
        if ((words[word]! & compared4) === 0) continue;
        for (let mfn = word * 4; mfn < word * 4 + 4; mfn++)
          if ((dirty[mfn]! & Written.compared) !== 0) {
            dirty[mfn]! &= ~Written.compared;
            const gfn = gfns.get(mfn);
            if (gfn !== undefined) frames.add(gfn);
          }
      }
    for (const gfn of frames) {
      const [a, b] = sides.map(({ vm, memory }) =>
        memory.subarray(vm.toMachine(gfn) * 0x400, vm.toMachine(gfn) * 0x400 + 0x400),
      );
      for (let at = 0; at < 0x400; at++)
        if (a![at] !== b![at] && (((a![at]! ^ b![at]!) & ~used) !== 0 || !isTable(bare.machine, gfn)))
          return differ(`memory ${(gfn * 0x1000 + at * 4).toString(16)}`, a![at]!, b![at]!);
    }
    return undefined;
  };
}
