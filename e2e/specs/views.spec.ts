import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

/** The views in each place of results, the front one marked. */
const places = async (studio: Studio): Promise<string[]> => {
  const all = await studio.dock.all();
  return Promise.all(all.map(async (place) => (await place.getByRole('tab').evaluateAll((tabs) => tabs.filter((tab) => !(tab as HTMLElement).hidden).map((tab) => `${tab.textContent ?? ''}${tab.getAttribute('aria-selected') === 'true' ? '*' : ''}`))).join(' | ')));
};

async function dragTab(page: Page, tab: Locator, onto: Locator, share: { readonly x: number; readonly y: number }): Promise<void> {
  const from = await tab.boundingBox();
  const to = await onto.boundingBox();
  if (!from || !to) throw new Error('the tab or where it goes is not on the screen');
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2 + 16, from.y + from.height / 2 + 16, { steps: 3 });
  await page.mouse.move(to.x + to.width * share.x, to.y + to.height * share.y, { steps: 8 });
  await expect(page.locator('[data-drop-indicator]')).toHaveCSS('opacity', '1');
  await page.mouse.up();
}

test('views stay, stand side by side, get windows of their own, and are there again the next time', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  const step = test.step;
  await studio.ready();
  await studio.openPipeline('pipelines/weather.pipeline.json');
  // The packaged page’s policy lets no script be added to it, so the checker runs where the test may add one.
  const check = async (shown: Page): Promise<void> => {
    if (app.mode === 'electron') return;
    for (const colorScheme of ['light', 'dark'] as const) {
      await shown.emulateMedia({ colorScheme });
      await expect(shown.locator('html')).toHaveAttribute('data-theme', colorScheme);
      await expect(async () => {
        expect(await findings(shown)).toEqual([]);
      }).toPass({ timeout: 10_000 });
    }
    await shown.emulateMedia({ colorScheme: null });
  };
  const rows = studio.dock.getByTestId('table-row-count');

  await step('a view is kept on its node while the selection moves on', async () => {
    await studio.runAll();
    await studio.expectAll('done');
    await studio.find('month');
    await expect(rows).toContainText('461 rows');
    await page.getByTestId('keep-view').click();
    await expect(page.getByTestId('pinned-tab')).toContainText('Table · Month of each day');
    await studio.find('means');
    await expect(rows).toContainText('461 rows');
    expect(await places(studio)).toEqual(['Table | Table · Month of each day* | Charts | Log | Problems']);
  });

  await step('dragged to an edge it stands beside the one that follows; a selection in one narrows the other', async () => {
    await dragTab(page, page.getByTestId('pinned-tab'), page.getByTestId('result-view'), { x: 0.95, y: 0.5 });
    await expect(studio.dock).toHaveCount(2);
    expect(await places(studio)).toEqual(['Table* | Charts | Log | Problems', 'Table · Month of each day*']);
    await expect(rows.first()).toContainText('48 rows');
    await expect(rows.last()).toContainText('461 rows');
    await studio.find('month');
    await expect(rows.first()).toContainText('461 rows');
    const [shown] = await studio.dock.all();
    const bars = shown?.getByTestId('column-header-temp_max').getByTestId('mini-histogram');
    const box = await bars?.boundingBox();
    if (!box) throw new Error('the histogram of temp_max is not on the screen');
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await expect(rows.first()).toContainText(' of ');
    await expect(rows.last()).toContainText(' of ');
    expect((await rows.allTextContents()).every((text, _index, all) => text === all[0])).toBe(true);
    await page.getByTestId('slices-bar').getByRole('button', { name: 'Clear' }).click();
  });

  await step('by keyboard: split below, enlarge, put back, close', async () => {
    await page.getByTestId('pinned-tab').focus();
    await page.keyboard.press('Control+|');
    await expect(studio.dock).toHaveCount(3);
    await page.getByTestId('pinned-tab').last().focus();
    await page.keyboard.press('Control+Shift+F');
    // The canvas lies under it, out of reach.
    await expect(page.locator('[data-workspace-layout][inert]')).toHaveCount(1);
    await expect(page.locator('[data-tabset-maximized]')).toContainText('Table · Month of each day');
    await page.keyboard.press('Escape');
    await expect(page.locator('[data-workspace-layout][inert]')).toHaveCount(0);
    await page.getByTestId('pinned-tab').last().focus();
    await page.keyboard.press('Delete');
    await expect(studio.dock).toHaveCount(2);
    // The line between the two places moves by the arrow keys.
    const separator = page.locator('[data-workspace] [role="separator"][aria-orientation="vertical"]').first();
    const before = await studio.dock.first().boundingBox();
    await separator.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => (await studio.dock.first().boundingBox())?.width ?? 0).toBeGreaterThan(before?.width ?? 0);
    await check(page);
  });

  await step('a reload keeps it; a view whose node is gone says so', async () => {
    await page.reload();
    await studio.ready();
    await expect(page.getByTestId('pinned-tab')).toContainText('Month of each day');
    expect(await places(studio)).toHaveLength(2);
    await studio.find('month');
    await page.keyboard.press('Delete');
    await expect(studio.dock.last()).toContainText('“Month of each day” is gone');
    await page.keyboard.press('Control+Z');
    await expect(rows.last()).toContainText('461 rows');
  });

  let view: Page;
  await step('in its own window it says what it is of, and follows the main window', async () => {
    await page.getByTestId('pinned-tab').focus();
    [view] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Control+Alt+O')]);
    await expect(view.getByTestId('view-title')).toHaveText('Month of each day');
    await expect(view.getByTestId('view-pipeline')).toContainText('How warm will next year be?');
    await expect(view.getByTestId('table-row-count')).toContainText('461 rows');
    await expect(page.getByTestId('pinned-tab')).toHaveCount(0);
    expect(await places(studio)).toEqual(['Table* | Charts | Log | Problems']);
    await page.getByTestId('theme-toggle').click();
    const theme = await page.locator('html').getAttribute('data-theme');
    await expect(view.locator('html')).toHaveAttribute('data-theme', theme ?? '');
    // As in the settings: the system's theme again, which the checker changes.
    await page.evaluate(() => localStorage.setItem('penstock.theme', 'system'));
    await check(view);
  });

  await step('what is selected in the window narrows the main one; a change there is followed', async () => {
    await studio.find('month');
    await new Studio(view).brushHeader('temp_max', 0.5, 0.9);
    await expect(rows).toContainText(' of ');
    await page.getByTestId('slices-bar').getByRole('button', { name: 'Clear' }).click();
    await expect(view.getByTestId('slices-bar')).toHaveCount(0);
    await page.getByTestId('canvas').first().focus();
    await page.keyboard.press('F2');
    // Letters before the field has the focus would be commands.
    const title = studio.node('month').locator('input');
    await expect(title).toBeFocused();
    await title.fill('Month');
    await page.keyboard.press('Enter');
    await expect(view.getByTestId('view-title')).toHaveText('Month');
    await page.keyboard.press('F8');
    await studio.expectAll('done');
    await expect(view.getByTestId('table-row-count')).toContainText('461 rows');
  });

  await step('it outlives a reload of the main window and goes back into it', async () => {
    await page.reload();
    await studio.ready();
    await studio.find('means');
    // The window may be gone before the click has been told of: that it closes is what counts.
    await Promise.all([view.waitForEvent('close'), view.getByTestId('dock-view').click().catch((error: unknown) => { if (!view.isClosed()) throw error; })]);
    await expect(page.getByTestId('pinned-tab')).toContainText('Table · Month');
  });

  await step('reset by the palette', async () => {
    await page.keyboard.press('Control+K');
    await page.getByTestId('palette-input').fill('Reset layout');
    await page.keyboard.press('Enter');
    await expect.poll(() => places(studio)).toEqual(['Table* | Charts | Log | Problems']);
  });
  expect(app.pageErrors).toEqual([]);
});

test('windows of views close with the app and open again where they were @desktop', async ({ app }) => {
  let studio = new Studio(app.page);
  await studio.ready();
  await studio.openPipeline('pipelines/weather.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');
  await studio.find('month');
  const [view] = await Promise.all([app.page.context().waitForEvent('page'), app.page.keyboard.press('Control+Alt+O')]);
  await expect(view.getByTestId('table-row-count')).toContainText('461 rows');
  // A person may close it: then it is not opened again.
  const [other] = await Promise.all([app.page.context().waitForEvent('page'), app.page.keyboard.press('Control+Alt+O')]);
  await expect(other.getByTestId('view-title')).toBeVisible();
  await other.close();
  await app.restart();
  studio = new Studio(app.page);
  await studio.ready();
  await expect.poll(() => app.page.context().pages().length).toBe(2);
  const [again] = app.page.context().pages().filter((page) => page !== app.page);
  if (!again) throw new Error('the window of the view is not there');
  await expect(again.getByTestId('view-title')).toHaveText('Month of each day');
  await expect(again.getByTestId('table-row-count')).toContainText('461 rows');
});
