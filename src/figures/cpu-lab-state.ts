/** Pieces of the lab's picture that show the state of one guest. */
import { formatNumber } from '../figure/words.ts';
import { Flag } from '../models/x86/state.ts';
import { registers, type Side } from './cpu-lab-side.ts';
import { gap, row, sans, word, type Piece, type Sheet } from './cpu-lab-sheet.ts';
import { countsOf, flags, hex } from './cpu-lab-words.ts';
import { shortenText } from './marks/text.ts';

/** One value with its name; marked where the last step has changed it, in the fault's tone where it is the divergence. */
function value(
  sheet: Sheet,
  side: Side,
  name: string,
  place: { x: number; y: number; width: number; left?: number; text: string; label?: string },
): void {
  const wrong = side.run.divergence?.step === side.step && side.run.divergence.part === name;
  const { x, y, width, text, left = 42 } = place;
  if (side.changed.has(name) || wrong)
    sheet.shapes.push({
      key: `v-${name}`,
      look: `at-line${wrong ? ' a-fault' : ''}`,
      x: x + left - 3,
      y,
      width: width - left,
      height: row - 1,
    });
  word(sheet, `k-${name}`, x, y + 12.5, place.label ?? name, wrong ? 't-fault' : 'quiet');
  word(sheet, `x-${name}`, x + left, y + 12.5, text, `mono${wrong ? ' t-fault strong' : ''}`);
}

/** General registers, EIP and EFLAGS. */
export const register: Piece = [
  row * 5 + gap,
  (sheet, { side, x, y, width }) => {
    const half = width / 2;
    const order = [...registers.slice(0, 4), 'eip', ...registers.slice(4), 'eflags'] as const;
    order.forEach((name, at) => {
      const column = at < 5 ? 0 : 1;
      value(sheet, side, name, {
        x: x + column * half,
        y: y + (at % 5) * row,
        width: half - 12,
        left: 48,
        text: hex(side.state.get(name) ?? 0),
      });
    });
  },
];

/** Flags by their names. */
export const flagRow: Piece = [
  22 + gap,
  (sheet, { side, x, y, width }) => {
    const eflags = side.state.get('eflags') ?? 0;
    const step = width / flags.length;
    const { divergence } = side.run;
    const wrongBits =
      divergence?.step === side.step && divergence.part === 'eflags' ? divergence.expected ^ divergence.found : 0;
    flags.forEach((name, at) => {
      const set = (eflags & Flag[name]) !== 0;
      const wrong = (wrongBits & Flag[name]) !== 0;
      const left = x + at * step;
      sheet.shapes.push({
        key: `f-${name}`,
        look: `cell${set ? ' is-full' : ''}${wrong ? ' a-fault' : ''}`,
        x: left,
        y,
        width: step - 4,
        height: 20,
      });
      sheet.words.push({
        key: `f-${name}`,
        x: left + (step - 4) / 2,
        y: y + 14.5,
        text: name,
        anchor: 'middle',
        look: set ? 'on-point' : wrong ? 't-fault strong' : 'quiet',
      });
    });
  },
];

/** Rings: where the guest believes to be, and where the CPU has it; and IF, in the same two truths. */
export const rings: Piece = [
  22 + row * 2 + gap,
  (sheet, { side, x, y }) => {
    const cpl = side.state.get('cpl') ?? 0;
    word(sheet, 'ring', x, y + 14.5, 'Ring', 'quiet');
    for (let at = 0; at < 4; at++) {
      const left = x + 48 + at * 30;
      const isReal = side.realCpl === at;
      sheet.shapes.push({
        key: `ring-${at}`,
        look: `cell${isReal ? ' is-full' : ''}`,
        x: left,
        y,
        width: 26,
        height: 20,
      });
      sheet.words.push({
        key: `ring-${at}`,
        x: left + 13,
        y: y + 14.5,
        text: String(at),
        anchor: 'middle',
        look: isReal ? 'on-point' : 'quiet',
      });
    }
    const virtualIf = ((side.state.get('eflags') ?? 0) & Flag.IF) !== 0 ? 1 : 0;
    const mode = side.technique.startsWith('hvm') ? 'VT-x non-root mode' : '';
    word(sheet, 'ring-is', x + 174, y + 14.5, side.holder === 'hypervisor' ? 'when the guest runs' : mode, 'quiet');
    const line = (key: string, at: number, text: string): void => word(sheet, key, x, y + 24 + at * row + 11, text);
    line('believes', 0, `The guest believes: ring ${cpl}, IF ${virtualIf}.`);
    line('really', 1, `The CPU has: ring ${side.realCpl}, IF ${side.realIf ? 1 : 0}.`);
  },
];

