/** One highlighter for prose and listings, at build; one colour pair for both themes. */
import type { ShikiTransformer } from 'shiki';

/** What stands after the language of a fence: ```c title="xen/arch/x86/traps.c" {2,4-6} */
export interface Fence {
  readonly title?: string;
  /** Numbers of the highlighted lines, from 1. */
  readonly lines: ReadonlySet<number>;
}

/** Reads what stands after a fence's language; throws a sentence where it is neither a title nor lines. */
export function readFence(meta: string): Fence {
  const title = /\btitle=(?:"([^"]*)"|'([^']*)')/.exec(meta);
  const ranges = /\{([\d,\s-]*)\}/.exec(meta);
  const rest = meta
    .replace(title?.[0] ?? '', '')
    .replace(ranges?.[0] ?? '', '')
    .trim();
  if (rest !== '') throw new Error(`A fence of code says ‘${rest}’; it may say title="…" and {2,4-6}.`);
  const lines = (ranges?.[1] ?? '').split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map((number) => Number.parseInt(number, 10));
    return Number.isNaN(first) ? [] : Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  });
  const name = title?.[1] ?? title?.[2];
  return { ...(name ? { title: name } : {}), lines: new Set(lines) };
}

/** Hands title and highlighted lines on to the page; the colours of the block itself are the book's. */
const fence: ShikiTransformer = {
  name: 'fence',
  pre(node) {
    const { title } = readFence(this.options.meta?.__raw ?? '');
    if (title) node.properties['data-title'] = title;
    delete node.properties['style'];
    node.properties['class'] = 'shiki';
  },
  // Beside light-dark() Shiki repeats both colours, for style sheets that this book does not have.
  span(node) {
    const style = node.properties['style'];
    if (typeof style === 'string') node.properties['style'] = style.replace(/;--shiki-[^;]*/g, '');
  },
  line(node, number) {
    if (readFence(this.options.meta?.__raw ?? '').lines.has(number)) this.addClassToHast(node, 'is-marked');
  },
};

const themes = { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } as const;

/** Shiki's settings: dual themes as light-dark() colours. */
export const shiki = { themes, defaultColor: 'light-dark()' as const, transformers: [fence] };
