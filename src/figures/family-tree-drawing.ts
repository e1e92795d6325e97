/** The family tree as stairs: a row and a column for each system, so that no edge crosses a name. */
import type { Root, Stage } from '../figure/contract.ts';
import { stageSize } from '../figure/contract.ts';
import { closure, kinds, type Edge, type Kin, type Kind } from '../models/history/ancestry.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';
import { wrapText } from './marks/text.ts';

/** What is drawn: the kin of the chosen system, and which systems have Xen’s code in them. */
export interface Tree extends Kin {
  readonly withXen: ReadonlySet<string>;
}

const left = 8;
const top = 16;
const bend = 4;
const type = { size: 13 } as const;
const places = {
  wide: { dx: 21, dy: 21, lane: 3, x: 410, y: 20.5 },
  narrow: { dx: 6.5, dy: 22, lane: 1.5, x: 8, y: 624 },
} as const;

/** Heights of the stages in SVG units: twenty-seven rows, and below them on the narrow one the words of the chosen system. */
export const height = { wide: 580, narrow: 900 } as const;

/** Draws edges, systems, and what the chosen system got from others. */
export function drawTree(root: Root, tree: Tree, stage: Stage): void {
  const { dx, dy, lane } = places[stage];
  const place = new Map(tree.systems.map(({ id }, index) => [id, index]));
  const x = (id: string): number => left + (place.get(id) ?? 0) * dx;
  const y = (id: string): number => top + (place.get(id) ?? 0) * dy;
  const before = new Set([...tree.ancestors, ...(tree.chosen ? [tree.chosen] : [])].map(({ id }) => id));
  const after = new Set([...tree.offspring, ...(tree.chosen ? [tree.chosen] : [])].map(({ id }) => id));
  const isLit = ({ from, to }: Edge): boolean =>
    (before.has(from) && before.has(to)) || (after.has(from) && after.has(to));

  // One line down for each parent and one across for each child, so that dashes never lie on other dashes.
  const path = (edges: readonly Edge[], kind: Kind): string => {
    const off = (kinds.indexOf(kind) - 1.5) * lane;
    const mine = edges.filter((edge) => edge.kind === kind);
    const down = new Map<string, number>();
    const across = new Map<string, number>();
    for (const { from, to } of mine) {
      down.set(from, Math.max(down.get(from) ?? 0, y(to)));
      across.set(to, Math.min(across.get(to) ?? Infinity, x(from)));
    }
    return [
      ...[...down].map(([id, end]) => `M${round(x(id) + off)},${round(y(id))}V${round(end + off - bend)}`),
      ...mine.map(({ from, to }) => `M${round(x(from) + off)},${round(y(to) + off - bend)}q0,${bend} ${bend},${bend}`),
      ...[...across].map(([id, start]) => `M${round(start + off + bend)},${round(y(id) + off)}H${round(x(id))}`),
    ].join('');
  };
  const lit = tree.edges.filter(isLit);
  const dim = tree.edges.filter((edge) => !isLit(edge));
  part(root, 'kin', 'path').attr('d', kinds.map((kind) => path(dim, kind)).join('') || null);
  keyed(part(root, 'lines'), 'path', 'kin', kinds, (kind) => kind)
    .attr('class', (kind) => `kin is-on by-${kind}`)
    .attr('d', (kind) => path(lit, kind) || null);

  const look = (id: string): string =>
    id === tree.chosen?.id ? ' is-on' : before.has(id) || after.has(id) ? '' : ' is-loose';
  const groups = keyed(
    part(root, 'systems'),
    'g',
    'event',
    tree.systems,
    ({ id }) => id,
    (entered) => {
      entered.append('rect').attr('width', 9).attr('height', 9).attr('rx', 4.5);
      entered.append('text');
    },
  )
    .attr('class', ({ id }) => `event${tree.withXen.has(id) ? ' a-xen' : ''}${look(id)}`)
    .attr('data-set', ({ id }) => `chosen=${id}`);
  groups
    .select('rect')
    .attr('x', ({ id }) => round(x(id) - 4.5))
    .attr('y', ({ id }) => round(y(id) - 4.5));
  groups
    .select('text')
    .attr('class', ({ id }) => (look(id) === ' is-loose' ? 'quiet' : null))
    .attr('x', ({ id }) => round(x(id) + 10))
    .attr('y', ({ id }) => round(y(id) + 4.5))
    .text(({ name, year }) => `${name} ${year}`);
  drawWords(root, tree, stage);
}

/** The chosen system in words, a sample of each kind of line before the edge that it explains. */
function drawWords(root: Root, { chosen, edges, systems }: Tree, stage: Stage): void {
  const { x } = places[stage];
  const width = stageSize[stage] - x;
  const labels: Label[] = [];
  const samples: { readonly kind: Kind; readonly y: number }[] = [];
  let y: number = places[stage].y;
  const say = (text: string, look: string, indent = 0): void => {
    for (const line of wrapText(text, width - indent, type)) {
      labels.push({ key: String(labels.length), x: x + indent, y, text: line, look });
      y += 17;
    }
  };
  if (!chosen) say('This system is not there yet.', 'quiet');
  else {
    say(`${chosen.name}, ${chosen.year}`, 'strong');
    if (chosen.note) say(chosen.note, 'quiet');
    const got = edges.filter(({ to }) => to === chosen.id);
    y += 5;
    if (got.length === 0) say('It got nothing from others that these lines know of.', '');
    for (const { from, kind, passed = '' } of got) {
      samples.push({ kind, y: y - 4.5 });
      say(`${systems.find(({ id }) => id === from)?.name}, ${kind}${passed && `: ${passed}`}`, '', 34);
    }
  }
  drawLabels(part(root, 'words'), 'told', labels);
  keyed(part(root, 'samples'), 'path', 'kin', samples, (_, index) => index)
    .attr('class', ({ kind }) => `kin is-on by-${kind}`)
    .attr('d', (sample) => `M${x},${round(sample.y)}h26`);
}

/** The systems that have Xen’s code in them, by the edges of that kind. */
export function codeOf(edges: readonly Edge[]): ReadonlySet<string> {
  return new Set([
    'xen',
    ...closure(
      edges.filter(({ kind }) => kind === 'code'),
      'xen',
      'to',
    ),
  ]);
}
