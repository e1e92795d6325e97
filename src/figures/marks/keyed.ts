/** The keyed join: nodes that the build drew are found again by the browser. */
import type { BaseType, Selection } from 'd3-selection';

/**
 * Joins data to the children of `parent` that are `<tag class="name">`, by key. The key is written to `data-key` and read
 * back from it, because nodes that came with the page carry no datum. Order in the document follows the data.
 * @param enter is called once with the new nodes (fixed attributes, children); what changes is set on the returned selection.
 */
export function keyed<E extends Element, D>(
  parent: Selection<E, unknown, null, undefined>,
  tag: string,
  name: string,
  data: readonly D[],
  key: (datum: D, index: number) => string | number,
  enter?: (entered: Selection<SVGElement, D, E, unknown>) => void,
): Selection<SVGElement, D, E, unknown> {
  const host = parent.node();
  // Only own children: `:scope >` is not in linkedom, and a mark may hold marks of the same class.
  const mine = Array.from(host?.children ?? []).filter(
    (child) => child.tagName.toLowerCase() === tag.toLowerCase() && child.classList.contains(name.split(' ')[0] ?? ''),
  ) as SVGElement[];
  const selected = parent.selectAll<SVGElement, D>(() => mine);
  return selected
    .data(data, function (this: BaseType, datum, index) {
      return this === host ? String(key(datum, index)) : ((this as Element).getAttribute('data-key') ?? '');
    })
    .join(
      (entering) => {
        const made = entering
          .append<SVGElement>(tag)
          .attr('class', name)
          .attr('data-key', (datum, index) => String(key(datum, index)));
        if (enter) enter(made);
        return made;
      },
      (updating) => updating,
      (leaving) => leaving.remove(),
    )
    .order();
}

/** One child group of that class, made when it is not there: for parts of a drawing that are always present. */
export function part<E extends Element>(
  parent: Selection<E, unknown, null, undefined>,
  name: string,
  tag = 'g',
): Selection<SVGElement, unknown, null, undefined> {
  const first = name.split(' ')[0] ?? '';
  const found = Array.from(parent.node()?.children ?? []).find(
    (child) => child.tagName.toLowerCase() === tag && child.classList.contains(first),
  ) as SVGElement | undefined;
  return found ? parent.select(() => found) : parent.append<SVGElement>(tag).attr('class', name);
}

/** Takes away the child of that class that `part` made, where there is one: for a part that some moments do not have. */
export function dropPart<E extends Element>(parent: Selection<E, unknown, null, undefined>, name: string): void {
  for (const child of Array.from(parent.node()?.children ?? [])) if (child.classList.contains(name)) child.remove();
}

/** Rounds a coordinate to half a unit, so that pages stay small and pictures comparable. */
export function round(value: number): number {
  return Math.round(value * 2) / 2;
}
