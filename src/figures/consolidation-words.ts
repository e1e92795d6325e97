/** What consolidation says of a moment. */
import type { Refusal, Step } from '../models/capacity/packing.ts';
import { letter, type Frame } from './consolidation-scene.ts';

/** A number of hosts in words: ‘1 host’, ‘4 hosts’. */
export function hostCount(count: number): string {
  return `${count} host${count === 1 ? '' : 's'}`;
}

/** The resource that asks for more hosts by its sum, or both. */
export function binding({ setup: { bounds } }: Frame): string {
  return bounds.memory === bounds.cpu ? 'both' : bounds.memory > bounds.cpu ? 'memory' : 'CPU';
}

const letters = (items: readonly number[]): string => items.map(letter).join(', ');

/** What does not fit or is not there; mostly nothing. */
export function problem({ setup, isLost }: Frame): string {
  if (setup.fault) return setup.fault;
  const homeless = setup.steps.filter(({ host }) => host < 0);
  if (homeless.length > 0) return `No host is large enough for ${letters(homeless.map(({ item }) => item))}.`;
  if (!isLost && setup.toLose > setup.count) return `There is no host ${setup.toLose} to lose.`;
  return '';
}

/** The line below the hosts: what is wrong, or else what lines and dashes are. */
export function notice(frame: Frame): string {
  const { by, host } = frame.setup;
  const kept = frame.isLost ? 'The headroom may be used now.' : `Beyond the line: headroom, ${host.headroom} %.`;
  return problem(frame) || `${host.headroom > 0 ? kept : ''} ${by === 'peak' ? 'Dashed: sum of peaks.' : ''}`.trim();
}

/** The moment in a sentence or two. */
export function sentence(frame: Frame): string {
  const { setup, step, isLost } = frame;
  if (setup.fault) return setup.fault;
  if (step) return placed(step, frame);
  if (isLost) return lost(frame);
  if (frame.placed === 0) return `${setup.servers.length} servers stand in the rack, and no VM is on a host yet.`;
  const { count, optimum, bounds, servers, steps } = setup;
  const housed = steps.filter(({ host }) => host >= 0).length;
  const who = housed < servers.length ? `${housed} of ${servers.length}` : servers.length;
  const best = count > optimum ? `${optimum} would have done` : 'no packing does with fewer';
  const spare = setup.worst === 0 ? 'Any one host may be lost' : 'There is no host to spare';
  return [
    `${who} servers became VMs on ${hostCount(count)}; ${best}.`,
    `Memory alone needs ${bounds.memory}, CPU alone ${bounds.cpu}. ${spare}.`,
    problem(frame),
  ]
    .join(' ')
    .trim();
}

function named(item: number, { setup }: Frame): string {
  return `${letter(item)} (${setup.servers[item]?.name ?? ''})`;
}

function placed({ item, tries, host, refused }: Step, frame: Frame): string {
  const vm = named(item, frame);
  if (host < 0) return `${vm} fits on no host, not even an empty one: ${refused}.`;
  const no = tries.flatMap((answer: Refusal, at) => (answer ? [`host ${at + 1} has no room (${answer})`] : []));
  const isNew = host === tries.length;
  return `${vm}: ${[...no, `host ${host + 1} takes it${isNew ? ', a new one' : ''}`].join(', ')}.`;
}

function lost(frame: Frame): string {
  const { setup, restarts } = frame;
  const name = `Host ${setup.toLose}`;
  if (restarts.length === 0) return `${name} is lost, with ${letters(frame.hosts[setup.toLose - 1] ?? [])}.`;
  const up = restarts.filter(({ host }) => host >= 0).map(({ item }) => item);
  const still = restarts.filter(({ host }) => host < 0);
  const said = [
    up.length > 0 ? `${letters(up)} restarted on the others` : '',
    still.length > 0
      ? `no room for ${still.map(({ item, refused }) => `${letter(item)} (${refused})`).join(', ')}`
      : '',
  ];
  return `${name} is lost: ${said.filter(Boolean).join('; ')}.`;
}
