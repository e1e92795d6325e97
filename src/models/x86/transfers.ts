/**
 * Far transfers: JMP, CALL and RET to another code segment, call gates, IRET (Intel SDM vol. 3A, §5.8; vol. 2A, CALL, IRET,
 * JMP; vol. 2B, RET, "Operation").
 *
 * Leaves out: task switches. A TSS or task gate as a target raises #GP(selector), IRET with NT set #TS(back link), IRET to
 * virtual-8086 mode #GP(0), a 16-bit call gate #GP(selector): these four are ours.
 */
import { raise } from './faults.ts';
import { enterStack, innerStack, pushFrame } from './interrupts.ts';
import { readLinear } from './memory.ts';
import { moveStack, peek } from './operands.ts';
import {
  checkCode,
  type Descriptor,
  descriptorOr,
  isCode,
  isConforming,
  nullSegment,
  segmentOf,
  setCode,
  setSegment,
  stackDescriptor,
} from './segments.ts';
import { Flag, type Machine, Reg, Seg, Vector } from './state.ts';

/** Far JMP (`call` false) or far CALL to selector:offset. */
export function farTransfer(m: Machine, selector: number, offset: number, call: boolean, size: number): void {
  const d = descriptorOr(m, Vector.GP, selector);
  const code = selector & 0xfffc;
  if ((d.access & 0x1f) === 0xc) {
    throughCallGate(m, selector, d, call);
    return;
  }
  const wrong = isConforming(d.access) ? d.dpl > m.cpl : (selector & 3) > m.cpl || d.dpl !== m.cpl;
  if (!isCode(d.access) || wrong) raise(Vector.GP, code);
  if ((d.access & 0x80) === 0) raise(Vector.NP, code);
  const cs = m.seg[Seg.cs].selector;
  const esp = call ? pushFrame(m, m.seg[Seg.ss], m.reg[Reg.esp], m.cpl, [cs, m.eip], size, 0) : m.reg[Reg.esp];
  checkCode(m, selector, d, offset);
  m.reg[Reg.esp] = esp;
  setCode(m, selector, d, m.cpl);
  m.eip = offset >>> 0;
}

function throughCallGate(m: Machine, gate: number, g: Descriptor, call: boolean): void {
  if (g.dpl < Math.max(m.cpl, gate & 3)) raise(Vector.GP, gate & 0xfffc);
  if ((g.access & 0x80) === 0) raise(Vector.NP, gate & 0xfffc);
  const selector = g.low >>> 16;
  const offset = (g.low & 0xffff) | (g.high & 0xffff0000);
  const d = descriptorOr(m, Vector.GP, selector);
  const inward = call && !isConforming(d.access) && d.dpl < m.cpl;
  if (!isCode(d.access) || d.dpl > m.cpl || (!call && !isConforming(d.access) && d.dpl !== m.cpl))
    raise(Vector.GP, selector & 0xfffc);
  if ((d.access & 0x80) === 0) raise(Vector.NP, selector & 0xfffc);
  const back = [m.seg[Seg.cs].selector, m.eip];
  if (inward) {
    const stack = innerStack(m, d.dpl, 0);
    checkCode(m, selector, d, offset);
    const parameters = Array.from({ length: g.high & 31 }, (_, i) => peek(m, 4 * i, 4)).reverse();
    const frame = [m.seg[Seg.ss].selector, m.reg[Reg.esp], ...parameters, ...back];
    const at = stack.segment.selector & 0xfffc;
    enterStack(m, stack, pushFrame(m, stack.segment, stack.esp, d.dpl, frame, 4, at));
    setCode(m, selector, d, d.dpl);
  } else {
    checkCode(m, selector, d, offset);
    if (call) m.reg[Reg.esp] = pushFrame(m, m.seg[Seg.ss], m.reg[Reg.esp], m.cpl, back, 4, 0);
    setCode(m, selector, d, m.cpl);
  }
  m.eip = offset >>> 0;
}

/** Bits of EFLAGS that POPF and IRET may change at the CPL given (SDM vol. 2B, table 4-14). VM, VIF and VIP are left out. */
export function changeable(m: Machine, size: number): number {
  const { CF, PF, AF, ZF, SF, TF, DF, OF, NT, AC, ID, IF, IOPL } = Flag;
  let mask: number = CF | PF | AF | ZF | SF | TF | DF | OF | NT | (size === 4 ? AC | ID : 0);
  if (m.cpl === 0) mask |= IOPL;
  if (m.cpl <= (m.eflags & IOPL) >> 12) mask |= IF;
  return mask;
}

/** Far RET, or IRET; `release` is the number of bytes of parameters. */
export function farReturn(m: Machine, size: number, release: number, interrupt: boolean): void {
  if (interrupt && (m.eflags & Flag.NT) !== 0) raise(Vector.TS, readLinear(m, m.tr.base, 2, 0) & 0xfffc);
  const half = size === 2 ? 0xffff : 0xffffffff;
  const eip = (peek(m, 0, size) & half) >>> 0;
  const selector = peek(m, size, size) & 0xffff;
  const flags = interrupt ? peek(m, size * 2, size) : 0;
  let used = size * (interrupt ? 3 : 2);
  if (interrupt && size === 4 && (flags & Flag.VM) !== 0 && m.cpl === 0) raise(Vector.GP, 0);
  const d = descriptorOr(m, Vector.GP, selector);
  const level = selector & 3;
  const wrong = isConforming(d.access) ? d.dpl > level : d.dpl !== level;
  if (!isCode(d.access) || level < m.cpl || wrong) raise(Vector.GP, selector & 0xfffc);
  if ((d.access & 0x80) === 0) raise(Vector.NP, selector & 0xfffc);
  const mask = changeable(m, size) | (interrupt && size === 4 ? Flag.RF : 0);
  if (level > m.cpl) {
    used += release;
    const esp = peek(m, used, size) & half;
    const ss = peek(m, used + size, size) & 0xffff;
    const stack = stackDescriptor(m, ss, level, Vector.GP);
    checkCode(m, selector, d, eip);
    setCode(m, selector, d, level);
    setSegment(m.seg[Seg.ss], segmentOf(ss, stack));
    const top = esp + release;
    m.reg[Reg.esp] = m.seg[Seg.ss].big ? top : (m.reg[Reg.esp] & 0xffff0000) | (top & 0xffff);
    for (const number of [Seg.es, Seg.ds, Seg.fs, Seg.gs]) {
      const { access } = m.seg[number];
      if (access !== 0 && !isConforming(access) && ((access >> 5) & 3) < level) nullSegment(m.seg[number]);
    }
  } else {
    checkCode(m, selector, d, eip);
    setCode(m, selector, d, level);
    moveStack(m, used + release);
  }
  if (interrupt) m.eflags = (m.eflags & ~mask) | (flags & mask);
  m.eip = eip;
}
