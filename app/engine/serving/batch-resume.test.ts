import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { partRows, rows, scoredRows } from './batch-child.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-scoring-'));
const root = fileURLToPath(new URL('../../../', import.meta.url));
afterAll(() => rmSync(folder, { recursive: true }));

/** Finished parts of a scoring, as absolute paths in their order. */
function partsIn(project: string): string[] {
  const checkpoints = path.join(project, 'artifacts', 'checkpoints');
  if (!existsSync(checkpoints)) return [];
  return readdirSync(checkpoints, { recursive: true, encoding: 'utf8' })
    .filter((name) => /part-\d+\.parquet$/.test(name))
    .sort()
    .map((name) => path.join(checkpoints, name));
}

/** Scores in a process of its own and kills that as soon as some parts are whole. */
async function killWhileScoring(project: string): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, 'bench/child.mjs'), path.join(root, 'app/engine/serving/batch-child.ts'), JSON.stringify({ project })], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (partsIn(project).length < 3 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await ended;
}

it('a scoring whose engine was killed goes on at the last whole part, and scores no whole part again', async () => {
  const [broken, whole] = [path.join(folder, 'broken'), path.join(folder, 'whole')];
  await killWhileScoring(broken);
  const [first = '', second = '', ...others] = partsIn(broken);
  const kept = others.length + 2;
  expect(kept).toBeGreaterThanOrEqual(3);
  expect(kept).toBeLessThan(rows / partRows);
  // Told apart from a part that is scored again: the first has the rows of the second.
  copyFileSync(second, first);
  const resumed = await scoredRows(broken);
  expect(resumed.report).toContain(`${kept} of ${rows / partRows} parts were there already`);
  expect(partsIn(broken)).toEqual([]);
  const unbroken = await scoredRows(whole);
  expect(unbroken.report).not.toContain('there already');
  expect(unbroken.predictions).toHaveLength(rows);
  expect(resumed.predictions.slice(0, partRows)).toEqual(unbroken.predictions.slice(partRows, 2 * partRows));
  expect(resumed.predictions.slice(partRows)).toEqual(unbroken.predictions.slice(partRows));
}, 240_000);
