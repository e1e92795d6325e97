/** Everything a reader operates a figure with; loaded when a pointer or the focus reaches it. */
import { readAddress } from '../figure/address.ts';
import { bindControls, showControls } from './controls.ts';
import type { Operator } from './operator.ts';
import { bindPointer } from './pointer.ts';
import { bindSharing, followAddress } from './sharing.ts';
import { Transport } from './transport.ts';

/** Controls, transport, pointer and address of one figure. */
export class Hands {
  readonly transport: Transport | undefined;
  readonly #operator: Operator;

  constructor(operator: Operator) {
    this.#operator = operator;
    const { signal, host } = operator;
    this.transport = host.querySelector('.transport') ? new Transport(operator, signal) : undefined;
    bindControls(operator, this.transport, signal);
    bindPointer(operator, signal);
    bindSharing(operator, signal);
  }

  /** Puts controls, transport and address where the state is. */
  show(): void {
    showControls(this.#operator);
    this.transport?.show();
    followAddress(this.#operator, this.transport?.playing ?? false);
  }

  /** Takes what a fragment asks of this figure: a state, and a sentence where something in it was not right. */
  visit(hash: string): void {
    const asked = readAddress(hash, this.#operator.host.id, this.#operator.figure.params);
    if (asked) this.#operator.ask(asked);
  }
}
