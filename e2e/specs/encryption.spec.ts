import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { pictures, takePictures } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

const passphrase = 'four words make one';

test('a project is encrypted in the settings, waits for its passphrase at the next start, and has its pipeline and its run again', { tag: '@desktop' }, async ({ app }) => {
  const before = new Studio(app.page);
  await before.ready();
  await before.openPipeline('pipelines/penguins.pipeline.json');
  await before.find('read');
  await app.page.getByTestId('run-to').click();
  await before.expectState(before.node('read'), 'done');
  const nodes = await before.cards.count();
  await app.page.getByTestId('rail-settings').click();
  await app.page.getByRole('button', { name: 'Encrypt', exact: true }).click();
  const dialog = app.page.getByRole('dialog');
  await dialog.getByLabel('New passphrase').fill(passphrase);
  await dialog.getByLabel('Once more').fill(`${passphrase}!`);
  await expect(dialog.getByRole('button', { name: 'Encrypt', exact: true })).toBeDisabled();
  await dialog.getByLabel('Once more').fill(passphrase);
  await dialog.getByRole('button', { name: 'Encrypt', exact: true }).click();
  await expect(app.page.getByTestId('recovery-key')).toHaveText(/^(\w{5}-){6}\w{5}$/);
  await app.page.getByRole('button', { name: 'I have written it down' }).click();
  await expect(app.page.getByText('encrypted', { exact: true })).toBeVisible();
  const pipelines = path.join(app.projectDir, 'pipelines');
  for (const name of (await readdir(pipelines)).filter((one) => one.endsWith('.json'))) expect((await readFile(path.join(pipelines, name))).subarray(0, 4).toString('latin1'), name).toBe('PNSK');
  expect((await readFile(path.join(app.projectDir, 'penstock.db'))).subarray(0, 15).toString('latin1')).not.toBe('SQLite format 3');

  await app.restart();
  const { page } = app;
  await expect(page.getByTestId('unlock-page')).toBeVisible();
  await expect(page.getByTestId('rail-settings')).toHaveCount(0);
  for (const colorScheme of ['light', 'dark'] as const) {
    if (pictures === undefined) break;
    await page.emulateMedia({ colorScheme });
    await takePictures(page, pictures, `unlock-${colorScheme}`);
  }
  await page.getByLabel('Passphrase').fill('not the one at all');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByText('That is not the passphrase of this project.')).toBeVisible();
  await page.getByLabel('Passphrase').fill(passphrase);
  await page.keyboard.press('Enter');
  await page.getByTestId('rail-canvas').click();
  const after = new Studio(page);
  await after.ready();
  await after.openPipeline('pipelines/penguins.pipeline.json');
  await expect(after.cards).toHaveCount(nodes);
  await after.expectState(after.node('read'), 'done');
  await page.getByTestId('rail-runs').click();
  await expect(page.locator('[data-testid^="run-row-"]')).toHaveCount(1);
  await page.locator('[data-testid^="run-row-"]').first().click();
  await expect(page.getByTestId('run-node-read')).toBeVisible();
});
