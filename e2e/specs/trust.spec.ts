import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '../fixtures/app.ts';
import { expectFine } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

test.use({ trusted: false });

const pipeline = {
  format: 'penstock-pipeline',
  version: 1,
  id: 'aaa-code',
  title: 'AAA code',
  nodes: [{ id: 'js', type: 'transform/script', version: 1, params: { code: 'return [{ a: 1 }];', columns: [{ name: 'a', type: 'integer' }] } }],
  edges: [],
  notes: [],
  groups: [],
  layout: { js: { x: 80, y: 80 } },
};

test('a project from elsewhere says so; its script runs once it is trusted', async ({ app, mode }) => {
  test.skip(mode === 'electron', 'the engine decides; one front end shows it');
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await writeFile(path.join(app.projectDir, 'pipelines', 'aaa-code.pipeline.json'), JSON.stringify(pipeline));
  await page.reload();
  await studio.ready();
  await page.getByTestId('pipeline-switcher').click();
  await page.getByTestId('open-pipelines/aaa-code.pipeline.json').click();
  const banner = page.getByTestId('trust-banner');
  await expect(banner).toContainText('comes from elsewhere');
  await expect(banner.getByTestId('trust-affected')).toContainText('JavaScript');
  const card = studio.card('transform/script');
  await expect(card).toHaveAttribute('data-state', 'attention');
  await expectFine(page, 'a project from elsewhere');
  await banner.getByRole('button', { name: 'Trust this project' }).click();
  const dialog = page.getByRole('dialog', { name: 'Trust this project?' });
  await expect(dialog.getByTestId('held-back')).toContainText('JavaScript');
  await expectFine(page, 'asking for trust');
  await dialog.getByRole('button', { name: 'Trust it' }).click();
  await expect(banner).toHaveCount(0);
  await page.keyboard.press('Shift+F7');
  await expect(card).toHaveAttribute('data-state', 'done');
});
