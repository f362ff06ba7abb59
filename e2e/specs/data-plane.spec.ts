import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

/** The example of the flights: six untidy files become one table, and every way to look into it is used once. */
test('untidy files become one table, and its rows and columns can be followed', async ({ app }) => {
  test.slow();
  const { page } = app;
  const studio = new Studio(page);
  const step = test.step;
  const check = async (): Promise<void> => {
    // The packaged page's policy lets no script be added to it, so the checker runs where the test may add one.
    if (app.mode === 'electron') return;
    expect(await findings(page)).toEqual([]);
  };
  await studio.ready();
  await studio.openPipeline('pipelines/nyc-flights.pipeline.json');

  await step('notes are formatted text; the first look shows titles that can be read', async () => {
    await expect(page.getByTestId('note-n1').getByRole('heading', { name: 'Two weeks of flights from New York' })).toBeVisible();
    await expect(studio.node('flights')).toContainText('Flights, a file a week');
  });

  await step('run it: rows stand on the wires', async () => {
    await studio.runAll();
    await studio.expectAll('done');
    await expect(page.getByTestId('wire-label-e1')).toContainText(/12\s340/);
    await check();
  });

  await step('the join says how many planes are known', async () => {
    await studio.find('withPlane');
    await page.getByTestId('results-port-report').click();
    await expect(page.getByTestId('report-view')).toContainText('81.3 %');
    await check();
  });

  await step('statistics of a column, without sorting it', async () => {
    await studio.find('tidy');
    await studio.showTab('table');
    await studio.columnMenu('dep_delay', 'Statistics');
    const details = page.getByTestId('column-details');
    await expect(details).toContainText(/12\s340/);
    await expect(details).toContainText(/1\s048/);
    await expect(studio.header('dep_delay')).toHaveAttribute('aria-sort', 'none');
    await check();
  });

  await step('where a column comes from', async () => {
    await studio.columnMenu('dep_delay', 'Where it comes from and goes');
    const lineage = page.getByTestId('lineage-panel');
    await expect(lineage).toContainText('Flights, a file a week');
    await expect(lineage).toContainText('dep_delay');
    await check();
    await lineage.getByRole('button', { name: /close/i }).click();
    await expect(lineage).toHaveCount(0);
  });

  await step('drag over a header: the table is narrowed; make it a node', async () => {
    const before = await studio.shownRows();
    expect(before).toBe(12_340);
    await studio.brushHeader('dep_delay', 0.3, 0.9);
    const bar = page.getByTestId('slices-bar');
    await expect(bar).toContainText('dep_delay');
    await expect.poll(() => studio.shownRows()).toBeLessThan(before / 10);
    await check();
    const narrowed = await studio.shownRows();
    expect(narrowed).toBeGreaterThan(0);
    const filters = await page.locator('[data-testid=node-card][data-node-type="transform/filter-rows"]').count();
    await bar.getByRole('button', { name: 'Filter rows' }).click();
    await expect(page.locator('[data-testid=node-card][data-node-type="transform/filter-rows"]')).toHaveCount(filters + 1);
    const made = page.locator('[data-testid=node-card][data-node-type="transform/filter-rows"][data-selected=true]');
    await expect(made).toHaveCount(1);
    await studio.runAll();
    await studio.expectAll('done');
    await expect.poll(() => studio.shownRows()).toBe(narrowed);
  });

  await step('an expression shows what it gives as it is typed', async () => {
    const editor = studio.param('expression').locator('.cm-content');
    await editor.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('dep_delay > 60 and ', { delay: 5 });
    await page.keyboard.type("origin = 'EWR'", { delay: 5 });
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('expression-preview')).toContainText(/true for \d+ of/);
    await expect(studio.dock).toContainText('Out of date');
    // The table and the first results follow; until they are there, the old ones are faint.
    await expect(page.getByTestId('expression-preview')).toHaveCSS('opacity', '1');
    await expect(page.getByRole('grid', { name: 'Table' })).toHaveAttribute('aria-busy', 'false');
    await expect(page.getByRole('grid', { name: 'Table' })).toHaveCSS('opacity', '1');
    await check();
  });

  await step('what was found in a file, and another type for one of its columns', async () => {
    await studio.find('planes');
    await page.getByRole('button', { name: /Preview and correct/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Preview and correct' });
    await expect(dialog).toContainText('EMBRAER');
    await check();
    await dialog.getByRole('combobox', { name: /type of seats/i }).click();
    await page.getByRole('option', { name: 'Number', exact: true }).click();
    await expect(dialog.getByRole('combobox', { name: /type of seats/i })).toContainText('Number');
    await dialog.getByRole('button', { name: 'Done' }).click();
    // The reader itself is read again at once, because its table is on the screen; what hangs on it waits.
    await studio.expectState(studio.node('withPlane'), 'stale');
    await studio.runAll();
    await studio.expectAll('done');
    await expect(studio.header('seats')).toContainText('float');
  });

  expect(app.pageErrors).toEqual([]);
});
