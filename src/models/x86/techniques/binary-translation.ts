/**
 * Binary translation: the guest's kernel runs as a translation of itself, its user code as it is.
 *
 * What it models (Adams and Agesen 2006, §3; Bugnion et al. 2012): the kernel's code is translated block by block when it is
 * about to run, from x86 to a safe subset of x86 (`translator.ts`), and kept (`translation-cache.ts`); the translation is real
 * machine code, which the physical CPU executes in ring 1. User code runs directly in ring 3. Shadow page tables with traces; a
 * store that meets a trace is retranslated, so that it calls out and traps no more. Everything else is as under trap and emulate,
 * with one difference: nothing sensitive is left for the CPU to get wrong, because what was translated is not in the cache.
 *
 * As in VMware's, user code sees the real machine where it asks in spite of everything (SGDT, PUSHF with virtual IF off).
 *
 * What it leaves out: blocks that run on after a call-out are entered in their middle, which VMware does by returning from the call;
 * an interrupt in the middle of a sequence waits for the next instruction of the guest; a kernel whose code segment does not begin
 * at 0 and reach to 4 GiB, one that single-steps, and guest rings 1 and 2 are interpreted.
 */
import { retire, timerVector } from '../devices.ts';
import { step } from '../machine.ts';
import { type Event, Flag, type Machine, Seg } from '../state.ts';
import { compressed } from './compressed.ts';
import { takesInterrupts } from './ground.ts';
import { monitor } from './monitor.ts';
import { enter, leave } from './ring.ts';
import type { StepReport, Technique, Vm } from './technique.ts';
import * as tc from './translation-cache.ts';
import { Data, wayOut } from './translator.ts';

/** A Vm whose cache can be looked into. */
export interface TranslatingVm extends Vm {
  readonly cache: tc.Cache;
  /** The translated instruction that runs next, while the guest's kernel has the CPU. */
  readonly unit: tc.Unit | undefined;
}

/** Where the guest's kernel is, while it is on the CPU. */
interface At {
  /** The unit that runs next; undefined where the block is still to be translated. */
  unit: tc.Unit | undefined;
  /** Guest address of it. */
  eip: number;
  /** The continuation that led there. */
  from: tc.Exit | undefined;
}

