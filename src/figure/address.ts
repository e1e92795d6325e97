/** The address of a state: `#<figure id>.<param>=<value>&<figure id>.frame=<n>`. */
import type { Params, Value, Values } from './contract.ts';
import { longestHash, splitHash } from './hash.ts';
import { formatValue, readValue } from './reading.ts';
import { sameValue } from './values.ts';

/** What an address asks of one figure. */
export interface Asked {
  readonly values: Values;
  readonly frame?: number | 'last';
  /** One sentence a problem, for the line under the figure. */
  readonly problems: readonly string[];
}

/** Reads what `hash` asks of the figure `id`; undefined where it does not name it. Never throws. */
export function readAddress(hash: string, id: string, params: Params): Asked | undefined {
  const mine = splitHash(hash).filter(([key]) => key.startsWith(`${id}.`));
  if (mine.length === 0) return undefined;
  if (hash.length > longestHash)
    return { values: {}, problems: ['This link is longer than any state of this figure; it was left out'] };
  const asked = readSettings(
    mine.map(([key, text]) => [key.slice(id.length + 1), text] as const),
    params,
  );
  return { ...asked, problems: [...new Set(asked.problems)] };
}

/** Reads settings `name=value`; `frame` is the moment. Unknown names and bad values become problems. */
export function readSettings(settings: readonly (readonly [string, string])[], params: Params): Asked {
  const values: Record<string, Value> = {};
  const problems: string[] = [];
  let frame: number | 'last' | undefined;
  for (const [name, text] of settings) {
    if (name === 'frame') {
      const number = Number(text);
      if (text === 'last') frame = 'last';
      else if (/^\d{1,6}$/.test(text)) frame = number;
      else problems.push('frame is a whole number from 0, or last');
      continue;
    }
    const param = Object.hasOwn(params, name) ? params[name] : undefined;
    if (!param) {
      problems.push(`this figure has no parameter ${name.replace(/[^\w-]/g, '').slice(0, 24) || 'of that name'}`);
      continue;
    }
    const reading = readValue(name, param, text);
    if (reading.value !== undefined) values[name] = reading.value;
    if (reading.problem !== undefined) problems.push(reading.problem);
  }
  return { values, problems, ...(frame === undefined ? {} : { frame }) };
}

/** Writes the address of a state; parameters that stand as the figure opens are left out, the frame never. */
export function writeAddress(id: string, values: Values, frame: number, opening: Values, params: Params): string {
  const settings = Object.entries(values)
    .filter(([name, value]) => !sameValue(value, opening[name]))
    .map(
      ([name, value]) => `${id}.${name}=${encodeURIComponent(formatValue(value, params[name])).replaceAll('%2C', ',')}`,
    );
  return `#${[...settings, `${id}.frame=${frame}`].join('&')}`;
}

/** Splits `a=1;b=2` (the form of data-set and of `set` in articles) into pairs. */
export function splitSettings(text: string): readonly (readonly [string, string])[] {
  return text
    .split(';')
    .filter((item) => item.trim() !== '')
    .map((item) => {
      const at = item.indexOf('=');
      return at < 0 ? ([item.trim(), ''] as const) : ([item.slice(0, at).trim(), item.slice(at + 1).trim()] as const);
    });
}
