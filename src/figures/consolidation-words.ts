/** What consolidation says of a moment. */
import type { Frame } from './consolidation-frames.ts';
import { letter } from './consolidation-scene.ts';

/** The resource that asks for more hosts by its sum, or both. */
export function binding({ setup: { bounds } }: Frame): string {
  return bounds.memory === bounds.cpu ? 'both' : bounds.memory > bounds.cpu ? 'memory' : 'CPU';
}

const letters = (items: readonly { readonly item: number }[]): string =>
  items.map(({ item }) => letter(item)).join(', ');

/** What does not fit or is not there; mostly nothing. */
function problem({ setup }: Frame): string {
  const homeless = setup.steps.filter(({ host }) => host < 0);
  if (homeless.length > 0) return `No host is large enough for ${letters(homeless)}.`;
  return setup.lost > setup.packed.length ? `There is no host ${setup.lost} to lose.` : '';
}

/** The line below the hosts: what is wrong, or else what lines and dashes are. */
export function notice(frame: Frame): string {
  const { fault, by, headroom } = frame.setup;
  const line = frame.gone < 0 ? `Beyond the line: headroom, ${headroom} %.` : 'The headroom may be used now.';
  const dashes = by === 'peak' ? 'Dashed: sum of peaks.' : '';
  return fault || problem(frame) || `${headroom > 0 ? line : ''} ${dashes}`.trim();
}

/** The moment in a sentence or two. */
export function sentence(frame: Frame): string {
  const { setup, hosts, step, gone, restarts } = frame;
  const { fault, servers, packed, optimum, bounds, worst } = setup;
  if (fault) return fault;
  if (step) {
    const { item, tries, host, refused } = step;
    const vm = `${letter(item)} (${servers[item]?.name ?? ''})`;
    if (host < 0) return `${vm} fits on no host (${refused}).`;
    const no = tries.map((answer, at) => (answer ? `host ${at + 1} has no room (${answer}), ` : '')).join('');
    return `${vm}: ${no}host ${host + 1} takes it${host === tries.length ? ', a new one' : ''}.`;
  }
  if (gone >= 0) {
    const up = letters(restarts.filter(({ host }) => host >= 0));
    const down = restarts.filter(({ host }) => host < 0).map((one) => `${letters([one])} (${one.refused})`);
    const said = [up && `${up} restarted on the others`, down.length > 0 && `no room for ${down.join(', ')}`];
    return `Host ${gone + 1} is lost: ${said.filter(Boolean).join('; ') || 'its VMs are down'}.`;
  }
  if (hosts.length < packed.length) return `${servers.length} servers stand in the rack, and no host is in use.`;
  const housed = packed.flat().length;
  const who = housed < servers.length ? `${housed} of ${servers.length}` : housed;
  const best = packed.length > optimum ? `${optimum} would have done` : 'no packing does with fewer';
  const spare = worst > 0 ? 'There is no host to spare' : 'Any one host may be lost';
  return `${who} servers became VMs on ${hostCount(packed.length)}; ${best}. Memory alone needs ${bounds.memory}, CPU alone ${bounds.cpu}. ${spare}. ${problem(frame)}`.trim();
}

/** A number of hosts in words: ‘1 host’, ‘4 hosts’. */
export function hostCount(count: number): string {
  return `${count} host${count === 1 ? '' : 's'}`;
}
