/** The copy button of a listing. */
import { bindAnnouncer, say } from './announcer.ts';
import { strings } from './strings.ts';

/** Makes every copy button of the page work. */
export function bindCopying(): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('button[data-act="copy"]')];
  if (buttons.length > 0) bindAnnouncer();
  for (const button of buttons) {
    const label = button.textContent;
    button.addEventListener('click', () => {
      const code = button.closest('.listing')?.querySelector('pre');
      const words = strings().code;
      const tell = (text: string): void => {
        button.textContent = text;
        say(text);
      };
      // Without leave to write the clipboard (http, an old browser) the code is selected instead.
      const failed = (): void => {
        if (code) getSelection()?.selectAllChildren(code);
        tell(words.failed);
      };
      if (!('clipboard' in navigator)) failed();
      else navigator.clipboard.writeText(code?.textContent ?? '').then(() => tell(words.copied), failed);
    });
    button.addEventListener('blur', () => (button.textContent = label));
  }
}
