import { stat } from 'node:fs/promises';
import type * as Ort from 'onnxruntime-node';
import { PenstockError } from '#app/core/errors.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { readProjectFile } from '#app/sealing/files.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import { comparePredictions, type GoldenRows } from '../model/parity.ts';
import { toFeeds, type RawColumn, type RawColumns } from '../model/raw-columns.ts';
import { collector, openScorer, type Predictions, type Scorer } from '../model/scorer.ts';
import type { TensorValues } from '../onnx/session-types.ts';
import { servingRuntime } from '../worker/ort.ts';
import { BatchQueue } from './batch-queue.ts';

export interface ServingModelOptions {
  /** Absolute path of the model's file. */
  readonly file: string;
  readonly signature: ModelSignature;
  readonly golden: GoldenRows;
  /** Longest time in ms that one call may hold up the process; what takes longer goes to a worker. */
  readonly mostHere?: number;
  /** Rows of several requests that a worker scores at once. */
  readonly batchRows?: number;
  /** Hears how many rows each call had. */
  readonly batched?: (rows: number) => void;
}

/** A model that answers requests, in this very thread where it is quick, else in a worker. */
export interface ServingModel {
  readonly signature: ModelSignature;
  /** Where single records are scored. */
  readonly lane: 'here' | 'worker';
  /** Of one call with one row here, in ms, measured on the golden rows; NaN where no session is here. */
  readonly callMs: number;
  /** Rows that wait for a worker. */
  readonly waiting: number;
  /** Whether so many rows are scored at once, here: without waiting for anybody. */
  isQuick(rows: number): boolean;
  /** @throws PenstockError `missing-column`, `wrong-type`, `scoring-failed`, `model-closed`. */
  score(columns: RawColumns, rows: number, signal?: AbortSignal): Promise<Predictions>;
  close(): Promise<void>;
}

/** Larger files take so long to load that the thread which answers requests must not do it. */
const mostBytesHere = 32 << 20;
const defaultMostHere = 2;
const warmCalls = 24;

/**
 * Loads a model, runs its golden rows, and measures it.
 * @throws PenstockError `model-unreadable`, `parity` where it does not repeat what it said when it was trained.
 */
export async function openServingModel(options: ServingModelOptions): Promise<ServingModel> {
  const { file, signature, golden, mostHere = defaultMostHere } = options;
  const { size } = await stat(file).catch((error: unknown) => {
    throw new PenstockError('artifact-missing', 'The file of the model is missing.', { remedy: 'Train and register the model again.', place: { file }, cause: error });
  });
  const here = size > mostBytesHere ? null : await HereSession.open(file, signature);
  if (here !== null) {
    comparePredictions(await here.score(golden.inputs, golden.rows), golden);
    await here.measure(golden);
    if (here.callMs <= mostHere) return new Lanes(options, here, null);
    await here.close();
  }
  const scorer = await openScorer(file, signature);
  try {
    comparePredictions(await scorer.score(golden.inputs, golden.rows), golden);
  } catch (error) {
    await scorer.close();
    throw error;
  }
  return new Lanes(options, null, scorer);
}

class Lanes implements ServingModel {
  readonly signature: ModelSignature;
  readonly lane: 'here' | 'worker';
  readonly callMs: number;
  readonly #options: ServingModelOptions;
  readonly #here: HereSession | null;
  readonly #most: number;
  #worker: Promise<{ readonly scorer: Scorer; readonly queue: BatchQueue }> | null = null;
  #queue: BatchQueue | null = null;
  #isClosed = false;

  constructor(options: ServingModelOptions, here: HereSession | null, scorer: Scorer | null) {
    this.#options = options;
    this.signature = options.signature;
    this.#here = here;
    this.#most = options.mostHere ?? defaultMostHere;
    this.lane = here === null ? 'worker' : 'here';
    this.callMs = here?.callMs ?? Number.NaN;
    if (scorer !== null) this.#worker = Promise.resolve(this.#lane(scorer));
  }

  get waiting(): number {
    return this.#queue?.rows ?? 0;
  }

  isQuick(rows: number): boolean {
    return this.#here !== null && this.#here.estimate(rows) <= this.#most;
  }

