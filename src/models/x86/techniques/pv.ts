/**
 * Paravirtualization: a ported guest on Xen, in the layout of 32-bit guests (kernel in ring 1, one root) and in that of 64-bit
 * guests (kernel and user code in ring 3, a root for each, every system call and return through Xen).
 *
 * The guest runs on the physical CPU itself until something leaves it; `pv-faults.ts`, `hypercalls.ts` and `events.ts` are what Xen
 * then does. The system-call gate of the 32-bit layout is the one way into the guest's kernel that Xen does not see. Left out:
 * XPTI, more than one virtual CPU, other domains that run.
 */
import { idle } from '../devices.ts';
import { step } from '../machine.ts';
import { readPhysical } from '../paging.ts';
import { capture, restore, type Snapshot } from '../snapshot.ts';
import { Cr0, Reg, type Event, type Machine } from '../state.ts';
import type { Frames } from './direct-paging.ts';
import { buildDomain, inKernel, type Domain, type PvOptions, type VcpuState } from './domain.ts';
import { crash, peek, sendTimer, Shared, testEvents, virtualFlags } from './events.ts';
import { handleException, handleSoftware, type Done } from './pv-faults.ts';
import { Kernel } from './support-code.ts';
import type { GuestView, StepReport, Technique, Vm } from './technique.ts';

/** A ported guest on Xen. */
export class PvVm implements Vm {
  readonly technique: 'pv-32' | 'pv-64';
  /** The domain, for whoever wants to look at frame types and trap table. */
  readonly domain: Domain;
  private readonly shown: GuestView;
  private pending: Event | undefined;

  constructor(domain: Domain) {
    this.domain = domain;
    this.technique = domain.ring3 ? 'pv-64' : 'pv-32';
    this.shown = this.showing();
  }

  get machine() {
    return this.domain.machine;
  }

  get counters() {
    return this.domain.counters;
  }

  get frames() {
    return this.domain.frames;
  }

  get ended() {
    return this.domain.vcpu.over;
  }

  get holder() {
    if (this.pending || this.domain.vcpu.blocked) return 'hypervisor';
    return inKernel(this.domain) ? 'kernel' : 'user';
  }

  toMachine(gfn: number): number {
    return this.domain.toMachine(gfn);
  }

  step(): StepReport {
    const d = this.domain;
    const m = d.machine;
    const { counters, vcpu } = d;
    if (vcpu.over) return { action: 'halt', guest: false };
    const { retired } = m;
    const counter = inKernel(d) ? 'kernelInstructions' : 'userInstructions';
    const event = this.pending;
    const report = event ? this.act(event) : vcpu.blocked ? this.sleep() : this.run();
    counters[counter] += m.retired - retired;
    counters.tlbMisses = m.tlbMisses;
    counters.walkReads = m.walkReads;
    return report;
  }

  /** The guest runs for one instruction. */
  private run(): StepReport {
    const { machine: m, counters } = this.domain;
    const { cpl } = m;
    const event = step(m);
    if (event) {
      this.pending = event;
      counters.ringCrossings++;
      return { action: 'leave', guest: false, event };
    }
    if (m.cpl !== cpl) counters.ringCrossings++;
    if (m.cpl < cpl) {
      // The one gate that the CPU goes through by itself.
      counters.traps++;
      return { action: 'deliver', guest: true, vector: 0x80 };
    }
    return { action: 'run', guest: true };
  }

  /** Nothing of the guest's runs: the time until the timer's next interrupt passes. */
  private sleep(): StepReport {
    const { machine: m, vcpu } = this.domain;
    idle(m);
    if (m.devices.timerPending) this.pending = { kind: 'interrupt', vector: 0x20, eip: m.eip };
    else vcpu.over = { ending: 'halted', why: 'The guest is blocked, and no event will come: the timer is off.' };
    return { action: 'halt', guest: false };
  }

