import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

const middleOf = async (locator: Locator): Promise<{ x: number; y: number }> => {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

/** Drags what is at a point, as by hand. */
async function drag(page: Page, from: { x: number; y: number }, by: { x: number; y: number }, whileHeld?: () => Promise<void>): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + by.x / 2, from.y + by.y / 2, { steps: 4 });
  await page.mouse.move(from.x + by.x, from.y + by.y, { steps: 4 });
  await whileHeld?.();
  await page.mouse.up();
}

/** The penguins without the results, so that the canvas has the room. */
async function openOnCanvas(studio: Studio): Promise<void> {
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.page.keyboard.press('Control+Shift+3');
}

async function selectAll(studio: Studio, ...ids: string[]): Promise<void> {
  for (const [index, id] of ids.entries()) await studio.node(id).click({ position: { x: 40, y: 12 }, modifiers: index === 0 ? [] : ['Shift'] });
  for (const id of ids) await expect(studio.node(id)).toHaveAttribute('data-selected', 'true');
}

test('the parameters of a node are set beside its card', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  const step = test.step;
  await openOnCanvas(studio);
  // Nor the inspector.
  await page.keyboard.press('Control+Shift+2');
  await expect.poll(async () => (await page.getByTestId('inspector').boundingBox())?.width ?? 0).toBeLessThan(8);
  await studio.fit();
  const form = page.getByTestId('card-params');
  const open = page.getByTestId('card-params-open');
  const split = studio.node('split');
  const slider = form.getByTestId('param-fraction').locator('input').first();

  await step('by mouse: the button is on the one selected card, and a value is on the card at once', async () => {
    await expect(open).toHaveCount(0);
    await split.click();
    await open.click();
    await expect(form).toHaveAccessibleName(/Parameters of /);
    const card = await split.boundingBox();
    const box = await form.boundingBox();
    if (card === null || box === null) throw new Error('it is not on the screen');
    expect(Math.min(Math.abs(box.x - (card.x + card.width)), Math.abs(card.x - (box.x + box.width)))).toBeLessThan(24);
    const before = await split.locator('.node-line').textContent();
    await slider.fill('0.4');
    await expect(split.locator('.node-line')).not.toHaveText(before ?? '');
    await expect(split.locator('.node-line')).toContainText('40');
  });

  await step('it follows the card as the view moves', async () => {
    const before = await form.boundingBox();
    await studio.canvas.hover({ position: { x: 30, y: 30 } });
    await page.mouse.wheel(0, 240);
    await expect.poll(async () => Math.abs(((await form.boundingBox())?.x ?? 0) - (before?.x ?? 0)) + Math.abs(((await form.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeGreaterThan(8);
    await expect(form).toBeVisible();
  });

  await step('a run is started from a field; a click elsewhere closes it', async () => {
    await slider.click();
    await page.keyboard.press('Control+Enter');
    await expect(split).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
    await expect(form).toBeVisible();
    await studio.node('net').click({ position: { x: 20, y: 12 } });
    await expect(form).toHaveCount(0);
    await expect(studio.node('net')).toHaveAttribute('data-selected', 'true');
  });

  await step('by keyboard: open, change, close; the keys are the canvas’ again, and undo takes the value back', async () => {
    await studio.find('split');
    await studio.canvas.focus();
    await page.keyboard.press('Shift+Enter');
    await expect(form).toBeVisible();
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('[data-testid="card-params"] [data-testid^="param-"]') !== null)).toBe(true);
    await slider.fill('0.3');
    await expect(split.locator('.node-line')).toContainText('30');
    await page.keyboard.press('Escape');
    await expect(form).toHaveCount(0);
    await expect(studio.canvas).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect(split.locator('.node-line')).toContainText('40');
  });
  await page.keyboard.press('Control+Shift+2');
  expect(app.pageErrors).toEqual([]);
});

test('groups, alignment, search, shared parameters, replacing and what comes next', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  const step = test.step;
  await openOnCanvas(studio);
  await studio.fit();
  const edges = page.locator('.react-flow__edge');
  const edgeCount = await edges.count();
  const frame = page.locator('[data-group-frame]');
  const chip = page.locator('[data-group-chip]');

  await step('a group is framed, named, moved with its nodes, and undone', async () => {
    await selectAll(studio, 'net', 'logit');
    await page.keyboard.press('Control+g');
    await expect(frame).toHaveCount(1);
    await page.getByLabel('Group title').first().fill('Models');
    await page.getByLabel('Group title').first().press('Enter');
    await expect(frame).toContainText('Models');
    const before = await middleOf(studio.node('net'));
    const bar = await middleOf(frame.locator('.group-title'));
    await drag(page, bar, { x: 0, y: 60 });
    await expect.poll(async () => (await middleOf(studio.node('net'))).y - before.y).toBeGreaterThan(40);
    await page.getByTestId('undo').click();
    await expect.poll(async () => Math.abs((await middleOf(studio.node('net'))).y - before.y)).toBeLessThan(2);
  });

  await step('a card dragged out of the frame leaves it; undo brings it back', async () => {
    const height = async (): Promise<number> => (await frame.boundingBox())?.height ?? 0;
    const before = await height();
    await studio.canvas.focus();
    await page.keyboard.press('Escape');
    await drag(page, await middleOf(studio.node('logit')), { x: 0, y: 160 });
    await expect.poll(height).toBeLessThan(before - 20);
    await page.getByTestId('undo').click();
    await expect.poll(height).toBe(before);
  });

  await step('it collapses to a chip that keeps its edges, and opens again', async () => {
    await frame.getByTestId('group-collapse').click();
    await expect(chip).toHaveCount(1);
    await expect(studio.node('net')).toHaveCount(0);
    // Nothing runs between the two, so every edge is still there.
    await expect(edges).toHaveCount(edgeCount);
    await chip.getByTestId('group-expand').click();
    await expect(studio.node('net')).toBeVisible();
    await expect(edges).toHaveCount(edgeCount);
  });

  await step('copies of a group are groups', async () => {
    await frame.locator('.group-title').click();
    await page.keyboard.press('Control+d');
    await expect(frame).toHaveCount(2);
    await page.keyboard.press('Delete');
    await expect(frame).toHaveCount(1);
  });

  await step('aligning by key, with lines while dragging', async () => {
    await selectAll(studio, 'read', 'prep');
    await page.keyboard.press('Alt+a');
    const left = async (id: string): Promise<number> => Math.round((await studio.node(id).boundingBox())?.x ?? 0);
    await expect.poll(async () => (await left('read')) - (await left('prep'))).toBe(0);
    await page.getByTestId('undo').click();
    await studio.canvas.focus();
    await page.keyboard.press('Escape');
    const target = await middleOf(studio.node('split'));
    const from = await middleOf(studio.node('prep'));
    await drag(page, from, { x: target.x - from.x + 2, y: 0 }, async () => {
      await expect(page.getByTestId('guide-line').first()).toBeVisible();
    });
    await expect(page.getByTestId('guide-line')).toHaveCount(0);
    await expect.poll(async () => (await left('prep')) - (await left('split'))).toBe(0);
  });

  await step('search lists what matched, and the arrows go through it', async () => {
    await studio.canvas.focus();
    await page.keyboard.press('Control+f');
    await page.getByTestId('find-input').fill('species');
    await expect(page.getByTestId('find-item-net')).toContainText('Target: species');
    await expect(page.getByTestId('find-count')).toContainText('1 of');
    await page.getByTestId('find-input').press('ArrowDown');
    await expect(page.getByTestId('find-count')).toContainText('2 of');
    await expect(page.locator('[data-testid=node-card][data-selected]')).toHaveCount(1);
    // The packaged page's policy lets no script be added to it.
    if (app.mode === 'browser') {
      expect(await findings(page)).toEqual([]);
    }
    await page.getByTestId('find-input').press('Escape');
    await expect(page.getByTestId('find-panel')).toHaveCount(0);
  });

  await step('shared parameters change together, in one step', async () => {
    await selectAll(studio, 'net', 'logit');
    const target = page.getByTestId('shared-target');
    await expect(target).toContainText('species');
    await target.getByRole('button').first().click();
    await page.getByPlaceholder('Search columns').fill('island');
    await page.keyboard.press('Enter');
    await expect(target).toContainText('island');
    for (const id of ['net', 'logit']) {
      await studio.select(studio.node(id));
      await expect(studio.param('target')).toContainText('island');
    }
    await page.getByTestId('undo').click();
    await expect(studio.param('target')).toContainText('species');
    await studio.select(studio.node('net'));
    await expect(studio.param('target')).toContainText('species');
  });

  await step('a node is replaced; its edges and its target stay, and what was lost is said', async () => {
    await studio.select(studio.node('net'));
    await page.keyboard.press('Alt+r');
    await page.getByTestId('quick-add-item-train/random-forest').click();
    await expect(studio.node('net')).toHaveAttribute('data-node-type', 'train/random-forest');
    await expect(edges).toHaveCount(edgeCount);
    await expect(studio.param('target')).toContainText('species');
    await expect(page.getByText(/Not kept: .*Epochs/)).toBeVisible();
    await page.getByTestId('undo').click();
    await expect(studio.node('net')).toHaveAttribute('data-node-type', 'train/neural-network');
  });

  await step('what is likely next says why', async () => {
    await studio.select(studio.node('read'));
    await page.keyboard.press('Tab');
    await expect(page.getByTestId('quick-add-why').first()).toBeVisible();
    await expect(page.getByTestId('quick-add')).toContainText('species');
    await page.keyboard.press('Escape');
  });

  await step('bypass; delete and reconnect; select upstream and downstream', async () => {
    await studio.select(studio.node('select'));
    await page.keyboard.press('Control+b');
    await expect(studio.node('select')).toHaveAttribute('data-state', 'bypassed');
    await expect(studio.node('select')).toHaveCSS('border-style', 'dashed');
    await page.keyboard.press('Alt+s');
    await page.keyboard.press('u');
    await expect(studio.node('read')).toHaveAttribute('data-selected', 'true');
    await studio.select(studio.node('split'));
    await page.keyboard.press('Alt+s');
    await page.keyboard.press('d');
    await expect(studio.node('roc')).toHaveAttribute('data-selected', 'true');
    await expect(studio.node('read')).not.toHaveAttribute('data-selected', 'true');
    await studio.select(studio.node('select'));
    await page.keyboard.press('Control+Delete');
    await expect(studio.node('select')).toHaveCount(0);
    // One edge in, one out, one in their place.
    await expect(edges).toHaveCount(edgeCount - 1);
  });

  await step('a node dropped on an edge is put into it; an edge let go on empty canvas asks what fits', async () => {
    const before = await edges.count();
    const from = await middleOf(studio.node('read'));
    const to = await middleOf(studio.node('split'));
    const box = await studio.canvas.boundingBox();
    if (box === null) throw new Error('the canvas is not on the screen');
    const sort = await studio.dragFromCatalogue('transform/sort', { x: (from.x + to.x) / 2 - box.x, y: (from.y + to.y) / 2 - box.y });
    await expect(edges).toHaveCount(before + 1);
    const port = await middleOf(sort.getByTestId('port-out-table'));
    await drag(page, port, { x: 40, y: 220 });
    await expect(page.getByTestId('quick-add')).toBeVisible();
    await expect(page.getByTestId('quick-add-item-data/csv-reader')).toHaveCount(0);
    await page.keyboard.press('Escape');
  });

  await step('groups are in the file, and everything can be undone', async () => {
    await studio.expectSaved();
    await app.restart();
    const again = new Studio(app.page);
    await again.ready();
    await again.openPipeline('pipelines/penguins.pipeline.json');
    await expect(app.page.locator('[data-group-frame]')).toContainText('Models');
    await again.exhaust('undo');
    await expect(app.page.locator('[data-group-frame]')).toHaveCount(0);
  });

  expect(app.pageErrors).toEqual([]);
});
