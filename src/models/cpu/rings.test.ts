import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attempt, isSupervisor, layoutOf, reach, xenStart } from './rings.ts';
import type { LayoutName, Question, Target, Who } from './rings.ts';

const layouts: readonly LayoutName[] = ['native', 'pv32', 'compat', 'ring1', 'oneRoot', 'pv64', 'hvm', 'arm'];
const parties: readonly Who[] = ['user', 'kernel', 'xen'];
const targets: readonly Target[] = ['user', 'kernel', 'table', 'xen', 'cr3', 'cli', 'device'];

function ask(layout: LayoutName, from: Who, to: Target, cpu: Question['cpu'] = 'sound'): string {
  const { verdict, by, handler } = attempt({ layout, from, to, cpu });
  return [verdict, by, handler && `to ${handler}`].filter(Boolean).join(', ');
}

describe('levels', () => {
  it.each([
    // Barham et al. 2003, §2.1.2: applications in ring 3, the guest in ring 1, Xen in ring 0.
    ['pv32', 3, 1, 0],
    // arch/x86/include/asm/regs.h, guest_kernel_mode(): ring_1() for 32-bit vCPUs, ring_3() with TF_kernel_mode for others.
    ['compat', 3, 1, 0],
    ['pv64', 3, 3, 0],
    ['hvm', 3, 0, 0],
    ['arm', 0, 1, 2],
    ['native', 3, 0, undefined],
  ] as const)('in %s stand user, kernel and Xen at %s, %s, %s', (name, user, kernel, xen) => {
    const { level } = layoutOf(name);
    expect([level.user, level.kernel, level.xen]).toEqual([user, kernel, xen]);
  });

  it('paging knows two of the four rings: 0 to 2 are one to it (SDM 3A, 4.6; head comment of arch/x86/mm.c)', () => {
    expect([0, 1, 2, 3].map((ring) => isSupervisor(layoutOf('pv32'), ring))).toEqual([true, true, true, false]);
  });
});

describe('a guest kernel that reads Xen’s memory', () => {
  it('is stopped by its segments’ limit on 32 bits: check_descriptor() of 4.2 cuts them below Xen', () => {
    expect(ask('pv32', 'kernel', 'xen')).toBe('refused, segment limit, to xen');
    expect(reach(layoutOf('pv32'), 1)).toBe(0xfbffffff);
    expect(2 ** 32 - xenStart).toBe(64 * 2 ** 20);
  });
  it('as a 32-bit guest of a 64-bit Xen has no offset that long; check_descriptor() of 4.22 cuts no limit there', () => {
    expect(ask('compat', 'kernel', 'xen')).toBe('refused, address size, to xen');
    expect(reach(layoutOf('compat'), 1)).toBe(0xffffffff);
  });
  it('is stopped by nothing in ring 1 on 64 bits: no limits are checked, and ring 1 is supervisor', () => {
    expect(ask('ring1', 'kernel', 'xen')).toBe('allowed');
  });
  it('is stopped by U/S once it stands in ring 3', () => {
    expect(ask('oneRoot', 'kernel', 'xen')).toBe('refused, U/S, to xen');
    expect(ask('pv64', 'kernel', 'xen')).toBe('refused, U/S, to xen');
  });
  it('finds no name for it behind a second stage, whatever its own tables say', () => {
    expect(ask('hvm', 'kernel', 'xen')).toBe('refused, second stage, to xen');
    expect(ask('arm', 'kernel', 'xen')).toBe('refused, second stage, to xen');
  });
});

describe('a program that reads its kernel’s data', () => {
  it('is stopped by U/S where kernel and user differ in it', () => {
    expect(ask('native', 'user', 'kernel')).toBe('refused, U/S, to kernel');
    expect(ask('pv32', 'user', 'kernel')).toBe('refused, U/S, to xen');
    expect(ask('hvm', 'user', 'kernel')).toBe('refused, U/S, to kernel');
    expect(ask('arm', 'user', 'kernel')).toBe('refused, U/S, to kernel');
  });
  it('is stopped by nothing where both stand in ring 3 on one root: adjust_guest_l1e() makes kernel pages user pages', () => {
    expect(ask('oneRoot', 'user', 'kernel')).toBe('allowed');
    expect(layoutOf('pv64').memory.find(({ what }) => what === 'kernel')?.maps).toEqual({
      kernel: { user: true, write: true },
    });
  });
  it('is stopped by the second root that toggle_guest_mode() loads', () => {
    expect(ask('pv64', 'user', 'kernel')).toBe('refused, page table, to xen');
    expect(layoutOf('pv64').root).toEqual({ user: 'user', kernel: 'kernel', xen: 'kernel' });
  });
});

describe('a kernel that writes an entry of its page tables', () => {
  it('does so natively, with EPT and with stage 2', () => {
    for (const layout of ['native', 'hvm', 'arm'] as const) expect(ask(layout, 'kernel', 'table')).toBe('allowed');
  });
  it('hits a read-only page as a PV guest, in ring 1 too because WP is set, and Xen writes it: ptwr_do_page_fault()', () => {
    for (const layout of ['pv32', 'compat', 'pv64'] as const)
      expect(ask(layout, 'kernel', 'table')).toBe('done by Xen, R/W, to xen');
  });
  it('is never a program', () => {
    for (const layout of layouts) expect(attempt({ layout, from: 'user', to: 'table', cpu: 'sound' }).by).toBeDefined();
  });
});

