import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, type AppMode } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

/** Penguins from a file that comes with the app, a model of them, its predictions and why it makes them. */
async function makePipeline(projectDir: string): Promise<void> {
  const node = (id: string, type: string, params: object, x: number, version = 1) => ({ node: { id, type, version, params }, at: { x, y: 120 } });
  const all = [
    node('data', 'data/sample-datasets', { dataset: 'penguins' }, 0),
    node('keep', 'transform/filter-rows', { expression: "island = 'Dream'" }, 240),
    node('fit', 'train/gradient-boosting', { target: 'species', iterations: 20 }, 480),
    node('predict', 'evaluate/predict', {}, 720),
    node('why', 'evaluate/shap', {}, 960, 2),
  ];
  const edge = (id: string, from: string, fromPort: string, to: string, toPort: string) => ({ id, from: { node: from, port: fromPort }, to: { node: to, port: toPort } });
  const edges = [edge('e1', 'data', 'table', 'keep', 'table'), edge('e2', 'data', 'table', 'fit', 'table'), edge('e3', 'keep', 'table', 'predict', 'table'), edge('e4', 'fit', 'model', 'predict', 'model'), edge('e5', 'fit', 'model', 'why', 'model'), edge('e6', 'keep', 'table', 'why', 'table')];
  const document = { format: 'penstock-pipeline', version: 1, id: 'why', title: 'Why', nodes: all.map((one) => one.node), edges, notes: [], groups: [], layout: Object.fromEntries(all.map((one) => [one.node.id, one.at])) };
  await writeFile(path.join(projectDir, 'pipelines/why.pipeline.json'), JSON.stringify(document));
}

/** The packaged page's policy lets no script be added to it, so the checker runs where the test may add one. */
async function expectAccessible(page: Page, mode: AppMode): Promise<void> {
  if (mode !== 'browser') return;
  expect(await findings(page)).toEqual([]);
}

test('a prediction leads back to its row in the source, and says why it is what it is', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await makePipeline(app.projectDir);
  await studio.openPipeline('pipelines/why.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');
  await studio.fit();

  await page.locator('[data-testid=node-card][data-node-id=predict]').click({ position: { x: 60, y: 15 } });
  const table = page.getByTestId('table-view');
  await table.locator('[data-row="2"] [data-column="2"]').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Where does this row come from?' }).click();
  const panel = page.getByTestId('row-path-panel');
  const source = panel.getByTestId('row-source-data');
  await expect(source).toContainText(/row \d+/);
  await expect(source).toContainText('Dream');
  // The same row on both ends: its first measure stands in the table, too.
  const bill = await table.locator('[data-row="2"] [data-column="2"]').innerText();
  await expect(source).toContainText(bill.replace(/0+$/, ''));
  await expect(page.locator('[data-testid=node-card][data-node-id=keep]')).toHaveAttribute('data-lineage', 'value');
  await expect(page.locator('[data-testid=node-card][data-node-id=fit]')).toHaveAttribute('data-lineage', 'off');
  await expectAccessible(page, app.mode);
  await page.getByTestId('row-path-panel').getByLabel('Close').click();
  await expect(page.locator('[data-testid=node-card][data-node-id=fit]')).not.toHaveAttribute('data-lineage', 'off');

  await page.locator('[data-testid=node-card][data-node-id=why]').click({ position: { x: 60, y: 15 } });
  const view = page.getByTestId('explanation-view');
  await expect(view).toBeVisible();
  await expect(view.getByTestId('chart-1')).toContainText('Row 1: from');
  await view.getByTestId('explained-rows').locator('[data-row="3"]').click();
  await expect(view.getByTestId('chart-1')).toContainText('Row 4: from');
  await view.getByTestId('explained-rows').press('ArrowDown');
  await expect(view.getByTestId('chart-1')).toContainText('Row 5: from');
  await view.getByLabel('Where does this row come from?').click();
  await expect(page.getByRole('region', { name: 'Where row 5 comes from' }).getByTestId('row-source-data')).toContainText('Dream');
  await page.getByTestId('row-path-panel').getByLabel('Close').click();
  // A point of the swarm stands for its row.
  await view.getByTestId('chart-0').scrollIntoViewIfNeeded();
  await expect(view.getByTestId('chart-0').locator('[data-drawn=true]')).toBeVisible();
  const point = await view.getByTestId('chart-0').locator('.scatterlayer .trace').first().locator('.point').first().boundingBox();
  if (point === null) throw new Error('the swarm has no point');
  await page.mouse.move(point.x + point.width / 2, point.y + point.height / 2, { steps: 3 });
  await page.mouse.down();
  await page.mouse.up();
  await expect(view.getByTestId('chart-1')).not.toContainText('Row 5: from');
  // Another class has another base.
  const before = await view.getByTestId('chart-1').locator('figcaption').innerText();
  await view.getByRole('combobox', { name: 'Class' }).click();
  await page.getByRole('option', { name: 'Gentoo' }).click();
  await expect(view.getByTestId('chart-1').locator('figcaption')).not.toHaveText(before);
  await expectAccessible(page, app.mode);
});
