import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

test('the example makes feature views, which are looked up, chosen and put on the canvas', async ({ app, mode }) => {
  test.skip(mode === 'electron', 'axe is checked in the browser');
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await page.getByTestId('rail-features').click();
  await expect(page.getByText('No feature views yet')).toBeVisible();
  expect(await findings(page)).toEqual([]);

  await page.getByTestId('features-template').click();
  await page.getByTestId('rail-canvas').click();
  await expect(page.getByTestId('pipeline-switcher')).toHaveAttribute('data-path', /features-that-never/);
  await studio.runAll();
  await expect(page.getByText(/^Done in/)).toBeVisible({ timeout: 60_000 });
  await studio.expectAll('done');

  await page.getByTestId('rail-features').click();
  await page.getByTestId('feature-view-airport-weather').click();
  const details = page.getByTestId('feature-view-details');
  await expect(details).toContainText('1 007 rows of 3 keys');
  // The sample is of 2013: whoever looks now is told that it is too old.
  await expect(page.getByTestId('feature-view-airport-weather')).toContainText('stale');
  await expect(page.getByTestId('feature-models')).toContainText('late-departures v1');

  await page.getByTestId('lookup-origin').fill('JFK');
  await page.getByTestId('lookup-at').fill('2013-02-09 06:30');
  await page.getByTestId('lookup-find').click();
  await expect(page.getByTestId('lookup-found')).toContainText('26.96');
  await page.getByTestId('lookup-at').fill('2012-01-01');
  await page.getByTestId('lookup-find').click();
  await expect(page.getByText('Nothing was known of this key then.')).toBeVisible();
  expect(await findings(page)).toEqual([]);

  await page.getByRole('checkbox', { name: 'Choose temp' }).check();
  await page.getByTestId('use-features').click();
  await expect(page.getByTestId('param-features.0.feature').getByRole('combobox')).toHaveValue('airport-weather:temp');
});
