/** The picture of the lab: who has had the CPU, the program, and the state of the machine, for one guest or two. */
import { select } from 'd3-selection';
import type { ActorName, Root, Stage, Values } from '../figure/contract.ts';
import { formatNumber } from '../figure/words.ts';
import { holderNames } from '../models/x86/techniques/lab.ts';
import type { Moment } from './cpu-lab-run.ts';
import { blockRows } from './cpu-lab-side.ts';
import { cross, drawSheet, gap, mono, row, sans, word, type Group, type Piece, type Sheet } from './cpu-lab-sheet.ts';
import { counts, flagRow, memory, output, pages, register, rings, system } from './cpu-lab-state.ts';
import { differenceOf } from './cpu-lab-words.ts';
import { drawBlocks, type Block } from './marks/blocks.ts';
import { hatch } from './marks/hatch.ts';
import { keyed, part, round } from './marks/keyed.ts';
import { shortenText, wrapText } from './marks/text.ts';

const actorOf = { user: 'domu1', kernel: 'domu1', hypervisor: 'xen' } as const satisfies Record<string, ActorName>;

/** Name of the technique, and what the run has come to against the bare machine. */
const head: Piece = [
  row * 2 + 6,
  (sheet, { side, x, y, width, root }) => {
    const { run } = side;
    const { divergence } = run;
    word(sheet, 'name', x, y + 13, side.name, 'strong large');
    if (!divergence) {
      const lines = `a port: ${side.rewritten ?? 0} line${side.rewritten === 1 ? '' : 's'} changed`;
      const asBare =
        run.technique === 'native' ? 'what all others are held against' : 'as the bare machine, to the end';
      const wide = run.technique === 'pv-64' ? '; registers stay 32 bits wide' : '';
      const none = side.rewritten === undefined ? asBare : lines + wide;
      word(sheet, 'verdict', x, y + 32, none, 'quiet');
      return;
    }
    const past = side.step >= divergence.step;
    sheet.shapes.push({ key: 'verdict', look: '', x, y: y + 20, width: 18, height: 18, fill: hatch(root, 'a-fault') });
    sheet.paths.push({ key: 'verdict', look: 'cross', d: cross(x + 9, y + 29, 5) });
    const text = `${past ? 'wrong since' : 'goes wrong in'} line ${divergence.line ?? '–'}: ${differenceOf(run)}`;
    // Where there is little room, ‘not 1’ has to do for ‘on the bare machine 1’.
    const room = width - 24;
    const fits = shortenText(text, room, sans) === text;
    const brief = text.replace(/, on the bare machine (not)?/, (_, not) => (not ? '' : ', not '));
    word(sheet, 'verdict', x + 22, y + 33, shortenText(fits ? text : brief, room, sans), 't-fault');
  },
];

const rowNames = ['user', 'kernel', 'hypervisor'] as const;
type Blocks = Record<(typeof holderNames)[number], Block[]>;
const lane = { left: 78, cell: 11, height: 15, whole: 16 } as const;

