/** The published numbers, for commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Looks up the value of a number by its name in content/numbers.yaml, `group.key`. */
export function numbersIn(root: string): (name: string) => number {
  const groups = parse(readFileSync(join(root, 'content/numbers.yaml'), 'utf8')) as Record<
    string,
    Record<string, { value: number }>
  >;
  return (name) => {
    const [group = '', key = ''] = name.split('.');
    const entry = groups[group]?.[key];
    if (!entry) throw new Error(`content/numbers.yaml has no number ${name}.`);
    return entry.value;
  };
}
