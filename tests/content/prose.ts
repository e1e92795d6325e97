/** What the voice of the book forbids, found in an article's text. Each check gives the words it stumbled over. */

/** Text of an article without code, comments and markup. `kept` says what becomes of an element of the vocabulary. */
function strip(body: string, kept: (tag: string, inner: string) => string): string {
  const attributes = `(?:[^>"']|"[^"]*"|'[^']*')*?`;
  const withoutCode = body
    .replace(/```[\s\S]*?```/g, '\n\n')
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/\{\/\*[\s\S]*?\*\/\}/g, ' ');
  const withoutPairs = withoutCode
    .replace(new RegExp(`<([A-Z]\\w*)${attributes}/>`, 'g'), (_, tag: string) => kept(tag, ''))
    // Innermost first: a Do may hold an Actor, a Side may hold a Cite.
    .replace(
      new RegExp(`<(Do|Value|Scrub|Number|Cite)\\b${attributes}>([\\s\\S]*?)</\\1>`, 'g'),
      (_, tag: string, inner: string) => kept(tag, inner),
    )
    .replace(new RegExp(`</?[A-Za-z]\\w*${attributes}>`, 'g'), '');
  return withoutPairs.replace(/\]\([^)]*\)/g, ']').replace(/\s+$/gm, '');
}

const live = /^(Value|Scrub|Number)$/;

/** How many words a reader reads: a live or published number is one, a citation none. */
export function countWords(body: string): number {
  const text = strip(body, (tag, inner) => (live.test(tag) ? ' 1 ' : ` ${inner} `));
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

const unit = [
  '%',
  'percent\\b',
  'per cent\\b',
  '×',
  'x(?![\\w-])',
  'times\\b',
  '(?:micro|milli|nano)?seconds?\\b',
  '[nµμm]?s(?!\\w)',
  '(?:minutes?|hours?|days?|cycles?|instructions?|lines?|bytes?|packets?|traps?|exits?)\\b',
  '[kKMGT]i?B(?:/s)?(?!\\w)',
  '[kKMGT]?b(?:it)?(?:/s|ps)(?!\\w)',
  '[kMG]?Hz\\b',
].join('|');

// A digit after one of these is a name and no quantity: ring 0, type 1, Xen 4.22.
const naming = /(?:rings?|types?|Xen|figure|table|section|part|step|release|version|level|Pentium)\s*$/i;

/**
 * Digits with a unit that stand outside of Number, Value, Scrub, Do and Cite. Dates, decades (1960s), releases and the
 * numbers of rings and types are fine.
 */
export function looseQuantities(body: string): readonly string[] {
  const text = strip(body, (tag, inner) => (live.test(tag) || tag === 'Do' || tag === 'Cite' ? ' ' : inner));
  const space = '[\\s\\u00a0\\u202f]';
  // A decade has no space before its s; a second has.
  const quantity = new RegExp(
    `(?<![\\w.])\\d[\\d.,\\u202f]*(?:(?:${space}?-?)(?:${unit.replace('[nµμm]?s(?!\\w)', '[nµμm]s(?!\\w)')})|${space}s(?!\\w))`,
    'g',
  );
  const factor = /\bfactor of \d+(?:[.,]\d+)*|[$€£]\s?\d+(?:[.,]\d+)*/g;
  const named = (index: number): boolean => naming.test(text.slice(Math.max(0, index - 20), index));
  return [...text.matchAll(quantity), ...text.matchAll(factor)]
    .filter(({ index }) => !named(index))
    .map(([words]) => words.replace(/\s+/g, ' '));
}

const orders =
  'Set|Press|Drag|Move|Click|Tap|Turn|Switch|Pull|Push|Slide|Choose|Select|Zoom|Scroll|Raise|Lower|Increase|Decrease';

// What follows an order inside of a sentence: without it, the word may be a noun or an infinitive.
const object = '(?:the|an?|it|its|this|that|these|those|both|all|one|any|each|every|guest|host|\\u0001|\\d)(?![\\w-])';
const inner = `(?:press (?=[Pp]lay|step|reset|undo|space|enter)|(?:click|tap|zoom|scroll) (?=on|in|out|to)|(?:${orders.toLowerCase()}) (?=${object}))`;
// ‘To see it, drag …’, ‘If it waits, set the …’: after such a beginning the main clause is an order.
const openers = 'To|If|When|Once|Where|After|Before|For|With|In|On|Below|Above|Here|There|Again|Now|Then|Next';
// ‘Look at the left and press …’: an order goes on as an order.
const starters = 'Look|Step|Watch|Go|Compare|Wait|See|Read|Open|Try|Play|Stop|Reset|Take|Find|Keep|Leave|Let';

/** Sentences that tell the reader to change a figure without a Do that does it. Stepping on is reading, and fine. */
export function looseOrders(body: string): readonly string[] {
  const text = strip(body, (tag, inner) => (tag === 'Do' ? '\u0001' : inner)).replace(/(?<=\S)\n(?=[\w\u0001])/g, ' ');
  const start = '(?:(?:^|\\n)\\s*(?:[-*+]|\\d+\\.)?\\s*|[.!?:]["’)]*\\s+)';
  const first = '(?:(?:Now|Then|Next|First|Again|Finally|Also)[, ]\\s*)?';
  const rest = '[^.!?\\n]*';
  const patterns = [
    `${start}(${first}(?:${orders}|${orders.toLowerCase()})\\s${rest})`,
    `${start}((?:${openers})\\b${rest}?, (?:now |then |first )?${inner}${rest})`,
    `${start}((?:${starters})\\b${rest}?,? (?:and|or|then|and then) ${inner}${rest})`,
    `(?:; |: | – )((?:now |then |first )?${inner}${rest})`,
  ];
  const found = patterns.flatMap((pattern, index) =>
    [...text.matchAll(new RegExp(pattern, 'g'))]
      .map(({ 1: words = '', index: at }) => ({ at, words: words.trim() }))
      // At the start of a sentence there is a capital, or a word such as Now before it.
      .filter(({ words }) => index === 3 || /^\p{Lu}/u.test(words)),
  );
  return found.sort((a, b) => a.at - b.at).map(({ words }) => words.replaceAll('\u0001', '…'));
}

const marketing =
  /\b(?:powerful(?:ly)?|seamless(?:ly)?|robust(?:ly|ness)?|cutting[- ]edge|simply|just|easily|in this article,? we (?:will|shall))\b/gi;

/** Words of marketing and of false ease, as the guide to the book's voice lists them. */
export function marketingWords(body: string): readonly string[] {
  return [...strip(body, (tag, inner) => (live.test(tag) ? ' ' : inner)).matchAll(marketing)].map(([word]) => word);
}

/** Lines that import or export: an article holds no code of its own. */
export function codeLines(body: string): readonly string[] {
  return [...body.replace(/```[\s\S]*?```/g, '').matchAll(/^\s*(?:import|export)\s.*$/gm)].map(([line]) => line.trim());
}