/** Who has had the CPU: the steps around this one, and the whole run below. */
const holders: Piece = [
  row + 3 * lane.height + 22 + lane.whole + gap,
  (sheet, { side: { run, step }, x, y, width, group }) => {
    word(sheet, 'lane', x, y + 11, 'Who has the CPU, step by step', 'quiet');
    const top = y + row;
    rowNames.forEach((name, at) => word(sheet, `lane-${name}`, x, top + at * lane.height + 11.5, name));
    const left = x + lane.left;
    const cells = Math.floor((width - lane.left) / lane.cell);
    const from = Math.max(0, Math.min(step - Math.floor(cells / 2), run.length + 1 - cells));
    const blocks: Blocks = { user: [], kernel: [], hypervisor: [] };
    const whole: Blocks = { user: [], kernel: [], hypervisor: [] };
    for (let at = from; at < Math.min(from + cells, run.length + 1); at++) {
      const holder = holderNames[run.holders[at] ?? 0] ?? 'user';
      const x0 = left + (at - from) * lane.cell;
      const before = blocks[holder].at(-1);
      if (before && before.x1 === x0) blocks[holder][blocks[holder].length - 1] = { ...before, x1: x0 + lane.cell };
      else
        blocks[holder].push({
          x0,
          x1: x0 + lane.cell,
          y: top + rowNames.indexOf(holder) * lane.height,
          height: lane.height - 1,
        });
    }
    const now = left + (step - from) * lane.cell;
    sheet.shapes.push({
      key: 'now',
      look: 'ring',
      x: now,
      y: top - 1.5,
      width: lane.cell,
      height: 3 * lane.height + 2,
    });
    const wrong = run.divergence;
    if (wrong && wrong.step >= from && wrong.step < from + cells) {
      const middle = left + (wrong.step - from + 0.5) * lane.cell;
      sheet.paths.push({ key: 'wrong', look: 'cross', d: cross(middle, top + lane.height * 1.5, 4) });
    }
    // The whole run: in each stretch the shares of the three, one above the other.
    const wholeTop = top + 3 * lane.height + 22;
    const stretches = Math.min(run.length + 1, Math.floor((width - lane.left) / 8));
    const per = (run.length + 1) / stretches;
    const wide = (width - lane.left) / stretches;
    for (let at = 0; at < stretches; at++) {
      const counts = [0, 0, 0];
      const [first, end] = [Math.floor(at * per), Math.max(Math.floor(at * per) + 1, Math.floor((at + 1) * per))];
      for (let one = first; one < end; one++) counts[run.holders[one] ?? 0] = (counts[run.holders[one] ?? 0] ?? 0) + 1;
      let down = wholeTop;
      counts.forEach((count, holder) => {
        const height = (count / (end - first)) * lane.whole;
        const x0 = left + at * wide;
        if (height > 0) whole[holderNames[holder] ?? 'user'].push({ x0, x1: x0 + wide, y: down, height });
        down += height;
      });
    }
    word(sheet, 'whole', x, wholeTop + 12, 'whole run');
    const place = left + (step / Math.max(1, run.length)) * (width - lane.left);
    sheet.paths.push({ key: 'place', look: 'now', d: `M${round(place)},${wholeTop - 3}v${lane.whole + 6}` });
    word(sheet, 'steps', left, wholeTop - 5, `step ${formatNumber(step)} of ${formatNumber(run.length)}`, 'quiet');
    if (wrong) {
      const at = left + (wrong.step / Math.max(1, run.length)) * (width - lane.left);
      sheet.paths.push({ key: 'wrong-place', look: 'cross', d: cross(round(at), wholeTop + lane.whole / 2, 4) });
    }
    for (const holder of rowNames) {
      const pale = holder === 'user' ? 'is-future' : '';
      const actor = actorOf[holder];
      drawBlocks(group, `held-${holder}`, blocks[holder], { actor, state: pale || undefined });
      drawBlocks(group, `whole-${holder}`, whole[holder], { actor, state: `is-plain ${pale}`.trim() });
    }
  },
];

/** The lines of the source around the one that runs next; what a port has changed in Xen's tone. */
const sourceOf = (lines: number): Piece => [
  row + lines * row + gap,
  (sheet, { side: { at: now, run, source }, moment: { stops }, x, y, width }) => {
    word(sheet, 'program', x, y + 11, now === undefined ? 'Program (code beside it runs)' : 'Program', 'quiet');
    const from = Math.max(1, Math.min((now ?? 1) - Math.floor(lines / 2), source.length - lines + 1));
    source.slice(from - 1, from - 1 + lines).forEach(({ text, from: number, why }, at) => {
      const down = y + row + at * row;
      const isFirst = source[from + at - 2]?.from !== number;
      const isNow = from + at === now;
      if (isNow) sheet.shapes.push({ key: 'at', look: 'at-line', x, y: down, width, height: row });
      const isWrong = number !== undefined && number === run.divergence?.line;
      if (isFirst && stops.includes(String(number)))
        sheet.shapes.push({ key: `stop-${at}`, look: 'token-shape', x, y: down + 4, width: 9, height: 9 });
      if (isWrong) sheet.paths.push({ key: `wrong-${at}`, look: 'cross', d: cross(x + 4.5, down + 8.5, 4) });
      if (isFirst && number !== undefined)
        sheet.words.push({
          key: `n${at}`,
          x: x + 36,
          y: down + 12.5,
          text: `${number}`,
          anchor: 'end',
          look: 'quiet mono',
        });
      const words = text.replaceAll('\t', '        ').trimEnd();
      // White space at the start of an SVG text is lost: it becomes a place.
      const indent = Math.min(words.length - words.trimStart().length, 16);
      const tone = isWrong ? ' t-fault' : why ? ' t-xen' : '';
      const room = width - 46 - indent * 7.96;
      word(
        sheet,
        `l${at}`,
        x + 46 + indent * 7.8,
        down + 12.5,
        shortenText(words.trimStart(), room, mono),
        `mono${tone}${isNow ? ' strong' : ''}`,
      );
    });
  },
];

