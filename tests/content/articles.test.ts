/** Every article holds what it says: its instructions against the models, its names, its sources, its order, its voice. */
import { describe, expect, test } from 'vitest';
import { citedKeys, reference } from '../../src/components/citations.ts';
import { loadGlossary, loadNumbers } from '../../src/components/content-data.ts';
import { openFigure } from '../../src/components/figures.ts';
import { selectHypervisors } from '../../src/components/hypervisors.ts';
import type { Instance } from '../../src/components/scan.ts';
import { failedStep, outcomeOf } from '../../src/components/steps.ts';
import type { FigureTask, Values } from '../../src/figure/contract.ts';
import { formatValue } from '../../src/figure/reading.ts';
import { type ArticleFile, readArticle, readArticles } from './articles.ts';
import { codeLines, countWords, looseOrders, looseQuantities, marketingWords } from './prose.ts';
import { orderFaults } from './teaching.ts';

const articles = readArticles();

test('the articles are found', () => {
  expect(articles.length).toBeGreaterThan(0);
});

test('no article uses a word before the one that teaches it, and every word is taught once', () => {
  expect(orderFaults(articles, new Set(loadGlossary().map((term) => term.id)))).toEqual([]);
});

/** What is wrong with the names of an article (Value, Scrub, Task, Hypervisors), a sentence each. */
async function nameFaults({ scan }: ArticleFile): Promise<readonly string[]> {
  const faults = scan.names.map(async ({ tag, of }) => {
    if (tag === 'Term') return [];
    // An id or a kind that is none throws.
    if (tag === 'Hypervisors')
      return selectHypervisors(of || undefined).length > 0 ? [] : [`Hypervisors ${of}: no rows`];
    const instance = scan.instances.find((one) => of.startsWith(`${one.id}.`));
    if (!instance) return [`${tag} ${of}: no figure of that id`];
    const { figure, readouts } = await openFigure(instance);
    const name = of.slice(instance.id.length + 1);
    if (tag === 'Value') return readouts.some((one) => one.id === name) ? [] : [`Value ${of}: no such readout`];
    if (tag === 'Scrub') return Object.hasOwn(figure.params, name) ? [] : [`Scrub ${of}: no such parameter`];
    const task = (figure.tasks as readonly FigureTask<unknown, Values>[]).find((one) => one.name === name);
    return task ? taskFaults(instance, task) : [`Task ${of}: no such task`];
  });
  return (await Promise.all(faults)).flat();
}

/** A task is open as the article opens its figure, done by its answer, and its words go with 'Not yet.' and 'Done.' */
async function taskFaults(instance: Instance, task: FigureTask<unknown, Values>): Promise<readonly string[]> {
  const { figure, frames, index, values } = await openFigure(instance);
  const before = task.check({ frames, frame: frames.at(index), index, values });
  const settings = Object.entries(task.answer.values).map(([name, value]) => [name, formatValue(value)] as const);
  const frame = task.answer.frame === undefined ? [] : [['frame', String(task.answer.frame)] as const];
  const answered = await outcomeOf(instance, [...settings, ...frame]);
  const after = task.check({
    frames: answered.frames,
    frame: answered.frames.at(answered.index),
    index: answered.index,
    values: answered.values,
  });
  const name = `Task ${instance.id}.${task.name}`;
  return [
    ...(before.done ? [`${name} is done before it has begun`] : []),
    ...(after.done ? [] : [`${name}: its answer does not fulfil it: ${after.says}`]),
    ...[before, after]
      .filter(({ says }) => /^(not yet|done)\b/i.test(says) || !/[.!?]$/.test(says.trim()))
      .map(({ says }) => `${name} says ‘${says}’, which is no sentence after ‘Not yet.’ or ‘Done.’`),
    ...(figure.tasks.length > 0 ? [] : [`${name} has no figure`]),
  ];
}

