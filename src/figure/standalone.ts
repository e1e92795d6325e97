/** A picture that stands alone: an SVG file that carries its own colours and type. */
import type { Stage } from './contract.ts';
import { stageSize } from './contract.ts';

/** What a standalone picture is made of. */
export interface Picture {
  /** Markup of the `<g class="root">`. */
  readonly markup: string;
  readonly stage: Stage;
  /** Height of the stage in SVG units. */
  readonly height: number;
  readonly title: string;
  readonly description: string;
  /** Text of styles/tokens.css and of styles/figure.css. */
  readonly tokens: string;
  readonly marks: string;
  readonly theme: 'light' | 'dark';
  /** `@font-face` rules with the fonts in them; where left out, the picture is written with the reader's fonts. */
  readonly fonts?: string;
  /** Margin around the stage; 16 where left out. */
  readonly margin?: number;
}

/** Writes the SVG; custom properties become literal values, so that viewers without CSS variables show it too. */
export function standalone(picture: Picture): string {
  const { stage, height, theme, margin = 16 } = picture;
  const width = stageSize[stage];
  const box = [-margin, -margin, width + 2 * margin, height + 2 * margin];
  const tokens = readTokens(picture.tokens, theme);
  const style = (picture.fonts ?? '') + literal(used(picture.marks, picture.markup), tokens);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.join(' ')}" width="${box[2]}" height="${box[3]}" class="stage-svg" role="img">`,
    `<title>${escape(picture.title)}</title><desc>${escape(picture.description)}</desc>`,
    `<style>${style}</style>`,
    `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="${tokens.get('--raise') ?? 'white'}"/>`,
    picture.markup,
    '</svg>\n',
  ].join('');
}

/** Reads the custom properties of tokens.css as they stand in one theme. */
export function readTokens(css: string, theme: 'light' | 'dark'): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>();
  for (const [, name = '', value = ''] of css.matchAll(/(--[\w-]+):\s*([^;]+);/g)) {
    const pair = /^light-dark\(\s*([^,]+),\s*([^)]+)\)$/.exec(value.trim());
    if (pair) tokens.set(name, (theme === 'light' ? pair[1] : pair[2])?.trim() ?? '');
    else if (!tokens.has(name)) tokens.set(name, value.trim());
  }
  if (theme === 'dark') {
    const tint = /\[data-theme='dark'\]\s*\{[^}]*--tint:\s*([^;]+);/.exec(css)?.[1];
    if (tint) tokens.set('--tint', tint.trim());
  }
  return tokens;
}

// Rules for marks that the picture does not hold are left out, so that a new mark changes no other figure's file.
function used(css: string, markup: string): string {
  const classes = new Set(['stage-svg']);
  for (const [, names = ''] of markup.matchAll(/class="([^"]*)"/g))
    for (const name of names.split(/\s+/)) classes.add(name);
  const rules = css.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/([^{}]+)\{([^{}]*)\}/g);
  return Array.from(rules, ([, selectors = '', body = '']) => {
    const kept = selectors
      .split(',')
      .map((selector) => selector.trim())
      .filter((selector) => !selector.includes('['))
      .filter((selector) => Array.from(selector.matchAll(/\.([\w-]+)/g)).every(([, name = '']) => classes.has(name)));
    return kept.length === 0 ? '' : `${kept.join(', ')} {${body}}`;
  }).join(' ');
}

function literal(css: string, tokens: ReadonlyMap<string, string>): string {
  return css
    .replace(/var\((--[\w-]+)\)/g, (_, name: string) => tokens.get(name) ?? 'currentColor')
    .replace(/\s+/g, ' ')
    .trim();
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
