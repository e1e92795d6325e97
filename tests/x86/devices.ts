/** The machine's three devices once more, for v86: the console, the timer with a period of one instruction, the disk. */
import type { Peer } from './peer.ts';
import type { Ports } from './state.ts';

/** Ports of one run, and what its console has been given. */
export function portsOf(peer: Peer): Ports & { readonly console: readonly number[] } {
  const console: number[] = [];
  let word = 0;
  let armed = false;
  return {
    console,
    read(port, size) {
      if (port === 0xe9) return (-1 << 8) | 0xe9;
      if (port !== 0x1f0 || size !== 4) return -1;
      const value = word < 16384 ? Math.imul(word + 1, 0x9e3779b1) : -1;
      word += 1;
      return value;
    },
    write(port, size, value) {
      if (port === 0xe9) console.push(value & 0xff);
      if (size !== 4) return;
      if (port === 0x1f3) word = value;
      if (port !== 0x40) return;
      // With a period of one the timer is pending once more when the instruction that stops it has come.
      if (value !== 0 || armed) peer.tick();
      armed = value !== 0;
    },
  };
}
