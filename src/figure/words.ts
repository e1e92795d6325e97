/** Numbers and readouts as text; the same in the page, the terminal and the CSV's neighbours. */
import type { Param, Readout, Value } from './contract.ts';

/** A number with a fixed count of decimals and a thin space between thousands. */
export function formatNumber(value: number, digits = 0): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f') : whole;
  const isZero = Number(Math.abs(value).toFixed(digits)) === 0;
  return `${value < 0 && !isZero ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** A readout's value with its unit. */
export function formatReadout(readout: Readout): string {
  const text = typeof readout.value === 'number' ? formatNumber(readout.value, readout.digits) : readout.value;
  return withUnit(text, readout.unit);
}

/** A parameter's value with its unit, as it stands beside its control. */
export function formatParam(param: Param, value: Value): string {
  if (param.kind === 'number') return withUnit(formatNumber(Number(value), decimals(param.step)), param.unit);
  if (param.kind === 'text') {
    const lines = String(value).split('\n').length;
    return `${lines} line${lines === 1 ? '' : 's'}`;
  }
  if (param.kind === 'lines') return String(value).replaceAll(',', ', ') || 'none';
  if (param.kind === 'switch') return value === true ? 'on' : 'off';
  const labelled = (name: string): string => param.options.find((option) => option.value === name)?.label ?? name;
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.map(labelled).join(', ');
  return labelled(String(value));
}

const months = 'January February March April May June July August September October November December'.split(' ');

/** A date as far as it is known in words: '2 August 1972' of '1972-08-02', 'May 2005' of '2005-05', '1967' of itself. */
export function formatDate(date: string): string {
  const [year = '', month, day] = date.split('-');
  return [day && String(Number(day)), month && months[Number(month) - 1], year].filter(Boolean).join(' ');
}

/** How many decimals a step needs. */
export function decimals(step: number): number {
  const text = String(step);
  return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
}

function withUnit(text: string, unit: string | undefined): string {
  if (!unit) return text;
  return unit === '%' ? `${text}\u202f%` : `${text}\u00a0${unit}`;
}
