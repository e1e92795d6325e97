/**
 * Hardware-assisted virtualization: the guest in VMX non-root operation, with its own rings, descriptor tables and flags.
 *
 * `hvm-shadow` is VT-x's first generation (2005): shadow page tables, so that #PF, MOV to CR0, CR3 and CR4, MOV from CR3 and INVLPG
 * exit. `hvm-nested` has a second table under the guest's (EPT, NPT), which the CPU walks by itself; only what lies outside of the
 * guest's memory exits. Both exit for HLT, IN, OUT, CPUID and VMCALL and at every external interrupt, which the hypervisor injects
 * when the guest takes interrupts, having asked for an interrupt window where it does not (SDM vol. 3C, §24.6 controls, §25.1
 * instructions that exit, §25.2 other causes, §26.6 event injection; "unrestricted guest" for the second kind).
 *
 * Left out: I/O bitmaps (every port exits), TSC offsetting, RDTSC exiting, and that a first-generation CPU empties its TLB at each
 * transition (there were no VPIDs).
 */
import { vmreadsPerExit } from '../costs.ts';
import { Cr0, type Event, Intercept, type Machine } from '../state.ts';
import { ground, takesInterrupts, viewOf } from './ground.ts';
import { emulateFor, hold, monitor } from './monitor.ts';
import { loadRoot, resolve, type Shadows } from './shadow-paging.ts';
import type { StepReport, Technique, Vm } from './technique.ts';

const always = Intercept.hlt | Intercept.io | Intercept.cpuid | Intercept.vmcall;
const shadowed = Intercept.invlpg | Intercept.readCr3 | Intercept.writeCr0 | Intercept.writeCr3 | Intercept.writeCr4;

type Exit = 'exitsIo' | 'exitsHlt' | 'exitsCpuid' | 'exitsInvlpg' | 'exitsHypercall' | 'exitsControlRegister';

const exitsOf: Readonly<Record<number, Exit>> = {
  [Intercept.io]: 'exitsIo',
  [Intercept.hlt]: 'exitsHlt',
  [Intercept.cpuid]: 'exitsCpuid',
  [Intercept.invlpg]: 'exitsInvlpg',
  [Intercept.vmcall]: 'exitsHypercall',
};

function exitOf(event: Event) {
  if (event.kind === 'instruction') return exitsOf[event.intercept] ?? 'exitsControlRegister';
  if (event.kind === 'exception') return event.address === undefined ? 'exitsException' : 'exitsPageFault';
  if (event.kind === 'interrupt') return 'exitsInterrupt';
  if (event.kind === 'window') return 'exitsWindow';
  return event.kind === 'nested' ? 'exitsNested' : 'exitsOther';
}

/** Registers that one CPU has from another one; CR0 and CR3 where they are the guest's own. */
function copy(from: Machine, to: Machine, paging: boolean): void {
  to.reg.set(from.reg);
  const { eip, eflags, cpl, gdtr, idtr, cr2, cr4, retired, halted, shadow, trap, at, down } = from;
  Object.assign(to, { eip, eflags, cpl, gdtr, idtr, cr2, cr4, retired, halted, shadow, trap, at, down });
  from.seg.forEach((s, i) => Object.assign(to.seg[i]!, s));
  Object.assign(to.ldtr, from.ldtr);
  Object.assign(to.tr, from.tr);
  if (!paging) return;
  to.cr0 = from.cr0;
  to.cr3 = from.cr3;
}

function starts(nested: boolean): (booted: Machine) => Vm {
  return (booted) => {
    const below = ground(booted);
    const { machine, guest, counters, p2m } = below;
    const shadows: Shadows | undefined = nested
      ? undefined
      : { ground: below, roots: new Map(), lowers: new Map(), guarded: new Set(), reserved: undefined };
    Object.assign(machine.controls, { interrupts: 'always', instructions: nested ? always : always | shadowed });
    if (shadows === undefined) machine.controls.nestedRoot = p2m;
    else {
      machine.controls.exceptions = 1 << 14;
      loadRoot(shadows);
    }
    const act = (event: Event): StepReport => {
      const report = emulateFor(below, shadows, event);
      if (report.action === 'emulate') counters.emulations++;
      // VM entry takes an injected event through the guest's IDT, and its handler comes back by IRET.
      if (report.action === 'reflect') counters.traps++;
      // The guest's EIP; or the event to inject, and its error code.
      counters.vmwrites += report.action === 'emulate' ? 1 : 2;
      return report;
    };
    return monitor({
      technique: nested ? 'hvm-nested' : 'hvm-shadow',
      ground: below,
      ...(shadows && { shadows }),
      enter() {
        copy(guest, machine, nested);
        machine.controls.interruptWindow = below.held;
        if (nested) return;
        machine.cr0 = (guest.cr0 | Cr0.PG | Cr0.WP) >>> 0;
        machine.controls.cr0Shadow = guest.cr0;
      },
      leave: () => copy(machine, guest, nested),
      view: viewOf(machine, nested ? machine : guest),
      count(event) {
        counters[exitOf(event)]++;
        counters.vmreads += vmreadsPerExit;
      },
      handle(event) {
        if (event.kind === 'interrupt' && !takesInterrupts(guest)) {
          hold(below);
          counters.vmwrites++;
          return { action: 'hold', guest: false, event };
        }
        if (event.kind === 'shutdown') return { action: 'leave', guest: false, event };
        if (shadows === undefined || event.kind !== 'exception' || event.address === undefined) return act(event);
        const { address, errorCode = 0 } = event;
        const verdict = resolve(shadows, address, (errorCode & 2) !== 0, (errorCode & 4) !== 0);
        if (verdict === 'hidden') return { action: 'fill', guest: false, event };
        const report = act(event);
        return verdict === 'trace' ? { ...report, action: 'trace' } : report;
      },
    });
  };
}

/** VT-x's first generation. */
export const hvmShadow: Technique = { name: 'hvm-shadow', ported: false, start: starts(false) };

/** Nested paging. */
export const hvmNested: Technique = { name: 'hvm-nested', ported: false, start: starts(true) };
