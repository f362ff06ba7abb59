import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

/** Whole numbers spread over a range, the same each time. */
const people = (rows: number, from: number): string => `age,city\n${Array.from({ length: rows }, (_, i) => `${(from + ((Math.imul(i + 1, 2654435761) >>> 8) / 2 ** 24) * 40).toFixed(2)},${i % 2 === 0 ? 'Oslo' : 'Rome'}`).join('\n')}\n`;

const pipeline = {
  format: 'penstock-pipeline',
  version: 1,
  id: 'watched',
  title: 'Watched people',
  nodes: [
    { id: 'then', type: 'data/csv-reader', version: 2, params: { path: 'then.csv' }, title: 'Reference' },
    { id: 'now', type: 'data/csv-reader', version: 2, params: { path: 'now.csv' }, title: 'New batch' },
    { id: 'drift', type: 'monitor/data-drift', version: 1, params: {} },
    { id: 'alert', type: 'monitor/alert', version: 1, params: { message: 'Other people than usual' } },
  ],
  edges: [
    { id: 'e1', from: { node: 'then', port: 'table' }, to: { node: 'drift', port: 'reference' } },
    { id: 'e2', from: { node: 'now', port: 'table' }, to: { node: 'drift', port: 'current' } },
    { id: 'e3', from: { node: 'drift', port: 'evaluation' }, to: { node: 'alert', port: 'evaluation' } },
  ],
  notes: [],
  groups: [],
  layout: { alert: { x: 544, y: 56 }, drift: { x: 272, y: 56 }, now: { x: 0, y: 112 }, then: { x: 0, y: 0 } },
};

test('drifted data raise an alarm, which opens the canvas at the column and its rows', async ({ app, mode }) => {
  test.skip(mode === 'electron', 'the page takes no checker there');
  const { page, projectDir } = app;
  await mkdir(path.join(projectDir, 'pipelines'), { recursive: true });
  await writeFile(path.join(projectDir, 'then.csv'), people(600, 20));
  await writeFile(path.join(projectDir, 'now.csv'), people(150, 45));
  await writeFile(path.join(projectDir, 'pipelines', 'watched.pipeline.json'), JSON.stringify(pipeline, null, 2));
  const studio = new Studio(page);
  await studio.ready();
  await page.getByTestId('rail-monitors').click();
  await expect(page.getByText('Nothing is watched yet')).toBeVisible();
  await page.getByTestId('rail-canvas').click();
  await studio.openPipeline('pipelines/watched.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');

  await page.getByTestId('rail-monitors').click();
  const alarm = page.getByTestId('alarm');
  await expect(alarm).toHaveCount(1);
  await expect(alarm).toContainText('Other people than usual');
  await expect(alarm).toContainText('Column age');
  expect(await findings(page)).toEqual([]);

  await page.getByTestId('monitor').click();
  await expect(page.getByTestId('heat-map').locator('[data-status=critical]').first()).toBeVisible();
  await expect(page.getByTestId('column-overlay')).toContainText('age');
  await page.getByTestId('monitor-back').click();

  await alarm.getByTestId('alarm-open').click();
  await expect(page.getByTestId('slice-chip')).toContainText('age');
  await expect(page.getByTestId('table-view')).toBeVisible();

  await page.getByTestId('rail-monitors').click();
  await alarm.getByTestId('alarm-acknowledge').click();
  await page.getByLabel('What is done about it').fill('a new campaign');
  await page.getByTestId('alarm-keep').click();
  await expect(alarm).toContainText('a new campaign');

  // The next batch is as it should be: the alarm clears, and still leads to the rows that raised it.
  await writeFile(path.join(projectDir, 'now.csv'), people(180, 20));
  await page.getByTestId('rail-canvas').click();
  await studio.runAll();
  await studio.expectAll('done');
  await page.getByTestId('rail-monitors').click();
  await expect(page.getByText('No alarm is open.')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Cleared ones too' }).check();
  await alarm.getByTestId('alarm-open').click();
  await expect(page.getByTestId('run-strip')).toContainText('Newer results exist');
  await expect(page.getByTestId('table-view')).toContainText('of 150 rows');
  await page.getByTestId('show-newest').click();
  await expect(page.getByTestId('run-strip')).toHaveCount(0);
  await expect(page.getByTestId('table-view')).toContainText('of 180 rows');
});
