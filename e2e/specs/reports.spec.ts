import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

const blocks = (page: Page) => page.getByTestId('report-block');
const saved = (page: Page) => expect(page.getByTestId('report-save-state')).toHaveAttribute('data-state', 'saved');

test('a report is made of a run, edited, taken back, and leaves as a file that needs nothing', async ({ app, mode }, testInfo) => {
  // The desktop asks where to save in a dialog of the system, and its page takes no checker.
  test.skip(mode === 'electron', 'files and axe are checked in the browser');
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');

  await page.getByTestId('rail-reports').click();
  await expect(page.getByText('No reports yet')).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.getByTestId('report-from-run').click();
  await page.getByRole('menuitem', { name: 'Which penguin is it?' }).click();
  for (const type of ['chart', 'table', 'metric', 'picture']) await expect(page.locator(`[data-block-type=${type}][data-ready=true]`).first()).toBeVisible();
  const confusion = page.locator('[data-block-type=chart]').filter({ hasText: 'True against predicted class' });
  await expect(confusion.locator('svg.chart')).toBeVisible();
  await expect(page.getByText('344 rows and 8 columns')).toBeVisible();
  expect(await findings(page)).toEqual([]);

  // A text of one's own, with a value in it.
  const before = await blocks(page).count();
  await page.getByTestId('add-block').click();
  await page.getByRole('menuitem', { name: 'Text', exact: true }).click();
  await page.getByTestId('text-writer').fill('All **{{rows of Which penguin is it? ▸ CSV Reader}}** birds; {{rows of Nothing ▸ X}}');
  await page.keyboard.press('Escape');
  const text = blocks(page).nth(before);
  await expect(text).toContainText('All 344 birds;');
  await expect(text).toContainText('There is no pipeline “Nothing”.');

  // By the keyboard: wider, up past what stands above, a copy, and away again; every step is taken back.
  const columns = await text.evaluate((element) => element.style.gridColumn);
  await text.press('Shift+ArrowLeft');
  await expect(text).not.toHaveCSS('grid-column', columns);
  await text.press('Control+d');
  await expect(blocks(page)).toHaveCount(before + 2);
  await page.getByTestId('undo').click();
  await page.getByTestId('undo').click();
  await expect(blocks(page)).toHaveCount(before + 1);
  expect(await text.evaluate((element) => element.style.gridColumn)).toBe(columns);
  await page.getByTestId('redo').click();
  await page.getByTestId('undo').click();
  await saved(page);

  // The steps are there after a reload as well.
  await page.reload();
  await studio.ready();
  await page.getByTestId('rail-reports').click();
  await page.getByTestId('open-reports/which-penguin-is-it.report.json').click();
  await expect(blocks(page)).toHaveCount(before + 1);
  await page.getByTestId('redo').click();
  await page.getByTestId('redo').click();
  await expect(blocks(page)).toHaveCount(before + 2);
  await page.getByTestId('undo').click();
  await page.getByTestId('undo').click();
  await expect(blocks(page)).toHaveCount(before + 1);
  expect(await text.evaluate((element) => element.style.gridColumn)).toBe(columns);
  await saved(page);

  // A dashboard: tables sort and search without the app.
  await page.getByRole('button', { name: 'Report settings' }).click();
  await page.getByRole('radio', { name: 'Dashboard' }).click();
  await page.getByTestId('filter-column').fill('species');
  await page.getByTestId('report-title').fill('Penguins <script>alert(1)</script>');
  await saved(page);
  const file = JSON.parse(await readFile(path.join(app.projectDir, 'reports/which-penguin-is-it.report.json'), 'utf8')) as { title: string; kind: string };
  expect(file).toMatchObject({ title: 'Penguins <script>alert(1)</script>', kind: 'dashboard' });

  await page.getByTestId('export-report').click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'HTML file' }).click();
  const exported = testInfo.outputPath('report.html');
  await writeFile(exported, await readFile(await (await download).path()));
  expect(app.pageErrors).toEqual([]);

  await test.step('the file, opened with the network off', async () => {
    const browser = await chromium.launch({ executablePath: process.env['PENSTOCK_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--disable-gpu'], chromiumSandbox: process.getuid?.() !== 0 });
    try {
      const reader = await (await browser.newContext({ offline: true })).newPage();
      const trouble: string[] = [];
      reader.on('pageerror', (error) => trouble.push(error.message));
      reader.on('console', (message) => trouble.push(message.text()));
      reader.on('dialog', (dialog) => trouble.push(dialog.message()));
      await reader.goto(`file://${exported}`);
      await expect(reader.locator('h1')).toHaveText('Penguins <script>alert(1)</script>');
      await expect(reader.locator('svg.chart').first()).toBeVisible();
      await expect(reader.locator('svg.picture')).toBeVisible();
      await expect(reader.getByText('All 344 birds;')).toBeVisible();
      const table = reader.locator('[data-table]').filter({ hasText: 'flipper_length_mm' }).filter({ hasText: 'Torgersen' });
      await table.getByRole('button', { name: 'body_mass_g' }).click();
      await table.getByRole('button', { name: 'body_mass_g' }).click();
      await expect(table.locator('th[aria-sort=descending]')).toHaveText('body_mass_g');
      const masses = await table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.querySelectorAll('td')[5]?.textContent ?? ''));
      expect(masses[0]).toBe('4675');
      await table.getByRole('searchbox').fill('female');
      await expect(table.locator('tbody tr:visible')).toHaveCount(await table.locator('tbody tr', { hasText: 'female' }).count());
      await expect(table.locator('tbody tr', { hasText: /\bmale/ }).first()).toBeHidden();
      await reader.locator('svg.chart .point').first().hover();
      await expect(reader.locator('#tip')).toBeVisible();
      await reader.getByRole('button', { name: 'Dark' }).click();
      await expect(reader.locator('html')).toHaveAttribute('data-tone', 'dark');
      expect(await findings(reader)).toEqual([]);
      expect(trouble).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

test('a chart of the results goes on a report with its settings, and the report says when it is out of date', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');
  await studio.find('roc');
  const chart = page.getByTestId('chart-0');
  await studio.showChart(0);
  await chart.hover();
  await chart.getByTestId('chart-menu').click();
  await page.getByRole('menuitem', { name: 'Add to report…' }).click();
  await page.getByTestId('new-report-title').fill('Weekly');
  await page.getByTestId('add-to-new-report').click();
  await page.getByRole('button', { name: 'Go there' }).click();
  await expect(blocks(page)).toHaveCount(1);
  await expect(blocks(page).locator('svg.chart')).toBeVisible();
  await expect(page.getByTestId('block-stale')).toHaveCount(0);

  // The table that is shown, by the button of its view.
  await page.getByTestId('rail-canvas').click();
  await studio.find('read');
  await page.getByTestId('add-to-report').first().click();
  await page.getByTestId('add-to-report-dialog').getByRole('button', { name: /Weekly/ }).click();
  await page.getByTestId('rail-reports').click();
  await expect(blocks(page)).toHaveCount(2);
  await expect(page.locator('[data-block-type=table] td').first()).toHaveText('Adelie');

  await page.getByTestId('rail-canvas').click();
  await studio.find('split');
  await studio.setNumber('fraction', 0.6);
  await studio.expectSaved();
  await page.getByTestId('rail-reports').click();
  await expect(page.getByTestId('block-stale')).toHaveCount(1);
  await page.getByTestId('rail-canvas').click();
  await studio.runAll();
  await studio.expectAll('done');
  await page.getByTestId('rail-reports').click();
  await expect(page.getByTestId('block-stale')).toHaveCount(0);
});

test('a report becomes a PDF of whole pages @desktop', async ({ app }, testInfo) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');
  await page.getByTestId('rail-reports').click();
  await page.getByTestId('report-from-run').click();
  await page.getByRole('menuitem', { name: 'Which penguin is it?' }).click();
  await expect(page.locator('svg.chart').first()).toBeVisible();
  const file = testInfo.outputPath('report.pdf');
  await app.answerSaveDialogs(file);
  await page.getByTestId('export-report').click();
  await page.getByRole('menuitem', { name: 'PDF file' }).click();
  await expect.poll(() => readFile(file, 'latin1').then((text) => text.slice(0, 5), () => '')).toBe('%PDF-');
  const pages = [...(await readFile(file, 'latin1')).matchAll(/\/Type \/Page\b/g)].length;
  expect(pages).toBeGreaterThan(1);
  expect(app.pageErrors).toEqual([]);
});
