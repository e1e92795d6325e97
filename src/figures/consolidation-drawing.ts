/** The picture of consolidation: beside the rack the hosts with memory and CPU, and how few hosts would do. */
import type { Root, Stage } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import { dom0Memory, loadOf, sharesOf, sumOf, type Vector } from '../models/capacity/packing.ts';
import type { Frame } from './consolidation-frames.ts';
import { drawRack } from './consolidation-rack.ts';
import {
  actors,
  area,
  collect,
  drawPart,
  kinds,
  layouts,
  letter,
  rectangle,
  word,
  type Layout,
  type Word,
} from './consolidation-scene.ts';
import { notice } from './consolidation-words.ts';
import { hatch } from './marks/hatch.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { textWidth, wrapText } from './marks/text.ts';

/** Draws one moment for one stage. */
export function drawConsolidation(root: Root, frame: Frame, stage: Stage): void {
  const layout = layouts[stage];
  drawRack(root, frame, layout);
  drawHosts(root, frame, layout);
  drawCounts(root, frame, layout);
}

/** The hosts, one below the other: memory filled from the left, CPU by the hour. */
function drawHosts(root: Root, frame: Frame, layout: Layout): void {
  const { setup, hosts, step, gone, restarts } = frame;
  const { packed, servers, items, days, full } = setup;
  const [m0, m1] = layout.memory;
  const [c0, c1] = layout.cpu;
  const pitch = layout.room / (packed.length || 1);
  const height = pitch - 22;
  const top = (at: number): number => layout.top + pitch * at + 16;
  const gib = (m1 - m0) / setup.memory;
  const dom0 = dom0Memory(setup);
  // Nothing is kept free any more once a host is lost.
  const headroom = gone < 0 ? setup.headroom / 100 : 0;
  const kept = (setup.memory - dom0) * headroom * gib;
  const core = height / (100 * setup.cores);
  const [outlines, outline] = collect();
  const words = titles(frame, layout);
  let peaks = '';
  packed.forEach((_, at) => {
    const y = top(at);
    const vms = hosts[at] ?? [];
    words.push(...hostTitles(frame, layout, at, y - 5));
    outline('segment-shape is-future a-hw', rectangle(m0, y, m1 - m0, height) + rectangle(c0, y, c1 - c0, height));
    if (at === gone) {
      for (const x of [m0 + m1, c0 + c1])
        outline('cross', `M${round(x / 2 - 9)},${round(y + height / 2 - 9)}l18,18m0,-18l-18,18`);
      return;
    }
    const edge = round(y + height * headroom);
    outline('band', rectangle(m1 - kept, y, kept, height) + rectangle(c0, y, c1 - c0, height * headroom));
    if (kept > 0) outline('axis-line', `M${round(m1 - kept)},${round(y)}v${round(height)}M${c0},${edge}H${c1}`);
    outline('segment-shape a-dom0', rectangle(m0, y, dom0 * gib, height));
    let x = m0 + dom0 * gib;
    for (const vm of vms) {
      const width = (servers[vm]?.memory ?? 0) * gib;
      const isNew = step?.item === vm || restarts.some(({ item }) => item === vm);
      const look = `segment-shape a-${actors[servers[vm]?.busy ?? 'day']}`;
      outline(isNew ? `${look} is-on` : look, rectangle(x, y, width, height));
      if (width > textWidth(letter(vm), { size: 13 }) + 1.5 && height >= 15)
        words.push(word(x + width / 2, y + height / 2 + 4.5, letter(vm), '', 'middle'));
      x += width;
    }
    let lower: Vector = Array<number>(24).fill(y + height);
    for (const busy of [...kinds].reverse()) {
      const loads = sumOf(
        vms.filter((vm) => servers[vm]?.busy === busy).map((vm) => days[vm] ?? []),
        lower,
      );
      const upper = lower.map((level, hour) => level - (loads[hour] ?? 0) * core);
      outline(`segment-shape a-${actors[busy]}`, area(c0, (c1 - c0) / 24, upper, lower));
      lower = upper;
    }
    const sum = loadOf(vms, items, full)[1] ?? 0;
    if (setup.by === 'peak' && sum > 0) peaks += `M${c0},${round(y + height - sum * core)}H${c1}`;
  });
  const group = drawPart(root, 'hosts', { ...outlines, route: peaks }, words);
  const lost = keyed(part(group, 'losses'), 'rect', 'lost', gone < 0 ? [] : [layout.memory, layout.cpu], (_, at) => at)
    .attr('x', ([x0]) => x0)
    .attr('y', round(top(gone)))
    .attr('width', ([x0, x1]) => x1 - x0)
    .attr('height', round(height));
  if (gone >= 0) lost.attr('fill', hatch(root, 'a-fault'));
  keyed(part(group, 'hits'), 'rect', 'hit', packed, (_, at) => at)
    .attr('x', m0)
    .attr('y', (_, at) => round(top(at) - 14))
    .attr('width', c1 - m0)
    .attr('height', round(height + 18))
    .attr('data-set', (_, at) => `lost=${setup.lost === at + 1 ? 0 : at + 1};frame=last`);
}

