import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Engine } from '#app/engine/engine.ts';
import { encryptProject } from '#app/engine/encryption/keys.ts';
import { PipelineFiles } from '#app/engine/project/pipeline-files.ts';
import { seedSamples } from '#app/engine/project/samples.ts';
import { History } from '#app/pipeline/history.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { randomEdit, seeded } from '#app/pipeline/testing-edits.ts';
import { lockVault } from '#app/sealing/vault.ts';

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const root = fileURLToPath(new URL('../', import.meta.url));

async function project(encrypted: boolean): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const projectDir = path.join(folder, 'project');
  await (await open(projectDir)).close();
  await seedSamples(projectDir, path.join(root, 'resources'));
  if (encrypted) await encryptProject(projectDir, { passphrase: 'a passphrase for a bench' });
  return projectDir;
}

const open = (projectDir: string): Promise<Engine> => Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist'), scratch: true });

async function away(projectDir: string): Promise<void> {
  lockVault(projectDir);
  await rm(path.dirname(projectDir), { recursive: true, force: true });
}

/** Seconds of a cold run of all sample pipelines in each kind of project, by turns; the best of `times`. */
export async function measureRuns(times: number): Promise<{ readonly plain: number; readonly encrypted: number; readonly pipelines: number }> {
  const best = { plain: Number.POSITIVE_INFINITY, encrypted: Number.POSITIVE_INFINITY };
  let pipelines = 0;
  for (let turn = 0; turn < times; turn += 1) {
    for (const kind of turn % 2 === 0 ? (['plain', 'encrypted'] as const) : (['encrypted', 'plain'] as const)) {
      const projectDir = await project(kind === 'encrypted');
      const engine = await open(projectDir);
      try {
        const found = await engine.pipelines.list();
        pipelines = found.length;
        const startedAt = performance.now();
        for (const { path: file } of found) {
          const { document } = await engine.pipelines.open(file);
          await (await engine.startRun({ document, path: file })).finished;
        }
        best[kind] = Math.min(best[kind], (performance.now() - startedAt) / 1000);
      } finally {
        await engine.close();
        await away(projectDir);
      }
    }
  }
  return { ...best, pipelines };
}

/** Median ms from handing an edit over to its being on the disk, fsync included. */
export async function measureEdits(encrypted: boolean, edits: number): Promise<number> {
  const projectDir = await project(encrypted);
  try {
    const [name = ''] = (await readdir(path.join(root, 'resources/samples/project/pipelines'))).filter((one) => one.endsWith('.pipeline.json'));
    const files = new PipelineFiles(projectDir);
    const { path: relative } = await files.create('Edited', parseDocument(await readFile(path.join(root, 'resources/samples/project/pipelines', name), 'utf8')));
    const opened = await files.open(relative);
    const history = new History(opened.document, opened.history, opened.position);
    const random = seeded(7);
    const taken: number[] = [];
    while (taken.length < edits) {
      try {
        history.apply(randomEdit(history.document, random).command);
      } catch {
        continue;
      }
      const unsaved = history.unsaved();
      if (unsaved === null) continue;
      // As somebody types: what an edit leaves to be done after its answer is done by then.
      await pause(5);
      const startedAt = performance.now();
      await files.append(relative, history.document, unsaved);
      taken.push(performance.now() - startedAt);
      history.markSaved(unsaved);
    }
    await files.flush();
    return median(taken);
  } finally {
    await away(projectDir);
  }
}
