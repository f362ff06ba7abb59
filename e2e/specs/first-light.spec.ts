import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { startBundle } from '../fixtures/bundle-process.ts';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

const csv = path.resolve(import.meta.dirname, '../../resources/samples/datasets/penguins.csv');

/** A record with a missing measurement and an island that the training data never had. */
const record = {
  island: 'Atlantis',
  bill_length_mm: 46.5,
  bill_depth_mm: null,
  flipper_length_mm: 217,
  body_mass_g: 5200,
  sex: 'male',
  year: 2008,
};

test('from an empty canvas to a served model', async ({ app }) => {
  let studio = new Studio(app.page);
  await studio.ready();
  await studio.newPipeline();
  // Room for nine cards at full size.
  await app.page.keyboard.press('Control+Shift+3');

  const step = test.step;
  const cards: Record<string, Locator> = {};

  await step('drop a CSV, drag nodes', async () => {
    await studio.dropFile(csv, { x: 130, y: 90 });
    await expect(studio.card('data/csv-reader')).toBeVisible();
    cards['read'] = studio.card('data/csv-reader');
    const places: [string, string, number, number][] = [
      ['split', 'transform/partition', 400, 90],
      ['prepare', 'train/preprocess', 130, 230],
      ['train', 'train/neural-network', 400, 230],
      ['predict', 'evaluate/predict', 680, 90],
      ['matrix', 'evaluate/confusion-matrix', 680, 230],
      ['roc', 'evaluate/roc-pr', 680, 370],
      ['bundle', 'deploy/bundle', 400, 370],
    ];
    for (const [name, type, x, y] of places) cards[name] = await studio.dragFromCatalogue(type, { x, y });
    await expect(studio.cards).toHaveCount(8);
  });
  const { read, split, prepare, train, predict, matrix, roc, bundle } = cards as Record<string, Locator> & Record<'read' | 'split' | 'prepare' | 'train' | 'predict' | 'matrix' | 'roc' | 'bundle', Locator>;

  await step('connect by mouse; a wrong connection is refused while dragging, with the reason', async () => {
    await studio.connect(read, 'table', split, 'table');
    await studio.connect(split, 'train', train, 'table');
    await studio.connect(prepare, 'recipe', train, 'recipe');
    await studio.dragPort(prepare, 'recipe', predict, 'table', async () => {
      await expect(app.page.getByTestId('connection-refused')).toContainText(/recipe/i);
    });
    await expect(app.page.locator('.react-flow__edge')).toHaveCount(3);
    await studio.connect(split, 'test', predict, 'table');
    await studio.connect(train, 'model', predict, 'model');
    await studio.connect(predict, 'table', matrix, 'table');
    await studio.connect(predict, 'table', roc, 'table');
    await studio.connect(train, 'model', bundle, 'model');
  });

  await step('set params', async () => {
    await studio.select(train);
    await studio.chooseColumn('target', 'species');
    await studio.setNumber('epochs', 30);
    await studio.setNumber('batchSize', 32);
    await studio.setNumber('learningRate', 0.01);
    await studio.select(bundle);
    await studio.param('name').locator('input').fill('penguins');
    await studio.param('name').locator('input').press('Tab');
  });

  await step('run everything', async () => {
    await studio.runAll();
    await studio.expectAll('done');
  });

  await step('look at table, curve and confusion matrix', async () => {
    await app.page.keyboard.press('Control+Shift+3');
    await studio.fit();
    await studio.select(read);
    await studio.showTab('table');
    await expect(app.page.getByTestId('table-row-count').first()).toContainText('344');
    await expect(app.page.getByTestId('column-header-species')).toBeVisible();
    await studio.select(train);
    await studio.showTab('report');
    await expect(app.page.getByTestId('live-curve').first()).toBeVisible();
    await studio.select(matrix);
    await expect(app.page.getByTestId('report-view')).toBeVisible();
    const accuracy = app.page.locator('[data-testid^="metric-"]').filter({ hasText: /accuracy/i }).first();
    await expect(accuracy).toBeVisible();
    await studio.showChart(0);
  });

  await step('change one param: only its descendants are stale, with the reason, and only they run', async () => {
    await studio.select(train);
    await studio.setNumber('epochs', 20);
    for (const card of [train, predict, matrix, roc, bundle]) await studio.expectState(card, 'stale');
    for (const card of [read, split, prepare]) await studio.expectState(card, 'done');
    await expect(app.page.getByTestId('inspector-state')).toContainText(/epochs.*30.*20/i);
    await studio.runAll();
    await studio.expectAll('done');
    await expect(read).toContainText('Reused');
    await expect(train).not.toContainText('Reused');
  });

  await step('undo to empty, and redo', async () => {
    const steps = await studio.exhaust('undo');
    expect(steps).toBeGreaterThan(15);
    await expect(studio.cards).toHaveCount(0);
    expect(await studio.exhaust('redo')).toBe(steps);
    await expect(studio.cards).toHaveCount(8);
    await studio.expectAll('done');
    await studio.expectSaved();
  });

  await step('restart the app and find everything', async () => {
    await app.restart();
    studio = new Studio(app.page);
    await studio.ready();
    await expect(studio.cards).toHaveCount(8);
    await expect(app.page.locator('.react-flow__edge')).toHaveCount(8);
    await studio.expectAll('done');
    await expect(app.page.getByTestId('undo')).toBeEnabled();
  });

  await step('the exported bundle gives the prediction the app gives', async () => {
    const folders = await readdir(path.join(app.projectDir, 'bundles'));
    expect(folders).toContain('penguins');
    const server = await startBundle(path.join(app.projectDir, 'bundles', 'penguins'));
    try {
      const answer = await fetch(`${server.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([record]),
      });
      expect(answer.status).toBe(200);
      const body = (await answer.json()) as { predictions: Record<string, unknown>[] };
      const prediction = String(body.predictions[0]?.['species_predicted'] ?? body.predictions[0]?.['prediction']);
      expect(['Adelie', 'Chinstrap', 'Gentoo']).toContain(prediction);

      await studio.fit();
      await studio.select(studio.card('train/neural-network'));
      await app.page.getByTestId('results-port-model').click();
      for (const [name, value] of Object.entries(record)) {
        if (value !== null) await app.page.getByTestId(`tryit-input-${name}`).fill(String(value));
      }
      await app.page.getByTestId('tryit-predict').click();
      await expect(app.page.getByTestId('tryit-result')).toContainText(prediction);

      const bad = await fetch(`${server.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ ...record, body_mass_g: 'heavy' }]),
      });
      expect(bad.status).toBe(400);
      expect(JSON.stringify(await bad.json())).toContain('body_mass_g');
    } finally {
      await server.stop();
    }
  });

  expect(app.pageErrors).toEqual([]);
});
