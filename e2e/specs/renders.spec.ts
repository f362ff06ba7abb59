import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

/** Nodes of one chain, and chains. */
const [perRow, rows] = [20, 10];

/** Chains of a table and steps over it; the cards of row r, column c are n{20 r + c}, the wire into each is e of the same number. */
function chains(rows: number): string {
  const ids = Array.from({ length: perRow * rows }, (_, i) => i);
  // Tables of different values, or the result of one would be that of all.
  const table = (i: number): unknown => ({ columns: [{ name: 'a', type: 'float' }], rows: [[i], [2]] });
  const nodes = ids.map((i) => (i % perRow === 0 ? { id: `n${i}`, type: 'data/table-creator', version: 1, params: { table: table(i) } } : { id: `n${i}`, type: 'transform/formula', version: 1, params: { columns: [{ name: `c${i % perRow}`, expression: 'a + 1' }] } }));
  const edges = ids.flatMap((i) => (i % perRow === 0 ? [] : [{ id: `e${i}`, from: { node: `n${i - 1}`, port: 'table' }, to: { node: `n${i}`, port: 'table' } }]));
  const layout = Object.fromEntries(ids.map((i) => [`n${i}`, { x: (i % perRow) * 264, y: Math.floor(i / perRow) * 108 }]));
  const group = { id: 'framed', title: 'Framed', nodes: ['n60', 'n61'] };
  return JSON.stringify({ format: 'penstock-pipeline', version: 1, id: 'chains', title: 'Chains', nodes, edges, groups: [group], notes: [{ id: 'note', text: 'A note', x: 0, y: -160, width: 200, height: 96 }], layout });
}

/** What rendered while `act` went on, as far as it is drawn on the canvas or over it. */
async function rendered(page: Page, act: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
  await frames(page);
  await page.evaluate(() => {
    (window as { penstockRenders?: Record<string, number> }).penstockRenders = {};
  });
  await act();
  await frames(page);
  return page.evaluate(() => (window as { penstockRenders?: Record<string, number> }).penstockRenders ?? {});
}

const frames = (page: Page): Promise<void> => page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

const of = (part: string, counts: Readonly<Record<string, number>>): string[] => Object.keys(counts).filter((key) => key.startsWith(`${part} `)).map((key) => key.slice(part.length + 1)).toSorted();

