import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { lockVault } from '#app/sealing/vault.ts';
import { encryptProject } from '../encryption/keys.ts';
import { openTestEngine } from '../testing.ts';
import { partRows, rows, scoredRows } from './batch-child.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-scoring-'));
const root = fileURLToPath(new URL('../../../', import.meta.url));
afterAll(() => rmSync(folder, { recursive: true }));

/** Finished parts of a scoring, as absolute paths in their order; in an encrypted project in none, and with the scored table among them. */
function partsIn(project: string, root = 'artifacts', part = /part-\d+\.parquet$/): string[] {
  const checkpoints = path.join(project, root, 'checkpoints');
  if (!existsSync(checkpoints)) return [];
  return readdirSync(checkpoints, { recursive: true, encoding: 'utf8' })
    .filter((name) => part.test(name))
    .sort()
    .map((name) => path.join(checkpoints, name));
}

const sealedPartsIn = (project: string): string[] => partsIn(project, 'sealed', /\.parts[\\/][0-9a-f]{64}\.parquet$/);

/** The same, never killed; asked once for all tests. */
let unbrokenRows: ReturnType<typeof scoredRows> | null = null;
const whole = (): ReturnType<typeof scoredRows> => (unbrokenRows ??= scoredRows(path.join(folder, 'whole')));

/** Scores in a process of its own and kills that as soon as some parts are whole. */
async function killWhileScoring(project: string, keyFile?: string): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, 'bench/child.mjs'), path.join(root, 'app/engine/serving/batch-child.ts'), JSON.stringify({ project, keyFile })], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const parts = (): string[] => (keyFile === undefined ? partsIn(project) : sealedPartsIn(project));
  while (parts().length < 3 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await ended;
}

it('a scoring whose engine was killed goes on at the last whole part, and scores no whole part again', async () => {
  const broken = path.join(folder, 'broken');
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
  const unbroken = await whole();
  expect(unbroken.report).not.toContain('there already');
  expect(unbroken.predictions).toHaveLength(rows);
  expect(resumed.predictions.slice(0, partRows)).toEqual(unbroken.predictions.slice(partRows, 2 * partRows));
  expect(resumed.predictions.slice(partRows)).toEqual(unbroken.predictions.slice(partRows));
}, 240_000);

it('so does one in an encrypted project, whose parts lie there sealed', async () => {
  const [project, keyFile] = [path.join(folder, 'encrypted'), path.join(folder, 'key')];
  await (await openTestEngine({ projectDir: project })).engine.close();
  await encryptProject(project, { keyFile });
  lockVault(project);
  await killWhileScoring(project, keyFile);
  const left = sealedPartsIn(project);
  expect(left.length).toBeGreaterThanOrEqual(3);
  expect(left.length).toBeLessThan(rows / partRows);
  // Parquet whose footer, and so every page, is encrypted.
  for (const file of left) expect(readFileSync(file).subarray(0, 4).toString()).toBe('PARE');
  const names = readdirSync(path.dirname(left[0] ?? ''));
  expect(names.filter((name) => !/^([0-9a-f]{64}\.parquet|plan\.json|\.\w+\.parquet\.partial)$/.test(name))).toEqual([]);
  const resumed = await scoredRows(project, keyFile);
  expect(resumed.report).toMatch(new RegExp(`(${left.length}|${left.length - 1}) of ${rows / partRows} parts were there already`));
  expect(sealedPartsIn(project)).toEqual([]);
  expect(resumed.predictions).toEqual((await whole()).predictions);
  lockVault(project);
}, 240_000);
