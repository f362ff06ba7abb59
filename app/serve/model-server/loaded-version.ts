import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { GoldenRows } from '#app/ml/model/parity.ts';
import { openServingModel, type ServingModel } from '#app/ml/serving/serving-model.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import type { ArtifactStore, ModelFeatures, ModelVersionRecord } from '#app/store/index.ts';
import type { Explaining } from './explain-thread.ts';

const goldenSchema = z.looseObject({ rows: z.number(), inputs: z.record(z.string(), z.array(z.union([z.null(), z.boolean(), z.number(), z.string()]))), outputs: z.looseObject({}) });

export type Variant = 'primary' | 'canary' | 'shadow';

/** One version of a model, loaded and checked. It is closed once it is retired and the last request that uses it has its answer. */
export class LoadedVersion {
  readonly name: string;
  readonly version: number;
  readonly record: ModelVersionRecord;
  readonly signature: ModelSignature;
  /** Feature views that fill what a request leaves out. */
  readonly features: readonly ModelFeatures[];
  readonly model: ServingModel;
  /** Absolute path of model.onnx. */
  readonly file: string;
  readonly golden: GoldenRows;
  /** Explains this version; made when first asked. */
  explaining: Explaining | null = null;
  /** Answered since it was loaded, and those among them that failed. */
  requests = 0;
  errors = 0;
  #using = 0;
  #retired = false;

  private constructor(record: ModelVersionRecord, model: ServingModel, file: string, golden: GoldenRows) {
    this.name = record.name;
    this.version = record.version;
    this.record = record;
    this.signature = record.value.signature;
    this.features = record.facts.features ?? [];
    this.model = model;
    this.file = file;
    this.golden = golden;
  }

  /** @throws PenstockError `artifact-missing`, `model-unreadable`, `parity`: a version that does not pass its golden rows never answers. */
  static async open(record: ModelVersionRecord, artifacts: ArtifactStore, batched: (rows: number) => void): Promise<LoadedVersion> {
    const { value } = record;
    const golden = await readGolden(record, artifacts);
    const file = artifacts.path(value.onnx);
    return new LoadedVersion(record, await openServingModel({ file, signature: value.signature, golden, batched }), file, golden);
  }

  /** Keeps the version open until `leave`. */
  enter(): void {
    this.#using += 1;
  }

  leave(): void {
    this.#using -= 1;
    if (this.#retired && this.#using === 0) void this.#close();
  }

  /** No new requests come; those under way are finished. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    if (this.#using === 0) void this.#close();
  }

  async #close(): Promise<void> {
    await this.explaining?.close().catch(() => undefined);
    await this.model.close().catch((error: unknown) => process.stderr.write(`closing ${this.name}@${this.version}: ${String(error)}\n`));
  }
}

async function readGolden({ name, version, value }: ModelVersionRecord, artifacts: ArtifactStore): Promise<GoldenRows> {
  const bytes = await artifacts.read(value.golden);
  try {
    return { ...goldenSchema.parse(JSON.parse(new TextDecoder().decode(bytes))), signature: value.signature } as GoldenRows;
  } catch (error) {
    throw new PenstockError('model-unreadable', `The test rows of ${name}@${version} cannot be read.`, { remedy: 'Train and register the model again.', cause: error });
  }
}
