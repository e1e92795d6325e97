/** Listings: what stands after a fence's language, and colours that can be read in both themes. */
import { readFileSync } from 'node:fs';
import { codeToHtml } from 'shiki';
import { describe, expect, test } from 'vitest';
import { readFence, shiki } from '../../src/components/code.ts';

describe('a fence', () => {
  test('has a title and highlighted lines, in either order', () => {
    expect(readFence('')).toEqual({ lines: new Set() });
    expect(readFence('title="xen/arch/x86/traps.c" {2,4-6}')).toEqual({
      title: 'xen/arch/x86/traps.c',
      lines: new Set([2, 4, 5, 6]),
    });
    expect(readFence("{1} title='a b'")).toEqual({ title: 'a b', lines: new Set([1]) });
  });

  test.each(['titel="a"', 'title="a" showLineNumbers', '{2,4'])('says nothing else: %s', (meta) => {
    expect(() => readFence(meta)).toThrow(/may say/);
  });
});

const samples = {
  c: '/* A comment */\n#define A 1\nstatic int f(const char *s) { return s ? 0x10 + sizeof(int) : -1; } // "x"\nstruct a { u8 b; } *c = "text\\n";',
  asm: '; comment\nstart: mov eax, [ebx+4]\n  cli\n  out 0x80, al\n  jmp start',
  sh: '# comment\nxl list | grep -v "$name" && echo done',
  yaml: '# comment\nname: "text"\ncount: 3\nlist: [a, b]',
  diff: '--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new',
} as const;

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** `share` of one colour on another, as color-mix in sRGB has it. */
function mix(over: string, under: string, share: number): string {
  const channel = (hex: string, at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(channel(over, at) * share + channel(under, at) * (1 - share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Both values of a token, light and dark. */
function token(name: string): readonly [string, string] {
  const tokens = readFileSync(new URL('../../src/styles/tokens.css', import.meta.url), 'utf8');
  const [, light = '', dark = ''] = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(tokens) ?? [];
  return [light, dark];
}

/** How strong the ground of a highlighted line is, as the style sheet has it. */
function strength(): number {
  const css = readFileSync(new URL('../../src/styles/listing.css', import.meta.url), 'utf8');
  const rule = /\.listing \.is-marked \{[^}]*var\(--ink\) (\d+)%/.exec(css);
  if (!rule) throw new Error('listing.css has no ground for a highlighted line.');
  return Number(rule[1]) / 100;
}

describe.each(Object.entries(samples))('a listing in %s', (lang, code) => {
  test('is readable on its ground and on a highlighted line, in both themes', async () => {
    const html = await codeToHtml(code, { lang, ...shiki });
    const pairs = [...html.matchAll(/light-dark\((#\w{6}), (#\w{6})\)/gi)];
    expect(pairs.length).toBeGreaterThan(3);
    const grounds = [0, 1].map((theme) => {
      const raise = token('raise')[theme] ?? '';
      return [raise, mix(token('ink')[theme] ?? '', raise, strength())];
    });
    for (const [, light = '', dark = ''] of pairs)
      for (const [theme, colour] of [light, dark].entries())
        for (const ground of grounds[theme] ?? [])
          expect(contrast(colour, ground), `${colour} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  test('has no colours but these, and marks the lines that it is told to', async () => {
    const html = await codeToHtml(code, { lang, ...shiki, meta: { __raw: 'title="a" {2}' } });
    expect(html).toContain('data-title="a"');
    expect(html.match(/class="line is-marked"/g)).toHaveLength(1);
    expect(html).not.toMatch(/background-color|--shiki/);
  });
});
