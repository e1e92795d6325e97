/** A figure in a stranger's frame: its height goes to the page around it. */

/** What the parent is sent; the figure's page shows the few lines that listen. */
export interface HeightMessage {
  readonly type: 'inside-xen:height';
  readonly name: string;
  /** CSS pixels that the whole figure needs at its present width. */
  readonly height: number;
}

/** Posts the height now and whenever it changes. It holds no secret, so every parent may hear it. */
export function bindEmbed(): void {
  const name = document.querySelector<HTMLElement>('body.bare xen-figure')?.dataset['figure'];
  if (!name || parent === window) return;
  const sizes = new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    const message: HeightMessage = { type: 'inside-xen:height', name, height };
    parent.postMessage(message, '*');
  });
  sizes.observe(document.body);
}
