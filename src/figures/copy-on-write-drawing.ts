/** The picture: a row of blocks for each image, the tree at the left, the way of one read, and what all of it takes. */
import { stageSize, type ActorName, type Root, type Stage } from '../figure/contract.ts';
import * as model from '../models/storage/copy-on-write.ts';
import { counted, diskSize, letter, type Frame, type Row } from './copy-on-write-story.ts';
import { hatch } from './marks/hatch.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { textWidth } from './marks/text.ts';

/** Heights of the stages in SVG units. */
export const stageHeights = { wide: 352, narrow: 458 };

const top = 44;

/** Where things stand: left end and pitch of the blocks, pitch and height of the rows, top of the blocks in a row. */
function layoutOf(stage: Stage, rows: number) {
  const wide = stage === 'wide';
  const area = wide ? 252 : 336;
  const pitch = area / Math.max(3, rows);
  return wide
    ? { x: 182, step: 29, pitch, inset: 0, height: Math.min(46, pitch - 10), bars: top + area + 10 }
    : { x: 24, step: 17.4, pitch, inset: 18, height: Math.min(56, pitch - 24), bars: top + area + 24 };
}

function actorOf({ machine }: Row): ActorName {
  return machine === 0 ? 'hw' : ((['domu1', 'domu2', 'domu3'] as const)[(machine - 1) % 3] ?? 'domu1');
}

/** Draws one moment. */
export function drawTree(root: Root, frame: Frame, read: number, stage: Stage): void {
  const wide = stage === 'wide';
  const width = stageSize[stage];
  const { rows, store, asked } = frame;
  const { x, step, pitch, inset, height, bars } = layoutOf(stage, frame.most.rows);
  const hatches = { fault: hatch(root, 'a-fault'), repeated: hatch(root, 'a-blank') };
  const rowTop = (index: number): number => top + pitch * index + inset;
  const middle = (index: number): number => rowTop(index) + height / 2;
  const rowOf = (id: number | undefined): number => rows.findIndex(({ image }) => image.id === id);
  const at = (block: number): number => x + step * block;
  const cell = step - 2;
  const cells = (index: number, blocks: readonly number[]): string =>
    blocks.map((block) => `M${round(at(block))},${round(rowTop(index))}h${cell}v${round(height)}h${-cell}z`).join('');
  const nodeX = ({ level }: Row): number => (wide ? 8 + 14 * level : 6 + 7 * level);

  const branches = rows.flatMap((row, index) => {
    const parent = rows[rowOf(row.image.parent)];
    return parent
      ? [`M${nodeX(parent)},${round(middle(rowOf(parent.image.id)))}V${round(middle(index))}H${nodeX(row)}`]
      : [];
  });
  part(root, 'leaders', 'path').attr('d', branches.join(''));

  const column = at(read - 1) + cell / 2;
  const [from, to] = [rowOf(asked[0]), rowOf(asked.at(-1))];
  // In the gaps between rows, and across rows that are asked; behind the others, and behind words, it is not seen.
  const words = rows.map((row, index): readonly Label[] => {
    const y = wide ? middle(index) + 4.5 : rowTop(index) - 5;
    const tone = row.gone ? 'quiet' : row.faulty ? 't-fault strong' : row.machine > 0 ? `t-${actorOf(row)} strong` : '';
    const key = String(row.image.id);
    const end = at(diskSize) - 2;
    const own = { key: `${key}-own`, y, text: `${row.image.blocks.size} own`, look: 'quiet' };
    return [
      { key, x: nodeX(row) + 12, y, text: `${letter(row.image.id)}: ${row.name}`, look: tone },
      wide ? { ...own, x: end + 8 } : { ...own, x: end, anchor: 'end' },
    ];
  });
  const crosses = ({ x: start, text, anchor, look }: Label): boolean => {
    const long = textWidth(text, { size: 13, weight: look?.includes('strong') ? 'semibold' : 'regular' }) + 4;
    return anchor === 'end' ? column > start - long : column > start - 4 && column < start + long;
  };
  const way = rows.flatMap(({ image }, index): readonly (readonly [number, number])[] => {
    if (index < to || index > from) return [];
    const [y0, y1] = [
      index === to ? middle(index) : rowTop(index),
      index === from ? middle(index) : rowTop(index) + height,
    ];
    const above = [rowTop(index - 1) + height, rowTop(index)] as const;
    const isUnderWords = !wide && words[index]?.some(crosses);
    return [
      ...(asked.includes(image.id) && from !== to ? [[y0, y1] as const] : []),
      ...(index === to ? [] : isUnderWords ? [[above[0], above[1] - 17] as const] : [above]),
    ];
  });

  const group = keyed(
    part(root, 'rows'),
    'g',
    'row',
    rows,
    ({ image }) => image.id,
    (entered) => {
      entered.append('path').attr('class', 'segment-shape is-future');
      entered.append('path').attr('class', 'segment-shape is-on');
      entered.append('path').attr('class', 'over');
      entered.append('path').attr('class', 'cell is-full');
      entered.append('path').attr('class', 'node');
      entered.append('text').attr('class', 'quiet').attr('text-anchor', 'middle');
    },
  ).attr('class', (row) => `row a-${row.faulty ? 'fault' : actorOf(row)}${row.gone ? ' is-off' : ''}`);
  const all = Array.from({ length: diskSize }, (_, block) => block);
  const owned = ({ image }: Row): readonly number[] => all.filter((block) => image.blocks.has(block));
  group.select('.is-future').attr('d', (row, index) =>
    cells(
      index,
      all.filter((block) => !row.image.blocks.has(block)),
    ),
  );
  group.select('.is-on').attr('d', (row, index) => cells(index, owned(row)));
  group
    .select('.over')
    .attr('d', (row, index) => (row.faulty || row.machine > 3 ? cells(index, owned(row)) : ''))
    .attr('fill', (row) => (row.faulty ? hatches.fault : hatches.repeated));
  group
    .select('.node')
    .attr('class', (row) => `node ${row.faulty || row.gone ? 'cross' : row.machine > 0 ? 'point' : 'port'}`)
    .attr('d', (row, index) => node(row, nodeX(row), middle(index)));
  // Each block that an image does not have shows the letter of the one that has it.
  const inherited = (row: Row): readonly (readonly [number, string])[] =>
    row.gone
      ? []
      : all.flatMap((block) => {
          const asks = model.find(store, row.image.id, block).asked;
          const isOnWay = block === read - 1 && asked.includes(row.image.id);
          return asks.length < 2 || isOnWay ? [] : [[at(block) + cell / 2, letter(asks.at(-1) ?? 0)] as const];
        });
  group
    .select('text')
    .attr(
      'x',
      (row) =>
        inherited(row)
          .map(([place]) => round(place))
          .join(' ') || null,
    )
    .attr('y', (_, index) => round(middle(index) + 4.5))
    .text((row) =>
      inherited(row)
        .map(([, owner]) => owner)
        .join(''),
    );

  part(root, 'route', 'path').attr('d', way.map(([y0, y1]) => `M${round(column)},${round(y0)}V${round(y1)}`).join(''));
  keyed(part(root, 'asked'), 'circle', 'ask', asked, (id) => id)
    .attr('class', (id) => `ask ${id === asked.at(-1) ? 'token-shape' : 'port'}`)
    .attr('r', (id) => (id === asked.at(-1) ? 6 : 4))
    .attr('cx', round(column))
    .attr('cy', (id) => round(middle(rowOf(id))));
  keyed(part(root, 'columns'), 'rect', 'hit', all, (block) => block)
    .attr('x', (block) => round(at(block)))
    .attr('y', top)
    .attr('width', step)
    .attr('height', round(pitch * frame.most.rows))
    .attr('data-set', (block) => `read=${block + 1}`);

  // What work has written stands on a foot.
  const feet = (row: Row, index: number): string =>
    owned(row)
      .filter((block) => row.image.blocks.get(block) === 'work')
      .map((block) => `M${round(at(block))},${round(rowTop(index) + height)}h${cell}v${-5}h${-cell}z`)
      .join('');
  group.select('.cell').attr('d', feet);
  const hasFeet = rows.some((row, index) => feet(row, index) !== '');
  const foot: readonly Label[] = hasFeet
    ? [
        {
          key: 'foot',
          x: width - 2,
          y: 14,
          text: wide ? 'with a thick foot: written by work' : 'thick foot: work',
          anchor: 'end',
          look: 'quiet',
        },
      ]
    : [];

  const reads = frame.reader === undefined ? 'nobody reads' : `read: block ${read}`;
  const half = textWidth(reads, { size: 13 }) / 2;
  drawLabels(part(root, 'words'), 'word', [
    { key: 'title', x: 0, y: 14, text: frame.title, look: 'strong' },
    { key: 'read', x: Math.max(half, Math.min(column, width - half)), y: 36, text: reads, anchor: 'middle' },
    ...words.flat(),
    ...foot,
    ...drawBars(root, frame, { wide, x0: wide ? x : 1, x1: wide ? at(diskSize) - 2 : width - 1, y: bars }),
  ]);
}

