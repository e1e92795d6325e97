/** Live prose: instructions that do themselves, parameters in the line, values that follow, cards, citations. */
import { glossaryTerm } from '../../src/components/glossary.ts';
import { expect, type Locator, type Page } from '@playwright/test';
import { splitSettings } from '../../src/figure/address.ts';
import { samples } from '../../src/models/x86/samples/index.ts';
import { articles, live, pointAt, test, visit } from './pages.ts';

const paths = 'learn/type-1-and-type-2/';

const figure = (page: Page, id: string): Locator => page.locator(`xen-figure#${id}`);

/** What a control of a figure holds, in the words of an address. */
async function setting(page: Page, id: string, name: string): Promise<string> {
  if (name === 'frame') {
    const [place = '', length = ''] = ((await figure(page, id).locator('.position').textContent()) ?? '').split(' / ');
    return place === length ? 'last' : String(Number(place) - 1);
  }
  const gutter = figure(page, id).locator(`.control[data-lines="${name}"] .code-line`);
  if ((await gutter.count()) > 0)
    return gutter.evaluateAll((lines) =>
      lines.flatMap((line, at) => (line.matches('.has-stop') ? [at + 1] : [])).join(','),
    );
  const control = figure(page, id).locator(`.control[data-param="${name}"]`);
  if ((await control.locator('textarea').count()) > 0) {
    // An address may give a program's name in its place.
    const text = await control.locator('textarea').inputValue();
    return samples.find((sample) => sample.text === text)?.name ?? text;
  }
  if ((await control.locator('input[type=range]').count()) > 0) return control.locator('input').inputValue();
  if ((await control.locator('select').count()) > 0) return control.locator('select').inputValue();
  const chosen = await control
    .locator('input:checked')
    .evaluateAll((inputs) => inputs.map((one) => (one as HTMLInputElement).value));
  return chosen.join(',') === 'on' ? 'on' : chosen.join(',') || 'off';
}

async function expectSettings(page: Page, set: string): Promise<void> {
  for (const [key, value] of splitSettings(set)) {
    const [id = '', name = ''] = key.split('.');
    await expect.poll(() => setting(page, id, name), { message: `${set}: ${key}` }).toBe(value);
  }
}

for (const path of articles)
  test(`every Do of ${path} does what it says, and shows its figure`, async ({ quietPage: page }) => {
    await visit(page, path);
    const steps = page.locator('a.do');
    expect(await steps.count()).toBeGreaterThan(1);
    for (const step of await steps.all()) {
      const set = (await step.getAttribute('data-do')) ?? '';
      await step.click();
      await expect(step).toHaveClass(/is-done/);
      await expect(step).toHaveRole('button');
      await expectSettings(page, set);
      const stage = figure(page, set.slice(0, set.indexOf('.'))).locator('.stage');
      await expect(stage).toBeInViewport({ ratio: 0.5 });
    }
    await expect(page.locator('.announcer')).toHaveText('The figure is set.');
  });

test('a Do is done by Enter and by Space, leaves the focus, and can be undone', async ({ quietPage: page }) => {
  await visit(page, paths);
  await live(page, 'paths');
  const before = await setting(page, 'paths', 'busy');
  const step = page.locator('a.do[data-do^="paths.busy"]').first();
  const set = (await step.getAttribute('data-do')) ?? '';
  for (const key of ['Enter', 'Space']) {
    await step.focus();
    await page.keyboard.press(key);
    await expectSettings(page, set);
    await expect(step).toBeFocused();
    await figure(page, 'paths').locator('[data-act="undo"]').click();
    await expect.poll(() => setting(page, 'paths', 'busy')).toBe(before);
  }
  // Space pages down where nobody holds it back.
  const isLeftAlone = await step.evaluate((node) =>
    node.dispatchEvent(new KeyboardEvent('keydown', { key: ' ', bubbles: true, cancelable: true })),
  );
  expect(isLeftAlone).toBe(false);
});

test('a Do that wraps stands in the line like its neighbours', async ({ page }) => {
  await page.setViewportSize({ width: 340, height: 800 });
  await visit(page, paths);
  const steps = page.locator('a.do');
  const lines = await steps.evaluateAll((all) =>
    all.map((step) => [step.getClientRects().length, getComputedStyle(step).display]),
  );
  expect(lines.every(([, display]) => display === 'inline')).toBe(true);
  expect(lines.some(([count]) => Number(count) > 1)).toBe(true);
});

