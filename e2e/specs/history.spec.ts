import { execFileSync } from 'node:child_process';
import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

test('every edit and run is on the time line; the canvas goes back, versions are named and restored, and all survives a restart', async ({ app }) => {
  let { page } = app;
  let studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');
  const cards = await studio.cards.count();
  await studio.find('net');
  await studio.setNumber('epochs', 7);
  await studio.expectSaved();
  await page.keyboard.press('Escape');
  await studio.find('logit');
  await page.keyboard.press('Delete');
  await expect(studio.cards).toHaveCount(cards - 1);
  await studio.expectSaved();

  await page.getByTestId('rail-history').click();
  const panel = page.getByTestId('history-panel');
  const edits = panel.getByTestId('history-edit');
  await expect(edits.first()).toContainText('Deleted Logistic Regression');
  await expect(edits.nth(1)).toContainText('Changed “Epochs” of Neural Network from 60 to 7');
  await expect(panel.getByTestId('history-run')).toContainText(`Run: ${cards} nodes`);

  // As it was: marked, read-only, with what the step changed on the canvas and in words.
  await edits.first().click();
  const scrubber = page.getByTestId('time-scrubber');
  await expect(scrubber).toContainText('Earlier version, read-only');
  await expect(page.getByTestId('history-changes')).toContainText('Deleted Logistic Regression.');
  await expect(studio.node('logit')).toHaveAttribute('data-diff', 'removed');
  await edits.nth(1).click();
  await expect(studio.node('logit')).toBeVisible();
  await expect(studio.node('net')).toHaveAttribute('data-diff', 'changed');
  await studio.node('logit').click();
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('notice')).toContainText('This is an earlier version, which cannot be changed.');
  await expect(studio.cards).toHaveCount(cards);

  // With the keyboard through time: to the beginning and to now.
  const slider = page.getByTestId('time-slider').getByRole('slider');
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(scrubber).toContainText('when its history began');
  await page.keyboard.press('End');
  await expect(scrubber).toContainText('The pipeline as it is now');
  await expect(studio.cards).toHaveCount(cards - 1);

  await edits.nth(1).click();
  await page.getByTestId('name-version').click();
  await page.getByTestId('version-name').fill('Both models');
  await page.keyboard.press('Enter');
  await expect(edits.nth(1)).toContainText('Both models');
  if (app.mode === 'browser') {
    for (let themes = 0; themes < 2; themes += 1) {
      expect(await findings(page)).toEqual([]);
      await page.getByTestId('theme-toggle').click();
    }
  }

  // Only the selected node comes back, and Undo takes that back.
  await studio.node('logit').click();
  await page.getByTestId('restore-selected').click();
  await expect(studio.cards).toHaveCount(cards);
  await expect(scrubber).toContainText('The pipeline as it is now');
  await studio.expectSaved();
  await expect(edits.first()).toContainText('Restored a node');
  await page.getByTestId('undo').click();
  await expect(studio.cards).toHaveCount(cards - 1);
  await studio.expectSaved();

  await app.restart();
  page = app.page;
  studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await expect(studio.cards).toHaveCount(cards - 1);
  await expect(page.getByTestId('redo')).toBeEnabled();
  await page.getByTestId('rail-history').click();
  await page.getByTestId('history-edit').filter({ hasText: 'Both models' }).click();
  await expect(studio.cards).toHaveCount(cards);
  await page.getByTestId('restore-version').click();
  await expect(scrubberOf(page)).toContainText('The pipeline as it is now');
  await expect(studio.cards).toHaveCount(cards);
  await studio.expectSaved();
  expect(await studio.exhaust('undo')).toBeGreaterThanOrEqual(3);
  await studio.select(studio.node('net'));
  await expect(studio.param('epochs').locator('input').first()).toHaveValue('60');
  expect(app.pageErrors).toEqual([]);
});

test('two windows on one pipeline never write over each other: what both did is put together', async ({ app }) => {
  test.skip(app.mode === 'electron', 'the desktop app has one window');
  const first = new Studio(app.page);
  await first.ready();
  await first.openPipeline('pipelines/penguins.pipeline.json');
  const other = await app.page.context().newPage();
  await other.goto(app.page.url());
  const second = new Studio(other);
  await second.ready();
  await second.openPipeline('pipelines/penguins.pipeline.json');

  await first.find('net');
  await first.setNumber('epochs', 9);
  await first.expectSaved();
  const cards = await second.cards.count();
  await second.find('roc');
  await other.keyboard.press('Delete');
  await expect(other.getByText('The pipeline was changed in another window as well; both are together now.')).toBeVisible();
  await second.expectSaved();
  await expect(second.cards).toHaveCount(cards - 1);
  await second.find('net');
  await expect(second.param('epochs').locator('input').first()).toHaveValue('9');

  // The first window is behind now; its next edit finds the other's.
  await first.setNumber('epochs', 11);
  await expect(app.page.getByText('both are together now')).toBeVisible();
  await first.expectSaved();
  await expect(first.cards).toHaveCount(cards - 1);
  await other.close();
});

test('in a git repository the pipeline is committed from the history, and commits are among its versions', async ({ app }) => {
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: app.projectDir });
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await page.getByTestId('rail-history').click();
  await page.getByTestId('commit-message').fill('Two models on penguins');
  await page.getByTestId('commit').click();
  await expect(page.getByTestId('history-commit')).toContainText('Commit: Two models on penguins');
  await expect(page.getByTestId('commit-form')).toContainText('main: as in the last commit');
  expect(execFileSync('git', ['show', '--name-only', '--format=%s', 'HEAD'], { cwd: app.projectDir, encoding: 'utf8' }).split('\n').filter(Boolean)).toEqual(['Two models on penguins', 'pipelines/penguins.pipeline.json']);

  await studio.find('net');
  await studio.setNumber('epochs', 12);
  await studio.expectSaved();
  await expect(page.getByTestId('commit-form')).toContainText('changed since the last commit');
  await page.getByTestId('history-commit').click();
  await expect(page.getByTestId('time-scrubber')).toContainText('read-only');
  await expect(studio.param('epochs').locator('input').first()).toHaveValue('60');
  await page.getByTestId('back-to-now').click();
  await expect(studio.param('epochs').locator('input').first()).toHaveValue('12');
  expect(app.pageErrors).toEqual([]);
});

const scrubberOf = (page: Studio['page']) => page.getByTestId('time-scrubber');
