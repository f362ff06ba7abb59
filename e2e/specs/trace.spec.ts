import { readFile } from 'node:fs/promises';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

test('a number leads back to the data, a run is reproduced, the audit log is whole and goes out', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
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
  await page.getByTestId('reproduce').click();
  await expect(page.getByTestId('reproduction')).toContainText(/Identical|The same up to the rounding/, { timeout: 120_000 });
  await page.keyboard.press('Escape');

  await page.getByTestId('rail-trace').click();
  await page.getByTestId('trace-tab-audit').click();
  await expect(page.getByTestId('audit-state')).toContainText('The log is whole');
  await expect(page.getByTestId('audit-row').last()).toContainText('run.started');
  await page.getByTestId('audit-export').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'JSON lines' }).click()]);
  const [line] = (await readFile(await download.path(), 'utf8')).split('\n');
  expect(JSON.parse(line ?? '')).toMatchObject({ seq: 1 });
});
