/** The picture of consolidation: the rack with its day, the hosts with memory and CPU, and how few hosts would do. */
import type { Root, Stage } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import { dom0Memory, loadOf, sharesOf, sumOf, type Vector } from '../models/capacity/packing.ts';
import {
  actors,
  area,
  drawLayers,
  kinds,
  layouts,
  letter,
  rectangle,
  type Frame,
  type Layer,
  type Layout,
} from './consolidation-scene.ts';
import { hatch } from './marks/hatch.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { shortenText, textWidth, wrapText } from './marks/text.ts';
import { drawRack } from './consolidation-rack.ts';

const size13 = { size: 13 };

/** Draws one moment for one stage. */
export function drawConsolidation(root: Root, frame: Frame, notice: string, stage: Stage): void {
  const layout = layouts[stage];
  drawRack(root, frame, layout);
  drawHosts(root, frame, layout);
  drawCounts(root, frame, layout);
  const lines = wrapText(notice, layout.cpu[1] - layout.memory[0], size13);
  drawLabels(
    part(root, 'notice'),
    'word',
    lines.map((text, at) => ({ key: `${at}`, x: layout.memory[0], y: layout.notice + 17 * at, text })),
  );
}

/** Where a host stands. */
interface Slot {
  readonly y: number;
  readonly height: number;
}

/** The hosts, one below the other: memory filled from the left, CPU by the hour. */
function drawHosts(root: Root, frame: Frame, layout: Layout): void {
  const { setup, hosts } = frame;
  const group = part(root, 'hosts');
  const pitch = layout.room / Math.max(1, setup.count);
  const slots = Array.from({ length: setup.count }, (_, at): Slot => {
    return { y: layout.top + pitch * at + 16, height: pitch - 22 };
  });
  const gone = frame.isLost ? setup.toLose - 1 : -1;
  const [m0, m1] = layout.memory;
  const [c0, c1] = layout.cpu;
  const { host } = setup;
  const gib = (m1 - m0) / (host.memory || 1);
  const dom0 = dom0Memory(host);
  // Nothing is kept free any more once a host is lost.
  const headroom = frame.isLost ? 0 : host.headroom / 100;
  const kept = (host.memory - dom0) * headroom * gib;
  const paths: Record<string, string> = {};
  const draw = (look: string, d: string): void => void (paths[look] = (paths[look] ?? '') + d);
  const words: Label[] = [];
  slots.forEach(({ y, height }, at) => {
    draw('segment-shape is-future a-hw', rectangle(m0, m1, y, height) + rectangle(c0, c1, y, height));
    if (at === gone) {
      for (const x of [m0 + m1, c0 + c1])
        draw('cross', `M${round(x / 2) - 9},${round(y + height / 2) - 9}l18,18m0,-18l-18,18`);
      return;
    }
    const above = height * headroom;
    draw('band', rectangle(m1 - kept, m1, y, height) + rectangle(c0, c1, y, above));
    if (kept > 0)
      draw('axis-line', `M${round(m1 - kept)},${round(y)}v${round(height)}M${c0},${round(y + above)}H${c1}`);
    draw('segment-shape a-dom0', rectangle(m0, m0 + dom0 * gib, y, height));
    let x = m0 + dom0 * gib;
    for (const vm of hosts[at] ?? []) {
      const { memory = 0, busy = 'day' } = setup.servers[vm] ?? {};
      const isNew = frame.step?.item === vm || frame.restarts.some(({ item }) => item === vm);
      draw(`segment-shape a-${actors[busy]}${isNew ? ' is-on' : ''}`, rectangle(x, x + memory * gib, y, height));
      if (isLabelled(memory * gib, height))
        words.push({
          key: letter(vm),
          x: x + (memory * gib) / 2,
          y: y + height / 2 + 4.5,
          anchor: 'middle',
          text: letter(vm),
        });
      x += memory * gib;
    }
    const cores = height / (host.cores * 100 || 1);
    let lower: Vector = setup.full.length > 0 ? Array<number>(24).fill(y + height) : [];
    for (const busy of [...kinds].reverse()) {
      const vms = (hosts[at] ?? []).filter((vm) => setup.servers[vm]?.busy === busy);
      const loads = sumOf(
        vms.map((vm) => setup.days[vm] ?? []),
        lower,
      );
      const upper = lower.map((level, hour) => level - (loads[hour] ?? 0) * cores);
      draw(`segment-shape a-${actors[busy]}`, area(c0, (c1 - c0) / 24, upper, lower));
      lower = upper;
    }
    const peaks = setup.by === 'peak' ? (loadOf(hosts[at] ?? [], setup.items, setup.full)[1] ?? 0) : 0;
    if (peaks > 0) draw('route', `M${c0},${round(y + height - peaks * cores)}H${c1}`);
  });
  const order = (look: string): number =>
    look.includes('a-hw') ? 0 : look === 'band' ? 1 : look === 'route' || look === 'axis-line' ? 3 : 2;
  const layers = Object.entries(paths).map(([look, d]): Layer => ({ key: look, look, d }));
  drawLayers(
    part(group, 'layers'),
    layers.sort((a, b) => order(a.look) - order(b.look)),
  );
  drawLost(root, part(group, 'losses'), slots[gone], layout);
  drawLabels(part(group, 'words'), 'word', [
    ...words,
    ...hostTitles(frame, slots, layout, gib),
    ...scales(frame, slots, layout),
  ]);
  keyed(part(group, 'hits'), 'rect', 'hit', slots, (_, at) => at)
    .attr('x', m0)
    .attr('y', ({ y }) => round(y - 14))
    .attr('width', c1 - m0)
    .attr('height', ({ height }) => round(height + 18))
    .attr('data-set', (_, at) => `lost=${setup.toLose === at + 1 ? 0 : at + 1};frame=last`);
}

