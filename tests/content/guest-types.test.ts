/** The kinds of guests of content/guest-types.yaml: a strict form, and the aspects that the figure's control offers. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { contentFolder, loadGuestTypes, loadReferences } from '../../src/components/content-data.ts';
import { params } from '../../src/figures/guest-types.ts';
import { judge, rules, type Constraint } from '../../src/models/cpu/guest-types.ts';

describe('guest-types.yaml', () => {
  const { aspects, types } = loadGuestTypes();

  it('has the aspects that the control offers, by the same names, and the model has a rule for each constraint', () => {
    expect(params.aspect.options).toEqual(aspects.map(({ id, name }) => ({ value: id, label: name })));
    expect(params.asked.options.map(({ value }) => value).toSorted()).toEqual(Object.keys(rules).toSorted());
  });

  it('says of no kind that QEMU does something for it which needs no QEMU', () => {
    for (const { id, has, cells } of types)
      expect(
        Object.values(cells).some(({ by }) => by === 'qemu'),
        id,
      ).toBe(has.qemu);
  });
});

describe('the rules on these data', () => {
  const left = (...asked: readonly Constraint[]): string =>
    judge(loadGuestTypes().types, asked)
      .flatMap(({ type, out, findings }) => (out ? [] : [type.id + (findings.length > 0 ? '?' : '')]))
      .join(' ');

  it.each([
    ['noVtx', 'pv'],
    ['windows', 'hvm pvhvm?'],
    ['noQemu', 'pv pvh shim'],
    ['pci', 'pv? hvm? pvhvm?'],
    ['firmware', 'hvm pvhvm'],
    ['pvOnly', 'pv shim'],
    ['bits32', 'pv? hvm pvhvm pvh shim'],
    ['meltdown', 'pv? hvm pvhvm pvh shim'],
    ['migrate', 'pv? hvm pvhvm pvh shim'],
  ] as const)('leave under %s: %s', (constraint, ids) => {
    expect(left(constraint)).toBe(ids);
  });

  it('have each a place in a work that was read', () => {
    const sources = loadGuestTypes().rules;
    expect(sources.map(({ id, name }) => ({ value: id, label: name }))).toEqual(params.asked.options);
    for (const { cite } of sources) expect(['full', 'excerpt']).toContain(loadReferences()[cite]?.read);
  });
});

describe('a fault in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-types-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['an unknown doer', 'by: guest', 'by: linux', /by/],
    ['an aspect that is left out', '      irq:', '      iqr:', /pv says nothing of irq/],
    ['a kind given twice', 'id: hvm', 'id: pv', /stands twice/],
    ['a fact against its cell', 'vtx: false', 'vtx: true', /pv contradicts itself on vtx/],
    ['a dangling citation', 'cite: xsa-254-faq', 'cite: xsa-245-faq', /xsa-245-faq/],
    ['a half sentence', 'Split drivers.', 'Split drivers', /full stop/],
  ])('%s is named', (_, from, to, said) => {
    for (const file of ['guest-types.yaml', 'references.yaml']) cpSync(join(contentFolder(), file), join(folder, file));
    const text = readFileSync(join(folder, 'guest-types.yaml'), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(folder, 'guest-types.yaml'), text.replace(from, to));
    expect(() => loadGuestTypes(folder)).toThrow(said);
  });
});
