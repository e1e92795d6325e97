/** A run as CSV (RFC 4180, so lines end in CR LF). */
import type { AnyFigure, Column, Frames } from './contract.ts';

/** The rows of a run under the figure's columns. */
export function toCsv(figure: AnyFigure, frames: Frames<unknown>): string {
  const columns = figure.columns as readonly Column<unknown>[];
  const rows: readonly unknown[] = figure.rows
    ? figure.rows(frames)
    : Array.from({ length: frames.length }, (_, index) => frames.at(index));
  const lines = rows.map((row) => columns.map((column) => cell(column.value(row))).join(','));
  return [columns.map((column) => cell(column.name)).join(','), ...lines, ''].join('\r\n');
}

function cell(value: number | string): string {
  const text = String(value);
  // A leading = + - @ makes a formula of a text in spreadsheets; numbers keep their sign.
  const safe = typeof value === 'string' && /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
