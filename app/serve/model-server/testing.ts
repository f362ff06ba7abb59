import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createRunner, encodeModel } from '#app/ml/index.ts';
import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import { serverSettingsSchema, type ServerSettings } from '#app/core/serving.ts';
import { openStore, writeServerSettings, type Store } from '#app/store/index.ts';
import type { z } from 'zod';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds the model server where it is older than its sources; gives its script. */
export function builtModelServer(): string {
  execFileSync(process.execPath, [path.join(root, 'scripts/build.mjs'), 'model-server'], { cwd: root, stdio: 'ignore' });
  return path.join(root, 'dist/model-server/server.js');
}

/** yes/no from a text and a number; `bias` tells versions apart, `slow` makes each call take long. */
function graphOf(bias: number, slow: boolean): OnnxGraph {
  const side = 1200;
  return {
    name: 'test',
    inputs: [
      { name: 'plan', type: 'string', shape: ['rows', 1] },
      { name: 'age', type: 'double', shape: ['rows', 1] },
    ],
    outputs: [
      { name: 'label', type: 'int64', shape: ['rows'] },
      { name: 'probabilities', type: 'float', shape: ['rows', 2] },
    ],
    nodes: [
      { op: 'OneHotEncoder', domain: 'ai.onnx.ml', inputs: ['plan'], outputs: ['plan_hot3'], attributes: { cats_strings: { kind: 'strings', value: ['basic', 'pro'] }, zeros: { kind: 'int', value: 1 } } },
      { op: 'Reshape', inputs: ['plan_hot3', 'two'], outputs: ['plan_hot'] },
      { op: 'Cast', inputs: ['age'], outputs: ['age_float'], attributes: { to: { kind: 'int', value: 1 } } },
      { op: 'Imputer', domain: 'ai.onnx.ml', inputs: ['age_float'], outputs: ['age_full'], attributes: { imputed_value_floats: { kind: 'floats', value: [40] }, replaced_value_float: { kind: 'float', value: Number.NaN } } },
      { op: 'Concat', inputs: ['plan_hot', 'age_full'], outputs: ['features'], attributes: { axis: { kind: 'int', value: 1 } } },
      { op: 'MatMul', inputs: ['features', 'weights'], outputs: ['products'] },
      { op: 'Add', inputs: ['products', 'bias'], outputs: ['logits'] },
      // Work that changes nothing: a product of large matrices, of which nothing is left.
      ...(slow
        ? ([
            { op: 'Shape', inputs: ['age'], outputs: ['shape'] },
            { op: 'Cast', inputs: ['shape'], outputs: ['shape_float'], attributes: { to: { kind: 'int', value: 1 } } },
            { op: 'ReduceSum', inputs: ['shape_float'], outputs: ['some'], attributes: { keepdims: { kind: 'int', value: 0 } } },
            { op: 'Expand', inputs: ['some', 'side'], outputs: ['large'] },
            { op: 'MatMul', inputs: ['large', 'large'], outputs: ['larger'] },
            { op: 'ReduceMax', inputs: ['larger'], outputs: ['most'], attributes: { keepdims: { kind: 'int', value: 0 } } },
            { op: 'Mul', inputs: ['most', 'nought'], outputs: ['nothing'] },
            { op: 'Add', inputs: ['logits', 'nothing'], outputs: ['logits_too'] },
          ] satisfies OnnxGraph['nodes'])
        : []),
      { op: 'Softmax', inputs: [slow ? 'logits_too' : 'logits'], outputs: ['probabilities'], attributes: { axis: { kind: 'int', value: 1 } } },
      { op: 'ArgMax', inputs: ['probabilities'], outputs: ['label'], attributes: { axis: { kind: 'int', value: 1 }, keepdims: { kind: 'int', value: 0 } } },
    ],
    initializers: [
      { name: 'two', type: 'int64', dims: [2], data: [-1, 2] },
      { name: 'weights', type: 'float', dims: [3, 2], data: [0.5, -0.5, -1.25, 1.25, -0.02, 0.02] },
      { name: 'bias', type: 'float', dims: [2], data: [0, bias] },
      ...(slow ? [{ name: 'side', type: 'int64' as const, dims: [2], data: [side, side] }, { name: 'nought', type: 'float' as const, dims: [], data: [0] }] : []),
    ],
  };
}

