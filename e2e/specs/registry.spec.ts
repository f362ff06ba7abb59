import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

/** As a person of the registry does it: train, register twice, promote, compare, roll back, take one in from elsewhere. */
test('versions of a model go to production and back, and a file from elsewhere comes in', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await page.getByTestId('rail-models').click();
  await expect(page.getByTestId('models-page')).toContainText('No models yet');
  await page.getByTestId('rail-canvas').click();

  await test.step('train and register twice', async () => {
    await studio.openPipeline('pipelines/penguins.pipeline.json');
    await studio.runAll();
    await studio.expectAll('done');
    await studio.select(studio.card('train/neural-network'));
    await studio.setNumber('epochs', 3);
    await studio.runAll();
    await expect(studio.card('train/neural-network')).toHaveAttribute('data-state', /queued|running|stale/);
    await studio.expectAll('done');
    await page.getByTestId('rail-models').click();
    await expect(page.getByTestId('model-penguins')).toContainText('2 versions');
    await page.getByTestId('model-penguins').getByRole('button').click();
    await expect(page.getByTestId('version-detail')).toContainText('Version 2');
    // What the run's evaluation said of the very model.
    await expect(page.getByRole('region', { name: 'Confusion Matrix' })).toContainText('Accuracy');
    await expect(page.getByTestId('golden-rows').getByRole('row').nth(1)).toContainText(/Adelie|Chinstrap|Gentoo/);
  });

  await test.step('promote one after the other', async () => {
    await page.getByTestId('version-1').click();
    await expect(page.getByTestId('version-detail')).toContainText('Version 1');
    await page.getByTestId('promote').click();
    await page.getByTestId('go').click();
    await expect(page.getByTestId('version-1')).toContainText('Production');
    await page.getByTestId('version-2').click();
    await page.getByTestId('promote').click();
    await expect(page.getByRole('dialog')).toContainText('In production now: v1.');
    await page.getByTestId('go').click();
    await expect(page.getByTestId('version-2')).toContainText('Production');
    await expect(page.getByTestId('version-1')).toContainText('Archived');
  });

  await test.step('point an alias, by the menu and the keyboard', async () => {
    await page.getByTestId('actions-1').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Set an alias…' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Alias', { exact: true }).fill('fallback');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('version-1')).toContainText('@fallback');
  });

  await test.step('compare', async () => {
    for (const version of [1, 2]) await page.getByTestId(`version-${version}`).getByRole('checkbox').click();
    await page.getByTestId('compare-versions').click();
    const table = page.getByTestId('version-compare');
    await expect(table.getByRole('row', { name: /^epochs/ })).toContainText('3');
    await expect(table.getByRole('row', { name: /^Training data/ })).toContainText('the same');
    await page.getByRole('button', { name: 'Back' }).click();
  });

  await test.step('roll back', async () => {
    await page.getByTestId('roll-back').click();
    await page.getByTestId('go').click();
    await expect(page.getByTestId('version-1')).toContainText('Production');
    await expect(page.getByTestId('version-2')).toContainText('Archived');
    await expect(page.getByTestId('version-history')).toContainText('rolled back to it');
  });

  await test.step('a rejected version is not promoted, unless said anyway', async () => {
    await page.getByTestId('version-2').click();
    await expect(page.getByTestId('version-detail')).toContainText('Version 2');
    await page.getByTestId('reject').click();
    await page.getByRole('textbox', { name: 'Why' }).fill('Too few epochs.');
    await page.getByTestId('go').click();
    await expect(page.getByTestId('version-detail')).toContainText('Too few epochs.');
    await page.getByTestId('promote').click();
    await page.getByTestId('go').click();
    await expect(page.getByRole('dialog')).toContainText('was rejected by');
    await page.getByTestId('anyway').click();
    await expect(page.getByTestId('version-2')).toContainText('Production');
  });

  await test.step('open the canvas where it was made', async () => {
    await page.getByTestId('open-canvas').click();
    await expect(studio.card('train/neural-network')).toHaveAttribute('data-selected', 'true');
    await page.getByTestId('rail-models').click();
    await page.getByRole('button', { name: 'All models' }).click();
  });

  await test.step('import a file from elsewhere', async () => {
    await page.getByTestId('import-model').click();
    await page.getByRole('textbox', { name: 'Model file' }).fill(path.resolve(import.meta.dirname, '../../nodes/train/import-onnx/files/pipeline.onnx'));
    await expect(page.getByRole('dialog')).toContainText('operators');
    await page.getByTestId('import-go').click();
    await expect(page.getByTestId('version-detail')).toContainText('Imported from a file');
    await page.getByRole('button', { name: 'All models' }).click();
    await page.getByRole('searchbox', { name: 'Search models' }).fill('stage:production');
    await expect(page.getByTestId('model-pipeline')).toHaveCount(0);
    await expect(page.getByTestId('model-penguins')).toContainText(/Production\s*v2/);
  });
  expect(app.pageErrors).toEqual([]);
});
