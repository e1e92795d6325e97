/** Colour means an actor: contrasts and distances that the palette must keep. */
import { describe, expect, test } from 'vitest';
import { readTokens } from '../../src/figure/standalone.ts';
import { dress } from './dress.ts';

const actors = ['hw', 'xen', 'dom0', 'driver', 'domu1', 'domu2', 'domu3', 'hostos', 'fault'];
type Rgb = readonly [number, number, number];

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  const tokens = readTokens(dress.tokens, theme);
  const colour = (name: string): Rgb => linear(tokens.get(name) ?? '');

  test.each(['--paper', '--raise'])('text tones are 4.5:1 and marks 3:1 on %s', (ground) => {
    for (const actor of actors) {
      expect(contrast(colour(`--${actor}-text`), colour(ground)), `${actor} text`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour(`--${actor}`), colour(ground)), actor).toBeGreaterThanOrEqual(3);
    }
    for (const name of ['--ink', '--muted']) expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test('any two actors but the fault are 5 apart to normal, protan and deutan eyes (OKLab × 100)', () => {
    const marks = actors.filter((actor) => actor !== 'fault');
    for (const a of marks)
      for (const b of marks.slice(marks.indexOf(a) + 1)) {
        const ways = [(c: Rgb) => c, (c: Rgb) => through(protan, c), (c: Rgb) => through(deutan, c)];
        const least = Math.min(...ways.map((see) => distance(see(colour(`--${a}`)), see(colour(`--${b}`)))));
        expect(least, `${a} and ${b}`).toBeGreaterThanOrEqual(5);
      }
  });
});

// Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
const protan = [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998];
const deutan = [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881];

function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

// WCAG 2.2, relative luminance and contrast ratio.
function contrast(a: Rgb, b: Rgb): number {
  const luminance = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function through(matrix: readonly number[], colour: Rgb): Rgb {
  const row = (start: number): number =>
    Math.min(
      1,
      Math.max(
        0,
        colour.reduce((sum, value, at) => sum + value * (matrix[start + at] ?? 0), 0),
      ),
    );
  return [row(0), row(3), row(6)];
}

// Ottosson's OKLab.
function distance(a: Rgb, b: Rgb): number {
  const lab = ([r, g, bl]: Rgb): Rgb => {
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * bl);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * bl);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * bl);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [x, y] = [lab(a), lab(b)];
  return 100 * Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}
