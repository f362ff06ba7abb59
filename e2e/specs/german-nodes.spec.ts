import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

async function speak(page: Page, language: 'de' | 'en'): Promise<void> {
  await page.evaluate((chosen) => localStorage.setItem('penstock.language', chosen), language);
  await page.reload();
  await new Studio(page).ready();
}

test('nodes speak German where the page does, and are found by words of both languages', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  const card = studio.card('transform/filter-rows');
  const found = page.getByTestId('quick-add-item-transform/filter-rows');
  const search = async (words: string): Promise<void> => {
    await studio.canvas.focus();
    await page.keyboard.press('Tab');
    await page.getByTestId('quick-add-search').fill(words);
  };
  await studio.ready();
  await studio.newPipeline();
  await speak(page, 'de');

  await test.step('found by its English name, it is added in German', async () => {
    await search('filter rows');
    await expect(found).toContainText('Zeilen filtern');
    await expect(found).toContainText('Behält oder entfernt die Zeilen, für die eine Bedingung wahr ist.');
    await found.click();
    await expect(card).toContainText('Zeilen filtern');
  });

  const inspector = page.getByTestId('inspector');
  await test.step('its form, its choices and the line on its card are German', async () => {
    await studio.select(card);
    await expect(inspector.getByText('Passende Zeilen', { exact: true })).toBeVisible();
    await expect(inspector.getByText('Ein Ausdruck, der für jede Zeile wahr oder falsch ist.')).toBeVisible();
    await expect(inspector.getByText('Passende Zeilen behalten')).toBeVisible();
    await expect(studio.card('transform/filter-rows').locator('.node-title')).toHaveText('Zeilen filtern');
  });

  await test.step('its help page is German', async () => {
    await inspector.getByRole('tab', { name: 'Info' }).click();
    await expect(inspector.getByRole('heading', { name: 'Zeilen filtern' })).toBeVisible();
    await expect(inspector.getByRole('heading', { name: 'Beispiel' })).toBeVisible();
    await expect(inspector).toContainText('Behält oder entfernt die Zeilen');
  });

  await speak(page, 'en');
  await test.step('the document has kept nothing of it: in English the same card is English', async () => {
    await expect(card).toContainText('Filter Rows');
    await studio.select(card);
    await expect(inspector.getByText('Matching rows', { exact: true })).toBeVisible();
  });

  await test.step('an English page finds nodes by German words, also without umlauts', async () => {
    await search('');
    await expect(async () => {
      await page.getByTestId('quick-add-search').fill('');
      await page.getByTestId('quick-add-search').fill('ausreisser');
      await expect(page.getByTestId('quick-add-item-explore/outliers')).toContainText('Outliers', { timeout: 1000 });
    }).toPass();
  });

  expect(app.pageErrors).toEqual([]);
});
