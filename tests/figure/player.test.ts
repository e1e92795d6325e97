/** The state of an operated figure: moments are held within the run, and there is a way back from every setting. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnyFigure } from '../../src/figure/contract.ts';
import { openPlayer, seek, setValues, undo } from '../../src/figure/player.ts';

// A run of n frames that are their own index: everything can be worked out by hand.
const figure = {
  run: ({ n }: { n: number }) => Array.from({ length: n }, (_, index) => index),
} as unknown as AnyFigure;
const opened = openPlayer(figure, { n: 11 }, 5, undefined);

test('a moment outside of the run is held at its end', () => {
  expect(seek(opened, 99).index).toBe(10);
  expect(seek(opened, -3).index).toBe(0);
  expect(seek(opened, 'last').index).toBe(10);
});

test('a new setting keeps the reader at the same share of the run', () => {
  expect(setValues(opened, figure, undefined, { n: 101 }).index).toBe(50);
  expect(setValues(seek(opened, 'last'), figure, undefined, { n: 3 }).index).toBe(2);
  expect(setValues(opened, figure, undefined, { n: 101 }, { frame: 7 }).index).toBe(7);
});

test('a setting that changes nothing is not a step of undo', () => {
  expect(setValues(opened, figure, undefined, { n: 11 })).toBe(opened);
});

test('undo returns setting and moment, through any sequence of changes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 30 }), (changes) => {
      const states = [opened];
      for (const n of changes) states.push(setValues(states.at(-1) ?? opened, figure, undefined, { n }));
      let state = states.at(-1) ?? opened;
      const distinct = states.filter((one, at) => at === 0 || one !== states[at - 1]);
      for (const before of distinct.slice(0, -1).reverse()) {
        state = undo(state, figure, undefined);
        expect(state.values).toEqual(before.values);
        expect(state.index).toBe(before.index);
      }
      expect(undo(state, figure, undefined)).toBe(state);
    }),
  );
});

test('a drag is one step: changes that are not to be remembered leave the past alone', () => {
  const grabbed = { ...opened, past: [{ values: opened.values, index: opened.index }] };
  const dragged = setValues(
    setValues(grabbed, figure, undefined, { n: 20 }, { remember: false }),
    figure,
    undefined,
    { n: 30 },
    { remember: false },
  );
  expect(dragged.past).toHaveLength(1);
  expect(undo(dragged, figure, undefined).values).toEqual({ n: 11 });
});