const golden = { plan: ['basic', 'pro', '', 'never seen', 'basic', 'pro'], age: [20, 63.5, null, 40, 31, 55] };

/** Registers a version of `name` whose answers `bias` tells from others. */
export async function registerTestModel(store: Store, name: string, bias: number, options: { readonly slow?: boolean; readonly damaged?: boolean } = {}): Promise<number> {
  const onnx = encodeModel(graphOf(bias, options.slow === true));
  const runner = await createRunner(onnx);
  try {
    const outputs = await runner.run({ plan: golden.plan, age: Float64Array.from(golden.age, (age) => age ?? Number.NaN) }, {});
    const flat = Array.from(outputs['probabilities']?.data as Float32Array);
    const probabilities = golden.plan.map((_text, row) => flat.slice(row * 2, row * 2 + 2).map((value) => (options.damaged === true ? 1 - value + 0.01 : value)));
    const rows = { rows: golden.plan.length, inputs: { plan: golden.plan.map((text) => (text === '' ? null : text)), age: golden.age }, outputs: { label: Array.from(outputs['label']?.data as ArrayLike<number>, Number), probabilities } };
    const value: ModelValue = {
      kind: 'model',
      onnx: (await store.artifacts.put(onnx)).id,
      golden: (await store.artifacts.put(JSON.stringify(rows))).id,
      signature: {
        task: 'classification',
        target: { name: 'churned', type: 'string' },
        inputs: [
          { name: 'plan', type: 'string' },
          { name: 'age', type: 'float' },
        ],
        classes: ['no', 'yes'],
        features: ['plan=basic', 'plan=pro', 'age'],
      },
      algorithm: 'logistic-regression',
      params: {},
      metrics: {},
      rows: 100,
    };
    return store.models.register(name, value, { runId: null, nodeId: null, pipelineTitle: null, note: '', createdAt: Date.now() }).version;
  } finally {
    await runner.close();
  }
}

/** What version with this bias answers, as the graph says. */
export function expectedYes(bias: number, record: { readonly plan?: string | null; readonly age?: number | null }): number {
  const plan = record.plan === 'basic' ? -1 : record.plan === 'pro' ? 2.5 : 0;
  return 1 / (1 + Math.exp(-(plan + 0.04 * (record.age ?? 40) + bias)));
}

export interface RunningServer {
  readonly url: string;
  readonly process: ChildProcess;
  readonly said: () => string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface TestProject {
  readonly dir: string;
  readonly store: Store;
  /** Writes settings and starts the built server. */
  start(settings: z.input<typeof serverSettingsSchema>): Promise<RunningServer>;
  change(settings: ServerSettings): Promise<void>;
  close(): Promise<void>;
}

/** A project in a temporary folder, open for writing, with the server's process beside it as in life. */
export async function testProject(): Promise<TestProject> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'penstock-serving-'));
  const store = openStore(dir);
  const running: RunningServer[] = [];
  return {
    dir,
    store,
    async start(given) {
      const settings = serverSettingsSchema.parse(given);
      await writeServerSettings(dir, settings);
      const server = await startServer(dir, settings.name);
      running.push(server);
      return server;
    },
    change: (settings) => writeServerSettings(dir, settings),
    async close() {
      await Promise.all(running.map((server) => server.stop('SIGKILL')));
      store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** @throws Error with what the server said where it ended instead of listening. */
export async function startServer(dir: string, name: string): Promise<RunningServer> {
  const child = spawn(process.execPath, [path.join(root, 'dist/model-server/server.js'), '--project', dir, '--server', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const url = await new Promise<string | null>((resolve) => {
    void ended.then(() => resolve(null));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^listening on (\S+)$/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  if (url === null) throw new Error(said.trim());
  return {
    url,
    process: child,
    said: () => said,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Asks until the answer is as wanted; a test's own time-out ends it. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });
