import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

test('a chart is coloured by a column chosen above it, and drawn at once', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  const { step } = test;
  await studio.ready();
  await studio.openPipeline('pipelines/cars.pipeline.json');
  await studio.fit();
  const scatter = studio.card('explore/scatter-plot');
  await scatter.click();
  const columns = page.getByRole('group', { name: 'Columns of the chart' });
  const choose = async (param: string, column: string, at = page): Promise<void> => {
    await at.getByTestId(`chart-${param}`).getByRole('button').click();
    await at.getByRole('listbox').getByText(column).first().click();
  };
  const chart = page.getByTestId('result-view').locator('.js-plotly-plot').first();

  await step('two clicks colour it; nothing else is pressed', async () => {
    await choose('colour', 'origin');
    await expect(scatter).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
    await expect(chart).toContainText('Japan');
  });

  await step('another axis', async () => {
    await choose('x', 'horsepower');
    await expect(chart).toContainText('horsepower');
    await expect(chart).toContainText('Japan');
    await expect(scatter).toHaveAttribute('data-state', 'done');
  });

  await step('no colour again', async () => {
    await choose('colour', 'None');
    await expect(chart).not.toContainText('Japan');
    await expect(scatter).toHaveAttribute('data-state', 'done');
  });

  await step('each choice is a step of undo', async () => {
    await page.getByTestId('undo').click();
    await expect(columns.getByTestId('chart-colour')).toContainText('origin');
    // What it was is still kept.
    await expect(chart).toContainText('Japan');
  });

  await step('in a window of its own, too: the choice is made in the main window and drawn in both', async () => {
    await scatter.click();
    await page.getByRole('tab', { name: 'Report' }).focus();
    const [view] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Control+Alt+O')]);
    const there = view.locator('.js-plotly-plot').first();
    await expect(there).toContainText('horsepower');
    await choose('x', 'displacement', view);
    await expect(there).toContainText('displacement');
    await expect(columns.getByTestId('chart-x')).toContainText('displacement');
    await expect(chart).toContainText('displacement');
    await view.close();
  });
  expect(app.pageErrors).toEqual([]);
});
