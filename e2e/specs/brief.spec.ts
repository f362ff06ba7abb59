import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

/** A project says what it is for; a technique is tried on its data and judged by its target. */
test('a brief leads to a pipeline, and its results are judged by the target', async ({ app }) => {
  const { page } = app;
  await new Studio(page).ready();
  await page.getByTestId('rail-brief').click();
  await page.getByRole('button', { name: 'Write the brief' }).click();
  await page.getByTestId('brief-problem').locator('textarea').fill('Which penguin is it?');
  await page.getByTestId('brief-goal').getByLabel('Data', { exact: true }).click();
  await page.getByRole('option', { name: /penguins\.csv/ }).click();
  await page.getByTestId('brief-goal').getByRole('combobox', { name: 'Target column' }).click();
  await page.getByRole('option', { name: /^species/ }).click();
  await page.getByRole('button', { name: 'Take it' }).click();
  await page.getByTestId('brief-add-target').click();
  await page.getByTestId('brief-target-roc_auc').getByRole('textbox').fill('2');
  await expect(page.getByTestId('brief-state')).toContainText('Saved');
  await page.getByTestId('technique-logistic').getByRole('button').click();
  await expect(page.getByTestId('node-judge')).toBeVisible();
  await page.keyboard.press('Shift+F7');
  await expect(page.getByTestId('node-judge')).toContainText('target 2: not met', { timeout: 60_000 });
  await page.getByTestId('rail-brief').click();
  await expect(page.getByTestId('brief-target-roc_auc')).toContainText('not met');
  await page.getByTestId('brief-target-roc_auc').getByRole('textbox').fill('0.5');
  await expect(page.getByTestId('brief-target-roc_auc').getByText('met', { exact: true })).toBeVisible();
});
