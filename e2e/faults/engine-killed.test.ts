import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { documentVersion, type PipelineDocument } from '#app/pipeline/document.ts';
import { seeded } from '#app/pipeline/testing-edits.ts';
import { openStore } from '#app/store/index.ts';
import { count, isLong, rounds } from './counts.ts';
import { killEngines, processorMs, startEngineProcess, type EngineProcess } from './engine-process.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-engine-killed-'));
afterAll(async () => {
  await killEngines();
  rmSync(folder, { recursive: true, force: true });
});

/** Quick nodes that write tables and models, and a training of some seconds that keeps checkpoints. */
const node = (id: string, type: string, params: Record<string, unknown> = {}, version = 1): PipelineDocument['nodes'][number] => ({ id, type, version, params });
const edge = (from: string, to: string): PipelineDocument['edges'][number] => {
  const [fromNode = '', fromPort = ''] = from.split('.');
  const [toNode = '', toPort = ''] = to.split('.');
  return { id: `${from}-${to}`, from: { node: fromNode, port: fromPort }, to: { node: toNode, port: toPort } };
};
const document: PipelineDocument = {
  format: 'penstock-pipeline',
  version: documentVersion,
  id: 'killed',
  title: 'Killed',
  nodes: [
    node('rows', 'data/synthetic-data', { rows: isLong ? 30_000 : 12_000, seed: 3, preset: 'regression', features: 8, informative: 5, noise: 1 }),
    { ...node('sorted', 'transform/sort', { keys: [{ column: 'y' }] }), pinned: ['table'] },
    node('split', 'transform/partition', {}, 2),
    node('line', 'train/linear-regression', { target: 'y' }, 2),
    node('fit', 'train/gradient-boosting', { target: 'y', task: 'regression', iterations: isLong ? 900 : 300, learningRate: 0.02, earlyStopping: false }),
    node('scored', 'evaluate/predict', {}),
  ],
  edges: [edge('rows.table', 'sorted.table'), edge('rows.table', 'split.table'), edge('split.train', 'line.table'), edge('rows.table', 'fit.table'), edge('fit.model', 'scored.model'), edge('split.test', 'scored.table')],
  notes: [],
  groups: [],
  layout: {},
};

interface Life {
  readonly engine: EngineProcess;
  readonly runId: string;
  readonly states: Map<string, string>;
  readonly messages: string[];
  /** Final status, or null when the engine went before. */
  readonly ended: Promise<string | null>;
}

/** Starts an engine and the run in it, and follows its events. */
async function startRun(engine: EngineProcess): Promise<Life> {
  const { runId } = await engine.client.run.start({ document, path: null });
  const states = new Map<string, string>();
  const messages: string[] = [];
  const follow = async (): Promise<string | null> => {
    try {
      for await (const event of await engine.client.run.events({ runId })) {
        if (event.type === 'node') states.set(event.node.nodeId, event.node.status);
        else if (event.type === 'progress' && event.message !== undefined) messages.push(event.message);
        else if (event.type === 'run' && event.status !== 'running') return event.status;
      }
    } catch {
      // The engine was killed under the stream.
    }
    return null;
  };
  return { engine, runId, states, messages, ended: follow() };
}

/** What is on disk of a killed engine's project before anybody opens it again. */
interface Left {
  /** Nodes whose result was recorded. */
  readonly finished: readonly string[];
  readonly hadCheckpoint: boolean;
}

function leftBehind(project: string, runId: string): Left {
  // Opened for reading, so that nothing is mended by looking.
  const store = openStore(project, { readOnly: true });
  try {
    const finished = store.runs.nodes(runId).filter(({ status }) => status === 'succeeded' || status === 'cached');
    const checkpoints = path.join(project, 'artifacts', 'checkpoints');
    return { finished: finished.map(({ nodeId }) => nodeId), hadCheckpoint: existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.endsWith('.bin')) };
  } finally {
    store.close();
  }
}

const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Artifacts that are visible under their id and are not what the id says. */
async function halfArtifacts(project: string): Promise<string[]> {
  const store = openStore(project, { readOnly: true });
  try {
    const half: string[] = [];
    for (const id of await store.artifacts.list()) if ((await store.artifacts.verify(id)) !== 'ok') half.push(id);
    return half;
  } finally {
    store.close();
  }
}

const modelOf = async (engine: EngineProcess): Promise<string> => {
  const { value } = await engine.client.data.value({ document, nodeId: 'fit', port: 'model' });
  return (value as { onnx: string }).onnx;
};

/** Recovery must be seen within this time of the restart (the promise of docs/trust.md); as processor time, for other things may keep the machine busy. */
const recoveredWithinMs = 10_000;

