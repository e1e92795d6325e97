/** When a reader begins to use something, and what they did before its code was there. */

/**
 * Calls `begin` once: at the first real movement of a pointer over `target`, at the first press, key or focus in it. A
 * pointer that rests while the page scrolls under it uses nothing of what passes.
 */
export function onFirstUse(target: Document | HTMLElement, begin: () => void): void {
  const stop = new AbortController();
  for (const type of ['pointermove', 'pointerdown', 'focusin', 'keydown', 'input'])
    target.addEventListener(
      type,
      (event) => {
        // Some browsers send a move that goes nowhere when what lies under the pointer has changed.
        if (event.type === 'pointermove' && !moved(event as PointerEvent)) return;
        stop.abort();
        begin();
      },
      { signal: stop.signal },
    );
}

function moved({ movementX, movementY }: PointerEvent): boolean {
  return movementX !== 0 || movementY !== 0;
}

/** Holds a click or a key back, from everyone, and gives the same event to be sent when the code for it has come. */
export function takeBack(event: Event): Event {
  event.preventDefault();
  event.stopImmediatePropagation();
  return event instanceof KeyboardEvent ? new KeyboardEvent(event.type, event) : new MouseEvent(event.type, event);
}
