import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { findings } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

/** The penguins with missing values filled before the split, and a column made of the answer. */
async function makeLeaky(projectDir: string): Promise<void> {
  const file = path.join(projectDir, 'pipelines/penguins.pipeline.json');
  const document = JSON.parse(await readFile(file, 'utf8')) as { id: string; nodes: unknown[]; edges: { id: string; from: { node: string; port: string }; to: { node: string; port: string } }[]; layout: Record<string, { x: number; y: number }> };
  const fill = { id: 'fill', type: 'transform/impute', version: 1, params: {} };
  const answer = { id: 'answer', type: 'transform/formula', version: 1, params: { columns: [{ name: 'is_gentoo', expression: "species = 'Gentoo'" }] } };
  const edge = (id: string, from: string, to: string) => ({ id, from: { node: from, port: 'table' }, to: { node: to, port: 'table' } });
  const into = document.edges.find(({ to }) => to.node === 'split');
  if (into === undefined) throw new Error('the example has no split any more');
  const edges = [...document.edges.filter((one) => one !== into), edge('l1', into.from.node, 'fill'), edge('l2', 'fill', 'answer'), edge('l3', 'answer', 'split')];
  const layout = { ...document.layout, fill: { x: 270, y: 320 }, answer: { x: 540, y: 320 } };
  const leaky = path.join(projectDir, 'pipelines/leaky.pipeline.json');
  await writeFile(leaky, JSON.stringify({ ...document, id: 'leaky', title: 'Leaky penguins', nodes: [...document.nodes, fill, answer], edges, layout }));
}

test('a leak shows on its card and is mended by one click, and undone by one key', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await makeLeaky(app.projectDir);
  await studio.openPipeline('pipelines/leaky.pipeline.json');
  const drop = (id: string) => studio.node(id).getByTestId('leak-mark');
  await expect(drop('fill')).toBeVisible();
  await expect(drop('logit')).toBeVisible();
  await expect(drop('split')).toHaveCount(0);

  await studio.fit();
  await drop('fill').click();
  await expect(page.getByTestId('inspector')).toContainText('also from those the model is tested on');
  await studio.node('fill').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Fix: fill missing values in the recipe' })).toBeVisible();
  await page.keyboard.press('Escape');
  const before = await studio.cards.count();
  await page.getByTestId('inspector').getByTestId('fix-leak-before-split').click();
  await expect(studio.node('fill')).toHaveCount(0);
  await expect(studio.cards).toHaveCount(before - 1);

  await page.getByTestId('problems-count').click();
  await expect(page.getByTestId('problems-view')).toBeVisible();
  // The packaged page's policy lets no script be added to it, so the checker runs where the test may add one.
  if (app.mode === 'browser') {
    for (let themes = 0; themes < 2; themes += 1) {
      expect(await findings(page)).toEqual([]);
      await page.getByTestId('theme-toggle').click();
    }
  }
  const fixes = page.getByTestId('problems-view').getByTestId('fix-leak-target-derived');
  await expect(fixes).toHaveCount(2);
  await fixes.first().click();
  await expect(fixes).toHaveCount(1);
  await fixes.first().click();
  await expect(page.getByTestId('leak-mark')).toHaveCount(0);
  await studio.runAll();
  await studio.expectAll('done');

  expect(await studio.exhaust('undo')).toBe(3);
  await expect(drop('fill')).toBeVisible();
  expect(app.pageErrors).toEqual([]);
});
