import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

/** The sample network with so many epochs that it is still training when something happens to it. */
async function slowTraining(projectDir: string): Promise<void> {
  const file = path.join(projectDir, 'pipelines', 'penguins.pipeline.json');
  const document = JSON.parse(await readFile(file, 'utf8')) as { nodes: { id: string; params: Record<string, unknown> }[] };
  for (const node of document.nodes) {
    if (node.id === 'net') Object.assign(node.params, { epochs: 100_000, earlyStopping: false, batchSize: 8 });
  }
  await writeFile(file, JSON.stringify(document));
}

test('cancel stops training within two seconds and keeps what was finished', async ({ app }) => {
  await slowTraining(app.projectDir);
  const studio = new Studio(app.page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  const train = studio.card('train/neural-network');
  await studio.expectState(train, 'running');
  await studio.expectState(studio.card('data/csv-reader'), 'done');
  await app.page.getByTestId('cancel-run').click();
  await expect(train).not.toHaveAttribute('data-state', 'running', { timeout: 2000 });
  await expect(app.page.getByTestId('run-all')).toBeEnabled();
  await studio.expectState(studio.card('data/csv-reader'), 'done');
});

test('a killed engine comes back, the run is marked interrupted, finished nodes are reused', { tag: '@desktop' }, async ({ app }) => {
  await slowTraining(app.projectDir);
  const studio = new Studio(app.page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  const train = studio.card('train/neural-network');
  await studio.expectState(train, 'running');
  await studio.expectState(studio.card('data/csv-reader'), 'done');
  await app.killEngine();
  await expect(train).not.toHaveAttribute('data-state', 'running', { timeout: 20_000 });
  await studio.ready();
  await studio.expectState(studio.card('data/csv-reader'), 'done');

  // The window is still the same one and edits still work.
  await studio.select(train);
  await studio.setNumber('epochs', 5);
  await studio.expectSaved();
  await studio.runAll();
  await studio.expectState(train, 'done');
  await expect(studio.card('data/csv-reader')).toContainText('Reused');

  await app.page.getByTestId('rail-runs').click();
  await expect(app.page.getByTestId('runs-page')).toContainText(/interrupted/i);
});
