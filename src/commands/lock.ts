/** One at a time: Astro keeps its intermediate files in one folder of the checkout, where two builds would mix theirs. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Whether a process runs, as far as this user may know. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Takes the lock; false where a process that still runs holds it. */
function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  let holder: string;
  try {
    holder = readFileSync(file, 'utf8');
  } catch {
    return false; // given back in this moment: the next attempt has it
  }
  // Who was killed gives nothing back. An empty file is one that is being written.
  if (holder !== '' && !isAlive(Number(holder))) rmSync(file, { force: true });
  return false;
}

/** Runs `act` while no other process, and nothing else in this one, holds `file`; waits for that, and says so once. */
export async function alone<T>(file: string, waiting: () => void, act: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  for (let attempt = 0; !take(file); attempt += 1) {
    if (attempt === 1) waiting();
    await wait(100);
  }
  try {
    return await act();
  } finally {
    rmSync(file, { force: true });
  }
}
