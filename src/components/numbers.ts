/** Published numbers by name. */
import { loadNumbers } from './content-data.ts';

/** The entry of content/numbers.yaml named `group.name`; throws a sentence where there is none. */
export function numberEntry(name: string) {
  const [group = '', key = ''] = name.split('.');
  const entry = loadNumbers()[group]?.[key];
  if (!entry) throw new Error(`content/numbers.yaml has no number ${name}.`);
  return entry;
}

/** The value of a published number. */
export function publishedNumber(name: string): number {
  return numberEntry(name).value;
}

/** What a published number is a number of, in sentences. */
export function numberWords(name: string): string {
  const { what, machine, note } = numberEntry(name);
  return [what, machine && `${machine}.`, note].filter(Boolean).join(' ');
}
