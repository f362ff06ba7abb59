import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

test('a pipeline is told in words, whose names select the nodes', async ({ app }) => {
  const studio = new Studio(app.page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await app.page.getByTestId('describe').click();
  const words = app.page.getByTestId('description-text');
  await expect(words).toContainText('It was not run yet.');
  await expect(words).toContainText('Partition splits the rows into 70 % train and 30 % test');
  await words.locator('[data-node="prep"]').first().click();
  await expect(studio.node('prep')).toHaveAttribute('data-selected', 'true');
  await studio.runAll();
  await studio.expectAll('done');
  await expect(words).toContainText('344 rows of 8 columns');
  await expect(words).toContainText(/Confusion Matrix of Neural Network: accuracy/);
  await app.page.getByTestId('description-keep').click();
  await app.page.getByTestId('description-panel').press('Escape');
  await expect(app.page.getByTestId('description-panel')).toHaveCount(0);
  // The panel gives the focus back to where it was; from there the first Escape leads to the canvas.
  await expect(async () => {
    await studio.canvas.press('Escape');
    await expect(app.page.getByTestId('inspector').locator('textarea').first()).toHaveValue(/## In words/, { timeout: 2000 });
  }).toPass();
  expect(app.pageErrors).toEqual([]);
});

test('problems of all pipelines are listed, lead to their place, and are fixed there', async ({ app }) => {
  const studio = new Studio(app.page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  // Another program breaks a pipeline that is not open.
  const file = path.join(app.projectDir, 'pipelines/cars.pipeline.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"x": "weight"', '"x": "wieght"').replace('"target": "mpg"', '"target": "mpgg"'));
  const rail = app.page.getByTestId('rail-problems');
  await expect(rail).toHaveAttribute('data-count', '2');
  await rail.click();
  const ofCars = '[data-path="pipelines/cars.pipeline.json"]';
  const listed = app.page.getByTestId('problem-list');
  await expect(listed.locator(`[data-testid=problem-group]${ofCars}`)).toBeVisible();
  await expect(listed).toContainText('There is no column “wieght” in the table.');
  await app.page.getByTestId('problems-filter').fill('mpgg');
  await expect(listed).not.toContainText('wieght');
  await listed.locator(`[data-testid=problem-0]${ofCars}`).click();
  await expect(app.page.getByTestId('pipeline-switcher')).toHaveAttribute('data-path', 'pipelines/cars.pipeline.json');
  await expect(studio.node('lin')).toHaveAttribute('data-selected', 'true');
  await expect(studio.param('target').locator(':focus')).toHaveCount(1);

  const fix = app.page.getByTestId('inspector').getByTestId('fix-target-missing');
  await expect(fix).toHaveText('Use “mpg” instead of “mpgg”');
  await fix.click();
  await expect(studio.param('target')).toContainText('mpg');
  await expect(fix).toHaveCount(0);
  await app.page.getByTestId('undo').click();
  await expect(fix).toBeVisible();
  await app.page.getByTestId('redo').click();
  await app.page.getByTestId('problems-filter').fill('');
  await app.page.getByTestId('problems-view').getByTestId('fix-unknown-column').click();
  await expect(rail).toHaveAttribute('data-count', '0');
  expect(app.pageErrors).toEqual([]);
});

test('a template becomes a pipeline with its data and runs', async ({ app }) => {
  const studio = new Studio(app.page);
  await studio.ready();
  await app.page.getByTestId('pipeline-switcher').click();
  await app.page.getByTestId('new-pipeline').click();
  await expect(app.page.getByTestId('template-segment')).toContainText('6 nodes');
  await app.page.getByTestId('template-segment').click();
  await expect(studio.cards).toHaveCount(6);
  await studio.runAll();
  await studio.expectAll('done');
  expect(app.pageErrors).toEqual([]);
});

test('the help of a node opens its example, ready to run', async ({ app }) => {
  const studio = new Studio(app.page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.select(studio.node('split'));
  await app.page.getByTestId('tab-about').click();
  await app.page.getByTestId('open-example').click();
  await expect(app.page.getByTestId('pipeline-title')).toHaveValue('Partition: rows to train on and to test on');
  await expect(studio.cards).toHaveCount(2);
  await studio.runAll();
  await studio.expectAll('done');
  expect(app.pageErrors).toEqual([]);
});

test('the guided first pipeline is walked to its end, over a reload', async ({ app }) => {
  // Ports are taken hold of where they are, not where they are on their way to.
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  const studio = new Studio(app.page);
  await studio.ready();
  const { step } = test;
  const tour = app.page.getByTestId('tour');
  const at = (name: string) => expect(tour).toHaveAttribute('data-step', name);
  /** Cards that were dropped near each other lie apart again. */
  const tidy = async () => {
    await studio.canvas.focus();
    await app.page.keyboard.press('Shift+A');
    await studio.fit();
  };
  const addAt = async (port: string, from: string, words: string, type: string) => {
    const handle = studio.card(from).getByTestId(`port-out-${port}`);
    // Waits until the view stands still and nothing lies over the port.
    await handle.hover();
    const start = await handle.boundingBox();
    if (start === null) throw new Error(`the port ${port} is not on the screen`);
    await app.page.mouse.down();
    await app.page.mouse.move(start.x + 90, start.y + 60, { steps: 5 });
    await app.page.mouse.up();
    await app.page.getByTestId('quick-add-search').fill(words);
    await app.page.getByTestId(`quick-add-item-${type}`).click();
    await expect(studio.card(type)).toBeVisible();
    await tidy();
  };
  const addByKey = async (after: string, words: string, type: string) => {
    await studio.select(studio.card(after));
    await studio.canvas.focus();
    await app.page.keyboard.press('Tab');
    await app.page.getByTestId('quick-add-search').fill(words);
    await app.page.getByTestId(`quick-add-item-${type}`).click();
    await expect(studio.card(type)).toBeVisible();
    await tidy();
  };

  await step('it is offered once, and can be declined', async () => {
    await studio.canvas.focus();
    await app.page.keyboard.press('Escape');
    await expect(app.page.getByTestId('tour-offer')).toBeVisible();
    await app.page.getByTestId('tour-start').click();
    await at('data');
    await expect(app.page.getByTestId('announcer')).toContainText('Step 1 of 11: Bring some data.');
    await expect(app.page.getByTestId('tour-ring')).toBeVisible();
  });

  await step('data, and a column', async () => {
    await app.page.getByTestId('sample-dataset').click();
    await at('look');
    await studio.showTab('table');
    await studio.columnMenu('species', 'Statistics');
    await at('split');
  });

  await step('a node by the menu of a port, and a param', async () => {
    await studio.fit();
    await addAt('table', 'data/sample-datasets', 'partition', 'transform/partition');
    await at('share');
    await studio.select(studio.card('transform/partition'));
    await studio.param('fraction').locator('input').last().fill('0.7');
    await studio.param('fraction').locator('input').last().press('Tab');
    await at('learn');
  });

  await step('left, reloaded, and taken up again from the palette', async () => {
    await app.page.getByTestId('tour-leave').click();
    await expect(tour).toHaveCount(0);
    await studio.expectSaved();
    await app.page.reload();
    await studio.ready();
    await expect(tour).toHaveCount(0);
    await app.page.keyboard.press('Control+k');
    await app.page.getByTestId('palette-input').fill('guided first');
    await app.page.keyboard.press('Enter');
    await at('learn');
  });

  await step('a learner, a prediction, a connection, a judge', async () => {
    await studio.fit();
    await addAt('train', 'transform/partition', 'logistic', 'train/logistic-regression');
    await at('predict');
    await addByKey('train/logistic-regression', 'predict', 'evaluate/predict');
    await at('connect');
    await studio.select(studio.card('evaluate/predict'));
    await studio.canvas.focus();
    await app.page.keyboard.press('Alt+c');
    await app.page.getByTestId('choose-search').fill('into partition test');
    await expect(app.page.getByRole('option', { selected: true })).toContainText('Partition');
    await app.page.keyboard.press('Enter');
    await at('judge');
    await addByKey('evaluate/predict', 'confusion', 'evaluate/confusion-matrix');
    await at('run');
  });

  await step('a run that survives a reload, its result, and the model kept', async () => {
    await app.page.reload();
    await studio.ready();
    await at('run');
    await studio.runAll();
    await at('read');
    await studio.fit();
    await studio.select(studio.card('evaluate/confusion-matrix'));
    await app.page.getByTestId('tour-skip').click();
    await at('deploy');
    await addByKey('train/logistic-regression', 'register', 'deploy/register-model');
    await studio.runAll();
    await at('finished');
    await app.page.getByTestId('tour-finish').click();
    await expect(tour).toHaveCount(0);
  });
  expect(app.pageErrors).toEqual([]);
});
