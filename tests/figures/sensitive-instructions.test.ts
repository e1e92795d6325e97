/** What the table of instructions claims. */
import { expect, test } from 'vitest';
import { ready, readoutsOf, runWith } from './ready.ts';

const it = await ready('sensitive-instructions');
const read = (instruction = 'popf') => {
  const run = runWith(it, { instruction }, undefined);
  const values = Object.fromEntries([...readoutsOf(it, run).values()].map(({ id, value }) => [id, value]));
  return { values, says: it.figure.describe(run.frames.at(run.index), run.values) };
};

test('opens on popf with every row of the list tried: eighteen silent, one that traps', () => {
  expect(runWith(it, {}, undefined).values).toEqual({ instruction: 'popf' });
  expect(read().values).toEqual({ rows: 19, silent: 18, trapped: 1, bare: 'IF 1', ring1: 'IF 0' });
});

test('a privileged instruction brings the list of those, none of which differs', () => {
  const { values, says } = read('hlt');
  expect(values).toMatchObject({ rows: 8, silent: 0, trapped: 8 });
  expect(says).toContain('It trapped');
});
