/** The words in the picture of trap-and-emulate, but for the instructions. */
import type { Stage } from '../figure/contract.ts';
import * as model from '../models/cpu/trap-and-emulate.ts';
import type { GuestName, SensitiveState } from '../models/cpu/trap-and-emulate.ts';
import type { Label } from './marks/label.ts';
import { textWidth } from './marks/text.ts';
import type { Frame, Layout, Place } from './trap-and-emulate-drawing.ts';

/** All labels of one moment. */
export function words(layout: Layout, frame: Frame, stage: Stage): readonly Label[] {
  return [
    ...guestWords(layout, frame, stage),
    ...stateWords(layout, frame, stage),
    ...hardwareWords(layout, frame),
    ...(stage === 'wide' ? [statusWords(layout, frame)] : []),
    ...laneWords(layout, frame, stage),
  ];
}

function guestWords(layout: Layout, { setup }: Frame, stage: Stage): readonly Label[] {
  return (['A', 'B'] as const).map((name) => {
    const { x, y, width } = layout.guests[name];
    const alone = setup.rings[name] === 0;
    const text =
      stage === 'narrow'
        ? `ring ${setup.rings[name]}`
        : alone
          ? 'in ring 0, not deprivileged'
          : 'in ring 1, deprivileged';
    return {
      key: `ring-${name}`,
      x: x + width - 12,
      y: y + 20,
      anchor: 'end',
      text,
      look: alone ? 't-fault strong' : 'quiet',
    };
  });
}

function stateWords(layout: Layout, { machine, setup }: Frame, stage: Stage): readonly Label[] {
  return (['A', 'B'] as const).flatMap((name: GuestName): readonly Label[] => {
    const place = layout.states[name];
    if (setup.rings[name] === 0)
      return [{ key: `unused-${name}`, x: place.x + 10, y: place.y + 38, text: 'not in use', look: 'quiet' }];
    return stateLabels(`virtual-${name}`, place, machine.virtual[name], stage);
  });
}

function stateLabels(key: string, { x, y }: Place, state: SensitiveState, stage: Stage): readonly Label[] {
  const port = { key: `${key}-port`, text: holds(state.port), look: 'quiet' };
  return [
    { key: `${key}-if`, x: x + 10, y: y + 39, text: `IF ${state.interruptFlag}`, look: 'strong large' },
    stage === 'wide' ? { ...port, x: x + 54, y: y + 39 } : { ...port, x: x + 10, y: y + 58 },
  ];
}

function holds(port: number | undefined): string {
  return port === undefined ? 'port untouched' : `port holds 0x${port.toString(16).padStart(2, '0')}`;
}

function hardwareWords(layout: Layout, { machine, setup }: Frame): readonly Label[] {
  const { cpu, timer, port, gutter, hardware } = layout;
  const { real } = machine;
  const masked = machine.timer.pending && real.interruptFlag === 0;
  return [
    {
      key: 'real-if',
      x: cpu.x + 10,
      y: cpu.y + 39,
      text: `IF ${real.interruptFlag}`,
      look: `strong large${masked ? ' t-fault' : ''}`,
    },
    { key: 'ring', x: cpu.x + 54, y: cpu.y + 39, text: `ring ${machine.ring}`, look: 'quiet' },
    {
      key: 'count',
      x: timer.x + 10,
      y: timer.y + 39,
      text: machine.timer.pending
        ? `expired after ${setup.slice}`
        : `${machine.timer.count} of ${setup.slice} instructions`,
      look: 'quiet',
    },
    {
      key: 'real-port',
      x: port.x + 10,
      y: port.y + 39,
      text: real.port === undefined ? 'untouched' : `holds 0x${real.port.toString(16).padStart(2, '0')}`,
      look: real.port === undefined ? 'quiet' : 't-fault strong',
    },
    ...(masked
      ? [{ key: 'masked', x: gutter + 14, y: hardware.y + 19, text: 'masked: IF is 0', look: 't-fault strong' }]
      : []),
  ];
}

function statusWords(layout: Layout, { machine, setup }: Frame): Label {
  const { guest, phase } = machine;
  const other = guest === 'A' ? 'B' : 'A';
  const code = model.mnemonic(setup.programs[guest][machine.at] as model.Instruction);
  const op = code.split(' ')[0] ?? '';
  const masked = machine.timer.pending && machine.real.interruptFlag === 0;
  const says: Readonly<Record<model.Phase, string>> = {
    start: 'has set up both guests',
    execute: masked ? 'is not entered any more' : 'is not involved',
    trap: `#GP at ${op}: entered in ring 0`,
    emulate: `${op}: done to ${guest}’s virtual ${op === 'out' ? 'port' : 'IF'}`,
    return: `has returned to guest ${guest}`,
    timer: `the timer has taken the CPU from guest ${guest}`,
    switch: `${other}’s registers out, ${guest}’s in`,
  };
  return {
    key: 'status',
    x: layout.gutter + 14,
    y: layout.hypervisor.y + 20,
    text: says[phase],
    look: masked ? 't-fault strong' : 'quiet',
  };
}

function laneWords(layout: Layout, { machine, holders }: Frame, stage: Stage): readonly Label[] {
  const { x0, x1, y } = layout.lanes;
  const lane = (key: string, row: number, text: string, actor: string): Label => ({
    key: `lane-${key}`,
    x: 0,
    y: y + 12.5 + 20 * row,
    text,
    look: `t-${actor} strong`,
  });
  const text = 'now';
  const half = textWidth(text, { size: 13 }) / 2;
  const now = x0 + ((x1 - x0) * (machine.step + 1)) / holders.length;
  const scale = 'one column a step; no time is meant';
  // It stands at the end of the line of 'now', or at its beginning once 'now' comes near.
  const atEnd = now + half + 16 < x1 - textWidth(scale, { size: 13 });
  return [
    lane('A', 0, 'Guest A', 'domu1'),
    lane('hypervisor', 1, 'Hypervisor', 'xen'),
    lane('B', 2, 'Guest B', 'domu2'),
    { key: 'now', x: Math.min(Math.max(now, x0 + half), x1 - half), y: y + 75, anchor: 'middle', text, look: 'quiet' },
    stage === 'wide'
      ? { key: 'scale', x: atEnd ? x1 : 0, y: y + 75, anchor: atEnd ? 'end' : 'start', text: scale, look: 'quiet' }
      : { key: 'scale', x: 0, y: y + 94, text: scale, look: 'quiet' },
  ];
}