describe.each(articles.map((article) => [article.slug, article] as const))('%s', (_, article) => {
  const { scan, body, data } = article;

  test('opens its figures', async () => {
    expect(scan.instances.length).toBeGreaterThan(0);
    for (const instance of scan.instances) await openFigure(instance);
    expect(scan.instances.map((one) => one.name)).toContain(data.figure);
  });

  test('keeps what each Do promises', async () => {
    const faults = await Promise.all(scan.steps.map((step) => failedStep(scan.instances, step)));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  test('names readouts, parameters and tasks that exist', async () => {
    expect(await nameFaults(article)).toEqual([]);
  });

  test('cites what there is', () => {
    for (const key of [...citedKeys(scan), ...data.further.map((item) => item.cite)])
      expect(() => reference(key)).not.toThrow();
    for (const { tag, of } of scan.cited) {
      const [group = '', name = ''] = of.split('.');
      if (tag === 'Number') expect(loadNumbers()[group]?.[name], of).toBeDefined();
    }
  });

  test('has a source for every quantity', () => {
    expect(looseQuantities(body)).toEqual([]);
  });

  test('speaks in the voice of the book, at its length', () => {
    const front = [data.title, data.summary, ...data.further.map((item) => item.note)].join('\n\n');
    expect(marketingWords(`${front}\n\n${body}`)).toEqual([]);
    expect(looseOrders(body)).toEqual([]);
    expect(codeLines(body)).toEqual([]);
    expect(countWords(body)).toBeGreaterThanOrEqual(900);
    expect(countWords(body)).toBeLessThanOrEqual(1800);
  });
});

describe('the checks fail where they should', () => {
  const made = (text: string): ArticleFile =>
    readArticle(
      'content/articles/01-a/01-made.mdx',
      `---\ntitle: A made article\nshort: Made\nsummary: It is made for this test alone.\nminutes: 5\nchecked: 'Xen 4.22'\nupdated: 2026-11-22\nfigure: stack-paths\nneeds: []\nteaches: []\nobjectives: [{ id: one, text: 'Say what is tested' }]\nfurther: []\n---\n\n<Figure name="stack-paths" id="paths" />\n\n${text}\n`,
    );
  const step = (set: string, expectation?: string) =>
    failedStep(made('').scan.instances, { set, ...(expectation === undefined ? {} : { expect: expectation }) });

  test('a Do that proves itself passes', async () => {
    expect(await step('paths.frame=0')).toBeUndefined();
    expect(await step('paths.busy=8', 'paths.type1 > 60')).toBeUndefined();
  });

  test.each([
    ['paths.busy=8', undefined, /expects nothing/],
    ['paths.busy=8', 'paths.type1 < 1', /type1 is/],
    ['paths.busy=8', 'paths.type1 > 1', /already holds/],
    ['other.busy=8', 'other.type1 > 1', /no figure of this page/],
  ])('%s, %s', async (set, expectation, sentence) => {
    expect(await step(set, expectation)).toMatch(sentence);
  });

  test.each([
    ['paths.nothing=8', 'paths.type1 > 60', /no parameter nothing/],
    ['paths.busy=800', 'paths.type1 > 60', /goes from/],
    ['paths.frame=1999', undefined, /no moment 1999/],
    ['paths.busy=8', 'paths.nothing > 60', /no readout nothing/],
    ['paths.busy=8', 'other.type1 > 60', /speaks of other/],
    ['paths.busy=8;other.busy=8', 'paths.type1 > 60', /does not set one figure/],
    ['busy=8', undefined, /does not set one figure/],
  ])('%s, %s', async (set, expectation, sentence) => {
    await expect(step(set, expectation)).rejects.toThrow(sentence);
  });

  test('names that do not exist', async () => {
    const text =
      '<Value of="paths.nothing" /> <Scrub of="paths.nothing" /> <Task of="paths.nothing" /> <Value of="no.type1" />';
    expect(await nameFaults(made(text))).toHaveLength(4);
    expect(await nameFaults(made('<Value of="paths.type1" /> <Scrub of="paths.busy" />'))).toEqual([]);
  });
});