describe('the engine killed by SIGKILL at random moments of a run', () => {
  const kills = rounds(2, 50);
  const seed = Number(process.env['PENSTOCK_KILL_SEED'] ?? 1);

  it(`marks the run interrupted, reuses what was finished, goes on from the checkpoint and shows nothing half`, { timeout: 120_000 + kills * 40_000 }, async () => {
    const random = seeded(seed);
    const whole = path.join(folder, 'whole');
    let engine = startEngineProcess(whole);
    await engine.client.project.info();
    const begun = performance.now();
    let slowest = 0;
    let life: Life;
    let expected: string | null = null;
    /** How long an unbroken run takes here and now: kills are spread over it, and a little beyond. The short form guesses. */
    let usual = 2000;
    if (isLong) {
      life = await startRun(engine);
      expect(await life.ended, engine.said()).toBe('succeeded');
      usual = performance.now() - begun;
      expected = await modelOf(engine);
      await engine.end();
      engine = startEngineProcess(path.join(folder, 'project-0'));
      await engine.client.project.info();
    }
    let project = isLong ? path.join(folder, 'project-0') : whole;

    const seen = { recovered: 0, rerun: 0, half: 0, checkpoints: 0, resumed: 0, reused: 0, whole: 0 };
    for (let kill = 0; kill < kills; kill++) {
      life = await startRun(engine);
      const done = await Promise.race([life.ended, pause(random() * usual * 1.1, 'kill' as const)]);
      await engine.kill();
      const left = leftBehind(project, life.runId);
      seen.half += (await halfArtifacts(project)).length;

      engine = startEngineProcess(project);
      const info = await engine.client.project.info();
      const record = await engine.client.run.get({ runId: life.runId });
      const took = processorMs(engine.pid);
      slowest = Math.max(slowest, took);
      const mayHaveEnded = done !== 'kill';
      expect(mayHaveEnded ? ['interrupted', 'succeeded'] : ['interrupted'], `kill ${kill}`).toContain(record.status);
      expect(took, `kill ${kill}: recovered after`).toBeLessThan(recoveredWithinMs);
      if (record.status === 'interrupted') expect(info.interruptedRuns).toEqual([life.runId]);
      expect(record.nodes.filter(({ status }) => status === 'running' || status === 'queued')).toEqual([]);
      expect(filesIn(path.join(project, 'artifacts', 'tmp')), `kill ${kill}: half-written files are swept`).toEqual([]);
      seen.recovered += 1;

      // What was on disk as finished is reused by the next run, and the training goes on where its checkpoint is.
      const next = await startRun(engine);
      const last = kill === kills - 1 || (isLong && random() < 0.35);
      if (last) expect(await next.ended, engine.said()).toBe('succeeded');
      else await settled(next, left.finished);
      for (const id of left.finished) {
        if (next.states.get(id) === 'cached') seen.reused += 1;
        else seen.rerun += 1;
      }
      if (left.hadCheckpoint && !left.finished.includes('fit')) {
        seen.checkpoints += 1;
        await heard(next, /^Goes on from round \d+$/);
        if (next.messages.some((message) => /^Goes on from round \d+$/.test(message))) seen.resumed += 1;
      }
      if (last) {
        seen.whole += 1;
        if (expected !== null) expect(await modelOf(engine), 'the model of an unbroken run').toBe(expected);
        await engine.end();
        if (kill === kills - 1) break;
        project = path.join(folder, `project-${kill + 1}`);
        engine = startEngineProcess(project);
        await engine.client.project.info();
      } else {
        await engine.client.run.cancel({ runId: next.runId });
        await next.ended;
      }
    }
    expect(seen).toMatchObject({ recovered: kills, rerun: 0, half: 0, resumed: seen.checkpoints });
    if (isLong) expect(Math.min(seen.reused, seen.checkpoints)).toBeGreaterThan(0);
    count(
      'engine',
      `engine SIGKILL: ${seen.recovered} of ${kills} recovered, ${seen.rerun} finished nodes re-run (${seen.reused} reused), ${seen.half} half artifacts, ` +
        `training resumed from its checkpoint ${seen.resumed} of ${seen.checkpoints} times, ${seen.whole} of ${seen.whole} finished with the model of an unbroken run, slowest recovery ${(slowest / 1000).toFixed(1)} s of processor time`,
    );
  });
});

/** Waits until these nodes are no longer waiting or running, or the run is over. */
async function settled(life: Life, ids: readonly string[]): Promise<void> {
  await until(life, () => ids.every((id) => !['queued', 'running', undefined].includes(life.states.get(id))));
}

/** Waits until something of the kind was said, or the training is over. */
async function heard(life: Life, text: RegExp): Promise<void> {
  await until(life, () => life.messages.some((message) => text.test(message)) || !['queued', 'running', undefined].includes(life.states.get('fit')));
}

async function until(life: Life, isSo: () => boolean): Promise<void> {
  const over = life.ended.then(() => true);
  while (!isSo() && !(await Promise.race([over, pause(20, false)])));
}
