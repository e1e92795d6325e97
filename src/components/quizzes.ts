/** Quizzes of content/quizzes: read, checked, and their answers found, by the figures' models where a question predicts. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { splitSettings } from '../figure/address.ts';
import type { Readout } from '../figure/contract.ts';
import { contentFolder } from './content-data.ts';
import { numberEntry } from './numbers.ts';
import {
  identityFaults,
  objectiveFaults,
  quizSchema,
  type Prediction,
  type Question,
  type QuizData,
} from './quiz-schema.ts';
import type { Instance } from './scan.ts';
import { outcomeOf, unmet } from './steps.ts';
import { figureNames } from '../figures/index.ts';

/** Reads a quiz from its text; `name` stands in the sentence that is thrown where it breaks the schema. */
export function readQuiz(text: string, name: string): QuizData {
  const document = parseDocument(text);
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw new Error(`${name} is not YAML as it should be: ${fault.message}`);
  const raw: unknown = document.toJS();
  const result = quizSchema.safeParse(raw);
  if (result.success) return result.data;
  const said = result.error.issues.map((issue) => `  ${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new Error(`${name} breaks its schema:\n${said.join('\n')}`);
}

/** All quizzes by the slugs of their articles; throws where two questions share an id or a tracking number. */
export function loadQuizzes(folder = join(contentFolder(), 'quizzes')): Readonly<Record<string, QuizData>> {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : [];
  const quizzes = Object.fromEntries(
    files
      .sort()
      .map((file) => [
        file.replace(/\.yaml$/, ''),
        readQuiz(readFileSync(join(folder, file), 'utf8'), `content/quizzes/${file}`),
      ]),
  );
  const faults = identityFaults(quizzes);
  if (faults.length > 0) throw new Error(`content/quizzes: ${faults.join('; ')}.`);
  return quizzes;
}

let read: Readonly<Record<string, QuizData>> | undefined;

/** All quizzes of the project; a build reads them once, `npm run dev` each time. */
function allQuizzes(): Readonly<Record<string, QuizData>> {
  return import.meta.env?.DEV ? loadQuizzes() : (read ??= loadQuizzes());
}

/** The quiz of an article, held against its objectives; throws a sentence where it has none or they do not fit. */
export function articleQuiz(slug: string, objectives: readonly { readonly id: string }[]): QuizData {
  const quiz = allQuizzes()[slug];
  if (!quiz) throw new Error(`There is no content/quizzes/${slug}.yaml.`);
  const faults = objectiveFaults(quiz, objectives);
  if (faults.length > 0) throw new Error(`content/quizzes/${slug}.yaml: ${faults.join('; ')}.`);
  return quiz;
}

/** The number that answers a numeric question. */
export function numericAnswer(question: Extract<Question, { kind: 'numeric' }>): number {
  const { answer, unit, id } = question;
  if (typeof answer === 'number') return answer;
  const entry = numberEntry(answer.number);
  if (entry.unit !== unit)
    throw new Error(`Question ${id} asks for ${unit}, and ${answer.number} is in ${entry.unit}.`);
  return entry.value;
}

/** The figure that a question predicts: the one on the page by id or name, else the figure itself as it opens. */
export function predictedInstance(question: Prediction, instances: readonly Instance[]): Instance {
  const found =
    instances.find((one) => one.id === question.figure) ?? instances.find((one) => one.name === question.figure);
  if (found) return found;
  if (figureNames.includes(question.figure)) return { id: question.figure, name: question.figure };
  throw new Error(`Question ${question.id} predicts ${question.figure}, and there is no such figure.`);
}

/** What the model answers to a prediction. */
export interface Predicted {
  /** Index of the option that holds. */
  readonly right: number;
  /** The readouts that the options speak of, as they stand in that state. */
  readonly readouts: readonly Readout[];
}

/** Sets the figure as a question says and finds the option that holds; throws a sentence unless exactly one does. */
export async function predicted(question: Prediction, instances: readonly Instance[]): Promise<Predicted> {
  const outcome = await outcomeOf(predictedInstance(question, instances), splitSettings(question.set));
  const holds = question.options.map(({ expect }) => unmet(expect, question.figure, outcome) === undefined);
  const right = holds.indexOf(true);
  const count = holds.filter(Boolean).length;
  if (count !== 1) {
    const shown = outcome.readouts.map((one) => `${one.id} = ${one.value}`).join(', ');
    throw new Error(`Of the options of ${question.id} ${count} hold instead of one; the model gives ${shown}.`);
  }
  const named = (id: string): boolean => question.options.some(({ expect }) => expect.includes(`.${id} `));
  return { right, readouts: outcome.readouts.filter(({ id }) => named(id)) };
}
