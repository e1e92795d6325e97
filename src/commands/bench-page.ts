/** Runs in the browser for bench-draw.ts: times a figure's `draw`, and a bare D3 join of as many nodes. */
import { select } from 'd3-selection';
import type { Root, Values } from '../figure/contract.ts';
import { loadFigure } from '../figures/index.ts';

/** Times in ms a drawing: into an empty group, and over the frame before it. */
export interface DrawTimes {
  readonly nodes: number;
  readonly first: number;
  readonly firstBare: number;
  readonly next: number;
  readonly nextBare: number;
}

const svg = select(document.body).append('svg').attr('viewBox', '0 0 720 400');

/** A new group to draw into. */
function newRoot(): Root {
  return svg.append<SVGGElement>('g');
}

/** One batch of calls that lasts long enough for the browser's clock; gives the time of one call, in ms. */
function batch(call: () => void): number {
  const start = performance.now();
  let calls = 0;
  let spent = 0;
  while (spent < 20) {
    call();
    calls += 1;
    spent = performance.now() - start;
  }
  return spent / calls;
}

/** Times two things in turns and takes the fastest of each: what else the machine does only ever adds. */
function timeBoth(one: () => void, other: () => void): readonly [number, number] {
  const turns = Array.from({ length: 30 }, () => [batch(one), batch(other)] as const);
  return [Math.min(...turns.map(([first]) => first)), Math.min(...turns.map(([, second]) => second))];
}

/** What one node of a picture holds. */
interface Node {
  readonly key: number;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A picture as flat lists, a tag each. */
type Picture = ReadonlyMap<string, readonly Node[]>;

function flat(root: Root): Picture {
  const picture = new Map<string, Node[]>();
  for (const element of root.node()?.querySelectorAll('*') ?? []) {
    const nodes = picture.get(element.tagName) ?? [];
    const attributes = Object.fromEntries(Array.from(element.attributes, ({ name, value }) => [name, value]));
    nodes.push({ key: nodes.length, text: element.children.length > 0 ? '' : (element.textContent ?? ''), attributes });
    picture.set(element.tagName, nodes);
  }
  return picture;
}

/**
 * The yardstick: plain D3 that writes as many nodes with the same attributes and texts, one keyed join a tag, and knows
 * nothing of what they mean.
 */
function bareJoin(root: Root, picture: Picture): void {
  for (const [tag, nodes] of picture) {
    const joined = root
      .selectAll<SVGElement, Node>(tag)
      .data(nodes, ({ key }) => key)
      .join(tag);
    const names = new Set(nodes.flatMap(({ attributes }) => Object.keys(attributes)));
    for (const name of names) joined.attr(name, ({ attributes }) => attributes[name] ?? null);
    if (nodes.some(({ text }) => text !== '')) joined.text(({ text }) => text);
  }
}

/** A call that goes through the moments, each time in an emptied group or over the frame before. */
function drawer(draw: (root: Root, index: number) => void, empties: boolean): () => void {
  const root = newRoot();
  let index = 0;
  return () => {
    if (empties) root.node()?.replaceChildren();
    draw(root, index++);
  };
}

/** Times a figure with these values, on the wide stage, going through its moments. */
export async function timeDraw(name: string, values: Values, data: unknown): Promise<DrawTimes> {
  const figure = await loadFigure(name);
  const frames = figure.run(values, data);
  const draw = (root: Root, index: number): void => figure.draw(root, frames.at(index % frames.length), values, 'wide');
  const sample = newRoot();
  const pictures: Picture[] = [];
  let nodes = 0;
  for (let index = 0; index < frames.length; index += 1) {
    draw(sample, index);
    pictures.push(flat(sample));
    nodes = Math.max(nodes, sample.node()?.querySelectorAll('*').length ?? 0);
  }
  sample.remove();
  const bare = (root: Root, index: number): void => {
    bareJoin(root, pictures[index % pictures.length] ?? new Map());
  };
  const [first, firstBare] = timeBoth(drawer(draw, true), drawer(bare, true));
  const [next, nextBare] = timeBoth(drawer(draw, false), drawer(bare, false));
  return { nodes, first, firstBare, next, nextBare };
}