test.describe('a Scrub', () => {
  test.beforeEach(async ({ page }) => {
    await visit(page, paths);
    await live(page, 'paths');
    // The first touch of a page loads what makes its prose live.
    await page.mouse.move(5, 5);
    await page.mouse.move(9, 9);
    await expect(slider(page)).toHaveRole('slider');
  });
  const scrub = (page: Page): Locator => page.locator('.scrub-number').first();
  const slider = (page: Page): Locator => scrub(page).locator('.scrub-value');
  const now = async (page: Page): Promise<number> => Number(await slider(page).getAttribute('aria-valuenow'));

  test('moves by keys, to its ends and no further, and the figure follows', async ({ page }) => {
    const name = ((await scrub(page).getAttribute('data-scrub')) ?? '').split('.')[1] ?? '';
    const start = await now(page);
    await slider(page).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => now(page)).toBe(start + 2);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => now(page)).toBe(start + 1);
    expect(await setting(page, 'paths', name)).toBe(String(start + 1));
    await page.keyboard.press('End');
    const max = Number(await slider(page).getAttribute('aria-valuemax'));
    await expect.poll(() => now(page)).toBe(max);
    await page.keyboard.press('PageUp');
    await expect(scrub(page).locator('[data-by="1"]')).toHaveAttribute('aria-disabled', 'true');
    expect(await now(page)).toBe(max);
    await page.keyboard.press('PageDown');
    await expect.poll(() => now(page)).toBeLessThan(max);
    await page.keyboard.press('Home');
    await expect.poll(() => now(page)).toBe(Number(await slider(page).getAttribute('aria-valuemin')));
    await expect(slider(page)).toHaveAttribute('aria-label', /./);
    expect(await slider(page).getAttribute('aria-valuetext')).toBe((await slider(page).textContent())?.trim());
  });

  test('is dragged sideways; the whole drag is one step of undo; the line does not move', async ({ page }) => {
    await slider(page).scrollIntoViewIfNeeded();
    const start = await now(page);
    const box = await slider(page).boundingBox();
    if (!box) throw new Error('The Scrub has no box.');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    for (const by of [20, 40, 60, 80]) await page.mouse.move(box.x + box.width / 2 + by, box.y + 40);
    await expect.poll(() => now(page)).toBeGreaterThan(start + 1);
    const far = await now(page);
    await page.mouse.move(box.x + box.width / 2 + 40, box.y + 40);
    await expect.poll(() => now(page)).toBeLessThan(far);
    await page.mouse.up();
    expect((await slider(page).boundingBox())?.width).toBe(box.width);
    await figure(page, 'paths').locator('[data-act="undo"]').click();
    await expect.poll(() => now(page)).toBe(start);
    expect(await slider(page).evaluate((node) => getComputedStyle(node).touchAction)).toBe('pan-y');
  });

  test('has two buttons of 24 pixels for who cannot drag', async ({ page }) => {
    const start = await now(page);
    const more = scrub(page).locator('[data-by="1"]');
    const less = scrub(page).locator('[data-by="-1"]');
    for (const button of [more, less]) {
      const box = await button.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24);
      await expect(button).toHaveAccessibleName(/: ./);
    }
    await more.click();
    await more.click();
    await expect.poll(() => now(page)).toBe(start + 2);
    await less.click();
    await expect.poll(() => now(page)).toBe(start + 1);
  });

  test('and every Value say what the figure says', async ({ page }) => {
    const pairs = async (): Promise<readonly (readonly [string | null, string | null])[]> => {
      const values = await page.locator('[data-value^="paths."]').all();
      return Promise.all(
        values.map(async (value) => {
          const name = ((await value.getAttribute('data-value')) ?? '').split('.')[1] ?? '';
          return [
            await value.textContent(),
            await figure(page, 'paths').locator(`[data-readout="${name}"] dd`).textContent(),
          ] as const;
        }),
      );
    };
    const before = await pairs();
    expect(before.length).toBeGreaterThan(0);
    await slider(page).focus();
    await page.keyboard.press('End');
    await expect.poll(async () => (await pairs()).some(([text], index) => text !== before[index]?.[0])).toBe(true);
    for (const [text, readout] of await pairs()) expect(text).toBe(readout);
  });
});

