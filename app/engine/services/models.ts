import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Brief } from '#app/brief/document.ts';
import { toDiagnostic } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import { backends, checkParity, closeIdleWorkers, createRunner, encodeModel, openScorer, predictRecords, type GoldenRows, type RecordPrediction } from '#app/ml/index.ts';
import type { ModelVersion } from '#app/protocol/schema.ts';
import type { ModelCardRequest, ModelServices } from '#app/sdk/node.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import { Serving, writeBundle, type ServedModelInfo, type WriteBundleOptions } from '../bundle/index.ts';
import type { DoctorCheck } from '../doctor.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';
import { featureLineage } from '../results/lineage.ts';
import type { PortValueResolver } from '../results/port-values.ts';
import type { ProjectStore } from '../project/project-store.ts';

export interface ModelsOptions {
  readonly store: ProjectStore;
  readonly database: Database;
  readonly distDir: string;
  readonly resolvePath: (path: string) => string;
  readonly audit: (event: { readonly action: string; readonly subject: string; readonly details: Readonly<Record<string, unknown>> }) => void;
  readonly card: (model: ModelValue, request: ModelCardRequest, origin: ModelOrigin) => Promise<{ markdown: string; path: string | null }>;
  /** A folder that goes with the engine. */
  readonly tempDir: string;
  /** Adds a version of a name to the registry. */
  readonly register: (name: string, model: ModelValue, note: string, origin: ModelOrigin) => Promise<{ readonly version: number }>;
  /** What the project is for, for the card; the empty one where it cannot be read. */
  readonly brief: () => Promise<Brief>;
}

export interface ModelOrigin {
  readonly runId: string | null;
  readonly nodeId: string;
  readonly resolver: PortValueResolver;
  readonly signal: AbortSignal;
}

const golden = z.looseObject({ rows: z.number(), inputs: z.record(z.string(), z.array(z.unknown())), outputs: z.looseObject({}) });

/** Registering, exporting, bundling, serving and trying out models of one project. */
export class Models {
  readonly #options: ModelsOptions;
  readonly #serving: Serving;

  constructor(options: ModelsOptions) {
    this.#options = options;
    this.#serving = new Serving(options.tempDir);
  }

  servicesFor(origin: ModelOrigin): Omit<ModelServices, 'batchScore'> {
    return {
      register: async (name, model, note) => {
        const { version } = await this.#options.register(name, model, note, origin);
        return { name, version };
      },
      card: (model, request) => this.#options.card(model, request, origin),
      exportOnnx: (model, target) => this.exportOnnx(model, target),
      bundle: async (model, { name, path: target, nodeId }) =>
        this.#bundled(await writeBundle({ ...(await this.#bundleFacts(name, model, nodeId, origin)), target: this.#options.resolvePath(target) }), { name, onnx: model.onnx, run: origin.runId, node: nodeId }),
      serve: async (model, { name, port, nodeId }) => {
        const { url } = await this.#serving.start({ ...(await this.#bundleFacts(name, model, nodeId, origin)), port });
        return { url };
      },
    };
  }

