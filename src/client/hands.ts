/** Everything a reader operates a figure with; loaded when a pointer or the focus reaches it. */
import { readAddress } from '../figure/address.ts';
import { bindControls, showControls } from './controls.ts';
import type { Editor } from './editor.ts';
import type { Operator } from './operator.ts';
import { bindPointer } from './pointer.ts';
import { bindSharing, followAddress } from './sharing.ts';
import { Transport } from './transport.ts';

/** Controls, transport, pointer and address of one figure. */
export class Hands {
  readonly transport: Transport | undefined;
  readonly #operator: Operator;
  readonly #editors: readonly Editor[];

  /** Loads what only some figures are operated with, and takes the figure. */
  static async of(operator: Operator): Promise<Hands> {
    const texts = [...operator.host.querySelectorAll<HTMLElement>('.control-text')];
    if (texts.length === 0) return new Hands(operator, []);
    const { Editor: Editing } = await import('./editor.ts');
    return new Hands(
      operator,
      texts.map((text) => new Editing(operator, text, operator.signal)),
    );
  }

  private constructor(operator: Operator, editors: readonly Editor[]) {
    this.#operator = operator;
    this.#editors = editors;
    const { signal, host } = operator;
    this.transport = host.querySelector('.transport') ? new Transport(operator, signal) : undefined;
    bindControls(operator, this.transport, signal);
    bindPointer(operator, signal);
    bindSharing(operator, signal);
  }

  /** Puts controls, transport and address where the state is. */
  show(): void {
    showControls(this.#operator);
    for (const editor of this.#editors) editor.show();
    this.transport?.show();
    followAddress(this.#operator, this.transport?.playing ?? false);
  }

  /** Takes what a fragment asks of this figure: a state, and a sentence where something in it was not right. */
  visit(hash: string): void {
    const asked = readAddress(hash, this.#operator.host.id, this.#operator.figure.params);
    if (asked) this.#operator.ask(asked);
  }
}
