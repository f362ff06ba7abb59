import { PenstockError } from '#app/core/errors.ts';
import { quickPrecision, suitsBlocks } from '../matrix/choose.ts';
import { blockMoments, type Moments } from '../matrix/moments.ts';
import { plainMoments } from '../matrix/plain-moments.ts';
import { runTask } from '../worker/run-task.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { type Components, componentsOf } from './components.ts';

/** Complete rows, row-major [rows × columns]. */
export interface MatrixRows {
  readonly matrix: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Components either of rows or of a covariance that is known. */
export type PrincipalPayload = { readonly covariance: readonly (readonly number[])[] } | (MatrixRows & { readonly standardise: boolean });

export interface PrincipalResult extends Components {
  /** Of the rows, where they were given: what is taken from a row, and what it is divided by, before it is turned. */
  readonly means: readonly number[];
  readonly scales: readonly number[];
}

/** Moments of rows: seven digits where onnxruntime's float32 products pay, else float64. Every float32 is finite or so is nothing. */
export async function momentsInWorker(payload: MatrixRows, hooks: TaskHooks): Promise<TaskAnswer<Moments>> {
  if (!suitsBlocks(payload)) return { result: plainMoments(payload, hooks) };
  const quick = await blockMoments(payload, quickPrecision(payload), hooks);
  // Squares beyond float32: once more in float64.
  const result = quick.gram.every(Number.isFinite) ? quick : await blockMoments(payload, 'double', hooks);
  return { result };
}

/** Worker side of `principalComponents` and `componentsOfCovariance`. @throws PenstockError `not-finite`. */
export async function principalInWorker(payload: PrincipalPayload, hooks: TaskHooks): Promise<TaskAnswer<PrincipalResult>> {
  if ('covariance' in payload) return { result: { ...componentsOf(payload.covariance), means: [], scales: [] } };
  const { result: moments } = await momentsInWorker(payload, hooks);
  if (!moments.gram.every(Number.isFinite)) throw new PenstockError('not-finite', 'Components need rows without missing or infinite values.', { remedy: 'Leave such rows out, or fill the values first.' });
  const { columns, rows, standardise } = payload;
  const deviations = Array.from({ length: columns }, (_, j) => Math.sqrt((moments.gram[j * columns + j] as number) / Math.max(1, rows - 1)));
  const scales = deviations.map((deviation) => (standardise && deviation > 0 ? deviation : 1));
  hooks.check();
  const covariance = scales.map((a, i) => scales.map((b, j) => (moments.gram[i * columns + j] as number) / (Math.max(1, rows - 1) * a * b)));
  return { result: { ...componentsOf(covariance), means: Array.from(moments.means), scales } };
}

interface Services {
  readonly signal?: AbortSignal;
}

/** Principal components of a covariance, in a worker: 500 columns take seconds. @throws CancelledError. */
export function componentsOfCovariance(covariance: readonly (readonly number[])[], services: Services = {}): Promise<Components> {
  return runTask('principal-components', { covariance }, services);
}

/**
 * Principal components of complete rows, in a worker. The matrix is handed over: the caller's becomes empty. Variances are sample
 * variances; with `standardise` of columns divided by their sample deviations.
 * @throws PenstockError `not-finite`; CancelledError.
 */
export function principalComponents(rows: MatrixRows, options: { readonly standardise: boolean } & Services): Promise<PrincipalResult> {
  const { standardise, ...services } = options;
  return runTask('principal-components', { ...rows, standardise }, { ...services, transfer: transferOf(rows.matrix) });
}

/** Moments of complete rows, in a worker. The matrix is handed over: the caller's becomes empty. @throws CancelledError. */
export function matrixMoments(rows: MatrixRows, services: Services = {}): Promise<Moments> {
  return runTask('moments', rows, { ...services, transfer: transferOf(rows.matrix) });
}

/** What can be handed over: a buffer that is all the array's own. */
function transferOf({ buffer, byteLength }: Float32Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
