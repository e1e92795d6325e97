import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingsOf, judge, rules, type Constraint, type Facts, type GuestType } from './guest-types.ts';

const kind = (id: string, kernel: Facts['kernel'], has: Partial<Facts>): GuestType => ({
  id,
  name: id,
  cells: {},
  has: { vtx: true, qemu: false, kernel, firmware: false, passthrough: false, exposed: false, ...has },
});
// By hand from SUPPORT.md and xl.cfg.5 of 4.22; content/guest-types.yaml has to say the same (tests/content).
const pc = { qemu: true, firmware: true, passthrough: true };
const types = [
  kind('pv', 'ported', { vtx: false, passthrough: true, exposed: true }),
  kind('hvm', 'any', pc),
  kind('pvhvm', 'drivers', pc),
  kind('pvh', 'pvh', {}),
  kind('shim', 'ported', {}),
];
const every = Object.keys(rules) as readonly Constraint[];
const left = (...asked: readonly Constraint[]): string =>
  judge(types, asked)
    .filter(({ out }) => !out)
    .map(({ type, findings }) => type.id + (findings.length > 0 ? '?' : ''))
    .join(' ');

describe('one constraint leaves', () => {
  it.each([
    // SUPPORT.md of 4.22, Guest Type: PV has no hardware requirements, HVM and PVH require VMX or SVM.
    ['noVtx', 'pv'],
    // xl.cfg.5: pv for Xen-aware guests, pvh requires a PVH-aware kernel, hvm is a fully virtualized computer.
    ['windows', 'hvm pvhvm?'],
    // xl.cfg.5, Device-Model Options: the emulation of devices to an HVM guest; pvh is without a device model.
    ['noQemu', 'pv pvh shim'],
    // SUPPORT.md, x86/PCI Device Passthrough: x86 PV, x86 HVM; libxl refuses PVH.
    ['pci', 'pv? hvm? pvhvm?'],
    // SUPPORT.md, Shadow paging: required to migrate PV guests.
    ['migrate', 'pv? hvm pvhvm pvh shim'],
    // SUPPORT.md: x86_32 with shim supported, without shim supported, not security supported.
    ['bits32', 'pv? hvm pvhvm pvh shim'],
    ['pvOnly', 'pv shim'],
    // xl.cfg.5: no firmware for PVH guests; PV boots PV-GRUB, which is no BIOS and no UEFI.
    ['firmware', 'hvm pvhvm'],
    // Xen Project's FAQ of January 2018, and xpti in xen-command-line.pandoc.
    ['meltdown', 'pv? hvm pvhvm pvh shim'],
  ] as const)('%s: %s', (constraint, ids) => {
    expect(left(constraint)).toBe(ids);
  });
});

describe('together', () => {
  it('a passed-through device and live migration leave nothing: SUPPORT.md calls them not compatible', () => {
    expect(left('pci', 'migrate')).toBe('');
  });
  it('Windows without VT-x is what nobody has', () => {
    expect(left('windows', 'noVtx')).toBe('');
  });
  it('an old 32-bit PV kernel belongs into the shim', () => {
    expect(left('pvOnly', 'bits32', 'meltdown')).toBe('pv? shim');
  });
  it('32 bits take the fear of Meltdown away from Xen: switch_compat() sets xpti to false', () => {
    const pv = types[0]!;
    expect(findingsOf(pv, ['meltdown']).map(({ says }) => says)).toEqual(['with XPTI on']);
    expect(findingsOf(pv, ['meltdown', 'bits32']).map(({ constraint }) => constraint)).toEqual(['bits32']);
  });
});

describe('whatever is asked', () => {
  const asked = fc.subarray([...every]);
  it('nothing asked leaves all five; asking for more brings none back', () => {
    expect(left()).toBe('pv hvm pvhvm pvh shim');
    fc.assert(
      fc.property(asked, fc.constantFrom(...every), (constraints, one) => {
        const before = judge(types, constraints);
        judge(types, [...new Set([...constraints, one])]).forEach(({ out }, index) => {
          if (before[index]?.out) expect(out).toBe(true);
        });
      }),
    );
  });
  it('the order of asking changes nothing', () =>
    fc.assert(
      fc.property(asked, (constraints) => {
        expect(left(...constraints.toReversed())).toBe(left(...constraints));
      }),
    ));
  it('who is out is told why, in words', () =>
    fc.assert(
      fc.property(asked, (constraints) => {
        for (const { out, findings } of judge(types, constraints)) {
          expect(out).toBe(findings.some((finding) => finding.out));
          for (const { says } of findings) expect(says).toMatch(/^\w.{5,}/);
        }
      }),
    ));
});