test('a term has a card on hover and on focus, beside the word and not over it, until Escape', async ({
  quietPage: page,
}) => {
  await page.clock.install();
  await visit(page, paths);
  const term = page.locator('a.term').nth(1);
  const card = page.locator('.card');
  await term.scrollIntoViewIfNeeded();
  await pointAt(term);
  await expect(card).toBeVisible();
  const id = (await term.getAttribute('href'))?.split('#')[1] ?? '';
  await expect(card.locator('.card-text')).toHaveText(glossaryTerm(id).definition);
  await expect(term).toHaveAccessibleDescription(new RegExp(glossaryTerm(id).definition.slice(0, 20)));
  const [word, box] = [await term.boundingBox(), await card.boundingBox()];
  if (!word || !box) throw new Error('The card is not drawn.');
  expect(box.y >= word.y + word.height || box.y + box.height <= word.y).toBe(true);
  // The pointer may go over the gap and onto the card.
  await page.mouse.move(word.x + 4, box.y > word.y ? word.y + word.height + 3 : word.y - 3);
  await card.hover();
  await page.clock.runFor(5000);
  await expect(card).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await page.locator('a.term').first().focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  await expect(card).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.locator('a.term').first()).not.toBeFocused();
  expect(await term.getAttribute('href')).toMatch(/\/glossary\/#/);
});

test('a citation says what it cites, leads to the reference, and is led back to from there', async ({ page }) => {
  await visit(page, paths);
  const citations = page.locator('.cite a');
  const ids = await citations.evaluateAll((all) => all.map((one) => one.id));
  expect(new Set(ids).size).toBe(ids.length);
  const back = await page
    .locator('.back-links a')
    .evaluateAll((all) => all.map((one) => (one.getAttribute('href') ?? '').slice(1)));
  expect([...back].sort()).toEqual([...ids].sort());
  await expect(citations.first()).toHaveAccessibleName(/^Reference 1: /);
  await pointAt(citations.first());
  await expect(page.locator('.card-source')).toHaveText(/./);
  await citations.first().click();
  await expect(page.locator('.references li:target')).toBeInViewport();
  // The numbers count up in the order of the text, and so do the letters of each reference.
  const numbers = await citations.evaluateAll((all) => all.map((one) => Number(one.textContent)));
  const seen = numbers.filter((number, index) => numbers.indexOf(number) === index);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  for (const list of await page.locator('.back-links').all()) {
    const order = await list
      .locator('a')
      .evaluateAll((all) => all.map((one) => (one.getAttribute('href') ?? '').slice(1)));
    expect(order.map((id) => ids.indexOf(id))).toEqual(order.map((id) => ids.indexOf(id)).sort((a, b) => a - b));
  }
});

test('without JavaScript the prose is whole, and no control is dead', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, ...(baseURL ? { baseURL } : {}) });
  const page = await context.newPage();
  for (const path of articles) {
    await page.goto(path);
    for (const value of await page.locator('.value, .scrub-value, .published').all())
      expect((await value.textContent())?.trim()).not.toBe('');
    for (const step of await page.locator('a.do').all()) {
      const target = ((await step.getAttribute('href')) ?? '').slice(1);
      expect(await page.locator(`[id="${target}"]`).count()).toBe(1);
    }
    for (const task of await page.locator('.task').all()) {
      await task.locator('summary').click();
      await expect(task.locator('.task-show p').first()).toBeVisible();
    }
    expect(await page.locator('main article :is(button, input, select):visible').count()).toBe(0);
  }
  await context.close();
});

test('a Do that takes the reader to a figure offers the way back to the sentence', async ({ quietPage: page }) => {
  await visit(page, paths);
  const far = page.locator('a.do').nth(1);
  await far.scrollIntoViewIfNeeded();
  await far.click();
  const back = page.locator('#paths .return');
  await expect(back).toBeVisible();
  await expect(page.locator('#paths .stage')).toBeInViewport();
  await back.click();
  await expect(far).toBeFocused();
  await expect(far).toBeInViewport();
  await expect(back).toHaveCount(0);
});
