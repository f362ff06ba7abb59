import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

test('a schedule is made for the open pipeline, fires, and is in the calendar, on the timeline and in the history', async ({ app, mode }) => {
  test.skip(mode === 'electron', 'axe is checked in the browser');
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await page.getByTestId('rail-automation').click();
  await expect(page.getByText('Nothing runs by itself yet')).toBeVisible();
  expect(await findings(page)).toEqual([]);

  // The form says in words and in times what is typed, and what is wrong with it.
  await page.getByTestId('first-automation').click();
  await expect(page.getByTestId('next-times').getByRole('listitem')).toHaveCount(5);
  await page.getByTestId('automation-cron').fill('0 6 * *');
  await expect(page.getByText('4 fields instead of five')).toBeVisible();
  await page.getByTestId('automation-cron').fill('30 2 * * 1-5');
  await expect(page.getByText('At 02:30, Monday through Friday')).toBeVisible();
  await expect(page.getByTestId('next-times').getByRole('listitem')).toHaveCount(5);
  expect(await findings(page)).toEqual([]);
  await page.getByTestId('automation-name').fill('Nightly penguins');
  await page.getByTestId('save-automation').click();
  const row = page.getByTestId(/^automation-row-/);
  await expect(row).toContainText('Nightly penguins');

  await page.getByRole('button', { name: 'Run “Nightly penguins” now' }).click();
  await expect(row).toContainText('Succeeded');
  await page.getByTestId('automation-history').click();
  await expect(page.getByRole('cell', { name: 'Nightly penguins' })).toBeVisible();

  await page.getByTestId('automation-gantt').click();
  const bar = page.locator('[data-bar]').first();
  await bar.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: /^Nodes of/ })).toContainText('CSV Reader');
  expect(await findings(page)).toEqual([]);

  await page.getByTestId('automation-calendar').click();
  const chosen = page.getByRole('gridcell', { selected: true });
  await expect(chosen).toContainText('Nightly penguins');
  await chosen.press('ArrowLeft');
  await expect(page.getByRole('gridcell', { selected: true })).toBeFocused();
  expect(await findings(page)).toEqual([]);

  await page.getByTestId('automation-channels').click();
  await page.getByTestId('add-channel').click();
  expect(await findings(page)).toEqual([]);
  await page.getByRole('radio', { name: 'Desktop' }).click();
  await page.getByTestId('save-channel').click();
  await page.getByRole('button', { name: 'Send a test to team' }).click();
  await expect(page.getByTestId('notice').filter({ hasText: 'A test' })).toBeVisible();
});
