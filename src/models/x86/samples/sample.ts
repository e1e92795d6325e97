/**
 * What a sample guest is: a program, and what can be seen of it from outside whatever runs it.
 *
 * All of them keep to habits that let a porter follow them. Page-table entries are written with `set_pte`, and `flush_ptes` stands
 * where a batch must be in effect (Linux's set_pte and the end of its lazy MMU mode); on the bare machine these are a store and
 * nothing. The kernel's stack for calls from ring 3 is written to the TSS by its address, `mov dword [esp0], …`. What is observed
 * does not depend on how many instructions something takes, since a port has others. They end with interrupts off and `hlt`.
 */

/** What of a guest's end must be the same whatever ran it: never EIP, code, page-table frames or the time-stamp counter. */
export interface Observables {
  /** The bytes from one label up to another. */
  readonly data: readonly [from: string, to: string];
  /** Names of general registers. */
  readonly registers: readonly string[];
}

/** A sample guest; its console output is always observed. */
export interface Sample {
  readonly name: string;
  readonly title: string;
  /** One sentence on what it does. */
  readonly says: string;
  readonly text: string;
  readonly observables: Observables;
  /** Label of the instruction at which trap-and-emulate first goes wrong. */
  readonly divergesAt: string;
}
