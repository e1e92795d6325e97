/** Values as text: read from what comes from outside, clamped or refused by a sentence, and written for addresses. */
import type { Param, Value } from './contract.ts';

/** A value as the address and data-set write it; a text that has a name by its name. */
export function formatValue(value: Value, param?: Param): string {
  if (param?.kind === 'text')
    return Object.entries(param.named ?? {}).find(([, text]) => text === value)?.[0] ?? String(value).toWellFormed();
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? value.join(',') : String(value);
}

/** What reading a value gave: the value to use, and a sentence where it is not what was asked for. */
export interface Reading {
  readonly value?: Value;
  readonly problem?: string;
}

// What a stranger wrote is quoted back short and plain.
const quote = (text: string): string =>
  `‘${text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').slice(0, 24)}${text.length > 24 ? '…' : ''}’`;

/** Reads what an address, a control or a terminal gives for one parameter; clamps numbers, refuses the rest by a sentence. */
export function readValue(name: string, param: Param, text: string): Reading {
  if (param.kind === 'number') return readNumber(name, param, text);
  if (param.kind === 'switch') {
    if (text === 'on' || text === 'true' || text === '1') return { value: true };
    if (text === 'off' || text === 'false' || text === '0') return { value: false };
    return { problem: `${name} is on or off, not ${quote(text)}` };
  }
  if (param.kind === 'text') return readText(name, param, text);
  if (param.kind === 'lines') return readLines(name, text);
  const known = param.options.map((option) => option.value);
  if (param.kind === 'choice')
    return known.includes(text)
      ? { value: text }
      : { problem: `${name} has no option ${quote(text)}: it is one of ${known.join(', ')}` };
  const asked = text === '' ? [] : text.split(',', 200);
  const value = known.filter((option) => asked.includes(option));
  const strange = asked.find((option) => !known.includes(option));
  return strange === undefined
    ? { value }
    : { value, problem: `${name} has no option ${quote(strange)}: it is any of ${known.join(', ')}` };
}

function readText(name: string, param: Extract<Param, { kind: 'text' }>, text: string): Reading {
  if (param.named && Object.hasOwn(param.named, text)) return { value: param.named[text] ?? '' };
  return text.length > param.longest
    ? { problem: `${name} has ${text.length} characters; at most ${param.longest} are read` }
    : { value: plainText(text) };
}

/** A text as an editor can hold it: line feeds and tabs are its only control characters. */
export function plainText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\0-\x08\x0b-\x1f\x7f]/g, '')
    .toWellFormed();
}

function readLines(name: string, text: string): Reading {
  const asked = text === '' ? [] : text.split(',', 1000);
  const isLine = (line: string): boolean => /^[1-9]\d{0,3}$/.test(line);
  const value = [...new Set(asked.filter(isLine))].sort((a, b) => Number(a) - Number(b));
  const strange = asked.find((line) => !isLine(line));
  return strange === undefined ? { value } : { value, problem: `${name} are line numbers, not ${quote(strange)}` };
}

function readNumber(name: string, param: Extract<Param, { kind: 'number' }>, text: string): Reading {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || text.length > 32)
    return { problem: `${name} is a number, not ${quote(text)}` };
  const held = Math.min(Math.max(number, param.min), param.max);
  // Steps count from min, as in <input type=range>; the tenth decimal hides binary fractions.
  const stepped = Math.round((param.min + Math.round((held - param.min) / param.step) * param.step) * 1e10) / 1e10;
  const value = Math.min(stepped, param.max);
  const unit = param.unit === '' ? '' : ` ${param.unit}`;
  if (held !== number)
    return {
      value,
      problem: `${name} goes from ${param.min} to ${param.max}${unit}; ${value} is used instead of ${quote(text)}`,
    };
  // A link that asks for a place between two steps is told, or the figure would seem to answer for that place.
  if (Math.abs(value - number) > 1e-9 * Math.max(1, Math.abs(number)))
    return {
      value,
      problem: `${name} goes in steps of ${param.step}${unit}; ${value} is used instead of ${quote(text)}`,
    };
  return { value };
}
