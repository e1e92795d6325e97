/** The family tree's data: its sources were read, and its years are those of the timeline. */
import { describe, expect, it } from 'vitest';
import { loadFamily, loadReferences, loadTimeline } from '../../src/components/content-data.ts';

const family = loadFamily();
const references = loadReferences();
const timeline = loadTimeline();

describe('family-tree.yaml', () => {
  it('cites for an edge only works that were read', () => {
    const unread = family.edges.filter(({ sources }) => sources.some((key) => references[key]?.read === 'secondary'));
    expect(unread.map(({ from, to }) => `${from} ${to}`)).toEqual([]);
  });

  it('gives the year of an event that the timeline dates, where both have it', () => {
    const same = {
      'vm-370': 'vm-370',
      'xen-1-0': 'xen',
      'ec2-beta': 'ec2',
      'qubes-1-0': 'qubes',
      'aws-nitro': 'nitro',
    };
    for (const [event, id] of Object.entries({ ...same, 'xcp-ng-7-4': 'xcp-ng', 'hyper-v': 'hyper-v', disco: 'disco' }))
      expect(timeline.find((one) => one.id === event)?.date.slice(0, 4), id).toBe(
        String(family.systems.find((one) => one.id === id)?.year),
      );
  });
});
