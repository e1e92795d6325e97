/** Validates every page of the built site with html-validate. */
import { relative } from 'node:path';
import { type ConfigData, HtmlValidate } from 'html-validate';
import { filesBelow } from './build.ts';

/** Everything that is recommended, and the rules for accessibility; what is off says nothing about validity. */
const rules: ConfigData = {
  root: true,
  extends: ['html-validate:recommended', 'html-validate:a11y'],
  elements: ['html5'],
  rules: {
    // Empty lines come out of components, and cost nothing once compressed.
    'no-trailing-whitespace': 'off',
    // How much of a title a search engine shows is not a matter of validity.
    'long-title': 'off',
    // A label around its control may name it, too: some voice control software wants it so.
    'no-redundant-for': 'off',
    // The results of a search field with role=combobox are a listbox, for which there is no element.
    'prefer-native-element': ['error', { exclude: ['listbox'] }],
    // The highlighter writes the colours of a listing beside its words; no style sheet can know them.
    'no-inline-style': ['error', { allowedProperties: ['color'] }],
    // Checkboxes of one question have one name, as radio buttons do.
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'reset', 'submit'] }],
  },
};

/** How many pages are valid, and what is wrong with the others, a line a fault. */
export interface PageFaults {
  readonly pages: number;
  readonly faultyPages: number;
  readonly faults: readonly string[];
}

/** Validates all HTML files below a folder by the rules above. */
export async function validatePages(dist: string): Promise<PageFaults> {
  const validator = new HtmlValidate(rules);
  const pages = filesBelow(dist).filter((path) => path.endsWith('.html'));
  const faults: string[] = [];
  let faultyPages = 0;
  for (const page of pages) {
    const { results } = await validator.validateFile(page);
    const messages = results.flatMap((result) => result.messages);
    if (messages.length > 0) faultyPages += 1;
    for (const { line, column, ruleId, message } of messages) {
      faults.push(`${relative(dist, page)}:${line}:${column} ${message} (${ruleId})`);
    }
  }
  return { pages: pages.length, faultyPages, faults };
}
