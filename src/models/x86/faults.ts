/** How an instruction ends that cannot complete: an exception, or an event that leaves the CPU. Thrown, and caught by `step`. */
import type { Event } from './state.ts';

/** The one object that is thrown: making an Error for each fault would cost more than the fault. */
export class Abort extends Error {
  /** Vector of an exception. */
  vector = 0;
  /** Its error code, if it has one. */
  code: number | undefined;
  /** Linear address of a #PF. */
  address: number | undefined;
  /** Set where the instruction leaves with an event instead. */
  event: Event | undefined;
}

const abort = new Abort();

/** Raises an exception. */
export function raise(vector: number, code?: number, address?: number): never {
  abort.vector = vector;
  abort.code = code;
  abort.address = address;
  abort.event = undefined;
  throw abort;
}

/** Leaves the CPU with an event; nothing has been executed. */
export function leave(event: Event): never {
  abort.event = event;
  throw abort;
}
