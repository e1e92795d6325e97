/** The atlas: what the seed of this book names is in it, as it stands today, and tables are drawn from it by selection. */
import { describe, expect, it, test } from 'vitest';
import { loadHypervisors } from '../../src/components/content-data.ts';
import { kinds } from '../../src/components/content-schemas.ts';
import { cellsOf, selectHypervisors, views } from '../../src/components/hypervisors.ts';

const hypervisors = loadHypervisors();

describe('hypervisors.yaml', () => {
  it('tells both sides where the type is disputed', () => {
    const disputed = hypervisors.filter(({ border }) => border);
    expect(disputed.map(({ id }) => id)).toEqual(['kvm', 'bhyve']);
    for (const { dispute } of disputed) {
      expect(dispute).toMatch(/For type 1:/);
      expect(dispute).toMatch(/For type 2:/);
    }
  });

  it('has every kind, and names a version only with its digits', () => {
    expect(new Set(hypervisors.map(({ kind }) => kind))).toEqual(new Set(kinds));
    expect(hypervisors.filter(({ newest }) => newest && !/\d/.test(newest.version))).toEqual([]);
  });

  // Every name of a hypervisor, a product or a service that the article gives which this book answers.
  test.each([
    ['Xen Project', 'xen'],
    ['XCP-ng', 'xcp-ng'],
    ['Citrix Hypervisor', 'xenserver'],
    ['XenServer', 'xenserver'],
    ['XenEnterprise', 'xenserver'],
    ['Oracle VM Server', 'oracle-vm'],
    ['IBM Cloud', 'ibm-cloud-classic'],
    ['IBM Cloud', 'ibm-cloud-vpc'],
    ['Amazon EC2', 'ec2-xen'],
    ['Amazon EC2', 'ec2-nitro'],
    ['Qubes OS', 'qubes-os'],
    ['VMware ESX', 'esx'],
    ['ESXi', 'esx'],
    ['VMware Workstation Pro', 'workstation-pro'],
    ['Player', 'workstation-player'],
    ['VMware Fusion', 'fusion'],
    ['Hyper-V', 'hyper-v'],
    ['VirtualBox', 'virtualbox'],
    ['Parallels Desktop', 'parallels'],
    ['bhyve', 'bhyve'],
    ['KVM', 'kvm'],
    ['IBM', 'zvm'],
    ['VM/370', 'zvm'],
  ])('has %s, with its present name, its status, the month of the check and sources', (name, id) => {
    const row = hypervisors.find((one) => one.id === id);
    expect([row?.name, row?.maker, ...(row?.formerly ?? [])].join('; ')).toContain(name);
    expect(row?.formerly).not.toContain(row?.name);
    expect(row?.status.length).toBeGreaterThan(20);
    expect(row?.asOf).toMatch(/^20\d\d-\d\d$/);
    expect(row?.sources.length).toBeGreaterThan(0);
  });

  it('says nothing newer than its check, and calls nothing current whose end it gives', () => {
    for (const { id, newest, asOf, state, status } of hypervisors) {
      expect((newest?.date ?? '').slice(0, 7) <= asOf, id).toBe(true);
      if (/discontinued/.test(status)) expect(state, id).toBe('ended');
    }
  });
});

describe('a table of the atlas', () => {
  const ids = (of?: string): string[] => selectHypervisors(of).map(({ id }) => id);

  it('has all rows, or those of ids and kinds in the order of the file', () => {
    expect(ids()).toEqual(hypervisors.map(({ id }) => id));
    expect(ids('kvm, xen')).toEqual(['xen', 'kvm']);
    expect(ids('in-kernel')).toEqual(['kvm', 'bhyve']);
    expect(ids('xcp-ng,in-kernel')).toEqual(['xcp-ng', 'kvm', 'bhyve']);
  });

  it('names an id or a kind that is none', () => {
    expect(() => ids('xen, zebra')).toThrow('no id and no kind ‘zebra’');
    expect(() => ids('')).toThrow('no id and no kind');
  });

  it('says when a row was checked where the table has not said it', () => {
    for (const row of hypervisors) {
      const words = (stated: string): string =>
        cellsOf(row, 'status', stated).find(({ sources }) => sources)?.sources ?? '';
      expect(words('1974-07')).toMatch(/^Checked in [A-Z]\w+ \d{4}\. Sources:$/);
      expect(words(row.asOf)).toBe('Sources:');
    }
  });

  it('says of each row as many things as it has columns, or why it cannot', () => {
    for (const row of hypervisors) {
      const labels = (view: keyof typeof views): string[] => cellsOf(row, view).map(({ label }) => label);
      expect(labels('status')).toEqual(views.status);
      if (row.kind === 'service') expect(() => labels('anatomy')).toThrow(`Hypervisors: ${row.id} says nothing`);
      else expect(labels('anatomy')).toEqual(views.anatomy);
      for (const view of ['status', 'anatomy'] as const)
        if (view === 'status' || row.kind !== 'service')
          expect(cellsOf(row, view).filter(({ sources }) => sources)).toHaveLength(1);
    }
  });
});
