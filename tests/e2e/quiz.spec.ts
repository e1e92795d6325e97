/** The quiz: each kind of question answered wrongly and rightly, with reasons; kept, forgotten, and whole without JavaScript. */
import { formatReadout } from '../../src/figure/words.ts';
import { expect, type Locator, type Page } from '@playwright/test';
import { loadQuizzes, numericAnswer, predicted } from '../../src/components/quizzes.ts';
import type { Question } from '../../src/components/quiz-schema.ts';
import { readArticles } from '../content/articles.ts';
import { test, visit } from './pages.ts';

const slug = 'type-1-and-type-2';
const path = `learn/${slug}/`;
const key = `inside-xen:quiz:${slug}`;
const questions = loadQuizzes()[slug]?.questions ?? [];
const instances = readArticles().find((article) => article.slug === slug)?.scan.instances ?? [];

const box = (page: Page, question: Question): Locator => page.locator(`[data-question="${question.id}"]`);
const result = (page: Page, question: Question): Locator => box(page, question).locator('.question-result');
const check = (page: Page, question: Question): Promise<void> =>
  box(page, question).locator('[data-act="check"]').click();
const option = (page: Page, question: Question, index: number): Locator =>
  box(page, question).locator('input').nth(index);
const plain = (text: string): string => text.replaceAll('`', '').replace(/\s+/g, ' ').trim();

function ofKind<K extends Question['kind']>(kind: K): Extract<Question, { kind: K }> {
  const found = questions.find((question) => question.kind === kind);
  if (!found) throw new Error(`The quiz of ${slug} has no question of the kind ${kind}.`);
  return found as Extract<Question, { kind: K }>;
}

/** The options that are right, by index. */
async function rightOptions(question: Exclude<Question, { kind: 'numeric' }>): Promise<readonly number[]> {
  if (question.kind === 'predict') return [(await predicted(question, instances)).right];
  return question.options.flatMap((one, index) => (one.right ? [index] : []));
}

test('an answer is wanted before it is checked', async ({ quietPage: page }) => {
  await visit(page, path);
  for (const question of questions) {
    await check(page, question);
    await expect(result(page, question)).toHaveText(/first\.$/);
    await expect(result(page, question)).toHaveRole('status');
  }
  expect(await page.evaluate((name) => localStorage.getItem(name), key)).toBeNull();
});

for (const kind of ['single', 'predict'] as const)
  test(`${kind}: every option says why`, async ({ quietPage: page }) => {
    const question = ofKind(kind);
    const [right] = await rightOptions(question);
    await visit(page, path);
    for (const [index, { feedback }] of question.options.entries()) {
      await option(page, question, index).check();
      // What was said of another answer is gone.
      await expect(result(page, question)).toHaveText('');
      await check(page, question);
      await expect(result(page, question)).toContainText(index === right ? 'Right.' : 'Not this.');
      await expect(result(page, question)).toContainText(plain(feedback));
      await expect(box(page, question).locator('.option-mark').nth(index)).toHaveText(
        index === right ? '(right)' : '(not right)',
      );
    }
  });

test('predict: what the model reads out, and the figure is set to it', async ({ quietPage: page }) => {
  const question = ofKind('predict');
  const { readouts } = await predicted(question, instances);
  expect(readouts.length).toBeGreaterThan(0);
  await visit(page, path);
  const run = box(page, question).locator('[data-act="run"]');
  await expect(run).toBeHidden();
  await option(page, question, 0).check();
  await check(page, question);
  for (const one of readouts) await expect(result(page, question)).toContainText(`${one.label}: ${formatReadout(one)}`);
  await run.click();
  const figure = page.locator(`xen-figure[data-figure="${question.figure}"]`);
  for (const one of readouts)
    await expect(figure.locator(`[data-readout="${one.id}"] dd`)).toHaveText(formatReadout(one));
  await expect(figure.locator('.stage')).toBeInViewport({ ratio: 0.5 });
});

test('multiple: part of the answer is partly right, and what is missing is told', async ({ quietPage: page }) => {
  const question = ofKind('multiple');
  const right = await rightOptions(question);
  const wrong = question.options.findIndex((one) => !one.right);
  await visit(page, path);
  await option(page, question, right[0] ?? 0).check();
  await option(page, question, wrong).check();
  await check(page, question);
  await expect(result(page, question)).toContainText('Partly.');
  for (const index of [...right, wrong])
    await expect(result(page, question)).toContainText(plain(question.options[index]?.feedback ?? ''));
  await option(page, question, wrong).uncheck();
  for (const index of right) await option(page, question, index).check();
  await check(page, question);
  await expect(result(page, question)).toContainText('Right.');
  for (const index of right) await option(page, question, index).uncheck();
  await option(page, question, wrong).check();
  await check(page, question);
  await expect(result(page, question)).toContainText('Not this.');
});