  /** Xen does something about what came, and goes back to the guest. */
  private act(event: Event): StepReport {
    const d = this.domain;
    this.pending = undefined;
    let done: Done;
    if (event.kind === 'exception') done = handleException(d, event);
    else if (event.kind === 'software') done = handleSoftware(d, event);
    else if (event.kind !== 'interrupt') {
      crash(d, `the CPU has left with ${event.kind}.`);
      done = { action: 'halt' };
    } else {
      d.machine.devices.timerPending = false;
      d.counters.traps++;
      sendTimer(d);
      d.vcpu.blocked = false;
      done = { action: 'hold', detail: 'event pending' };
    }
    const upcall = testEvents(d);
    d.counters.ringCrossings++;
    const handled = done.action !== 'hold' || upcall;
    return {
      ...done,
      action: upcall && done.action === 'hold' ? 'reflect' : done.action,
      guest: handled,
      event,
      ...(upcall ? { vector: 0x20 } : {}),
    };
  }

  view(): GuestView {
    return this.shown;
  }

  /** The view, which is made once. */
  private showing(): GuestView {
    const d = this.domain;
    const { machine: m, vcpu } = d;
    const segments = [...m.seg, m.ldtr, m.tr];
    const registers = () => this.registers();
    return {
      get reg() {
        return registers();
      },
      get eip() {
        return m.eip;
      },
      get eflags() {
        return virtualFlags(d);
      },
      get cpl() {
        return inKernel(d) ? 0 : 3;
      },
      get selectors() {
        return segments.map((s) => s.selector);
      },
      get cr0() {
        return ((m.cr0 & ~Cr0.TS) | vcpu.ts) >>> 0;
      },
      get cr2() {
        return readPhysical(m, d.shared + Shared.cr2, 4) >>> 0;
      },
      get cr3() {
        return vcpu.root * 0x1000;
      },
      get cr4() {
        return m.cr4;
      },
      get gdtr() {
        return m.gdtr;
      },
      get idtr() {
        return m.idtr;
      },
      get halted() {
        return vcpu.blocked || vcpu.over !== undefined;
      },
      get console() {
        return m.devices.console;
      },
    };
  }

  /** While the support code's HLT has the guest asleep or shut down, its registers are where that has put them with PUSHA. */
  private registers(): Int32Array {
    const d = this.domain;
    const { reg, eip } = d.machine;
    const asleep = d.vcpu.blocked || d.vcpu.over?.ending === 'halted';
    if (!asleep || eip < Kernel.code || eip >= Kernel.p2m) return reg;
    const saved = reg.map((_, i) => peek(d, (reg[Reg.esp] + 28 - i * 4) >>> 0) ?? 0);
    // Above PUSHA's frame lie the flags and the return address.
    saved[Reg.esp]! += 8;
    return saved;
  }

  capture(): unknown {
    const { machine, paging, vcpu, counters } = this.domain;
    const kept: Kept = {
      machine: capture(machine),
      frames: Object.values(paging.frames as unknown as Record<string, Int32Array>).map((counts) => counts.slice()),
      vcpu: { ...vcpu, traps: vcpu.traps.slice() },
      counters: { ...counters },
      pending: this.pending,
    };
    return kept;
  }

  restore(state: unknown): void {
    const { machine, frames, vcpu, counters, pending } = state as Kept;
    const d = this.domain;
    restore(d.machine, machine);
    Object.values(d.paging.frames as unknown as Record<string, Int32Array>).forEach((counts, i) => {
      counts.set(frames[i]!);
    });
    d.vcpu.traps.set(vcpu.traps);
    Object.assign(d.vcpu, { ...vcpu, traps: d.vcpu.traps });
    Object.assign(d.counters, counters);
    this.pending = pending;
  }
}

interface Kept {
  readonly machine: Snapshot;
  readonly frames: readonly Frames[keyof Frames][];
  readonly vcpu: VcpuState;
  readonly counters: Domain['counters'];
  readonly pending: Event | undefined;
}

/** A technique whose guests show what Xen keeps of them. */
export interface PvTechnique extends Technique {
  start(booted: Machine): PvVm;
}

/** A paravirtual technique; `start` takes a ported program (`port.ts`). */
export function paravirtual(name: 'pv-32' | 'pv-64', options: PvOptions = {}): PvTechnique {
  return { name, ported: true, start: (booted) => new PvVm(buildDomain(booted, name === 'pv-64', options)) };
}
