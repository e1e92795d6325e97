/** The quiz of an article: its strict schema, and the checks that go beyond one question. */
import { z } from 'astro/zod';

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is lower case words with hyphens');
const words = z.string().trim().min(1);
// Why an answer is right or wrong takes more than a word.
const feedback = z.string().trim().min(15, 'says why, in a sentence');

const base = {
  /** Permanent: exports and kept answers use it. */
  id: slug,
  /** A number of its own over the whole site, never used again. */
  tracking: z.number().int().positive(),
  /** Id of the article's objective that it tests. */
  objective: slug,
  prompt: words.min(10),
  hint: words.optional(),
};

const option = z.strictObject({ text: words, right: z.literal(true).optional(), feedback });
const options = z
  .array(option)
  .min(2)
  .max(7)
  .refine((all) => new Set(all.map((one) => one.text)).size === all.length, 'two options say the same');

const single = z.strictObject({
  ...base,
  kind: z.literal('single'),
  options: options.refine((all) => all.filter((one) => one.right).length === 1, 'exactly one option is right'),
});

const multiple = z.strictObject({
  ...base,
  kind: z.literal('multiple'),
  options: options.refine(
    (all) => all.some((one) => one.right) && all.some((one) => !one.right),
    'at least one option is right and one is not',
  ),
});

const numeric = z.strictObject({
  ...base,
  kind: z.literal('numeric'),
  /** A number, or the name of a published one. */
  answer: z.union([z.number(), z.strictObject({ number: z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/) })]),
  /** How far from the answer is still right, in the same unit. */
  tolerance: z.number().nonnegative(),
  unit: z.string(),
  feedback: z.strictObject({ right: feedback, wrong: feedback }),
});

const predict = z.strictObject({
  ...base,
  kind: z.literal('predict'),
  /** Name of a figure, or its id in the article. */
  figure: slug,
  /** What the figure is set to: `param=value;frame=last`. */
  set: words,
  options: z
    .array(z.strictObject({ text: words, expect: words, feedback }))
    .min(2)
    .max(7),
});

/** One question. */
export const questionSchema = z.discriminatedUnion('kind', [single, multiple, numeric, predict]);

/** content/quizzes/<slug>.yaml */
export const quizSchema = z.strictObject({ questions: z.array(questionSchema).min(1) });

/** One question, read. */
export type Question = z.infer<typeof questionSchema>;
/** A question whose right answer the figure's model computes. */
export type Prediction = Extract<Question, { kind: 'predict' }>;
/** A quiz, read. */
export type QuizData = z.infer<typeof quizSchema>;

/** What is wrong between a quiz and its article's objectives, a sentence each: every one is served, and none is unknown. */
export function objectiveFaults(quiz: QuizData, objectives: readonly { readonly id: string }[]): readonly string[] {
  const asked = new Set(quiz.questions.map((question) => question.objective));
  const known = new Set(objectives.map((objective) => objective.id));
  return [
    ...objectives.filter(({ id }) => !asked.has(id)).map(({ id }) => `no question tests the objective ${id}`),
    ...quiz.questions
      .filter(({ objective }) => !known.has(objective))
      .map(({ id, objective }) => `question ${id} tests the objective ${objective}, which the article does not have`),
  ];
}

/** Ids that stand twice in a quiz and tracking numbers that stand twice on the site, a sentence each. */
export function identityFaults(quizzes: Readonly<Record<string, QuizData>>): readonly string[] {
  const all = Object.entries(quizzes).flatMap(([name, quiz]) => quiz.questions.map((question) => ({ name, question })));
  return all.flatMap(({ name, question }, index) => {
    const before = all.slice(0, index);
    const sameId = before.some((one) => one.name === name && one.question.id === question.id);
    const sameNumber = before.find((one) => one.question.tracking === question.tracking);
    return [
      ...(sameId ? [`${name} has two questions ${question.id}`] : []),
      ...(sameNumber
        ? [
            `${name}/${question.id} has the tracking number ${question.tracking} of ${sameNumber.name}/${sameNumber.question.id}`,
          ]
        : []),
    ];
  });
}
