/** A figure in the terminal: what it prints, and what it says to a wrong call. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { answer } from '../../src/commands/figure.ts';
import { root } from '../../src/commands/project.ts';
import { figureNames } from '../../src/figures/index.ts';

const ask = (...args: string[]) => answer(args, root);

test.each(figureNames)('%s prints its sentence, its readouts and its rows', async (name) => {
  const { out, err, code } = await ask(name, '--json');
  expect([err, code]).toEqual(['', 0]);
  const said = JSON.parse(out) as {
    figure: string;
    sentence: string;
    of: number;
    readouts: Record<string, { value: unknown }>;
    rows: readonly object[];
  };
  expect(said.figure).toBe(name);
  expect(said.sentence.length).toBeGreaterThan(20);
  expect(Object.keys(said.readouts).length).toBeGreaterThan(1);
  expect(said.rows.length).toBeGreaterThan(1);
  const plain = await ask(name);
  expect(plain.out).toContain(said.sentence);
});

test('settings and the moment are those asked for', async () => {
  const { out } = await ask('trap-and-emulate', 'deprivileged=off', '--frame', 'last', '--json');
  const said = JSON.parse(out) as {
    values: Record<string, unknown>;
    frame: number;
    of: number;
    readouts: Record<string, { value: unknown }>;
  };
  expect(said.values['deprivileged']).toBe(false);
  expect(said.frame).toBe(said.of - 1);
  expect(said.readouts['realIf']?.value).toBe(0);
});

describe('a wrong call gets the list of what is valid, and exit code 2', () => {
  test.each([
    [[], /Name a figure\. There are: .*trap-and-emulate, /],
    [['nothing'], /There is no figure nothing\. There are: .*trap-and-emulate, /],
    [['__proto__'], /There is no figure __proto__/],
    [['stack-paths', 'speed=3'], /no parameter speed[\s\S]*Valid are:\n {2}request: packet, read[\s\S]*frame: /],
    [['stack-paths', 'batch=9999'], /batch goes from 1 to \d+[\s\S]*Valid are:/],
    [['stack-paths', 'batch=many'], /batch is a number[\s\S]*Valid are:/],
    [['stack-paths', 'batch'], /‘batch’ is not a setting: write param=value/],
    [['stack-paths', '--frame', '9999'], /no moment 9999: frame goes from 0 to \d+/],
    [['stack-paths', '--frame', '-1'], /frame/],
    [['stack-paths', '--verbose'], /--verbose/],
  ])('%j', async (args, says) => {
    const { out, err, code } = await ask(...args);
    expect(out).toBe('');
    expect(err).toMatch(says);
    expect(code).toBe(2);
  });
});

test('as a command it ends with the same code, and only data stands on its output', () => {
  const run = [new URL('../../src/commands/figure.ts', import.meta.url).pathname];
  const csv = execFileSync(process.execPath, [...run, 'stack-paths', '--json'], { cwd: root, encoding: 'utf8' });
  expect(() => JSON.parse(csv) as unknown).not.toThrow();
  const wrong = spawnSync(process.execPath, [...run, 'nothing'], { cwd: root, encoding: 'utf8' });
  expect([wrong.status, wrong.stdout]).toEqual([2, '']);
});