/** A dot for the image that a machine writes to, a small ring for a frozen one, a cross for a fault and for what is gone. */
function node({ faulty, gone, machine }: Row, x: number, y: number): string {
  const [cx, cy] = [round(x), round(y)];
  if (faulty || gone) return `M${cx - 5},${cy - 5}l10,10m0,-10l-10,10`;
  const r = machine > 0 ? 6 : 4.5;
  return `M${cx - r},${cy}a${r},${r} 0 1 1 0,.1z`;
}

function drawBars(
  root: Root,
  frame: Frame,
  { wide, x0, x1, y }: { readonly wide: boolean; readonly x0: number; readonly x1: number; readonly y: number },
): readonly Label[] {
  const scale = (x1 - x0) / Math.max(1, frame.most.blocks);
  const height = 14;
  const second = y + (wide ? 22 : 36);
  const stored = frame.rows.filter(({ gone }) => !gone);
  let before = 0;
  const pieces = stored.map((row) => {
    const from = before;
    before += row.image.blocks.size;
    return { row, from, blocks: row.image.blocks.size };
  });
  keyed(part(root, 'stored'), 'rect', 'segment-shape', pieces, ({ row }) => row.image.id)
    .attr('class', ({ row }) => `segment-shape is-on a-${row.faulty ? 'fault' : actorOf(row)}`)
    .attr('x', ({ from }) => round(x0 + scale * from))
    .attr('y', y)
    .attr('width', ({ blocks }) => round(scale * blocks))
    .attr('height', height);
  const copies = model.asCopies(frame.store);
  part(part(root, 'copies a-hw'), 'segment-shape is-future', 'rect')
    .attr('x', x0)
    .attr('y', second)
    .attr('width', round(scale * copies))
    .attr('height', height);
  const line = (key: string, at: number, name: string, blocks: number): readonly Label[] =>
    wide
      ? [
          { key, x: 0, y: at + 11.5, text: name },
          { key: `${key}-blocks`, x: round(x0 + scale * blocks) + 6, y: at + 11.5, text: counted(blocks, 'block') },
        ]
      : [{ key, x: 0, y: at - 5, text: `${name}: ${counted(blocks, 'block')}` }];
  return [...line('stored', y, 'Stored', before), ...line('copies', second, 'As full copies', copies)];
}
