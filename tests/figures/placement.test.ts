/** Names find their places beside marks: in rows, in a column, and rows among lanes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gap, placeInColumn, placeInRows, shareRows } from '../../src/figures/marks/placement.ts';

describe('placement', () => {
  const wanted = fc
    .array(
      fc.record({
        x0: fc.double({ min: 0, max: 590, noNaN: true }),
        width: fc.integer({ min: 10, max: 280 }),
        long: fc.boolean(),
      }),
      {
        maxLength: 40,
      },
    )
    .map((list) =>
      list.map(({ x0, width, long }, key) => ({ key, x0: long ? 0 : x0, x1: long ? 590 : x0 + 9, width })),
    );

  it('in rows: nothing that shares a row touches, and an empty row takes any name', () => {
    fc.assert(
      fc.property(wanted, fc.integer({ min: 1, max: 8 }), (list, rows) => {
        const places = placeInRows(list, rows, 0, 600);
        expect(places.size).toBeGreaterThanOrEqual(Math.min(rows, list.length));
        const taken = list.flatMap((one) => {
          const place = places.get(one.key);
          if (!place) return [];
          return [
            {
              row: place.row,
              x0: place.side === 'left' ? one.x0 - gap.name - one.width : one.x0,
              x1: place.side === 'right' ? one.x1 + gap.name + one.width : one.x1,
            },
          ];
        });
        for (const [index, a] of taken.entries())
          for (const b of taken.slice(index + 1))
            if (a.row === b.row) expect(a.x1 + gap.next <= b.x0 || b.x1 + gap.next <= a.x0).toBe(true);
      }),
    );
  });

  it('shares rows out: one each, no more than there are, none idle, and the first one is sure of its place', () => {
    fc.assert(
      fc.property(fc.array(wanted, { minLength: 1, maxLength: 5 }), fc.integer({ min: 5, max: 20 }), (lanes, rows) => {
        const given = shareRows(lanes, rows, 0, 600);
        expect(Math.min(...given)).toBeGreaterThanOrEqual(1);
        expect(given.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(rows);
        lanes.forEach((lane, index) => {
          const count = given[index] ?? 1;
          if (count > 1)
            expect(placeInRows(lane, count - 1, 0, 600).size).toBeLessThan(placeInRows(lane, count, 0, 600).size);
          const last = lane.at(-1);
          if (last)
            expect(placeInRows([...lane.slice(0, -1), { ...last, first: true }], count, 0, 600).has(last.key)).toBe(
              true,
            );
        });
      }),
    );
  });

  it('in a column: in order, within it, near their marks, and the first one is sure of its place', () => {
    const list = fc
      .array(
        fc.record({
          y: fc.double({ min: 0, max: 500, noNaN: true }),
          lines: fc.integer({ min: 1, max: 3 }),
          first: fc.boolean(),
        }),
        { maxLength: 40 },
      )
      .map((some) => {
        const chosen = some.findIndex(({ first }) => first);
        return some
          .sort((a, b) => a.y - b.y)
          .map(({ y, lines }, key) => ({ key, y, height: lines * 17, first: key === chosen }));
      });
    fc.assert(
      fc.property(list, (some) => {
        const places = placeInColumn(some, -8, 508, 44);
        let free = -8;
        for (const { key, y, height, first } of some) {
          const at = places.get(key);
          if (first) expect(at).toBeDefined();
          if (at === undefined) continue;
          expect(at - height / 2).toBeGreaterThanOrEqual(free - 1e-9);
          if (!first) expect(Math.abs(at - y)).toBeLessThanOrEqual(44);
          free = at + height / 2;
        }
        expect(free).toBeLessThanOrEqual(508 + 1e-9);
      }),
    );
  });
});
