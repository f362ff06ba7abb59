import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

test('German is chosen in Settings: edits are saved, everything is said in it, also what the engine says, and English comes back', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');
  await studio.find('net');
  await studio.setNumber('epochs', 7);

  await page.getByTestId('rail-settings').click();
  await page.getByRole('radio', { name: 'Deutsch' }).click();
  await expect(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByTestId('run-all')).toContainText('Alles ausführen');

  // The edit just before is in the file, and what the engine tells of it is in German, too.
  await page.getByTestId('rail-canvas').click();
  await studio.find('net');
  await expect(page.getByTestId('param-epochs').locator('input')).toHaveValue('7');
  await expect(page.getByTestId('inspector-state')).toContainText('Veraltet');
  await page.getByTestId('rail-history').click();
  await expect(page.getByTestId('history-edit').first()).toContainText('„Epochen“ von Neuronales Netz geändert: 60 → 7');
  await page.keyboard.press('Escape');
  await page.getByTestId('canvas').focus();
  await page.keyboard.press('Control+K');
  await page.getByTestId('palette-input').fill('Formel');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector-body')).toContainText('„Formel“ braucht eine Tabelle am Eingang „Tabelle“.');
  if (app.mode === 'browser') {
    expect(await findings(page)).toEqual([]);
  }

  await page.getByTestId('rail-settings').click();
  await page.getByRole('radio', { name: 'English' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});
