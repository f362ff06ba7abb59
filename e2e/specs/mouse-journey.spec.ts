import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

/** Counts key presses in the page, from now on. */
async function watchKeys(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counted = window as unknown as { keyUses: number };
    counted.keyUses = 0;
    for (const type of ['keydown', 'beforeinput']) window.addEventListener(type, () => (counted.keyUses += 1), true);
  });
  return () => page.evaluate(() => (window as unknown as { keyUses: number }).keyUses);
}

test('the main journey by mouse alone', async ({ app }) => {
  const studio = new Studio(app.page);
  const { page } = app;
  const { step } = test;
  await studio.ready();
  const keyUses = await watchKeys(page);
  const edges = page.locator('.react-flow__edge');

  /** From the catalogue, without its search. */
  const drag = async (type: string, at: { x: number; y: number }): Promise<Locator> => {
    const before = await studio.cards.count();
    await page.getByTestId(`catalogue-item-${type}`).dragTo(studio.canvas, { targetPosition: at });
    await expect(studio.cards).toHaveCount(before + 1);
    return studio.card(type);
  };

  await step('a new pipeline; more room for the canvas', async () => {
    await studio.newPipeline();
    await page.getByRole('button', { name: 'Results', exact: true }).click();
  });

  await step('a sample dataset, chosen from a list', async () => {
    await page.getByRole('button', { name: 'Use a sample dataset' }).click();
    await expect(studio.card('data/sample-datasets')).toBeVisible();
    await studio.param('dataset').getByRole('combobox').click();
    await page.getByRole('option', { name: /penguins/i }).click();
    await expect(studio.param('dataset')).toContainText(/penguins/i);
    const card = await studio.card('data/sample-datasets').boundingBox();
    const canvas = await studio.canvas.boundingBox();
    if (card === null || canvas === null) throw new Error('the card is not on the screen');
    await page.mouse.move(card.x + 60, card.y + 30);
    await page.mouse.down();
    await page.mouse.move(canvas.x + 90, canvas.y + 100, { steps: 6 });
    await page.mouse.up();
  });
  const read = studio.card('data/sample-datasets');

  await step('an edge dropped on the empty canvas asks what comes next', async () => {
    const port = await read.getByTestId('port-out-table').boundingBox();
    const canvas = await studio.canvas.boundingBox();
    if (port === null || canvas === null) throw new Error('the port is not on the screen');
    await page.mouse.move(port.x + port.width / 2, port.y + port.height / 2);
    await page.mouse.down();
    await page.mouse.move(canvas.x + 560, canvas.y + 100, { steps: 8 });
    await page.mouse.up();
    await page.getByTestId('quick-add-item-transform/partition').click();
    await expect(edges).toHaveCount(1);
  });
  const split = studio.card('transform/partition');

  await step('a node dropped on the connection is put into it', async () => {
    const from = await read.boundingBox();
    const to = await split.boundingBox();
    const canvas = await studio.canvas.boundingBox();
    if (from === null || to === null || canvas === null) throw new Error('the cards are not on the screen');
    await drag('transform/select-columns', { x: (from.x + from.width + to.x) / 2 - canvas.x, y: (from.y + from.height / 2 + to.y + to.height / 2) / 2 - canvas.y });
    await expect(edges).toHaveCount(2);
  });

  await step('a recipe, a learner, a prediction and its report, dragged and connected', async () => {
    const prepare = await drag('train/preprocess', { x: 120, y: 260 });
    const train = await drag('train/logistic-regression', { x: 400, y: 300 });
    const predict = await drag('evaluate/predict', { x: 680, y: 300 });
    const matrix = await drag('evaluate/confusion-matrix', { x: 680, y: 430 });
    await studio.connect(split, 'train', train, 'table');
    await studio.connect(prepare, 'recipe', train, 'recipe');
    await studio.connect(split, 'test', predict, 'table');
    await studio.connect(train, 'model', predict, 'model');
    await studio.connect(predict, 'table', matrix, 'table');
    await expect(edges).toHaveCount(7);
  });

  await step('a port says whether it takes what is dragged to it; two ports clicked one after the other connect', async () => {
    const train = studio.card('train/logistic-regression');
    const [predict, matrix] = [studio.card('evaluate/predict'), studio.card('evaluate/confusion-matrix')];
    await studio.dragPort(split, 'train', train, 'recipe', async () => {
      await expect(page.getByTestId('connection-refused')).toBeVisible();
      await expect(split.getByTestId('port-out-train')).toHaveClass(/connectingfrom/);
      await expect(train.getByTestId('port-in-recipe')).toHaveClass(/connectingto(?!.*valid)/);
    });
    await expect(page.locator('.connectingfrom, .connectingto')).toHaveCount(0);
    await page.getByTestId('undo').click();
    await expect(edges).toHaveCount(6);
    await studio.dragPort(predict, 'table', matrix, 'table', () => expect(matrix.getByTestId('port-in-table')).toHaveClass(/connectingto.*valid/));
    await expect(edges).toHaveCount(7);
    await page.getByTestId('undo').click();
    await expect(edges).toHaveCount(6);
    await predict.getByTestId('port-out-table').click();
    await matrix.getByTestId('port-in-table').click();
    await expect(edges).toHaveCount(7);
  });

  await step('the end of a connection is taken to another port', async () => {
    const names = (): Promise<string[]> => edges.evaluateAll((all) => all.map((edge) => edge.getAttribute('aria-label') ?? '').sort());
    const before = await names();
    const [test, train] = [await split.getByTestId('port-out-test').boundingBox(), await split.getByTestId('port-out-train').boundingBox()];
    if (test === null || train === null) throw new Error('a port is not on the screen');
    // Beside the port, on the wire.
    const grip = { x: test.x + test.width + 6, y: test.y + test.height / 2 };
    await page.mouse.move(grip.x, grip.y);
    await expect(page.locator('.react-flow__edgeupdater')).toHaveCount(2);
    await page.mouse.down();
    await page.mouse.move(grip.x + 20, grip.y - 10, { steps: 3 });
    await page.mouse.move(train.x + train.width / 2, train.y + train.height / 2, { steps: 4 });
    await page.mouse.up();
    await expect.poll(names).not.toEqual(before);
    expect((await names()).filter((name) => !before.includes(name))).toHaveLength(1);
    await expect(edges).toHaveCount(7);
    await page.getByTestId('undo').click();
    await expect.poll(names).toEqual(before);
  });

  await step('params by clicking', async () => {
    await studio.select(studio.card('train/logistic-regression'));
    await studio.param('target').getByRole('button').first().click();
    await page.getByRole('option', { name: /^species/ }).click();
    await expect(studio.param('target')).toContainText('species');
    await studio.select(studio.card('transform/select-columns'));
    await page.getByTestId('inspector').getByRole('checkbox').last().click();
  });

  await step('run from the button, and look at the results', async () => {
    await page.getByTestId('run-all').click();
    await studio.expectAll('done');
    await page.getByRole('button', { name: 'Results', exact: true }).click();
    await page.getByRole('button', { name: 'Fit to window' }).click();
    await studio.select(read);
    await studio.showTab('table');
    await expect(page.getByTestId('table-row-count').first()).toContainText('344');
    await studio.columnMenu('species', 'Sort ascending');
    await studio.select(studio.card('evaluate/confusion-matrix'));
    await expect(page.getByTestId('report-view')).toContainText(/accuracy/i);
  });

  await step('undo and redo by their buttons; delete and reconnect, bypass and duplicate from the menu', async () => {
    const select = studio.card('transform/select-columns');
    await select.click({ button: 'right', position: { x: 60, y: 20 } });
    await page.getByRole('menuitem', { name: 'Bypass' }).click();
    await studio.expectState(select, 'bypassed');
    await page.getByTestId('undo').click();
    await studio.expectState(select, 'done');
    await select.click({ button: 'right', position: { x: 60, y: 20 } });
    await page.getByRole('menuitem', { name: 'Delete and reconnect' }).click();
    await expect(select).toHaveCount(0);
    await expect(edges).toHaveCount(6);
    await page.getByTestId('undo').click();
    await expect(edges).toHaveCount(7);
    await page.getByTestId('redo').click();
    await expect(edges).toHaveCount(6);
    await page.getByTestId('undo').click();
  });

  await step('the outline by mouse: connect from a list, disconnect, close a branch', async () => {
    await page.getByTestId('rail-outline').click();
    const id = await studio.idOf(studio.card('train/logistic-regression'));
    await page.getByTestId(`outline-item-${id}`).click();
    await expect(studio.node(id)).toHaveAttribute('data-selected', 'true');
    await page.getByTestId('outline-edit.connections').click();
    await page.getByTestId('choose-list').getByRole('option', { name: /^Preprocess/ }).click();
    await page.getByTestId('connection-delete').click();
    await expect(edges).toHaveCount(6);
    await page.getByTestId('choose-list').getByRole('button', { name: 'Close' }).click();
    await page.getByTestId('outline-edit.connectTo').click();
    await page.getByTestId('choose-list').getByRole('option', { name: /^Preprocess/ }).click();
    await expect(edges).toHaveCount(7);
    await page.getByTestId('rail-outline').click();
  });

  await step('a bundle, and an earlier version in the history', async () => {
    await studio.select(studio.card('train/logistic-regression'));
    await page.getByRole('button', { name: 'Results', exact: true }).click();
    await page.getByRole('button', { name: 'Fit to window' }).click();
    const bundle = await drag('deploy/bundle', { x: 120, y: 480 });
    await studio.connect(studio.card('train/logistic-regression'), 'model', bundle, 'model');
    // The name that is filled in by itself.
    await expect(bundle).toContainText('species-model');
    await page.getByTestId('run-all').click();
    await studio.expectAll('done');
    expect((await readdir(path.join(app.projectDir, 'bundles'))).length).toBeGreaterThan(0);
    await page.getByTestId('rail-history').click();
    await expect(page.getByTestId('history-run').first()).toBeVisible();
    await page.getByTestId('history-edit').last().click();
    await expect(studio.cards).toHaveCount(0);
    await page.getByTestId('history-now').click();
    await expect(studio.cards).toHaveCount(8);
  });

  expect(await keyUses()).toBe(0);
  expect(app.pageErrors).toEqual([]);
});
