import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import { History } from '#app/pipeline/history.ts';
import { count, isLong, rounds } from './counts.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const temp = path.join(os.tmpdir(), `penstock-soak-${process.pid}`);
const before = process.env['TMPDIR'];
let test: TestEngine;
beforeAll(async () => {
  mkdirSync(temp);
  process.env['TMPDIR'] = temp;
  test = await openTestEngine();
});
afterAll(async () => {
  await test.close();
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  rmSync(temp, { recursive: true, force: true });
});

interface Sample {
  readonly heap: number;
  readonly resident: number;
  readonly handles: number;
  /** Temporary files beside the project. */
  readonly temporary: number;
}

function sizeOf(folder: string, leave: RegExp): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => {
    const file = path.join(entry.parentPath, entry.name);
    return entry.isFile() && !leave.test(path.relative(folder, file)) ? sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0) : sum;
  }, 0);
}

function sample(): Sample {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const handles = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
  return { heap: heapUsed, resident: process.platform === 'linux' ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024 : rss, handles, temporary: sizeOf(temp, new RegExp(`^${path.basename(test.projectDir)}`)) };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The last third against the first, after a tenth for warming up. */
function growth(samples: readonly Sample[], of: keyof Sample): number {
  const warm = samples.slice(Math.floor(samples.length / 10));
  const third = Math.max(1, Math.floor(warm.length / 3));
  return median(warm.slice(-third).map((one) => one[of])) / Math.max(1, median(warm.slice(0, third).map((one) => one[of])));
}

it('an engine that runs and is edited for long keeps its memory, handles and disk', { timeout: 3_600_000 }, async () => {
  const runs = rounds(20, 1000);
  const editsPerRun = 10;
  const { engine } = test;
  const { path: file } = await engine.pipelines.create('Soak');
  const opened = await engine.pipelines.open(file);
  const history = new History(opened.document, opened.history, opened.position);
  const samples: Sample[] = [];
  const results: number[] = [];
  let edits = 0;
  for (let run = 0; run < runs; run++) {
    for (let edit = 0; edit < editsPerRun; edit++) {
      history.apply({ type: 'set-document', title: `Edit ${edits}` });
      const unsaved = history.unsaved();
      if (unsaved === null) throw new Error('an edit changed nothing');
      await engine.pipelines.append(file, history.document, unsaved);
      history.markSaved(unsaved);
      edits += 1;
    }
    const document = fixtureDocument(
      {
        nodes: [
          // Twenty kinds of rows over and over, made anew each time.
          { id: 'rows', type: 'data/synthetic-data', params: { rows: 500, seed: run % 20, preset: 'regression', features: 4, informative: 3, noise: 1 } },
          { id: 'some', type: 'transform/filter-rows', params: { expression: 'y > 0' } },
          { id: 'fit', type: 'train/linear-regression', params: { target: 'y' } },
        ],
        edges: [['rows.table', 'some.table'], ['some.table', 'fit.table']],
      },
      engine.catalogue,
    );
    const started = await engine.startRun({ document, path: null, force: ['rows', 'some', 'fit'] });
    expect(await started.finished).toBe('succeeded');
    samples.push(sample());
    results.push(sizeOf(path.join(test.projectDir, 'artifacts'), /^checkpoints/));
  }
  const ratios = { heap: growth(samples, 'heap'), resident: growth(samples, 'resident'), handles: growth(samples, 'handles'), temporary: growth(samples, 'temporary') };
  const third = Math.max(1, Math.floor(results.length / 3));
  // The first twenty runs fill the store; from then on the same results come again.
  const disk = isLong ? median(results.slice(-third)) / median(results.slice(20, 20 + third)) : 1;
  const kept = sizeOf(test.projectDir, /^artifacts/) / runs;
  if (isLong) expect({ heap: ratios.heap < 1.25, resident: ratios.resident < 1.35, handles: ratios.handles < 1.05, disk: disk < 1.05 }, JSON.stringify({ ...ratios, disk })).toEqual({ heap: true, resident: true, handles: true, disk: true });
  else expect(samples.at(-1)?.handles ?? 0).toBeLessThanOrEqual((samples[Math.floor(samples.length / 2)]?.handles ?? 0) + 4);
  count(
    'soak',
    `soak: ${runs} runs and ${edits} edits in one engine process; last third against first: heap ${ratios.heap.toFixed(2)}, resident memory ${ratios.resident.toFixed(2)}, open handles ${ratios.handles.toFixed(2)}, results on disk ${disk.toFixed(2)}, temporary files ${ratios.temporary.toFixed(2)}; history ${(kept / 1000).toFixed(1)} kB a run with its ${editsPerRun} edits`,
  );
});
