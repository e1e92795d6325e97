/** The data files of content/: schemas, citations, order, completeness, and arithmetic that published figures must obey. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import {
  contentFolder,
  loadFamily,
  loadGlossary,
  loadHypervisors,
  loadNumbers,
  loadReferences,
  loadTimeline,
} from '../../src/components/content-data.ts';
import { dateKey, units } from '../../src/components/content-schemas.ts';
import { scanArticle } from '../../src/components/scan.ts';

/** Works that nothing cites yet and that the page of references keeps, each with the reason. */
const furtherReading: Readonly<Record<string, string>> = {
  agesen2010: 'how VMware’s monitor went from translation to hardware, for who wants the sequel to adams-agesen2006',
  bugnion2017: 'the textbook of the field',
  'clark-repeated2004': 'independent repetition of the measurements of sosp2003',
  dall2016: 'what an exit costs on Arm, for the articles on hardware assistance',
  'dbpedia-kvm': 'the other date of Linux 2.6.20',
  'debian-blank2011': 'a distribution’s view of dom0 in Linux 3.0',
  'denali-tr2002': 'the report that has the word paravirtualization',
  goldberg1974: 'the survey after the thesis',
  'intel-sdm': 'the instruction set itself',
  kivity2007: 'KVM by its authors',
  pratt2005: 'Xen 3.0 by its authors',
  ryckbosch2011: 'energy, for the articles on consolidation',
  uhlig2005: 'VT-x by its architects',
  'virtualization-info2011': 'Linux 3.0 and Xen, beside techonia2011',
  'xen-3-3-linuxinsider': 'confirms the day of Xen 3.3',
  'xsa-254': 'the advisory behind xsa-254-faq',
};

const project = process.cwd();
const references = loadReferences();
const numbers = loadNumbers();
const entries = Object.entries(numbers).flatMap(([group, of]) =>
  Object.entries(of).map(([name, entry]) => ({ name: `${group}.${name}`, ...entry })),
);
const timeline = loadTimeline();
const family = loadFamily();
const hypervisors = loadHypervisors();
const glossary = loadGlossary();
const articles = globSync('content/articles/*/*.mdx', { cwd: project }).map((path) => ({
  slug: /([^/\\]+)\.mdx$/.exec(path)?.[1]?.replace(/^\d+-/, '') ?? '',
  text: readFileSync(join(project, path), 'utf8'),
}));

/** The value of a published figure; a test that names one that is gone fails. */
function value(name: string): number {
  const found = entries.find((entry) => entry.name === name);
  if (!found) throw new Error(`content/numbers.yaml has no number ${name}.`);
  return found.value;
}

const files = ['references', 'numbers', 'timeline', 'family-tree', 'hypervisors', 'glossary'];