/** Selectors and system registers. */
export const system: Piece = [
  row * 4 + gap,
  (sheet, { side, x, y, width }) => {
    const quarter = width / 4;
    (['cs', 'ss', 'ds', 'tr'] as const).forEach((name, at) =>
      value(sheet, side, name, {
        x: x + at * quarter,
        y,
        width: quarter - 6,
        left: 22,
        text: hex(side.state.get(name) ?? 0, 4),
      }),
    );
    const half = width / 2;
    (['cr0', 'cr2', 'cr3', 'idtr', 'gdtr'] as const).forEach((name, at) =>
      value(sheet, side, name, {
        x: x + (at % 2) * half,
        y: y + row * (1 + Math.floor(at / 2)),
        width: half - 12,
        left: 48,
        text: hex(side.state.get(name) ?? 0),
      }),
    );
  },
];

const pageRows = 3;

/** How pages are reached: the guest's own tables, and what the CPU really uses. */
export const pages: Piece = [
  row * (1 + pageRows) + gap,
  (sheet, { side, x, y, width }) => {
    const columns = [0, 48, 110, 176, 240].map((at) => x + at * (width / 304));
    const paging = ((side.state.get('cr0') ?? 0) & 0x80000000) !== 0;
    ['Page', 'linear', paging ? 'guest' : '= guest', 'machine', 'TLB'].forEach((text, at) =>
      word(sheet, `p-${at}`, columns[at] ?? x, y + 11, text, 'quiet'),
    );
    side.pages.slice(0, pageRows).forEach((page, at) => {
      const down = y + row * (at + 1) + 12.5;
      const frame = (of: number | undefined): string => (of === undefined ? 'none' : hex(of, 5));
      const rights = `${page.writable ? 'rw' : 'r-'}${page.user ? 'u' : '-'}${page.cached ? ' held' : ''}`;
      [page.what, hex(page.page, 5), frame(page.gfn), frame(page.mfn), rights].forEach((text, column) =>
        word(sheet, `p-${at}-${column}`, columns[column] ?? x, down, text, column === 0 ? '' : 'mono'),
      );
    });
  },
];

/** The top of the stack, and the words of the data section that have a name. */
export const memory: Piece = [
  row + 22 + row * 3 + gap,
  (sheet, { side, x, y, width }) => {
    word(sheet, 'stack', x, y + 11, `Stack, from ESP ${hex(side.state.get('esp') ?? 0)}`, 'quiet');
    const quarter = width / 4;
    side.stack.forEach(({ value: held }, at) => {
      sheet.shapes.push({
        key: `s-${at}`,
        look: 'cell a-blank',
        x: x + at * quarter,
        y: y + row,
        width: quarter - 3,
        height: 20,
      });
      word(sheet, `s-${at}`, x + at * quarter + 4, y + row + 14.5, held === undefined ? 'none' : hex(held), 'mono');
    });
    const half = width / 2;
    side.data.slice(0, 6).forEach(({ label, value: held, size }, at) => {
      const left = x + (at % 2) * half;
      const down = y + row + 22 + row * Math.floor(at / 2) + 12.5;
      word(sheet, `d-${at}`, left, down, shortenText(label, half - 84, sans), 'quiet');
      word(sheet, `dv-${at}`, left + half - 78, down, held === undefined ? 'none' : hex(held, 2 * size), 'mono');
    });
  },
];

/** What the guest has printed, its end where there is no room for all. */
export const output: Piece = [
  row + gap,
  (sheet, { side, x, y, width }) => {
    word(sheet, 'console', x, y + 12.5, 'Console', 'quiet');
    const room = Math.floor((width - 62) / 7.97);
    const text = side.console.replaceAll('\n', '·').replace(/[^\x20-\x7e·]/g, '?');
    word(sheet, 'printed', x + 60, y + 12.5, text.length > room ? `…${text.slice(1 - room)}` : text || '–', 'mono');
  },
];

/** What has been counted, and the cycles that it costs. */
export const counts: Piece = [
  row * 4 + gap,
  (sheet, { side, x, y, width }) => {
    const half = width / 2;
    const rows = [...countsOf(side), ['cycles', Math.round(side.cycles)] as const].slice(0, 8);
    rows.forEach(([name, count], at) => {
      const left = x + (at % 2) * half;
      const down = y + row * Math.floor(at / 2) + 12.5;
      const text = formatNumber(count);
      word(sheet, `c-${at}`, left, down, name, 'quiet');
      sheet.words.push({ key: `cv-${at}`, x: left + half - 12, y: down, text, anchor: 'end', look: 'strong' });
    });
  },
];
