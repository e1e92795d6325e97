/** The rack of consolidation as it was: every server with its day and its memory. */
import type { Root } from '../figure/contract.ts';
import { actors, area, drawLayers, kinds, letter, rectangle, type Frame, type Layout } from './consolidation-scene.ts';
import { part } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';

const kindNames = { day: 'busy by day', night: 'busy at night', always: 'the same all day' } as const;

/** Draws every server's load over its day in a frame as tall as its own CPU, its memory, and the host that it went to. */
export function drawRack(root: Root, { setup, step, hosts, isLost }: Frame, { rack }: Layout): void {
  const group = part(root, 'rack');
  const { servers, days } = setup;
  const isWide = rack.columns === 1;
  const words: Label[] = [];
  const boxes: string[] = [];
  const loads = { day: '', night: '', always: '' };
  let [line, left] = [0, 0];
  for (const busy of kinds) {
    // Of two columns the right one begins with the nights.
    if (!isWide && busy === 'night') [line, left] = [0, 158];
    const name = (y: number): Label => ({
      key: busy,
      x: left,
      y,
      text: kindNames[busy],
      look: `t-${actors[busy]} strong`,
    });
    words.push(name(40 + rack.line * line));
    servers.forEach((server, at) => {
      if (server.busy !== busy) return;
      const y = 40 + rack.line * ++line;
      const look = step?.item === at ? 'strong' : '';
      const x = left + rack.spark;
      words.push({ key: server.name, x: left, y, text: `${letter(at)} ${server.name}`, look });
      words.push({ key: `${at}`, x: left + rack.memory, y, anchor: 'end', text: `${server.memory}`, look });
      const host = hosts.findIndex((vms) => vms.includes(at));
      const isDown = isLost && host === setup.toLose - 1;
      const to = isDown ? { text: 'down', look: 't-fault strong' } : { text: `→ ${host + 1}`, look };
      if (isWide && host >= 0) words.push({ key: `${at} to`, x: 238, y, anchor: 'end', ...to });
      boxes.push(rectangle(x, x + 24 * rack.hour, y - 13, 16));
      const height = (load: number): number => y + 3 - (16 * load) / (100 * server.cores || 1);
      const day = days[at] ?? [];
      loads[busy] += area(
        x,
        rack.hour,
        day.map(height),
        day.map(() => y + 3),
      );
    });
    line++;
  }
  drawLayers(part(group, 'layers'), [
    { key: 'boxes', look: 'segment-shape is-future a-hw', d: boxes.join('') },
    ...kinds.map((busy) => ({ key: busy, look: `segment-shape a-${actors[busy]}`, d: loads[busy] })),
  ]);
  const quiet = { y: 14, look: 'quiet' };
  const title = `The rack: ${servers.length}`;
  words.push({ key: 'title', x: 0, y: 14, text: title, look: 'strong' });
  if (isWide) {
    words.push({ key: 'cpu', x: rack.spark, text: '0 to 24 h', ...quiet });
    words.push({ key: 'gib', x: rack.memory, anchor: 'end', text: 'GiB', ...quiet });
    words.push({ key: 'host', x: 238, anchor: 'end', text: 'host', ...quiet });
  } else {
    words.push({ key: 'cpu', x: 300, anchor: 'end', text: 'CPU, 0 to 24 h; memory, GiB', ...quiet });
  }
  drawLabels(part(group, 'words'), 'word', words);
}
