import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

test('a subflow is made, opened, set from outside, repeated, kept as a component and put back', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  const step = test.step;
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.fit();
  const before = await studio.cards.count();
  const subflow = studio.card('flow/subflow');
  const bar = page.getByTestId('level-bar');

  await step('selected nodes become one, which runs as they did', async () => {
    for (const [index, id] of ['logit', 'plog'].entries()) await studio.node(id).click({ position: { x: 40, y: 12 }, modifiers: index === 0 ? [] : ['Shift'] });
    await page.keyboard.press('Control+j');
    await expect(studio.cards).toHaveCount(before - 1);
    await page.keyboard.type('Logistic model');
    await page.keyboard.press('Enter');
    await expect(subflow).toContainText('Logistic model');
    await studio.runAll();
    await studio.expectAll('done');
  });

  await step('it opens on the canvas; a parameter inside is shown outside', async () => {
    await subflow.dblclick({ position: { x: 40, y: 12 } });
    await expect(bar).toContainText('Logistic model');
    await expect(studio.card('train/logistic-regression')).toHaveAttribute('data-state', 'done');
    await expect(studio.card('flow/input').first()).toHaveAttribute('data-state', 'done');
    await studio.select(studio.card('train/logistic-regression'));
    await page.getByTestId('expose-strength').click();
    await expect(page.getByTestId('expose-strength')).toHaveAttribute('aria-pressed', 'true');
    // The packaged page lets no checker in; the page is the same in the browser.
    if (app.mode === 'browser') {
      expect(await findings(page)).toEqual([]);
    }
    await page.getByTestId('level-leave').click();
    await expect(bar).toHaveCount(0);
    await expect(subflow).toHaveAttribute('data-selected', 'true');
    await expect(page.getByTestId('exposed-strength')).toBeVisible();
  });

  await step('run for two values, its tables come out under each other', async () => {
    await page.getByTestId('repeat-section').getByText('For values').click();
    await page.getByTestId('run-add').click();
    const second = page.getByTestId('run-1');
    await second.getByLabel('Name of run 2').fill('strong');
    await second.getByTestId('param-strength').locator('input').fill('50');
    await second.getByTestId('param-strength').locator('input').press('Tab');
    await expect(subflow).toContainText('run 2 times');
    await studio.runAll();
    await studio.expectState(subflow, 'done');
    await studio.expectState(studio.card('evaluate/roc-pr'), 'done');
    await subflow.dblclick({ position: { x: 40, y: 12 } });
    await expect(bar.getByRole('combobox')).toContainText('1');
    await bar.getByRole('combobox').click();
    await page.getByRole('option', { name: 'strong' }).click();
    await expect(studio.card('train/logistic-regression')).toHaveAttribute('data-state', 'done');
    await page.getByTestId('level-leave').click();
  });

  await step('as a component it is used in another pipeline, with a copy of its own', async () => {
    await page.getByTestId('component-save').click();
    await expect(page.getByTestId('component-section')).toContainText('version 1');
    await studio.expectSaved();
    await studio.newPipeline();
    await page.getByTestId('catalogue-search').first().fill('Logistic model');
    await page.locator('[data-testid^="catalogue-item-component/"]').dblclick();
    await expect(subflow).toContainText('Logistic model');
    await studio.select(subflow);
    await expect(page.getByTestId('component-section')).toContainText('version 1');
  });

  await step('all of it is undone after a reload', async () => {
    await studio.openPipeline('pipelines/penguins.pipeline.json');
    await page.reload();
    await studio.ready();
    await expect(subflow).toHaveCount(1);
    await studio.canvas.focus();
    // More often than there are steps: where nothing is left to undo the key does nothing.
    for (let steps = 0; steps < 30; steps++) await page.keyboard.press('Control+z');
    await expect(page.getByTestId('undo')).toBeDisabled();
    await expect(studio.cards).toHaveCount(before);
    await expect(studio.node('logit')).toHaveCount(1);
  });
});