describe('a privileged instruction', () => {
  it.each([
    ['native', 'kernel', 'allowed'],
    ['native', 'user', 'refused, CPL, to kernel'],
    // emul-priv-op.c, write_cr(): new_guest_cr3() checks the frame.
    ['pv32', 'kernel', 'done by Xen, CPL, to xen'],
    ['pv64', 'kernel', 'done by Xen, CPL, to xen'],
    ['pv64', 'user', 'refused, CPL, to xen'],
    // vmcs.c, construct_vmcs(): with nested paging CR3 loads do not leave.
    ['hvm', 'kernel', 'allowed'],
    ['hvm', 'user', 'refused, CPL, to kernel'],
    ['arm', 'kernel', 'allowed'],
    ['arm', 'user', 'refused, EL, to kernel'],
  ] as const)('to load CR3, in %s, by the %s: %s', (layout, from, said) => {
    expect(ask(layout, from, 'cr3')).toBe(said);
  });
  it('CLI asks for IOPL; Xen leaves it undone (emul-priv-op.c, validate()), and a guest mode needs nobody', () => {
    expect(ask('pv32', 'kernel', 'cli')).toBe('refused, IOPL, to xen');
    expect(ask('pv64', 'kernel', 'cli')).toBe('refused, IOPL, to xen');
    expect(ask('hvm', 'kernel', 'cli')).toBe('allowed');
    expect(ask('hvm', 'user', 'cli')).toBe('refused, IOPL, to kernel');
  });
  it('for a device’s port leaves the guest by control in VT-x, and on Arm a device is memory without a second stage', () => {
    expect(ask('native', 'kernel', 'device')).toBe('allowed');
    expect(ask('pv64', 'kernel', 'device')).toBe('done by Xen, IOPL, to xen');
    expect(ask('hvm', 'kernel', 'device')).toBe('done by Xen, VM exit, to xen');
    expect(ask('hvm', 'user', 'device')).toBe('refused, IOPL, to kernel');
    expect(ask('arm', 'kernel', 'device')).toBe('done by Xen, second stage, to xen');
    expect(ask('arm', 'user', 'device')).toBe('refused, page table, to kernel');
  });
});

describe('with Meltdown (Xen Project’s FAQ of January 2018)', () => {
  it('64-bit PV guests read Xen’s memory; 32-bit PV, HVM and PVH do not', () => {
    for (const from of ['user', 'kernel'] as const) {
      expect(ask('pv64', from, 'xen', 'meltdown')).toBe('leaks');
      for (const layout of ['compat', 'hvm'] as const)
        expect(attempt({ layout, from, to: 'xen', cpu: 'meltdown' }).verdict).toBe('refused');
    }
  });
  it('programs read their kernel natively, in 32-bit PV and in HVM; not in 64-bit PV, whose user tables lack it', () => {
    for (const layout of ['native', 'compat', 'hvm'] as const)
      expect(ask(layout, 'user', 'kernel', 'meltdown')).toBe('leaks');
    expect(ask('pv64', 'user', 'kernel', 'meltdown')).toBe('refused, page table, to xen');
  });
  it('XPTI takes Xen out of the tables that a 64-bit guest runs on', () => {
    for (const from of ['user', 'kernel'] as const)
      expect(ask('pv64', from, 'xen', 'xpti')).toBe('refused, page table, to xen');
    expect(ask('pv64', 'xen', 'kernel', 'xpti')).toBe('allowed');
  });
});

describe('whatever is asked', () => {
  const any = fc.record({
    layout: fc.constantFrom(...layouts),
    from: fc.constantFrom(...parties),
    to: fc.constantFrom(...targets),
    cpu: fc.constantFrom<Question['cpu']>('sound', 'meltdown', 'xpti'),
  });
  it('Xen may do everything to its guests, and to itself', () => {
    for (const layout of layouts.filter((name) => name !== 'native'))
      for (const to of targets) expect(ask(layout, 'xen', to)).toBe('allowed');
  });
  it('natively there is no hypervisor to ask or to reach', () => {
    for (const to of targets) expect(ask('native', 'xen', to)).toBe('nobody there');
    expect(ask('native', 'kernel', 'xen')).toBe('nobody there');
  });
  it('in no layout that Xen has does a sound CPU let a guest at Xen', () => {
    for (const layout of layouts.filter((name) => name !== 'native' && name !== 'ring1'))
      for (const from of ['user', 'kernel'] as const)
        expect(attempt({ layout, from, to: 'xen', cpu: 'sound' }).verdict).toBe('refused');
  });
  it('nothing is asked after what stopped it, and who is refused is told by somebody', () =>
    fc.assert(
      fc.property(any, (question) => {
        const { checks, verdict, by, handler } = attempt(question);
        const stop = checks.findIndex((check) => check.by);
        expect(checks.slice(stop + 1).some(({ asked }) => stop >= 0 && asked)).toBe(false);
        expect(by === undefined).toBe(stop < 0);
        expect(handler === undefined).toBe(by === undefined);
        if (verdict === 'done by Xen') expect([question.from, handler]).toEqual(['kernel', 'xen']);
      }),
    ));
  it('a flaw opens and never closes; XPTI closes and never opens', () =>
    fc.assert(
      fc.property(any, (question) => {
        const open = (cpu: Question['cpu']): boolean =>
          ['allowed', 'leaks'].includes(attempt({ ...question, cpu }).verdict);
        if (open('sound')) expect(open('meltdown')).toBe(true);
        if (open('xpti')) expect(open('meltdown')).toBe(true);
      }),
    ));
});
