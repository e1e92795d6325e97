/** The rack of consolidation as it was: every server with its day and its memory. */
import type { Root } from '../figure/contract.ts';
import type { Frame } from './consolidation-frames.ts';
import {
  actors,
  area,
  collect,
  drawPart,
  kinds,
  letter,
  rectangle,
  word,
  type Layout,
  type Word,
} from './consolidation-scene.ts';

const names = { day: 'busy by day', night: 'busy at night', always: 'the same all day' } as const;

/** Draws every server's load over its day in a frame as tall as its own CPU, its memory, and the host that it went to. */
export function drawRack(root: Root, { setup, step, hosts, gone }: Frame, layout: Layout): void {
  const { isWide, line, spark, hour, gib, host: end } = layout;
  const words: Word[] = [
    word(0, 14, `The rack: ${setup.servers.length}`, 'strong'),
    ...(isWide
      ? [
          word(spark, 14, '0 to 24 h', 'quiet'),
          word(gib, 14, 'GiB', 'quiet', 'end'),
          word(end, 14, 'host', 'quiet', 'end'),
        ]
      : [word(301, 14, 'CPU, 0 to 24 h; GiB; host', 'quiet', 'end')]),
  ];
  const [outlines, outline] = collect();
  let [y, left] = [40, 0];
  for (const busy of kinds) {
    // Of two columns the right one begins with the nights.
    if (!isWide && busy === 'night') [y, left] = [40, 156];
    words.push(word(left, y, names[busy], `t-${actors[busy]} strong`));
    y += line;
    setup.servers.forEach((server, at) => {
      if (server.busy !== busy) return;
      const host = hosts.findIndex((vms) => vms.includes(at));
      const isDown = host >= 0 && host === gone;
      // Two columns leave no room for the word.
      const look = isDown && !isWide ? 't-fault strong' : step?.item === at ? 'strong' : '';
      words.push(word(left, y, `${letter(at)} ${server.name}`, look));
      words.push(word(left + gib, y, `${server.memory}`, isDown ? '' : look, 'end'));
      if (isWide && isDown) words.push(word(left + end, y, 'down', 't-fault strong', 'end'));
      else if (host >= 0 && !isDown) words.push(word(left + end, y, `→${isWide ? ' ' : ''}${host + 1}`, look, 'end'));
      const bottom = y + 3;
      const day = setup.days[at] ?? [];
      const heights = day.map((load) => bottom - (16 * load) / (100 * server.cores));
      outline('segment-shape is-future a-hw', rectangle(left + spark, y - 13, 24 * hour, 16));
      outline(`segment-shape a-${actors[busy]}`, area(left + spark, hour, heights, Array<number>(24).fill(bottom)));
      y += line;
    });
  }
  drawPart(root, 'rack', outlines, words);
}
