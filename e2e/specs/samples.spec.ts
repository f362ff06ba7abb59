import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

/** Pictures for the README are written only when asked for: `PENSTOCK_PICTURES=1 npm test -- e2e`. */
const pictures = process.env['PENSTOCK_PICTURES'] ? path.resolve(import.meta.dirname, '../../docs/images') : null;

for (const name of ['penguins', 'cars', 'nyc-flights', 'tumours', 'weather', 'auto-train']) {
  test(`the ${name} example runs green with one key`, async ({ app }) => {
    const studio = new Studio(app.page);
    await studio.ready();
    await studio.openPipeline(`pipelines/${name}.pipeline.json`);
    await studio.canvas.focus();
    await app.page.keyboard.press('Shift+F7');
    await studio.expectAll('done');
    await expect(app.page.getByTestId('problems-count')).toHaveAttribute('data-count', '0');
    expect(app.pageErrors).toEqual([]);
  });
}

test('screens in light and dark, with nothing serious for an accessibility checker', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');
  if (pictures !== null) await mkdir(pictures, { recursive: true });
  const picture = async (name: string): Promise<void> => {
    if (pictures !== null && app.mode === 'electron') await page.screenshot({ path: path.join(pictures, `${name}.png`) });
  };
  const check = async (): Promise<void> => {
    // The packaged page's policy lets no script be added to it, so the checker runs where the test may add one.
    if (app.mode === 'electron') return;
    expect(await findings(page)).toEqual([]);
  };

  await studio.fit();
  await picture('canvas-light');
  await check();
  await studio.select(studio.card('train/neural-network'));
  await studio.showTab('report');
  await expect(page.getByTestId('live-curve').first()).toBeVisible();
  await picture('curve-light');
  await studio.select(studio.card('evaluate/confusion-matrix'));
  await studio.showChart(0);
  await picture('evaluation-light');
  await check();

  await page.getByTestId('theme-toggle').click();
  await studio.select(studio.card('data/csv-reader'));
  await studio.showTab('table');
  await expect(page.getByTestId('column-header-species')).toBeVisible();
  await picture('table-dark');
  await check();
  for (const rail of ['runs', 'models', 'data', 'settings']) {
    await page.getByTestId(`rail-${rail}`).click();
    await expect(page.getByTestId(`rail-${rail}`)).toBeVisible();
    await check();
  }
  expect(app.pageErrors).toEqual([]);
});