test('nothing on the canvas renders that did not change', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await writeFile(path.join(app.projectDir, 'pipelines/chains.pipeline.json'), chains(rows));
  await studio.ready();
  await studio.openPipeline('pipelines/chains.pipeline.json');
  await expect(studio.cards).toHaveCount(perRow * rows);
  const step = test.step;
  const middle = async (id: string): Promise<{ x: number; y: number }> => {
    const box = await studio.node(id).boundingBox();
    if (box === null) throw new Error(`${id} is not on the screen`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  const pane = await studio.canvas.boundingBox();
  if (pane === null) throw new Error('there is no canvas');

  await step('panning renders no card, wire, frame or control', async () => {
    const counts = await rendered(page, async () => {
      await page.mouse.move(pane.x + 200, pane.y + 200);
      await page.mouse.down({ button: 'middle' });
      await page.mouse.move(pane.x + 180, pane.y + 190, { steps: 6 });
      await page.mouse.move(pane.x + 200, pane.y + 200, { steps: 6 });
      await page.mouse.up({ button: 'middle' });
    });
    expect(counts).toEqual({});
  });

  await step('zooming renders none either; the level of detail is an attribute of the pane', async () => {
    const counts = await rendered(page, async () => {
      await page.mouse.move(pane.x + 200, pane.y + 200);
      for (const by of [-60, -60, -60, 60, 60, 60]) await page.mouse.wheel(0, by);
    });
    expect(Object.keys(counts).filter((key) => key !== 'pane')).toEqual([]);
  });

  await step('selecting renders the two cards, and the wires that become lit or are no longer', async () => {
    await studio.node('n41').click();
    const counts = await rendered(page, async () => {
      await studio.node('n22').click();
      await expect(studio.node('n22')).toHaveAttribute('data-selected', 'true');
    });
    expect(of('card', counts)).toEqual(['n22', 'n41']);
    expect(of('frame', counts)).toEqual([]);
    const chainsOfBoth = [20, 40].flatMap((first) => Array.from({ length: perRow - 1 }, (_, i) => `e${first + 1 + i}`));
    expect(of('wire', counts).filter((id) => !chainsOfBoth.includes(id))).toEqual([]);
    expect(counts['controls'] ?? 0).toBe(0);
  });

  await step('dragging renders the wires of the card, and neither what is in the card nor what is over the canvas', async () => {
    const from = await middle('n22');
    const counts = await rendered(page, async () => {
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move(from.x + 10, from.y + 30, { steps: 10 });
      await page.mouse.up();
    });
    expect(of('card', counts)).toEqual([]);
    expect(of('wire', counts)).toEqual(['e22', 'e23']);
    expect(of('frame', counts)).toEqual([]);
    expect(counts['wire e22']).toBeGreaterThan(3);
    expect([counts['pane'], counts['controls'], counts['catalogue']]).toEqual([undefined, undefined, undefined]);
  });

  await step('a box renders the cards that it takes in, once', async () => {
    await page.keyboard.press('Escape');
    const [first, last] = [await middle('n1'), await middle('n22')];
    const counts = await rendered(page, async () => {
      await page.mouse.move(first.x, first.y - 40);
      await page.mouse.down();
      await page.mouse.move(last.x, last.y + 8, { steps: 12 });
      await page.mouse.up();
      await expect(studio.node('n22')).toHaveAttribute('data-selected', 'true');
    });
    const chosen = await page.locator('[data-testid=node-card][data-selected]').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-node-id') ?? '').toSorted());
    expect(chosen.length).toBeGreaterThan(2);
    expect(of('card', counts)).toEqual(chosen);
    for (const id of chosen) expect(counts[`card ${id}`]).toBeLessThanOrEqual(2);
  });

  await step('typing in a param renders that card only', async () => {
    await studio.node('n43').click();
    const field = page.getByTestId('inspector').getByRole('textbox').first();
    await field.fill('first');
    await expect(studio.node('n43')).toContainText('first');
    const counts = await rendered(page, async () => {
      await field.press('End');
      await field.pressSequentially('name');
      // The line comes with the engine's answer, which every card hears.
      await expect(studio.node('n43')).toContainText('firstname');
    });
    expect(of('card', counts)).toEqual(['n43']);
    expect(of('wire', counts)).toEqual([]);
    expect([counts['pane'], counts['controls'], counts['catalogue']]).toEqual([undefined, undefined, undefined]);
  });

  await step('a run renders the nodes that it is about, and their wires', async () => {
    await studio.node('n100').click();
    const counts = await rendered(page, async () => {
      await page.keyboard.press('F7');
      await expect(studio.node('n100')).toHaveAttribute('data-state', 'done');
    });
    expect(of('card', counts)).toEqual(['n100']);
    expect(of('wire', counts)).toEqual(['e101']);
    expect(of('frame', counts)).toEqual([]);
  });
});

test('cards far out of sight leave the page when the view rests, and come back as it moves', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  const many = 2 * rows;
  await writeFile(path.join(app.projectDir, 'pipelines/chains.pipeline.json'), chains(many));
  await studio.ready();
  await studio.openPipeline('pipelines/chains.pipeline.json');
  const fit = async (): Promise<void> => {
    await studio.canvas.focus();
    await page.keyboard.press('Control+2');
    await expect(studio.cards).toHaveCount(perRow * many);
  };
  await fit();
  await page.keyboard.press('Control+0');
  await expect.poll(() => studio.cards.count()).toBeLessThan(perRow * many / 4);
  const first = await studio.cards.evaluateAll((cards) => cards.map((card) => card.getAttribute('data-node-id') ?? ''));
  const pane = await studio.canvas.boundingBox();
  if (pane === null) throw new Error('there is no canvas');
  await page.mouse.move(pane.x + pane.width / 2, pane.y + pane.height - 60);
  await page.mouse.down({ button: 'middle' });
  await page.mouse.move(pane.x + pane.width / 2, pane.y - 600, { steps: 8 });
  await expect.poll(() => studio.cards.evaluateAll((cards, known) => cards.filter((card) => !known.includes(card.getAttribute('data-node-id') ?? '')).length, first)).toBeGreaterThan(0);
  await page.mouse.up({ button: 'middle' });
  await fit();
  // All are there to be dragged over: nothing was lost on the way.
  await expect(page.locator('.react-flow__edge')).toHaveCount((perRow - 1) * many);
});