function isLabelled(width: number, height: number): boolean {
  return width >= 12 && height >= 15;
}

/** The place of a lost host, hatched. */
function drawLost(root: Root, group: ReturnType<typeof part>, slot: Slot | undefined, { memory, cpu }: Layout): void {
  const bars = slot ? [memory, cpu] : [];
  const shapes = keyed(group, 'rect', 'lost', bars, (_, at) => at)
    .attr('x', ([x0]) => x0)
    .attr('width', ([x0, x1]) => x1 - x0)
    .attr('y', round(slot?.y ?? 0))
    .attr('height', round(slot?.height ?? 0));
  if (slot) shapes.attr('fill', hatch(root, 'a-fault'));
}

/** The line above each host: its number and what it does, then what its VMs ask for of what it gives. */
function hostTitles(
  frame: Frame,
  slots: readonly Slot[],
  { memory, cpu, rack }: Layout,
  gib: number,
): readonly Label[] {
  const { setup, step, isLost } = frame;
  const isWide = rack.columns === 1;
  return slots.flatMap(({ y, height }, at): readonly Label[] => {
    const vms = frame.hosts[at] ?? [];
    const isGone = isLost && setup.toLose === at + 1;
    const isSmall = (vm: number): boolean => !isLabelled((setup.servers[vm]?.memory ?? 0) * gib, height);
    const letters = vms
      .filter((vm) => isGone || isSmall(vm))
      .map(letter)
      .join('\u2009');
    const does = hostDoes(frame, at) || (letters ? `: ${letters}` : '');
    const name = `${isWide || !does || isGone ? 'Host ' : ''}${at + 1}${does}${isGone && letters ? `, down: ${letters}` : ''}`;
    const shares = used(frame, at, isWide);
    const answer = step && step.host >= 0 ? (step.tries[at] ?? '') : '';
    const room = isGone ? cpu[1] - memory[0] : memory[1] - memory[0] - textWidth(shares.memory, size13) - 8;
    const above = { y: y - 5 };
    const look = isGone ? 't-fault strong' : hostDoes(frame, at) ? 'strong' : vms.length > 0 ? '' : 'quiet';
    const name13 = { ...size13, weight: look.includes('strong') ? 'semibold' : 'regular' } as const;
    const of = (key: 'memory' | 'CPU', x: number, text: string, isFuller: boolean): Label => {
      const no = answer.includes(key);
      return {
        key: `${key} ${at}`,
        x,
        anchor: 'end',
        text: no ? 'no room' : text,
        look: no || isFuller ? 'strong' : '',
        ...above,
      };
    };
    const host: Label = { key: `host ${at}`, x: memory[0], text: shortenText(name, room, name13), look, ...above };
    return isGone || vms.length === 0
      ? [host]
      : [
          host,
          of('memory', memory[1], shares.memory, shares.isMemory),
          of('CPU', cpu[1], shares.cpu, !shares.isMemory),
        ];
  });
}

