/** Draws the table of instructions: a row each, its two outcomes and whether it trapped. */
import { select } from 'd3-selection';
import { stageSize, type Root, type Stage } from '../figure/contract.ts';
import { isSilent, type Trial } from '../models/x86/sensitive.ts';
import { keyed, part } from './marks/keyed.ts';
import { drawLabels, type Label } from './marks/label.ts';

/** Heights of the stages in SVG units. */
export const stageHeights = { wide: 560, narrow: 936 } as const;

const headings = {
  registers: 'Read or write registers of the machine',
  protection: 'Refer to the protection system',
  ours: 'Added here',
  privileged: 'Privileged',
} as const;

interface Line {
  readonly trial: Trial;
  readonly y: number;
}

const layouts = {
  wide: { top: 30, row: 24, heading: 26, about: 150, bare: 400, ring: 530, verdict: 712 },
  narrow: { top: 4, row: 44, heading: 28, about: 8, bare: 8, ring: 150, verdict: 296 },
} as const;

/** Draws all rows of a list; the chosen one is marked. */
export function drawTrials(root: Root, trials: readonly Trial[], chosen: Trial, stage: Stage): void {
  const wide = stage === 'wide';
  const at = layouts[stage];
  let y: number = at.top;
  let group = '';
  const heads: Label[] = [];
  const lines: Line[] = trials.map((trial) => {
    if (trial.row.group !== group) {
      group = trial.row.group;
      heads.push({ key: group, x: 8, y: y + 18, text: headings[trial.row.group], look: 'strong' });
      y += at.heading;
    }
    y += at.row;
    return { trial, y: y - at.row };
  });
  const width = stageSize[stage];
  keyed(
    root,
    'rect',
    'at-line',
    lines.filter(({ trial }) => trial === chosen),
    () => 'chosen',
  )
    .attr('x', 0)
    .attr('y', (line) => line.y)
    .attr('width', width)
    .attr('height', at.row)
    .attr('rx', 3);
  drawLabels(root, 'words', [
    ...(wide
      ? [
          { key: 'h1', x: 8, y: 16, text: 'instruction', look: 'quiet' },
          { key: 'h2', x: at.about, y: 16, text: 'shows or changes', look: 'quiet' },
          { key: 'h3', x: at.bare, y: 16, text: 'bare machine', look: 't-hw' },
          { key: 'h4', x: at.ring, y: 16, text: 'ring 1', look: 't-domu1' },
          { key: 'h5', x: at.verdict, y: 16, text: 'trap?', look: 'quiet', anchor: 'end' as const },
        ]
      : []),
    ...heads,
  ]);
  keyed(root, 'g', 'trial', lines, ({ trial }) => trial.row.name)
    .attr('data-set', ({ trial }) => `instruction=${trial.row.name}`)
    .each(function ({ trial, y: top }) {
      const base = top + (wide ? 17 : 18);
      const below = wide ? base : base + 19;
      const silent = isSilent(trial);
      const group = select(this);
      part(group, 'hit', 'rect').attr('x', 0).attr('y', top).attr('width', width).attr('height', at.row);
      drawLabels(group, 'word', [
        { key: 'text', x: 8, y: base, text: trial.row.text, look: 'mono' },
        ...(wide ? [{ key: 'about', x: at.about, y: base, text: trial.row.about, look: 'quiet' }] : []),
        { key: 'bare', x: at.bare, y: below, text: wide ? trial.bare : `bare ${trial.bare}`, look: 't-hw' },
        {
          key: 'ring',
          x: at.ring,
          y: below,
          text: wide ? trial.deprivileged : `ring 1 ${trial.deprivileged}`,
          look: silent ? 't-fault strong' : 't-domu1',
        },
        {
          key: 'trap',
          x: at.verdict,
          y: base,
          text: trial.trapped ? 'trap' : 'silent',
          anchor: 'end' as const,
          look: trial.trapped ? 't-xen' : 't-fault strong',
        },
      ]);
    });
}
