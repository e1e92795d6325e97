/** What only one may do at a time is done by one at a time, even after one was killed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alone } from '../../src/commands/lock.ts';
import { scratch } from './scratch.ts';

const none = (): void => undefined;

test('the second waits for the first, and says so once', async () => {
  const file = join(scratch({}), 'deep/lock');
  const heard: string[] = [];
  let end: (() => void) | undefined;
  const first = alone(file, none, async () => {
    heard.push('first begins');
    await new Promise<void>((resolve) => (end = resolve));
    heard.push('first ends');
    return 1;
  });
  expect(readFileSync(file, 'utf8')).toBe(String(process.pid));
  const waiting = (): void => {
    heard.push('second waits');
    end?.();
  };
  const second = alone(file, waiting, () => Promise.resolve(heard.push('second')));
  expect(await first).toBe(1);
  await second;
  expect(heard).toEqual(['first begins', 'second waits', 'first ends', 'second']);
  expect(existsSync(file)).toBe(false);
});

test('one that fails gives it back', async () => {
  const file = join(scratch({}), 'lock');
  await expect(alone(file, none, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('what a killed process left behind is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const file = join(scratch({}), 'lock');
  writeFileSync(file, String(pid));
  expect(await alone(file, none, () => Promise.resolve('done'))).toBe('done');
});