/** What a host does with the VM that the moment is about. */
function hostDoes({ setup, step, isLost, restarts }: Frame, at: number): string {
  const last = restarts[restarts.length - 1];
  if (isLost && setup.toLose === at + 1) return ' lost';
  if (last?.host === at) return ` restarts ${letter(last.item)}`;
  return step?.host === at ? ` takes ${letter(step.item)}` : '';
}

/** What the VMs of a host ask for, of what it gives, and whether memory is the fuller of both. */
function used({ setup, hosts, isLost }: Frame, at: number, isWide: boolean) {
  const gives = isLost ? setup.full : setup.capacity;
  const load = loadOf(hosts[at] ?? [], setup.items, gives);
  const { memory, cpu } = sharesOf(load, gives);
  const short = (value: number): string => formatNumber(value, 1).replace('.0', '');
  const of = (asked: number, given: number, unit: string): string =>
    `${short(asked)} of ${short(given)}${isWide ? unit : ''}`;
  return {
    memory: of((load[0] ?? 0) / 1024, (gives[0] ?? 0) / 1024, ' GiB'),
    cpu: of(Math.max(0, ...load.slice(1)) / 100, (gives[1] ?? 0) / 100, ' cores'),
    isMemory: memory >= cpu,
  };
}

/** Names of both columns above, and their scales below. */
function scales({ setup }: Frame, slots: readonly Slot[], { memory, cpu, top }: Layout): readonly Label[] {
  const last = slots[slots.length - 1];
  if (!last) return [];
  const y = last.y + last.height + 15;
  const { host } = setup;
  const title = { y: top - 12, look: 'strong' };
  const tick = { y, look: 'quiet' };
  return [
    { key: 'memory', x: memory[0], text: host.dom0 ? 'Memory: dom0, VMs' : 'Memory', ...title },
    { key: 'cpu', x: cpu[0], text: `CPU, ${host.cores} cores`, ...title },
    { key: 'zero', x: memory[0], text: '0', ...tick },
    { key: 'size', x: memory[1], anchor: 'end', text: `${host.memory} GiB`, ...tick },
    { key: 'hour 0', x: cpu[0], text: '0', ...tick },
    { key: 'hour 12', x: (cpu[0] + cpu[1]) / 2, anchor: 'middle', text: '12', ...tick },
    { key: 'hour 24', x: cpu[1], anchor: 'end', text: '24 h', ...tick },
  ];
}

/** How many hosts: what the sums ask for, what the best packing needs, and what the heuristic has taken. */
function drawCounts(root: Root, { setup, hosts }: Frame, { counts }: Layout): void {
  const group = part(root, 'counts');
  const { bounds, optimum, heuristic } = setup;
  const rows: readonly (readonly [string, number, boolean])[] = [
    ['Memory alone', bounds.memory, bounds.memory >= bounds.cpu],
    ['CPU alone', bounds.cpu, bounds.cpu > bounds.memory],
    ['Fewest possible', optimum, false],
    [heuristic === 'ffd' ? 'First fit' : 'Best fit', hosts.length, true],
  ];
  const words: Label[] = [];
  let cells = '';
  rows.forEach(([text, count, isStrong], at) => {
    const x = counts.width * (at % counts.columns) + 1;
    const y = counts.y + 40 * Math.floor(at / counts.columns);
    words.push({ key: text, x, y, text: `${text}: ${count}`, look: isStrong ? 'strong' : '' });
    for (let cell = 0; cell < count; cell++) cells += rectangle(x + 12 * cell, x + 12 * cell + 9, y + 7, 9);
  });
  drawLabels(part(group, 'words'), 'word', words);
  drawLayers(part(group, 'layers'), [{ key: 'cells', look: 'segment-shape a-hw', d: cells }]);
}