  score(columns: RawColumns, rows: number, signal?: AbortSignal): Promise<Predictions> {
    if (this.#isClosed) return Promise.reject(new PenstockError('model-closed', 'The model was closed while it was being used.', { remedy: 'Ask again.' }));
    if (this.#here !== null && this.isQuick(rows)) {
      this.#options.batched?.(rows);
      return this.#here.score(columns, rows);
    }
    return this.#inWorker(columns, rows, signal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#here?.close();
    const worker = await this.#worker?.catch(() => null);
    await worker?.scorer.close();
  }

  async #inWorker(columns: RawColumns, rows: number, signal?: AbortSignal): Promise<Predictions> {
    // A model that could not be loaded this time may be the next.
    this.#worker ??= openScorer(this.#options.file, this.signature).then(
      (scorer) => this.#lane(scorer),
      (error: unknown) => {
        this.#worker = null;
        throw error;
      },
    );
    const { queue } = await this.#worker;
    return queue.score(columns, rows, signal);
  }

  #lane(scorer: Scorer): { readonly scorer: Scorer; readonly queue: BatchQueue } {
    const { batched } = this.#options;
    this.#queue = new BatchQueue(this.signature, { mostRows: this.#options.batchRows ?? 1024 }, (columns, rows) => {
      batched?.(rows);
      return scorer.score(columns, rows);
    });
    return { scorer, queue: this.#queue };
  }
}

/** A session of the runtime in this thread: a call is synchronous inside, so calls never overlap. */
class HereSession {
  callMs = 0;
  #rowMs = 0;
  readonly #ort: typeof Ort;
  readonly #session: Ort.InferenceSession;
  readonly #signature: ModelSignature;
  readonly #outputs: readonly string[];
  #calls = 0;
  #released: (() => void) | null = null;

  private constructor(ort: typeof Ort, session: Ort.InferenceSession, signature: ModelSignature) {
    this.#ort = ort;
    this.#session = session;
    this.#signature = signature;
    this.#outputs = signature.task === 'regression' ? ['prediction'] : ['label', 'probabilities'];
  }

  static async open(file: string, signature: ModelSignature): Promise<HereSession> {
    const ort = servingRuntime();
    try {
      const options = { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3 } as const;
      const session = vaultOf(file) === null ? await ort.InferenceSession.create(file, options) : await ort.InferenceSession.create(await readProjectFile(file), options);
      return new HereSession(ort, session, signature);
    } catch (error) {
      throw new PenstockError('model-unreadable', `The model cannot be loaded: ${firstLine(error)}`, { remedy: 'Train and register the model again.', cause: error });
    }
  }

  estimate(rows: number): number {
    return this.callMs + this.#rowMs * Math.max(0, rows - 1);
  }

  /** Typical times of a call with one row, and of each further row. */
  async measure(golden: GoldenRows): Promise<void> {
    if (golden.rows === 0) return;
    const median = async (rows: number): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < warmCalls; i += 1) {
        const from = performance.now();
        await this.score(golden.inputs, rows);
        times.push(performance.now() - from);
        if (times.reduce((sum, one) => sum + one, 0) > 50) break;
      }
      return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    };
    this.callMs = await median(1);
    const many = Math.min(golden.rows, 64);
    this.#rowMs = many === 1 ? this.callMs : Math.max(0, (await median(many)) - this.callMs) / (many - 1);
  }

  async score(columns: RawColumns, rows: number): Promise<Predictions> {
    const collected = collector(this.#signature, rows);
    if (rows === 0) return collected.predictions;
    const feeds: Record<string, Ort.Tensor> = {};
    for (const [name, feed] of Object.entries(toFeeds(this.#signature.inputs, columns, 0, rows))) {
      feeds[name] = feed instanceof Float64Array ? new this.#ort.Tensor('float64', feed, [rows, 1]) : new this.#ort.Tensor('string', feed as string[], [rows, 1]);
    }
    this.#calls += 1;
    try {
      collected.add((await this.#session.run(feeds, this.#outputs)) as unknown as Record<string, TensorValues>, 0);
    } catch (error) {
      if (error instanceof PenstockError) throw error;
      throw new PenstockError('scoring-failed', `The model could not score the rows: ${firstLine(error)}`, { remedy: 'Train and register the model again.', cause: error });
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) this.#released?.();
    }
    return collected.predictions;
  }

  /** Waits for calls under way: the runtime aborts the process when a session goes in the middle of one. */
  async close(): Promise<void> {
    if (this.#calls > 0) await new Promise<void>((resolve) => (this.#released = resolve));
    await this.#session.release();
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

export type { Predictions, RawColumn, RawColumns };
