/** Every quiz of the book, and the schema and checks on ones that are wrong. */
import { describe, expect, test } from 'vitest';
import {
  identityFaults,
  objectiveFaults,
  quizSchema,
  type Prediction,
  type QuizData,
} from '../../src/components/quiz-schema.ts';
import { articleQuiz, loadQuizzes, numericAnswer, predicted, readQuiz } from '../../src/components/quizzes.ts';
import { readArticles } from './articles.ts';

const articles = readArticles();
const quizzes = loadQuizzes();

test('every quiz belongs to an article, and every article that asks for one has it', () => {
  const asking = articles.filter((article) => /<Quiz\b/.test(article.body)).map((article) => article.slug);
  expect(Object.keys(quizzes).sort()).toEqual([...asking].sort());
});

describe.each(articles.filter((article) => quizzes[article.slug]).map((article) => [article.slug, article] as const))(
  '%s',
  (slug, { data, scan }) => {
    test('serves every objective of its article, and only these', () => {
      expect(() => articleQuiz(slug, data.objectives)).not.toThrow();
    });

    test('has the answers that the models and the sources give', async () => {
      for (const question of quizzes[slug]?.questions ?? []) {
        if (question.kind === 'numeric') expect(Number.isFinite(numericAnswer(question))).toBe(true);
        if (question.kind !== 'predict') continue;
        const { right } = await predicted(question, scan.instances);
        expect(question.options[right]).toBeDefined();
      }
    });
  },
);

const because = 'Because of what was said above.';
const question = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 'who-drives',
  tracking: 1,
  objective: 'find-drivers',
  kind: 'single',
  prompt: 'Who drives the card?',
  options: [
    { text: 'dom0', right: true, feedback: because },
    { text: 'Xen', feedback: because },
  ],
  ...change,
});
const numeric = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...question(),
  options: undefined,
  kind: 'numeric',
  answer: 2.5,
  tolerance: 0.1,
  unit: 'µs',
  feedback: { right: because, wrong: because },
  ...change,
});
const prediction = (change: Partial<Prediction> = {}): Prediction => ({
  id: 'what-then',
  tracking: 2,
  objective: 'find-drivers',
  kind: 'predict',
  prompt: 'Which way takes longer?',
  figure: 'stack-paths',
  set: 'busy=8;frame=last',
  options: [
    { text: 'The left one', expect: 'stack-paths.type1 > stack-paths.type2', feedback: because },
    { text: 'The right one', expect: 'stack-paths.type1 <= stack-paths.type2', feedback: because },
  ],
  ...change,
});
const passes = (one: unknown): boolean => quizSchema.safeParse({ questions: [one] }).success;
const without = (one: Record<string, unknown>, key: string): unknown =>
  Object.fromEntries(Object.entries(one).filter(([name, value]) => name !== key && value !== undefined));

describe('the schema', () => {
  test('takes each kind', () => {
    expect(passes(question())).toBe(true);
    expect(passes(without(numeric(), 'options'))).toBe(true);
    expect(passes(without(numeric({ answer: { number: 'sosp2003.time-slice' } }), 'options'))).toBe(true);
    expect(passes(prediction())).toBe(true);
    const two = [
      { text: 'a', right: true, feedback: because },
      { text: 'b', right: true, feedback: because },
    ];
    expect(passes(question({ kind: 'multiple', options: [...two, { text: 'c', feedback: because }] }))).toBe(true);
  });

  const right = { text: 'dom0', right: true, feedback: because };
  const wrong = { text: 'Xen', feedback: because };
  test.each<[string, unknown]>([
    ['an unknown key', question({ answer: 3 })],
    ['an option without feedback', question({ options: [right, { text: 'Xen' }] })],
    ['feedback that says nothing', question({ options: [right, { text: 'Xen', feedback: 'No.' }] })],
    ['a question without an objective', without(question(), 'objective')],
    ['a question without an id', without(question(), 'id')],
    ['an id that is no slug', question({ id: 'Who drives' })],
    ['a tracking number that is no whole number', question({ tracking: 1.5 })],
    ['an unknown kind', question({ kind: 'essay' })],
    ['two right options of a single choice', question({ options: [right, { ...wrong, right: true }] })],
    ['no right option', question({ options: [wrong, { ...wrong, text: 'Linux' }] })],
    [
      'a multiple choice without a wrong option',
      question({ kind: 'multiple', options: [right, { ...right, text: 'x' }] }),
    ],
    ['two options that say the same', question({ options: [right, { ...wrong, text: 'dom0' }] })],
    ['one option', question({ options: [right] })],
    [
      'a numeric question without feedback',
      without(without(numeric(), 'options') as Record<string, unknown>, 'feedback'),
    ],
    ['a tolerance below zero', without(numeric({ tolerance: -1 }), 'options')],
    ['a prediction whose option says what is right', { ...prediction(), options: [right, wrong] }],
  ])('refuses %s', (_, one) => {
    expect(passes(one)).toBe(false);
  });

  test('says which file and which place', () => {
    expect(() => readQuiz('questions:\n  - id: a\n', 'content/quizzes/a.yaml')).toThrow(
      /content\/quizzes\/a\.yaml[\s\S]*questions\.0/,
    );
    expect(() => readQuiz('questions: [', 'a.yaml')).toThrow(/not YAML/);
    expect(() => readQuiz('', 'a.yaml')).toThrow(/schema/);
  });
});