/** Names of both columns above, their scales below, and a line about what is not named. */
function titles(frame: Frame, { memory, cpu, top, room, notice: y }: Layout): Word[] {
  const { setup } = frame;
  const below = top + room + 9;
  const lines = wrapText(notice(frame), cpu[1] - memory[0] - 12, { size: 13 });
  return [
    ...lines.map((text, at) => word(memory[0], y + 17 * at, text)),
    word(memory[0], top - 12, setup.dom0 ? 'Memory: dom0, VMs' : 'Memory', 'strong'),
    word(cpu[0], top - 12, `CPU, ${setup.cores} cores`, 'strong'),
    word(memory[0], below, '0', 'quiet'),
    word(memory[1], below, `${setup.memory} GiB`, 'quiet', 'end'),
    word(cpu[0], below, '0', 'quiet'),
    word((cpu[0] + cpu[1]) / 2, below, '12', 'quiet', 'middle'),
    word(cpu[1], below, '24 h', 'quiet', 'end'),
  ];
}

/** The line above a host: its number and what it does, then what its VMs ask for of what it gives. */
function hostTitles(frame: Frame, { memory, cpu, isWide }: Layout, at: number, y: number): readonly Word[] {
  const { setup, hosts, step, gone, restarts } = frame;
  const vms = hosts[at] ?? [];
  const last = restarts[restarts.length - 1];
  const title = (text: string, look: string): Word => word(memory[0], y, text, look);
  if (at === gone)
    return [
      title(
        `Host ${at + 1} lost${vms.length > 0 ? `, down: ${vms.map(letter).join('\u2009')}` : ''}`,
        't-fault strong',
      ),
    ];
  if (vms.length === 0) return [title(`Host ${at + 1}`, 'quiet')];
  const does =
    step?.host === at ? ` takes ${letter(step.item)}` : last?.host === at ? ` restarts ${letter(last.item)}` : '';
  const refused = step && step.host >= 0 ? (step.tries[at] ?? '') : '';
  const gives = gone < 0 ? setup.capacity : setup.full;
  const load = loadOf(vms, setup.items, gives);
  const shares = sharesOf(load, gives);
  const isMemory = shares.memory >= shares.cpu;
  const used = (key: string, x: number, asked: number, given: number, unit: string, isFuller: boolean): Word => {
    const no = refused.includes(key);
    const [of, all] = [asked, given].map((value) => formatNumber(value, 1).replace('.0', ''));
    const text = no ? 'no room' : `${of} of ${all}${isWide ? unit : ''}`;
    return word(x, y, text, no || isFuller ? 'strong' : '', 'end');
  };
  return [
    title(`${isWide || !does ? 'Host ' : ''}${at + 1}${does}`, does ? 'strong' : ''),
    used('memory', memory[1], (load[0] ?? 0) / 1024, (gives[0] ?? 0) / 1024, ' GiB', isMemory),
    used('CPU', cpu[1], Math.max(...load.slice(1)) / 100, (gives[1] ?? 0) / 100, ' cores', !isMemory),
  ];
}

/** How many hosts: what the sums ask for, what the best packing needs, and what the heuristic has taken. */
function drawCounts(root: Root, { setup, hosts }: Frame, { counts, columns }: Layout): void {
  const { memory, cpu } = setup.bounds;
  const rows: readonly (readonly [string, number, boolean])[] = [
    ['Memory alone', memory, memory >= cpu],
    ['CPU alone', cpu, cpu > memory],
    ['Fewest possible', setup.optimum, false],
    [setup.heuristic === 'ffd' ? 'First fit' : 'Best fit', hosts.length, true],
  ];
  let cells = '';
  const words = rows.map(([name, count, isStrong], at) => {
    const x = 1 + (columns === 4 ? 182 : 154) * (at % columns);
    const y = counts + 40 * Math.floor(at / columns);
    for (let cell = 0; cell < count; cell++) cells += rectangle(x + 12 * cell, y + 7, 9, 9);
    return word(x, y, `${name}: ${count}`, isStrong ? 'strong' : '');
  });
  drawPart(root, 'counts', { 'segment-shape a-hw': cells }, words);
}