/** The block of the translation cache beside the guest's block. */
const block: Piece = [
  row * (1 + blockRows) + gap,
  (sheet, { side, x, y, width }) => {
    const left = Math.round(width * 0.42);
    word(sheet, 'b-guest', x, y + 11, 'Guest’s block', 'quiet');
    word(sheet, 'b-made', x + left, y + 11, 'in the cache', 'quiet');
    if (side.block.length === 0)
      word(sheet, 'b-none', x, y + row + 12.5, 'user code runs as it is; or nothing is translated', 'quiet');
    side.block.slice(0, blockRows).forEach(({ guest, made, on }, at) => {
      const down = y + row * (at + 1);
      if (on) sheet.shapes.push({ key: 'b-at', look: 'at-line', x, y: down, width, height: row });
      const look = `mono${on ? ' strong' : ''}`;
      word(sheet, `bg-${at}`, x, down + 12.5, shortenText(guest, left - 8, mono), look);
      word(sheet, `bm-${at}`, x + left, down + 12.5, shortenText(made, width - left, mono), 'mono');
    });
  },
];

type Arrangement = readonly {
  readonly pieces: readonly Piece[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
}[];

const heightOfPieces = (pieces: readonly Piece[]): number => pieces.reduce((sum, [height]) => sum + height, 0);

/** Which pieces stand where for each side. */
function arrange(names: readonly string[], stage: Stage): readonly Arrangement[] {
  const extra = (name: string | undefined): readonly Piece[] => (name === 'binary-translation' ? [block] : []);
  const all = (name: string | undefined, lines: number): readonly Piece[] => [
    head,
    holders,
    sourceOf(lines),
    ...extra(name),
    register,
    flagRow,
    rings,
    system,
    pages,
    memory,
    output,
    counts,
  ];
  if (stage === 'narrow') {
    let y = 0;
    return names.map((name) => {
      const pieces = all(name, 5);
      const place = { pieces, x: 0, y, width: 304 };
      y += heightOfPieces(pieces) + 10;
      return [place];
    });
  }
  // What only one of them has stands last, so that all else is at the same height.
  if (names.length > 1)
    return names.map((name, at) => [{ pieces: [...all(undefined, 5), ...extra(name)], x: at * 368, y: 0, width: 352 }]);
  const top = [head, holders];
  const y = heightOfPieces(top);
  const [name] = names;
  return [
    [
      { pieces: top, x: 0, y: 0, width: 720 },
      {
        pieces: [sourceOf(name === 'binary-translation' ? 7 : 11), ...extra(name), memory, output, counts],
        x: 0,
        y,
        width: 364,
      },
      { pieces: [register, flagRow, rings, system, pages], x: 392, y, width: 328 },
    ],
  ];
}

const endOf = (arrangements: readonly Arrangement[]): number =>
  Math.max(...arrangements.flat().map(({ y, pieces }) => y + heightOfPieces(pieces)));

const namesOf = ({ technique, beside }: Values): readonly string[] =>
  beside === 'none' || beside === technique ? [String(technique)] : [String(technique), String(beside)];

/** Height of a stage in SVG units. */
export function labHeight(values: Values, stage: Stage): number {
  return endOf(arrange(namesOf(values), stage)) - 4;
}

/** Draws one moment. */
export function drawLab(root: Root, moment: Moment, values: Values, stage: Stage): void {
  const { problem, sides } = moment;
  const notice: Sheet = { words: [], shapes: [], paths: [] };
  if (problem) {
    word(notice, 'head', 0, 18, 'The program does not run.', 'strong large');
    if (problem.line !== undefined) word(notice, 'line', 0, 42, `Line ${problem.line}:`, 't-fault strong');
    wrapText(problem.says, stage === 'wide' ? 700 : 296, sans)
      .slice(0, 8)
      .forEach((text, at) => word(notice, `says-${at}`, 0, 62 + at * row, text, 't-fault'));
  }
  drawSheet(part(root, 'refusal'), notice);
  const arrangements = arrange(namesOf(values), stage);
  keyed(root, 'g', 'one-guest', sides, (_, at) => at).each(function (side, at) {
    const group: Group = select(this);
    const sheet: Sheet = { words: [], shapes: [], paths: [] };
    for (const { pieces, x, y, width } of arrangements[at] ?? []) {
      let down = y;
      for (const [height, draw] of pieces) {
        draw(sheet, { side, moment, x, y: down, width, root, group: part(group, 'lanes') });
        down += height;
      }
    }
    drawSheet(group, sheet);
  });
}
