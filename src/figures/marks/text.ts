/** Text without measuring: advance widths of the figures' typeface, so that labels are placed and broken from data. */

// Advance widths of IBM Plex Sans in thousandths of the type size, for the characters from space to tilde.
const regular =
  '236 284 419 713 598 927 694 242 335 335 450 600 272 399 272 383 600 600 600 600 600 600 600 600 600 600 292 292 600 600 600 477 891 641 653 621 671 583 559 695 707 400 510 634 501 812 707 708 606 708 640 581 572 678 609 891 613 593 580 317 383 317 600 565 600 534 580 503 580 549 324 528 568 250 250 527 272 873 568 560 580 580 367 487 351 568 492 768 507 499 464 343 314 343 600';
const semibold =
  '236 309 471 656 600 960 713 260 337 337 556 600 299 402 299 437 600 600 600 600 600 600 600 600 600 600 319 319 600 600 600 493 899 672 663 642 689 600 577 712 719 423 545 678 521 817 719 712 641 712 664 611 580 689 638 949 655 632 599 329 437 329 600 559 600 559 600 513 600 558 350 545 588 275 275 562 294 888 588 563 600 600 393 499 374 588 524 819 544 524 502 363 376 363 600';
const widths = { regular: regular.split(' ').map(Number), semibold: semibold.split(' ').map(Number) };
const monoWidth = 600;

/** How a label is set. */
export interface TypeStyle {
  /** Size in SVG units; at least `smallestType`. */
  readonly size: number;
  readonly weight?: 'regular' | 'semibold';
  readonly mono?: boolean;
}

/** Width of a line of text in SVG units, from the typeface's advance widths (kerning left out; 2 % to spare). */
export function textWidth(text: string, { size, weight = 'regular', mono = false }: TypeStyle): number {
  const table = widths[weight];
  let sum = 0;
  for (const character of text) sum += mono ? monoWidth : (table[character.charCodeAt(0) - 32] ?? monoWidth);
  return (sum / 1000) * size * 1.02;
}

/** Breaks text at spaces into lines no wider than `width`; a word that is wider stands on a line of its own. */
export function wrapText(text: string, width: number, style: TypeStyle): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, style) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Shortens text to `width` with an ellipsis; empty when not even two letters fit. */
export function shortenText(text: string, width: number, style: TypeStyle): string {
  if (textWidth(text, style) <= width) return text;
  for (let end = text.length - 1; end >= 2; end--) {
    const short = `${text.slice(0, end).trimEnd()}…`;
    if (textWidth(short, style) <= width) return short;
  }
  return '';
}
