/** The shell's words that scripts need; the page hands them over, so that a translation is one file. */

/** What the page hands over. */
export interface ClientStrings {
  readonly theme: Readonly<Record<'toggle' | 'light' | 'dark' | 'system', string>>;
  readonly figure: Readonly<
    Record<'shared' | 'shareFailed' | 'note' | 'linkNote' | 'failed' | 'restFailed' | 'noFigure', string>
  >;
  readonly prose: Readonly<Record<'set' | 'back', string>>;
  readonly task: Readonly<Record<'done' | 'notYet' | 'shown' | 'solved', string>>;
  readonly quiz: Readonly<
    Record<
      'right' | 'wrong' | 'wrongNumber' | 'partly' | 'choose' | 'number' | 'score' | 'of' | 'rightMark' | 'wrongMark',
      string
    >
  >;
  readonly search: Readonly<Record<'loading' | 'empty' | 'none' | 'failed' | 'found' | 'shown', string>>;
  readonly code: Readonly<Record<'copied' | 'failed', string>>;
  readonly article: Readonly<Record<'read', string>>;
  readonly table: Readonly<Record<'shown' | 'of', string>>;
}

let read: ClientStrings | undefined;

/** The words of this page's language. */
export function strings(): ClientStrings {
  return (read ??= JSON.parse(document.getElementById('strings')?.textContent ?? '{}') as ClientStrings);
}
