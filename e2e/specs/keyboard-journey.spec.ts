import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { KeyboardUser } from '../pages/keyboard-user.ts';
import { Studio } from '../pages/studio.ts';

test('the main journey by keyboard alone', async ({ app }) => {
  const studio = new Studio(app.page);
  const user = new KeyboardUser(app.page);
  await studio.ready();
  await user.watchPointer();
  const { step } = test;
  const said = app.page.getByTestId('announcer');

  await step('a new pipeline with a name', async () => {
    await user.press('Control+Alt+n');
    await expect(app.page.getByTestId('template-empty')).toBeFocused();
    await user.press('Enter');
    await expect(studio.cards).toHaveCount(0);
    await user.press('Control+k');
    await user.type('rename pipeline');
    await user.press('Enter');
    await expect(app.page.getByTestId('pipeline-title')).toBeFocused();
    await user.type('Species by keyboard');
    await user.press('Enter');
    await expect(app.page.getByTestId('pipeline-title')).toHaveValue('Species by keyboard');
  });

  await step('a reader, and its file', async () => {
    await user.addNext('csv reader', 'data/csv-reader');
    await expect(said).toContainText('Add CSV Reader');
    await user.press('Enter');
    await expect(studio.param('path').locator('input')).toBeFocused();
    await user.type('data/penguins.csv');
    await user.press('Escape');
    await expect(studio.canvas).toBeFocused();
  });

  await step('select, filter with a condition, split', async () => {
    await user.addNext('select columns', 'transform/select-columns');
    await user.addNext('filter rows', 'transform/filter-rows');
    await user.press('Enter');
    await expect(app.page.getByTestId('inspector').locator(':focus')).toBeVisible();
    await user.tabTo(app.page.locator('[data-testid=inspector] .cm-content'));
    await user.type('year > 2007');
    await user.escapeTo(studio.canvas);
    await user.addNext('partition', 'transform/partition');
  });

  await step('a learner, and a recipe added at its port', async () => {
    await user.addNext('logistic', 'train/logistic-regression');
    await user.press('Alt+p');
    await expect(user.focused).toHaveAccessibleName(/^Output /);
    await user.press('ArrowLeft');
    await expect(user.focused).toHaveAccessibleName(/^Input .* connected to Partition/);
    const recipe = studio.card('train/logistic-regression').getByTestId('port-in-recipe');
    for (let presses = 0; presses < 3 && !(await recipe.evaluate((element) => element === document.activeElement)); presses++) await user.press('ArrowDown');
    await expect(recipe).toBeFocused();
    await user.press('Enter');
    await expect(app.page.getByTestId('choose-new-in-recipe')).toHaveAttribute('aria-selected', 'true');
    await user.press('Enter');
    await expect(app.page.getByTestId('quick-add-search')).toBeFocused();
    await user.type('preprocess');
    await user.press('Enter');
    await expect(recipe).toHaveAccessibleName(/connected to Preprocess/);
  });

  await step('predict on the rows kept back: two ports, one by a list', async () => {
    await user.goTo('Logistic Regression');
    await user.addNext('predict', 'evaluate/predict');
    await expect(app.page.locator('.react-flow__edge')).toHaveCount(6);
    await user.press('Alt+c');
    await expect(app.page.getByTestId('choose-search')).toBeFocused();
    await user.type('into partition test');
    await expect(app.page.getByRole('option', { selected: true })).toContainText('Partition');
    await user.press('Enter');
    await expect(app.page.locator('.react-flow__edge')).toHaveCount(7);
    await expect(said).toContainText(/Connected: Partition, Test/);
    await user.addNext('confusion', 'evaluate/confusion-matrix');
  });

  await step('a bundle to take away', async () => {
    await user.goTo('Logistic Regression');
    await user.addNext('bundle', 'deploy/bundle');
    await user.press('Enter');
    await expect(app.page.getByTestId('inspector').locator(':focus')).toBeVisible();
    await user.tabTo(studio.param('name').locator('input'));
    await user.press('Control+a');
    await user.type('by-keyboard');
    await user.press('Escape');
  });

  await step('run, and hear how it goes', async () => {
    await user.press('Shift+F7');
    await studio.expectAll('done');
    await expect(said).toContainText(/Run done after .*: 9 of 9 nodes/);
  });

  await step('read the table and the report', async () => {
    await user.goTo('Filter Rows');
    await user.press('F10');
    await expect(app.page.getByTestId('table-row-count').first()).toContainText(/\d/);
    const grid = app.page.getByRole('grid', { name: 'Table' });
    await user.press('Control+F6', 'Control+F6');
    await expect(grid).toBeFocused();
    await user.press('ArrowDown', 'ArrowRight');
    await expect(grid).toHaveAttribute('aria-activedescendant', /cell/);
    await user.press('Escape', 'Escape');
    await expect(studio.canvas).toBeFocused();
    await user.goTo('Confusion Matrix');
    await user.press('F10');
    await expect(app.page.getByTestId('report-view')).toContainText(/accuracy/i);
  });

  await step('rename, undo, redo', async () => {
    await user.goTo('Filter Rows');
    await user.press('F2');
    await user.press('Control+a');
    await user.type('Recent years');
    await user.press('Enter');
    await expect(studio.card('transform/filter-rows')).toContainText('Recent years');
    await user.press('Control+z');
    await expect(studio.card('transform/filter-rows')).not.toContainText('Recent years');
    await expect(said).toContainText('Undone: Rename node');
    await user.press('Control+y');
    await expect(studio.card('transform/filter-rows')).toContainText('Recent years');
    await studio.expectSaved();
  });

  await step('the outline: read, connect, delete, undo', async () => {
    await user.press('Control+Shift+o');
    await expect(user.focused).toHaveRole('treeitem');
    await user.press('Home');
    await expect(user.focused).toHaveAccessibleName(/^CSV Reader, up to date, 344 rows/);
    await user.type('rec');
    await expect(user.focused).toHaveAccessibleName(/^Recent years, Filter Rows, /);
    await user.press('Control+Delete');
    await expect(studio.cards).toHaveCount(8);
    await expect(user.focused).toHaveRole('treeitem');
    await user.press('Control+z');
    await expect(studio.cards).toHaveCount(9);
    await user.press('Home', 'Alt+e');
    await expect(app.page.getByTestId('choose-list')).toContainText('CSV Reader');
    await user.press('Escape');
    await expect(user.focused).toHaveAccessibleName(/^CSV Reader/);
    await user.press('F2');
    await user.press('Control+a');
    await user.type('Penguins');
    await user.press('Enter');
    await expect(user.focused).toHaveAccessibleName(/^Penguins, CSV Reader/);
    await user.press('Control+Shift+o');
    await expect(app.page.getByTestId('outline-panel')).toHaveCount(0);
  });

  await step('what was made is there', async () => {
    expect(await readdir(path.join(app.projectDir, 'bundles'))).toContain('by-keyboard');
    expect(await user.pointerUses()).toBe(0);
  });
  expect(app.pageErrors).toEqual([]);
});