describe('every file', () => {
  it.each(files)('%s.yaml names no path, file id or address of a workplace', (file) => {
    const text = readFileSync(join(contentFolder(), `${file}.yaml`), 'utf8');
    expect(text).not.toMatch(/\/(work|tmp|home|root)\/|file id|localhost/i);
    expect(text.length).toBeGreaterThan(1000);
  });

  it('cites only works that are among the references', () => {
    const cited = [
      ...entries.map(({ name, source }) => [name, source] as const),
      ...timeline.map(({ id, source }) => [id, source] as const),
      ...family.systems.map(({ id, source }) => [id, source] as const),
      ...family.edges.flatMap(({ from, sources }) => sources.map((source) => [from, source] as const)),
      ...hypervisors.flatMap(({ id, sources }) => sources.map((source) => [id, source] as const)),
      ...glossary.flatMap(({ id, source }) => (source === undefined ? [] : [[id, source] as const])),
    ];
    expect(cited.filter(([, key]) => !Object.hasOwn(references, key))).toEqual([]);
    expect(cited.length).toBeGreaterThan(300);
  });

  it.each([
    ['timeline', timeline],
    ['hypervisors', hypervisors],
    ['glossary', glossary],
  ])('%s.yaml gives no id twice', (_, list) => {
    const ids = list.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});

describe('references.yaml', () => {
  it('is in alphabetical order', () => {
    const keys = Object.keys(references);
    expect(keys).toEqual(keys.toSorted());
  });

  const figures = globSync('src/figures/*.ts', { cwd: project }).map((path) =>
    readFileSync(join(project, path), 'utf8'),
  );
  const inText = [
    ...articles.flatMap(({ slug, text }) =>
      scanArticle(text, slug).cited.flatMap(({ tag, of }) => (tag === 'Cite' ? of : [])),
    ),
    ...[...articles.map(({ text }) => text), ...figures].flatMap((text) =>
      [...text.matchAll(/\bcite: ['"]?([a-z0-9-]+)/g)].map(([, key]) => key ?? ''),
    ),
  ];

  it('holds everything that figures and articles cite', () => {
    expect(inText.filter((key) => !Object.hasOwn(references, key))).toEqual([]);
    expect(inText).toContain('sugerman2001');
  });

  it('holds nothing that is not cited, but for what is kept as further reading', () => {
    const used = new Set([
      ...entries.map(({ source }) => source),
      ...timeline.map(({ source }) => source),
      ...family.systems.map(({ source }) => source),
      ...family.edges.flatMap(({ sources }) => sources),
      ...hypervisors.flatMap(({ sources }) => sources),
      ...glossary.flatMap(({ source }) => source ?? []),
      ...inText,
    ]);
    const unused = Object.keys(references).filter((key) => !used.has(key));
    expect(unused.filter((key) => !(key in furtherReading))).toEqual([]);
    expect(Object.keys(furtherReading).filter((key) => !Object.hasOwn(references, key))).toEqual([]);
  });

  it('says of every page that has no date of its own when it was consulted', () => {
    const undated = Object.entries(references).filter(([, { note }]) => /undated/i.test(note ?? ''));
    expect(undated.filter(([, { note, year }]) => !note?.includes(`in ${year}.`))).toEqual([]);
    expect(undated.length).toBeGreaterThan(10);
  });
});

describe('numbers.yaml', () => {
  it('gives every entry a unit and a source', () => {
    const raw = parse(readFileSync(join(contentFolder(), 'numbers.yaml'), 'utf8')) as Record<
      string,
      Record<string, object>
    >;
    const all = Object.values(raw).flatMap((group) => Object.entries(group));
    const known: readonly unknown[] = units;
    expect(all.filter(([, entry]) => !('unit' in entry && known.includes(entry.unit)))).toEqual([]);
    expect(all.filter(([, entry]) => !('source' in entry && typeof entry.source === 'string'))).toEqual([]);
  });

  it('gives times, shares and throughputs a unit of their kind', () => {
    const wrong = entries.filter(
      ({ what, unit }) =>
        (/^(Mean )?time /i.test(what) && !['µs', 'ms', 's'].includes(unit)) ||
        (/^Share /.test(what) && unit !== '%') ||
        (/^Throughput (of|from|that)/.test(what) && unit !== 'Mbit/s') ||
        (/^Source /.test(what) && unit !== 'lines'),
    );
    expect(wrong.map(({ name, unit }) => `${name}: ${unit}`)).toEqual([]);
  });

  // What the papers themselves say about their figures: a slip of a digit breaks one of these.
  test.each([
    [
      'the steps of a sent packet',
      ['out-instruction', 'world-switch', 'vmapp-before', 'vmnet-driver'],
      'packet-on-wire',
    ],
    [
      'its time outside of the monitor',
      ['world-switch', 'vmapp-before', 'vmnet-driver', 'vmapp-after', 'world-switch-back'],
      'outside-monitor',
    ],
    ['the whole', ['out-instruction', 'outside-monitor', 'resume-guest'], 'packet-total'],
    ['what hosting costs', ['hosting-overhead', 'vmnet-driver'], 'outside-monitor'],
    ['the two world switches', ['world-switch', 'world-switch-back'], 'world-switch-round-trip'],
  ] as const)('sugerman2001: %s', (_, parts, whole) => {
    const sum = parts.reduce((total, part) => total + value(`sugerman2001.${part}`), 0);
    expect(sum).toBeCloseTo(value(`sugerman2001.${whole}`), 6);
  });

  const throughput = (): number => (value('sugerman2001.frame-size') * 8) / value('sugerman2001.packet-total');
  const share = (part: string, whole: string): number => (value(part) / value(whole)) * 100;
  test.each([
    ['sugerman2001.path-only-throughput', throughput, 0.5],
    ['sugerman2001.path-only-time', () => 100 / throughput(), 0.005],
    ['sugerman2001.io-instructions', () => value('sugerman2001.other-io-instructions') + 1, 0],
    ['sosp2003.linux-build-overhead', () => share('sosp2003.linux-build-xen', 'sosp2003.linux-build-linux') - 100, 0.5],
    ['sosp2003.spec-web99-gap', () => 100 - share('sosp2003.spec-web99-xen', 'sosp2003.spec-web99-linux'), 1],
    ['sosp2003.spec-web99-smp-linux', () => value('sosp2003.spec-web99-linux') * 1.28, 1.5],
    ['sosp2003.update-batch-memory', () => (value('sosp2003.update-batch') * 4096) / 2 ** 20, 0],
    ['nsdi2005.specweb-downtime', () => value('nsdi2005.specweb-copy') + value('nsdi2005.specweb-restart'), 0],
    ['nsdi2005.quake-downtime', () => value('nsdi2005.quake-copy') + value('nsdi2005.quake-restart'), 0],
    [
      'robin-irvine2000.mnemonics',
      () => value('robin-irvine2000.register-group') + value('robin-irvine2000.protection-group'),
      0,
    ],
    ['xen-source.driver-share-1-0', () => share('xen-source.driver-lines-1-0', 'xen-source.lines-1-0'), 0.5],
    ['xen-source.driver-share-2-0', () => share('xen-source.driver-lines-2-0', 'xen-source.lines-2-0'), 0.5],
  ])('%s agrees with the figures that it comes from', (name, compute, tolerance) => {
    expect(Math.abs(value(name) - compute())).toBeLessThanOrEqual(tolerance);
  });

  it('has folders of Xen’s source that add up to the whole', () => {
    const folders = ['x86', 'arm', 'riscv', 'ppc', 'common', 'drivers', 'include', 'xsm', 'lib', 'crypto'];
    const sum = folders.reduce((total, folder) => total + value(`xen-source.lines-${folder}`), 0);
    const rest = value('xen-source.lines') - sum;
    // The folders test and tools are the rest.
    expect(rest).toBeGreaterThan(0);
    expect(rest / value('xen-source.lines')).toBeLessThan(0.05);
  });
});

describe('timeline.yaml', () => {
  it('stands oldest first', () => {
    const keys = timeline.map(({ date }) => dateKey(date));
    expect(keys).toEqual(keys.toSorted());
  });

  const minors = (major: number, last: number): string[] => Array.from({ length: last + 1 }, (_, n) => `${major}.${n}`);
  const releases = ['1.0', '1.1', '2.0', '3.0', '3.0.2', '3.0.3', '3.0.4', ...minors(3, 4).slice(1), ...minors(4, 22)];

  it('has every release of Xen, once and in order', () => {
    const found = timeline.filter(({ title }) => /^Xen \d/.test(title));
    expect(found.map(({ title }) => title)).toEqual(releases.map((version) => `Xen ${version}`));
    expect(found.map(({ id }) => id)).toEqual(releases.map((version) => `xen-${version.replaceAll('.', '-')}`));
    expect(found.filter(({ kind }) => kind !== 'releases')).toEqual([]);
  });

  // Initial-Release in SUPPORT.md of each stable branch.
  test.each([
    ['4.10', '2017-12-13'],
    ['4.11', '2018-07-10'],
    ['4.12', '2019-04-02'],
    ['4.13', '2019-12-18'],
    ['4.14', '2020-07-24'],
    ['4.15', '2021-04-08'],
    ['4.16', '2021-12-02'],
    ['4.17', '2022-12-12'],
    ['4.18', '2023-11-16'],
    ['4.19', '2024-07-29'],
    ['4.20', '2025-03-05'],
    ['4.21', '2025-11-19'],
    ['4.22', '2026-07-30'],
  ])('dates Xen %s as its branch does', (version, date) => {
    expect(timeline.find(({ title }) => title === `Xen ${version}`)?.date).toBe(date);
  });

  it('tells the disputes about a day', () => {
    const disputed = ['xen-1-0', 'vt-x', 'ec2-beta', 'linux-2-6-20-kvm', 'xen-3-3', 'xen-4-6', 'goldberg-thesis'];
    expect(disputed.filter((id) => !timeline.find((event) => event.id === id)?.dateNote)).toEqual([]);
  });
});

describe('glossary.yaml', () => {
  it('is sorted, and large enough for two articles', () => {
    const terms = glossary.map(({ term }) => term);
    expect(terms).toEqual(terms.toSorted((a, b) => a.localeCompare(b, 'en')));
    expect(terms.length).toBeGreaterThanOrEqual(40);
  });

  it('is taught by articles that exist or are planned', () => {
    const slugs = ['what-a-hypervisor-does', 'type-1-and-type-2', ...articles.map(({ slug }) => slug)];
    expect(glossary.filter(({ article }) => !slugs.includes(article))).toEqual([]);
  });

  it('has no name twice, other spellings included', () => {
    const names = glossary.flatMap(({ term, aka }) => [term, ...(aka ?? [])]).map((name) => name.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