test('numeric: within the tolerance it is right, beyond it not; Enter checks', async ({ quietPage: page }) => {
  const question = ofKind('numeric');
  const answer = numericAnswer(question);
  await visit(page, path);
  const field = box(page, question).locator('input');
  for (const [given, right] of [
    [answer, true],
    [answer + question.tolerance, true],
    [answer - question.tolerance, true],
    [answer + 2 * question.tolerance + 1, false],
    [-answer, false],
  ] as const) {
    await field.fill(String(Number(given.toPrecision(12))));
    await field.press('Enter');
    await expect(result(page, question)).toContainText(right ? 'Right.' : 'Not this number.');
    await expect(result(page, question)).toContainText(
      plain(right ? question.feedback.right : question.feedback.wrong),
    );
  }
});

test('an answer that is entered before the code for it has come is marked when it has', async ({ page }) => {
  const question = ofKind('numeric');
  let come: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (come = resolve));
  await page.route('**/assets/prose*.js', async (route) => {
    await held;
    await route.continue();
  });
  await visit(page, path);
  const field = box(page, question).locator('input');
  await field.fill(String(numericAnswer(question)));
  await field.press('Enter');
  come?.();
  await expect(result(page, question)).toContainText('Right.');
});

test('answers are kept, counted, and forgotten when the reader says so', async ({ quietPage: page }) => {
  await visit(page, path);
  const score = page.locator('.quiz-score');
  const single = ofKind('single');
  const [right = 0] = await rightOptions(single);
  await option(page, single, right).focus();
  await page.keyboard.press('Space');
  await check(page, single);
  await expect(score).toHaveText(`1 of ${questions.length} answered rightly.`);
  const numeric = ofKind('numeric');
  await box(page, numeric).locator('input').fill('123456');
  await check(page, numeric);
  await expect(score).toHaveText(`1 of ${questions.length} answered rightly.`);
  await page.reload();
  await expect(score).toHaveText(`1 of ${questions.length} answered rightly.`);
  await expect(option(page, single, right)).toBeChecked();
  await expect(result(page, single)).toContainText('Right.');
  await expect(box(page, numeric).locator('input')).toHaveValue('123456');
  await page.locator('[data-act="clear"]').click();
  await expect(option(page, single, right)).not.toBeChecked();
  await expect(score).toHaveText('');
  await expect(page.locator('[data-act="clear"]')).toBeHidden();
  expect(await page.evaluate((name) => localStorage.getItem(name), key)).toBeNull();
});

for (const junk of [
  '{"',
  '[]',
  '5',
  `{"${questions[0]?.id}":{"chosen":"0","right":1}}`,
  `{"${questions[0]?.id}":null}`,
])
  test(`is not disturbed by ${junk} in the store`, async ({ quietPage: page }) => {
    await page.addInitScript(([name, text]) => localStorage.setItem(name ?? '', text ?? ''), [key, junk]);
    await visit(page, path);
    const single = ofKind('single');
    const [right = 0] = await rightOptions(single);
    await option(page, single, right).check();
    await check(page, single);
    await expect(result(page, single)).toContainText('Right.');
    await expect(page.locator('.quiz-score')).toHaveText(`1 of ${questions.length} answered rightly.`);
  });

test('without JavaScript every question has its answers and reasons', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, ...(baseURL ? { baseURL } : {}) });
  const page = await context.newPage();
  await page.goto(path);
  for (const question of questions) {
    const answers = box(page, question).locator('.answers');
    await answers.locator('summary').click();
    if (question.kind === 'numeric') {
      await expect(answers).toContainText(plain(question.feedback.right));
      continue;
    }
    const right = await rightOptions(question);
    for (const [index, { feedback }] of question.options.entries()) {
      const line = answers.locator('li').nth(index);
      await expect(line).toBeVisible();
      await expect(line).toContainText(plain(feedback));
      await expect(line).toContainText(right.includes(index) ? /, right:/ : /not right:/);
    }
  }
  await expect(page.locator('.quiz :is(button, input):visible')).toHaveCount(0);
  await context.close();
});
