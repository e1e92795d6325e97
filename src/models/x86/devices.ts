/**
 * The ports of the machine. These three devices are our own, simpler than any PC's: a console (port 0xE9, as Bochs has it:
 * a byte out is a character, a byte in is 0xE9), a timer (a doubleword to port 0x40 is its period in retired instructions, that OUT the first, 0
 * stops it; it raises vector 0x20, which stays pending until it is delivered), a disk (a doubleword to port 0x1F3 chooses a word, a
 * doubleword from port 0x1F0 reads it and goes on to the next). Every other port reads as ones, and drops what is written.
 */
import type { Machine } from './state.ts';

/** Ports of the three devices. */
export const Port = { console: 0xe9, timer: 0x40, diskData: 0x1f0, diskWord: 0x1f3 } as const;

/** Vector of the timer. */
export const timerVector = 0x20;

/** Words on the disk; the next ones read as ones. */
export const diskWords = 16384;

/** The disk's word of a number: (n + 1) × 0x9E3779B1 modulo 2³², so that no two are alike and none can be guessed. */
export function diskWord(n: number): number {
  return n < diskWords ? Math.imul(n + 1, 0x9e3779b1) : -1;
}

/** Reads 1, 2 or 4 bytes from a port; 4 are signed. */
export function readPort(m: Machine, port: number, size: number): number {
  if (port === Port.diskData && size === 4) {
    const word = diskWord(m.devices.diskAt);
    m.devices.diskAt = (m.devices.diskAt + 1) >>> 0;
    return word;
  }
  const ones = size === 4 ? -1 : (1 << (size * 8)) - 1;
  return port === Port.console ? (ones & ~0xff) | Port.console : ones;
}

/** Writes 1, 2 or 4 bytes to a port. */
export function writePort(m: Machine, port: number, size: number, value: number): void {
  const { devices } = m;
  if (port === Port.console) devices.console.push(value & 0xff);
  else if (port === Port.timer && size === 4) {
    devices.timerPeriod = value >>> 0;
    devices.timerCount = 0;
  } else if (port === Port.diskWord && size === 4) devices.diskAt = value >>> 0;
}

/** One instruction has been retired: the timer counts it. */
export function retire(m: Machine): void {
  m.retired++;
  const { devices } = m;
  if (devices.timerPeriod === 0 || ++devices.timerCount < devices.timerPeriod) return;
  devices.timerCount = 0;
  devices.timerPending = true;
}

/** Nothing will be retired before an interrupt comes: the time until the timer's next one passes at once. */
export function idle(m: Machine): void {
  if (m.devices.timerPeriod === 0) return;
  m.devices.timerCount = 0;
  m.devices.timerPending = true;
}