describe('the checks', () => {
  const quiz = (...questions: readonly Record<string, unknown>[]): QuizData => quizSchema.parse({ questions });

  test('an objective without a question, and a question without an objective', () => {
    expect(objectiveFaults(quiz(question()), [{ id: 'find-drivers' }])).toEqual([]);
    expect(objectiveFaults(quiz(question()), [{ id: 'find-drivers' }, { id: 'other' }])).toHaveLength(1);
    expect(objectiveFaults(quiz(question()), [])).toHaveLength(1);
  });

  test('ids and tracking numbers that stand twice', () => {
    const other = question({ id: 'other', tracking: 9 });
    expect(identityFaults({ a: quiz(question(), other), b: quiz(question({ tracking: 3 })) })).toEqual([]);
    expect(identityFaults({ a: quiz(question(), question({ tracking: 9 })) })).toHaveLength(1);
    expect(identityFaults({ a: quiz(question()), b: quiz(question({ id: 'other' })) })).toHaveLength(1);
  });

  test('the model computes the option of a prediction', async () => {
    expect((await predicted(prediction(), [])).right).toBe(0);
    const instances = [{ id: 'paths', name: 'stack-paths' }];
    expect((await predicted(prediction(), instances)).right).toBe(0);
    const turned = prediction({ options: [...prediction().options].reverse() });
    expect((await predicted(turned, instances)).right).toBe(1);
  });

  test('a prediction fails unless exactly one option holds', async () => {
    const [left = prediction().options[0]] = prediction().options;
    const both = [left, { ...left, text: 'b', expect: 'stack-paths.type1 > 0' }] as Prediction['options'];
    await expect(predicted(prediction({ options: both }), [])).rejects.toThrow(/2 hold instead of one/);
    const none = both.map((one) => ({ ...one, expect: 'stack-paths.type1 < 0' }));
    await expect(predicted(prediction({ options: none }), [])).rejects.toThrow(/0 hold instead of one/);
    await expect(predicted(prediction({ figure: 'no-such' }), [])).rejects.toThrow(/no such figure/);
    await expect(predicted(prediction({ set: 'nothing=1' }), [])).rejects.toThrow(/no parameter/);
    const unknown = both.map((one) => ({ ...one, expect: 'stack-paths.nothing < 0' }));
    await expect(predicted(prediction({ options: unknown }), [])).rejects.toThrow(/no readout/);
  });

  test('a published number answers in its own unit only', () => {
    const [published] = quiz(
      without(numeric({ answer: { number: 'sosp2003.time-slice' }, unit: 's' }), 'options') as Record<string, unknown>,
    ).questions;
    if (published?.kind !== 'numeric') throw new Error('The question is numeric.');
    expect(() => numericAnswer(published)).toThrow(/asks for s/);
    expect(numericAnswer({ ...published, unit: 'ms' })).toBe(5);
  });
});
