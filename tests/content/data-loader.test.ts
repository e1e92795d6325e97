/** What the loader says about a fault in a data file, and that it reads a file again when it was changed. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import {
  contentFolder,
  loadCommits,
  loadFamily,
  loadGlossary,
  loadHypervisors,
  loadNumbers,
  loadReferences,
  loadTimeline,
} from '../../src/components/content-data.ts';

const files = ['references', 'numbers', 'timeline', 'family-tree', 'hypervisors', 'glossary', 'commits'];

describe('a fault in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'content-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The files with one of them changed. */
  function changed(file: string, from: string | RegExp, to: string): string {
    const copy = mkdtempSync(join(folder, 'case-'));
    for (const name of files) cpSync(join(contentFolder(), `${name}.yaml`), join(copy, `${name}.yaml`));
    const text = readFileSync(join(copy, file), 'utf8');
    const other = text.replace(from, to);
    expect(other).not.toBe(text);
    writeFileSync(join(copy, file), other);
    return copy;
  }

  test.each([
    [
      'an unknown key',
      'value: 4.45',
      'valeu: 4.45',
      /content\/numbers\.yaml[\s\S]*sugerman2001\.world-switch[\s\S]*valeu/,
    ],
    ['an unknown unit', 'unit: µs', 'unit: us', /content\/numbers\.yaml[\s\S]*sugerman2001\.out-instruction\.unit/],
    ['a name given twice', '  world-switch:', '  out-instruction:', /content\/numbers\.yaml.*unique/],
    [
      'a derived figure without its reason',
      /confidence: derived\n {4}note: .*\n/,
      'confidence: derived\n',
      /\.note: is missing/,
    ],
    ['a dangling citation', 'source: agesen2012', 'source: agesen2021', /agesen2012\.exit-prescott cites agesen2021/],
  ])('numbers.yaml: %s is named with file, entry and key', (_, from, to, said) => {
    expect(() => loadNumbers(changed('numbers.yaml', from, to))).toThrow(said);
  });

  test.each([
    ['a missing count', ', 435, 301]', ', 435]', /citrix has 21 counts for 22 releases/],
    ['a count below zero', 'rest: 420', 'rest: -420', /releases\.0\.rest/],
    ['a domain given twice', '[oracle.com]', '[amd.com]', /amd\.com stands twice/],
    ['a release out of order', "'2026-07-30'", "'2025-07-30'", /is not later than the one before/],
    ['an unknown key', 'founder: true', 'founded: true', /founded/],
  ])('commits.yaml: %s is named', (_, from, to, said) => {
    expect(() => loadCommits(changed('commits.yaml', from, to))).toThrow(said);
  });

  test.each([
    ['an impossible day', "'2003-05-16'", "'2003-05-32'", /xen-beta1\.date: is no date/],
    ['an event out of order', "'1964-12'", "'1966-12'", /m44-44x\.date: stands after cp-40-started/],
    ['an id given twice', 'id: m44-44x', 'id: cp-40-started', /cp-40-started\.id: stands twice/],
    ['a long title', 'title: Xen 4.22', `title: Xen 4.22 ${'x'.repeat(60)}`, /xen-4-22\.title/],
  ])('timeline.yaml: %s is named', (_, from, to, said) => {
    expect(() => loadTimeline(changed('timeline.yaml', from, to))).toThrow(said);
  });

  test.each([
    [
      'an edge against time',
      '  - from: qemu\n    to: xen\n',
      '  - from: xen\n    to: qemu\n',
      /xen → qemu does not point forward/,
    ],
    ['an edge without an end', 'from: denali', 'from: exokernel', /exokernel → xen names a system that is not there/],
    [
      'an edge given twice',
      'to: xen\n    kind: people\n',
      'to: xen\n    kind: idea\n',
      /nemesis → xen by idea stands twice/,
    ],
    ['a system out of order', 'year: 1972', 'year: 1999', /nemesis stands after a later system/],
    ['an edge without a source', 'sources: [citrix-10-years]', 'sources: []', /sources/],
    ['a dangling citation', 'sources: [citrix-10-years]', 'sources: [citrix]', /xen → xenserver cites citrix/],
  ])('family-tree.yaml: %s is named', (_, from, to, said) => {
    expect(() => loadFamily(changed('family-tree.yaml', from, to))).toThrow(said);
  });

  it('is named in the other files too', () => {
    const hypervisor = changed('hypervisors.yaml', '  border: true\n', '');
    expect(() => loadHypervisors(hypervisor)).toThrow(/hypervisors\.yaml[\s\S]*kvm\.dispute: goes with/);
    const base = changed('hypervisors.yaml', 'basedOn: kvm', 'basedOn: zebra');
    expect(() => loadHypervisors(base)).toThrow(/hypervisors\.yaml[\s\S]*ec2-nitro\.basedOn: names zebra/);
    const service = changed('hypervisors.yaml', '  basedOn: kvm\n', '');
    expect(() => loadHypervisors(service)).toThrow(/hypervisors\.yaml[\s\S]*ec2-nitro\.basedOn: goes with/);
    const cells = changed('hypervisors.yaml', '  drivers: FreeBSD\n', '');
    expect(() => loadHypervisors(cells)).toThrow(/hypervisors\.yaml[\s\S]*bhyve\.drivers: is wanted/);
    const term = changed('glossary.yaml', 'term: back end', 'term: zebra');
    expect(() => loadGlossary(term)).toThrow(/glossary\.yaml[\s\S]*bhyve\.term: does not sort after zebra/);
    const reference = changed('references.yaml', 'year: 2012\n', 'year: 2012\n  date: 2013-01-01\n');
    expect(() => loadReferences(reference)).toThrow(/references\.yaml[\s\S]*agesen2012\.date: is in another year/);
  });

  it('is gone when the file is mended, although files are cached', () => {
    const copy = changed('glossary.yaml', 'article: type-1-and-type-2', 'artikel: type-1-and-type-2');
    expect(() => loadGlossary(copy)).toThrow(/back-end/);
    cpSync(join(contentFolder(), 'glossary.yaml'), join(copy, 'glossary.yaml'));
    expect(loadGlossary(copy)).toEqual(loadGlossary());
    expect(loadGlossary(copy)).toBe(loadGlossary(copy));
  });
});

test('no text of the data is cut off at a number sign (YAML takes ` #` for a comment)', () => {
  const cut = /^(?!\s*#)[^'"]*[^\s'"] #/;
  expect('feedback: the CPU raises #GP.').toMatch(cut);
  expect("feedback: 'the CPU raises #GP.'").not.toMatch(cut);
  const folder = contentFolder();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  expect(files.length).toBeGreaterThan(5);
  for (const file of files)
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) expect(line, file).not.toMatch(cut);
});
