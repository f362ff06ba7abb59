import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

const wire = (from: string, port: string, to: string, into: string) => ({ id: `${from}-${to}-${into}`, from: { node: from, port }, to: { node: to, port: into } });

/** A learner whose optimum is one: run again, it differs by rounding at most. */
const pipeline = {
  format: 'penstock-pipeline',
  version: 1,
  id: 'traced',
  title: 'Traced',
  nodes: [
    { id: 'read', type: 'data/csv-reader', version: 2, params: { path: 'data/traced.csv' } },
    { id: 'split', type: 'transform/partition', version: 2, params: { column: 'species', fraction: 0.7, method: 'stratified', seed: 7 } },
    { id: 'fit', type: 'train/logistic-regression', version: 2, params: { target: 'species' } },
    { id: 'predict', type: 'evaluate/predict', version: 1, params: {} },
    { id: 'judge', type: 'evaluate/confusion-matrix', version: 1, params: {} },
  ],
  edges: [wire('read', 'table', 'split', 'table'), wire('split', 'train', 'fit', 'table'), wire('fit', 'model', 'predict', 'model'), wire('split', 'test', 'predict', 'table'), wire('predict', 'table', 'judge', 'table')],
  notes: [],
  groups: [],
  layout: { read: { x: 0, y: 0 }, split: { x: 272, y: 0 }, fit: { x: 544, y: 0 }, predict: { x: 816, y: 0 }, judge: { x: 1088, y: 0 } },
};

test('a number leads back to the data, a run is reproduced, the audit log is whole and goes out', async ({ app, mode }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await copyFile(path.resolve(import.meta.dirname, '../../resources/samples/datasets/penguins.csv'), path.join(app.projectDir, 'data/traced.csv'));
  await writeFile(path.join(app.projectDir, 'pipelines/traced.pipeline.json'), JSON.stringify(pipeline));
  await studio.openPipeline('pipelines/traced.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');

  await page.getByTestId('rail-runs').click();
  await page.locator('[data-testid^="run-row-"]').first().click();
  await page.getByTestId('trace-button').first().click();
  await expect(page.getByTestId('trace-node-metric')).toBeVisible();
  await expect(page.getByTestId('trace-node-dataset').first()).toBeVisible();
  await expect(page.getByTestId('trace-detail')).toContainText('Measured by');

  // By keys: one step towards the data, and into the middle.
  await page.getByTestId('trace-node-metric').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('[data-trace-id]:focus')).toHaveAttribute('data-testid', 'trace-node-step');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('trace-detail')).toContainText('Run');

  await page.getByTestId('rail-runs').click();
  await page.locator('[data-testid^="run-row-"]').first().click();
  await page.getByTestId('reproduce').click();
  await expect(page.getByTestId('reproduction')).toContainText(/Identical|The same up to the rounding/, { timeout: 120_000 });
  await page.keyboard.press('Escape');

  await page.getByTestId('rail-trace').click();
  await page.getByTestId('trace-tab-audit').click();
  await expect(page.getByTestId('audit-state')).toContainText('The log is whole');
  await expect(page.getByTestId('audit-row').last()).toContainText('project.trusted');
  await expect(page.getByTestId('audit-row').filter({ hasText: 'run.started' }).last()).toBeVisible();
  // The desktop asks where to save in a dialog of the system: files are checked in the browser.
  if (mode === 'electron') return;
  await page.getByTestId('audit-export').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'JSON lines' }).click()]);
  const [line] = (await readFile(await download.path(), 'utf8')).split('\n');
  expect(JSON.parse(line ?? '')).toMatchObject({ seq: 1 });
});