function start(booted: Machine): TranslatingVm {
  const { ground: below, ring: own, shadows, act, handle } = compressed(booted);
  const { guest, machine, counters } = below;
  const { devices } = machine;
  const cache = tc.createCache(below, own);

  // Undefined while user code, or nothing, runs.
  let at: At | undefined;
  let interpreted = false;

  const isFlat = () => {
    const { base, limit, big } = guest.seg[Seg.cs];
    return base === 0 && limit === 0xffffffff && big;
  };
  const unitAt = (block: tc.Block | undefined, eip: number) =>
    block?.units.find((unit) => unit.guest === eip && cache.units.get(unit.at) === unit);

  /** Sets the physical CPU to a place in the cache. */
  const goTo = (eip: number, within: tc.Block | undefined, from?: tc.Exit) => {
    const unit = unitAt(within, eip) ?? unitAt(cache.blocks.get(eip), eip);
    at = { unit, eip, from };
    if (unit !== undefined) machine.eip = unit.at;
  };
  const enterGuest = () => {
    const within = at?.unit?.block;
    enter(own);
    at = undefined;
    interpreted =
      guest.cpl === 1 ||
      guest.cpl === 2 ||
      (guest.cpl === 0 && (!isFlat() || guest.trap || (guest.eflags & Flag.TF) !== 0));
    if (guest.cpl !== 0 || interpreted || guest.halted) return;
    for (const [i, segment] of [
      [Seg.cs, cache.codeSegment],
      [Seg.gs, cache.dataSegment],
    ] as const) {
      Object.assign(machine.seg[i], segment);
      own.loaded[i] = { ...segment };
    }
    machine.shadow = false;
    tc.writeData(cache, Data.virtualIf, guest.eflags & Flag.IF);
    tc.writeData(cache, Data.virtualIopl, guest.eflags & Flag.IOPL);
    goTo(guest.eip, within);
  };
  const leaveGuest = () => {
    if (interpreted || guest.halted) return;
    const { shadow } = guest;
    leave(own);
    if (at === undefined) return;
    guest.eip = at.eip;
    guest.shadow = shadow;
    const kept = tc.readData(cache, Data.virtualIf) | tc.readData(cache, Data.virtualIopl);
    guest.eflags = (guest.eflags & ~(Flag.IF | Flag.IOPL)) | kept;
  };

  /** Translates what the guest's kernel has come to, and joins it to where it came from. */
  const translate = (place: At): StepReport => {
    const { flushes } = cache;
    const known = cache.blocks.get(place.eip);
    const block = known ?? tc.translateBlock(cache, place.eip);
    if (known === undefined) counters.translatedInstructions += block.units.length;
    if (place.from !== undefined && cache.flushes === flushes) tc.join(cache, place.from, block);
    goTo(place.eip, block);
    return { action: 'translate', guest: false, detail: `${block.units.length}` };
  };

  /** Runs one guest instruction's translation. */
  const run = (): StepReport | Event | undefined => {
    if (interpreted) return { kind: 'instruction', intercept: 0, eip: guest.eip, next: guest.eip };
    const place = at;
    if (place === undefined) return undefined;
    const { eip } = place;
    // POPF has switched single-stepping on: the virtual CPU knows how that goes.
    if (machine.trap || (machine.eflags & Flag.TF) !== 0) return { kind: 'instruction', intercept: 0, eip, next: eip };
    if (devices.timerPending) return { kind: 'interrupt', vector: timerVector, eip };
    if (below.held && takesInterrupts(guest)) return { kind: 'window', eip };
    if (place.unit !== undefined && !tc.isFresh(cache, place.unit)) {
      tc.flush(cache);
      place.unit = undefined;
      place.from = undefined;
    }
    const { unit } = place;
    if (unit === undefined) return translate(place);
    const { timerPeriod } = devices;
    const { retired } = machine;
    const wasOpen = tc.readData(cache, Data.virtualIf) !== 0;
    devices.timerPeriod = 0;
    let event: Event | undefined;
    do event = step(machine);
    while (event === undefined && !cache.units.has(machine.eip));
    devices.timerPeriod = timerPeriod;
    const executed = machine.retired - retired;
    machine.retired = retired;
    counters.tlbMisses = machine.tlbMisses;
    counters.walkReads = machine.walkReads;
    const left = event?.kind === 'software' && event.vector === wayOut ? cache.exits.get(event.eip) : undefined;
    if (event !== undefined && left === undefined) {
      // The instruction is still to be done: from its beginning, which has changed nothing of the guest's.
      machine.eip = unit.at;
      return event.kind === 'software' ? { kind: 'instruction', intercept: 0, eip, next: eip } : { ...event, eip };
    }
    counters.kernelInstructions++;
    counters.extraInstructions += Math.max(executed - 1, 0);
    if (left === undefined) {
      const reached = cache.units.get(machine.eip) as tc.Unit;
      at = { unit: reached, eip: reached.guest, from: undefined };
    } else {
      counters.callouts++;
      const target = left.target ?? tc.readData(cache, Data.target);
      if (left.target === undefined) machine.reg[1] = tc.readData(cache, Data.ecx) | 0;
      goTo(target, undefined, left);
      if (at?.unit !== undefined) at = { unit: undefined, eip: target, from: left };
    }
    retire(machine);
    guest.shadow = unit.bytes[0] === 0xfb && !wasOpen;
    return { action: 'run', guest: true, detail: unit.how };
  };

  const vm = monitor({
    technique: 'binary-translation',
    ground: below,
    shadows,
    enter: enterGuest,
    leave: leaveGuest,
    run,
    isBusy: () => at !== undefined && at.unit === undefined,
    count(event) {
      if (event.kind === 'window') counters.callouts++;
      else if (event.kind !== 'instruction') counters.monitorTraps++;
      else if (at?.unit?.how === 'device') counters.inCacheEmulations++;
      else counters.callouts++;
    },
    handle(event) {
      const unit = at?.unit;
      if (event.kind === 'instruction') {
        if (unit?.how === 'simulate') counters.pageTableUpdatesSimulated++;
        return { ...act(event), action: 'callout' };
      }
      const report = handle(event);
      if (report.action === 'trace' && unit !== undefined)
        counters.translatedInstructions += tc.retranslate(cache, unit).units.length;
      return report;
    },
    capture: () => ({
      loaded: own.loaded,
      at: at && { ...at },
      interpreted,
      blocks: new Map(cache.blocks),
      units: new Map(cache.units),
      exits: new Map(cache.exits),
      guilty: new Set(cache.guilty),
      next: cache.next,
      flushes: cache.flushes,
    }),
    restore(state) {
      const from = state as { loaded: typeof own.loaded; at: At | undefined; interpreted: boolean } & Pick<
        tc.Cache,
        'blocks' | 'units' | 'exits' | 'guilty' | 'next' | 'flushes'
      >;
      own.loaded = from.loaded;
      at = from.at && { ...from.at };
      interpreted = from.interpreted;
      cache.blocks = new Map(from.blocks);
      cache.units = new Map(from.units);
      cache.exits = new Map(from.exits);
      cache.guilty = new Set(from.guilty);
      cache.next = from.next;
      cache.flushes = from.flushes;
    },
  });
  return Object.defineProperties(vm as TranslatingVm, {
    cache: { value: cache },
    unit: { get: () => at?.unit },
  });
}

/** The guest's kernel translated, its user code as it is. */
export const binaryTranslation: Technique = { name: 'binary-translation', ported: false, start };
