/** `<xen-figure>`: waits until it comes near the viewport, then takes over the nodes that the build drew. */
import { namedFigures } from '../figure/hash.ts';
import { loadModule } from './figure-module.ts';
import { onFirstUse, takeBack } from './first-use.ts';
import type { Hands } from './hands.ts';
import type { Operator } from './operator.ts';
import { strings } from './strings.ts';

/** The element around a figure. */
export class XenFigure extends HTMLElement {
  #starting: Promise<Operator | undefined> | undefined;
  #near: IntersectionObserver | undefined;
  #hands: Hands | undefined;

  connectedCallback(): void {
    if (this.#near || this.#starting) return;
    this.#near = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void this.start();
      },
      { rootMargin: '600px' },
    );
    this.#near.observe(this);
    onFirstUse(this, () => void this.reach());
    // What comes before the hands are there is done when they are.
    for (const type of ['click', 'keydown'])
      this.addEventListener(type, (event) => this.#keep(event), { capture: true });
  }

  disconnectedCallback(): void {
    this.#near?.disconnect();
    this.#near = undefined;
    void this.#starting?.then((operator) => operator?.stop());
  }

  /** Loads the figure and takes over; the same promise however often it is called. Undefined where it failed. */
  start(): Promise<Operator | undefined> {
    this.#near?.disconnect();
    this.#starting ??= this.#take().catch((reason: unknown) => {
      const notice = this.querySelector<HTMLElement>('.notice');
      if (notice) {
        notice.textContent = strings().figure.failed;
        notice.hidden = false;
      }
      this.dataset['state'] = 'failed';
      this.dataset['reason'] = String(reason).slice(0, 200);
      return undefined;
    });
    return this.#starting;
  }

  /** Starts, and loads what the figure is operated with. */
  async reach(): Promise<Hands | undefined> {
    const operator = await this.start();
    try {
      this.#hands ??= await operator?.reach();
      this.toggleAttribute('data-held', this.#hands !== undefined);
    } catch {
      operator?.notice(strings().figure.failed);
    }
    return this.#hands;
  }

  /** Takes what a fragment asks of this figure. */
  async visit(hash: string): Promise<void> {
    if (namedFigures(hash).includes(this.id)) (await this.reach())?.visit(hash);
  }

  async #take(): Promise<Operator> {
    const [{ Operator: Operating }, module] = await Promise.all([import('./operator.ts'), loadModule(this)]);
    const operator = await Operating.of(this, module);
    this.dataset['state'] = 'live';
    return operator;
  }

  // Native inputs keep what they are given, and the hands read it; buttons and keys would be lost.
  #keep(event: Event): void {
    if (this.#hands || !event.isTrusted || this.dataset['state'] === 'failed') return;
    const target = event.target as Element;
    const lost = event.type === 'click' ? target.closest('button[data-act], [data-set]') : target.closest('.stage');
    if (!lost || (event instanceof KeyboardEvent && event.key === 'Tab')) return;
    const again = takeBack(event);
    void this.reach().then((hands) => hands && target.dispatchEvent(again));
  }
}