  #bundled<T extends { readonly path: string; readonly files: readonly { readonly path: string; readonly sha256: string }[] }>(written: T, about: { readonly name: string; readonly onnx: string; readonly run: string | null; readonly node: string }): T {
    const sha256 = written.files.find((file) => file.path === 'manifest.json')?.sha256;
    this.#options.audit({ action: 'bundle.written', subject: `bundle:${about.name}`, details: { ...about, path: written.path, sha256 } });
    return written;
  }

  /** Registered versions, newest first. */
  list(): ModelVersion[] {
    return this.#options.store.models.list().map(({ name, version, createdAt, value, runId, nodeId, pipelineTitle, note, aliases }) => ({
      name,
      version,
      createdAt,
      algorithm: value.algorithm,
      task: value.signature.task,
      target: value.signature.target.name,
      inputs: [...value.signature.inputs],
      rows: value.rows,
      metrics: Object.fromEntries(Object.entries(value.metrics).filter(([, metric]) => Number.isFinite(metric))),
      onnx: value.onnx,
      runId,
      nodeId,
      pipelineTitle,
      note,
      aliases: [...aliases],
    }));
  }

  /** The rows whose predictions were kept while training. @throws PenstockError `artifact-missing`. */
  async goldenRows(model: ModelValue): Promise<GoldenRows> {
    const bytes = await this.#options.store.artifacts.read(model.golden);
    return golden.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) as unknown as GoldenRows;
  }

  /** @throws PenstockError `parity` when the file does not repeat its training-time results. */
  async exportOnnx(model: ModelValue, target: string): Promise<{ path: string; bytes: number }> {
    const { store, resolvePath } = this.#options;
    const file = resolvePath(target.endsWith('.onnx') ? target : `${target}.onnx`);
    await checkParity(store.artifacts.path(model.onnx), await this.goldenRows(model));
    const bytes = await store.artifacts.read(model.onnx);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomically(file, bytes);
    this.#options.audit({ action: 'model.exported', subject: `file:${file}`, details: { onnx: model.onnx, bytes: bytes.byteLength } });
    return { path: file, bytes: bytes.byteLength };
  }

  /** Predictions for JSON records. @throws PenstockError `record-invalid`, `unknown-field`, `wrong-type`. */
  async predict(model: ModelValue, records: readonly unknown[], signal: AbortSignal): Promise<RecordPrediction[]> {
    const scorer = await openScorer(this.#options.store.artifacts.path(model.onnx), model.signature, { signal });
    try {
      return await predictRecords(scorer, records, signal);
    } finally {
      await scorer.close();
    }
  }

  /** Model servers of this session. */
  servers(): ServedModelInfo[] {
    return this.#serving.list();
  }

  async stopServer(nodeId: string): Promise<void> {
    await this.#serving.stop(nodeId);
  }

  /** Whether models can be run here: one tiny model, in a worker as always. */
  async backends(): Promise<DoctorCheck[]> {
    const name = 'Models (ONNX Runtime, CPU)';
    const value = { type: 'float', shape: ['rows'] } as const;
    const graph = { name: 'check', inputs: [{ name: 'x', ...value }], outputs: [{ name: 'y', ...value }], nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }], initializers: [] };
    try {
      const runner = await createRunner(encodeModel(graph));
      try {
        const found = await runner.run({ x: { dims: [1], data: Float32Array.of(21) } });
        const works = found['y']?.data[0] === 42;
        return [{ name, status: works ? 'ok' : 'missing', detail: works ? 'answers' : 'gives wrong results' }, ...(await this.#accelerators())];
      } finally {
        await runner.close();
      }
    } catch (error) {
      return [{ name, status: 'missing', detail: toDiagnostic(error).message }];
    }
  }

  /** GPU providers of onnxruntime, and TensorFlow.js; without a GPU everything runs on the processor, so none of them is a fault. */
  async #accelerators(): Promise<DoctorCheck[]> {
    const titles: Record<string, string> = { webgpu: 'GPU (WebGPU)', cuda: 'GPU (CUDA)', dml: 'GPU (DirectML)', coreml: 'GPU (CoreML)', 'tensorflow.js': 'TensorFlow.js (WebAssembly)', 'tensorflow.js-gpu': 'TensorFlow.js (CUDA)' };
    return (await backends())
      .filter((backend) => backend.name !== 'cpu')
      .map((backend) => ({ name: titles[backend.name] ?? backend.name, status: backend.usable ? 'ok' : 'warning', detail: backend.usable ? backend.detail : `not usable (${backend.detail.replace(/[.]$/, '')}); models run on the processor` }));
  }

  async close(): Promise<void> {
    await this.#serving.close();
    await closeIdleWorkers();
  }

  /** A model as a bundle; what it says of itself comes from the pipeline it was made by. */
  async #bundleFacts(name: string, model: ModelValue, nodeId: string, { resolver, signal }: ModelOrigin): Promise<Omit<WriteBundleOptions, 'target'>> {
    const { store, distDir } = this.#options;
    const { document } = resolver.analysis;
    return {
      name,
      model,
      nodeId,
      pipelineTitle: document.title,
      createdAt: new Date(),
      lineage: await featureLineage(resolver, nodeId, model.signature.inputs.map((input) => input.name)),
      onnx: await store.artifacts.read(model.onnx),
      golden: await store.artifacts.read(model.golden),
      document,
      serverDir: path.join(distDir, 'bundle-server'),
      brief: await this.#options.brief(),
      signal,
    };
  }
}
