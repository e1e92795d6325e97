/** Draws the levels, the memory that the asking party sees, and the checks. */
import { select } from 'd3-selection';
import { stageSize, type ActorName, type Root, type Stage } from '../figure/contract.ts';
import { reach, type Access, type Page, type Question, type Target, type Who } from '../models/cpu/rings.ts';
import { drawBox, type Box } from './marks/box.ts';
import { hatch } from './marks/hatch.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { checkNames, labelOf, levelName, parties, says, targets, verdictWords } from './rings-words.ts';

/** Heights of the stages in SVG units. */
export const stageHeights = { wide: 366, narrow: 836 } as const;

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** One moment: the access, and how many of its checks have been made. */
export interface Moment extends Access {
  readonly made: number;
  readonly over: boolean;
}

interface Scene {
  readonly access: Moment;
  readonly question: Question;
  readonly wide: boolean;
}

/** Draws one moment. */
export function drawRings(root: Root, access: Moment, question: Question, stage: Stage): void {
  const wide = stage === 'wide';
  const scene: Scene = { access, question, wide };
  const width = stageSize[stage];
  const levels: Frame = { x: 1, y: 24, width: wide ? 244 : width - 16 };
  const memory: Frame = wide ? { x: 268, y: 24, width: 196 } : { x: 1, y: 320, width: width - 16 };
  const checks: Frame = wide ? { x: 482, y: 24, width: 238 } : { x: 1, y: 588, width };
  const start = drawLevels(root, scene, levels);
  const end = drawMemory(root, scene, memory);
  drawChecks(root, scene, checks);
  drawLabels(part(root, 'titles'), 'title', [
    { key: 'levels', x: 1, y: 14, text: 'Who stands where', look: 'strong' },
    {
      key: 'memory',
      x: memory.x,
      y: memory.y - 10,
      text: `Page table: ${labelOf(parties, question.from)}`,
      look: 'strong',
    },
    { key: 'checks', x: checks.x, y: checks.y - 10, text: 'What the processor asks', look: 'strong' },
  ]);
  part(root, 'route', 'path').attr('d', start && end ? `${start}H${laneAt[stage]}${end.way}` : '');
  part(root, 'cross', 'path').attr(
    'd',
    start && end && access.over && access.by ? `M${end.x - 7},${end.y - 7}l14,14m0,-14l-14,14` : '',
  );
}

// Where the way from who asks to what is asked for goes down or up.
const laneAt: Readonly<Record<Stage, number>> = { wide: 256, narrow: 298 };

function drawLevels(root: Root, { access: { layout }, question, wide }: Scene, frame: Frame): string {
  const { guestMode, arm } = layout;
  const bands = guestMode
    ? parties.map(({ value }) => levelName(layout, value))
    : [3, 2, 1, 0].map((ring) => `ring ${ring}`);
  const gap = 12;
  const height = ((wide ? 330 : 268) + gap) / bands.length - gap;
  const group = part(root, 'levels');
  const tops = bands.map((_, index) => frame.y + index * (height + gap));
  keyed(group, 'rect', 'band', bands, (_, index) => index)
    .attr('x', frame.x)
    .attr('y', (_, index) => round(tops[index] ?? 0))
    .attr('width', frame.width)
    .attr('height', round(height));
  const boxes = parties.flatMap(({ value, label }): Box[] => {
    const band = bands.indexOf(levelName(layout, value));
    if (band < 0) return [];
    const beside = value === 'kernel' && layout.level.kernel === layout.level.user;
    const room = (frame.width - 80) / 2;
    return [
      {
        key: value,
        x: frame.x + 78 + (beside ? room : 0),
        y: (tops[band] ?? 0) + 7,
        width: room - 6,
        height: height - 14,
        actor: actorOf(value),
        title: label,
        note:
          value !== 'xen' && layout.root.user !== layout.root.kernel ? `table ${value === 'user' ? 1 : 2}` : undefined,
        middle: true,
        state: value === question.from ? 'is-on' : 'is-inner',
      },
    ];
  });
  keyed(group, 'g', 'box', boxes, ({ key }) => key).each(function (box) {
    drawBox(select(this), box);
    select(this).attr('data-set', `from=${box.key};frame=last`);
  });
  drawLabels(
    group,
    'words',
    bands.flatMap((text, index): Label[] => {
      const y = (tops[index] ?? 0) + height / 2;
      return [
        { key: `${index}`, x: frame.x + 8, y: round(y - 3), text: text.replace(/^(guest|root) /, '') },
        {
          key: `${index}-mode`,
          x: frame.x + 8,
          y: round(y + 14),
          text: guestMode ? (index < 2 ? 'guest' : arm ? 'host' : 'root mode') : index ? 'supervisor' : 'user',
          look: 'quiet',
        },
      ];
    }),
  );
  const box = boxes.find(({ key }) => key === question.from);
  if (!box) return '';
  return `M${round(box.x + box.width / 2)},${round(box.y + box.height)}V${round(box.y + box.height + 7 + gap / 2)}`;
}

function actorOf(target: Who | Target): ActorName {
  return target === 'xen' ? 'xen' : ['cr3', 'cli', 'device'].includes(target) ? 'hw' : 'domu1';
}

const missing = 'not in this table';

function bitsOf(page: Page, { access: { layout }, question: { from } }: Scene): string {
  const entry = page.maps[layout.root[from] ?? ''];
  if (!entry) return missing;
  return `${entry.user ? 'user' : 'supervisor'}, ${entry.write ? 'writable' : 'read-only'}`;
}

/** The last part of the way, and where a cross stands on it. */
interface End {
  readonly way: string;
  readonly x: number;
  readonly y: number;
}

function drawMemory(root: Root, scene: Scene, frame: Frame): End | undefined {
  const { access, question, wide } = scene;
  const { layout } = access;
  const order: readonly Target[] = ['xen', 'table', 'kernel', 'user'];
  const pages = order.flatMap((what) => layout.memory.filter((page) => page.what === what));
  const height = wide ? 54 : 40;
  const step = height + (wide ? 10 : 8);
  const low = frame.y + 4 * step + (wide ? 22 : 12);
  const third = (frame.width + 6) / 3;
  const block = (what: Target, place: Pick<Box, 'x' | 'y' | 'width' | 'height'>, shown: Partial<Box>) => ({
    key: what,
    actor: actorOf(what),
    middle: true,
    state: what === question.to ? 'is-on' : 'is-inner',
    ...place,
    ...shown,
  });
  const registers = layout.arm ? ['TTBR', 'DAIF', 'device'] : ['CR3', 'IF', 'device'];
  const blocks = [
    ...pages.map((page, index) => {
      const y = frame.y + (index + 4 - pages.length) * step;
      const note = bitsOf(page, scene);
      const shown = { title: labelOf(targets, page.what), note, ...(note === missing ? { state: 'is-dashed' } : {}) };
      return block(page.what, { x: frame.x, y, width: frame.width, height }, shown);
    }),
    ...(['cr3', 'cli', 'device'] as const).map((what, index) =>
      block(what, { x: frame.x + index * third, y: low, width: third - 6, height: 32 }, { title: registers[index] }),
    ),
  ];
  const group = part(root, 'memory');
  keyed(group, 'g', 'box', blocks, ({ key }) => key).each(function (box) {
    drawBox(select(this), box);
    select(this).attr('data-set', `to=${box.key};frame=last`);
  });
  const level = layout.level[question.from] ?? 0;
  const limit = reach(layout, level);
  const xen = layout.memory.find(({ what }) => what === 'xen');
  const cut = xen && limit < xen.at ? frame.y + step - (wide ? 5 : 4) : undefined;
  part(group, 'now', 'path').attr('d', cut ? `M${frame.x},${cut}h${frame.width}` : '');
  const end = blocks.find(({ key }) => key === question.to);
  if (!end) return undefined;
  const [x, y] = [round(end.x + end.width / 2), round(end.y + end.height / 2)];
  const above = low - (wide ? 11 : 9);
  return end.actor === 'hw'
    ? { way: `V${above}H${x}V${low}`, x, y: above }
    : { way: `V${y}H${wide ? end.x : end.x + end.width}`, x: laneAt[wide ? 'wide' : 'narrow'], y };
}

function drawChecks(root: Root, { access, question, wide }: Scene, frame: Frame): void {
  const { checks, made, verdict, handler, over } = access;
  const group = part(root, 'checks');
  const step = wide ? 50 : 39;
  let count = 0;
  const items = checks.map((check, index) => {
    if (check.asked) count++;
    const isOpen = check.asked && count > made;
    return { ...check, y: frame.y + index * step, isOpen, shown: check.asked && !isOpen };
  });
  keyed(group, 'path', 'sign', items, ({ name }) => name)
    .attr('class', ({ by, leaks, shown }) => `sign ${!shown ? 'axis-line' : by || leaks ? 'cross' : 'curve'}`)
    .attr('d', ({ y, by, shown, leaks }) =>
      !shown
        ? `M${frame.x + 2},${y + 12}h10`
        : by || leaks
          ? `M${frame.x + 1},${y + 6}l12,12m0,-12l-12,12`
          : `M${frame.x + 1},${y + 13}l4,5l8,-11`,
    );
  drawLabels(
    group,
    'words',
    items.flatMap((check): Label[] => {
      const { name, y, shown } = check;
      const told = check.isOpen ? '' : says(check, access, question);
      const first = { key: name, x: frame.x + 24, y: y + 11, text: checkNames[name], look: shown ? 'strong' : 'quiet' };
      return told
        ? [first, { ...first, key: `${name}-says`, y: y + 28, text: told, look: shown ? '' : 'quiet' }]
        : [first];
    }),
  );
  const low = frame.y + 5 * step + (wide ? 4 : 2);
  // The rank of what is reached is above that of who reaches: what the layout is there to prevent.
  const rank = (one: Who | Target): number => ['user', 'kernel', 'xen'].indexOf(one === 'table' ? 'kernel' : one);
  const bad = verdict === 'leaks' || (verdict === 'allowed' && rank(question.to) > rank(question.from));
  const box = part(part(group, 'verdict'), 'box');
  drawBox(box, {
    key: 'verdict',
    x: frame.x + 1,
    y: low,
    width: frame.width - 2,
    height: wide ? 75 : 46,
    actor: !over ? undefined : bad ? 'fault' : handler === 'xen' ? 'xen' : undefined,
  });
  part(box, 'down', 'path')
    .attr('d', over && bad ? `M${frame.x + frame.width - 40},${low + 8}h32v${wide ? 58 : 30}h-32z` : '')
    .attr('fill', bad ? hatch(root, 'a-fault') : 'none');
  const [title, note] = over ? verdictWords(access) : ['Still open', ''];
  drawLabels(box, 'words', [
    { key: 'verdict', x: frame.x + 12, y: low + (wide ? 27 : 20), text: title, look: 'strong large' },
    { key: 'note', x: frame.x + 12, y: low + (wide ? 47 : 38), text: note, look: 'quiet' },
  ]);
}
