/** Draws the kinds of guests as rows: who does what, what is told of one aspect, and what the constraints say. */
import { select } from 'd3-selection';
import { stageSize, type Root, type Stage } from '../figure/contract.ts';
import type { Aspect, Cell, Doer, Judged } from '../models/cpu/guest-types.ts';
import { drawBox, type Box } from './marks/box.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { textWidth, wrapText } from './marks/text.ts';

/** Heights of the stages in SVG units. */
export const stageHeights = { wide: 448, narrow: 650 } as const;

const regular = { size: 13 } as const;
const actors: Readonly<Record<Doer, Box['actor']>> = {
  guest: 'domu1',
  cpu: 'hw',
  xen: 'xen',
  qemu: 'dom0',
  nobody: undefined,
};
const doers: Readonly<Record<Doer, string>> = { guest: 'guest', cpu: 'CPU', xen: 'Xen', qemu: 'QEMU', nobody: '' };

/** Draws all kinds. */
export function drawTypes(
  root: Root,
  judged: readonly Judged[],
  aspects: readonly Aspect[],
  chosen: string,
  stage: Stage,
): void {
  const wide = stage === 'wide';
  const step = wide ? 78 : 122;
  const top = wide ? 58 : 36;
  const shown = aspects.filter(({ id, short }) => (wide ? short : id === chosen));
  const left = wide ? 84 : 110;
  const span = wide ? 420 : stageSize.narrow - left - 1;
  const width = span / Math.max(1, shown.length);
  const right = wide ? { x: 520, width: 200 } : { x: 1, width: 300 };
  const group = part(root, 'types');
  keyed(group, 'g', 'guest', judged, ({ type }) => type.id).each(function ({ type, findings, out }, index) {
    const row = select(this);
    const y = top + index * step;
    part(row, 'rule', 'line')
      .attr('x1', 0)
      .attr('x2', stageSize[stage])
      .attr('y1', y - 8)
      .attr('y2', y - 8);
    keyed(row, 'g', 'box', shown, ({ id }) => id).each(function ({ id }, column) {
      const { by } = type.cells[id] as Cell;
      drawBox(select(this), {
        key: id,
        x: left + column * width,
        y,
        width: width - (wide ? 4 : 0),
        height: 26,
        actor: actors[by],
        state: by === 'nobody' ? 'is-dashed' : id === chosen && wide ? 'is-on' : undefined,
      });
      select(this).attr('data-set', `aspect=${id}`);
    });
    const excluding = findings.filter((finding) => finding.out);
    const [reason] = out ? excluding : findings;
    const more = (out ? excluding : findings).length - 1;
    const verdict = out ? 'out' : findings.length > 0 ? 'stays, if' : 'stays';
    const low = wide ? y : y + 66;
    const cell = type.cells[chosen];
    const words: Label[] = [
      { key: 'name', x: 1, y: y + 18, text: type.name, look: 'strong large' },
      ...shown.map(({ id }, column) => ({
        key: id,
        x: round(left + column * width + 7),
        y: y + 18,
        text: [wide ? '' : doers[type.cells[id]?.by ?? 'nobody'], type.cells[id]?.word].filter(Boolean).join(': '),
      })),
      ...lines('says', cell?.says ?? '', wide ? left : 1, y + 43, wide ? span - 8 : 298),
      { key: 'verdict', x: right.x + 20, y: low + 14, text: verdict, look: 'strong' },
      ...lines(
        'reason',
        `${reason?.says ?? ''}${more > 0 ? `, and ${more} more` : ''}`,
        right.x + 20,
        low + 31,
        right.width - 20,
        'quiet',
      ),
    ];
    drawLabels(part(row, 'told'), 'words', words);
    const [x, middle] = [right.x + 1, low + 10];
    part(row, 'sign', 'path')
      .attr('class', `sign ${out ? 'cross' : 'curve'}`)
      .attr('d', out ? `M${x},${middle - 6}l11,11m0,-11l-11,11` : `M${x},${middle}l4,5l8,-11`);
  });
  drawLabels(part(root, 'heads'), 'head', [
    ...shown.map(({ id, name, short }, column): Label => ({
      key: id,
      x: round(wide ? left + column * width + 7 : 1),
      y: wide ? 18 : 16,
      text: wide ? (short ?? '') : name,
      look: id === chosen ? 'strong' : 'quiet',
    })),
    ...(wide
      ? [
          ...whoseColours(right.x + 20),
          { key: 'told', x: left, y: 38, text: `in words: ${aspects.find(({ id }) => id === chosen)?.name}` },
        ]
      : []),
  ]);
}

// Whose colours the cells have, each word in its own, in the corner over the verdicts.
function whoseColours(x: number): readonly Label[] {
  let at = x;
  return (['guest', 'cpu', 'xen', 'qemu'] as const).map((by) => {
    const label = { key: `by-${by}`, x: round(at), y: 18, text: doers[by], look: `strong t-${actors[by]}` };
    at += textWidth(doers[by], { size: 13, weight: 'semibold' }) + 14;
    return label;
  });
}

function lines(name: string, text: string, x: number, y: number, width: number, look = ''): readonly Label[] {
  return wrapText(text, width, regular).map((line, index) => ({
    key: `${name}-${index}`,
    x,
    y: y + index * 17,
    text: line,
    look,
  }));
}
