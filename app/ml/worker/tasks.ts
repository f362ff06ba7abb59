import type { SessionInfo, SessionOpenPayload, SessionRunPayload, TensorValues } from '../onnx/session-types.ts';
import type { DbscanPayload, DbscanResult } from '../clustering/dbscan.ts';
import type { HierarchicalPayload, HierarchicalResult } from '../clustering/hierarchical.ts';
import type { FoldMetricsPayload } from '../evaluation/fold-metrics.ts';
import type { QualityPayload, QualityResult } from '../clustering/quality.ts';
import type { IsolationPayload, IsolationResult } from '../isolation/forest.ts';
import type { KMeansPayload, KMeansResult } from '../clustering/k-means/fit.ts';
import type { TreeShapPayload, TreeShapResult } from '../trees/shap-task.ts';
import type { Moments } from '../matrix/moments.ts';
import type { MatrixRows, PrincipalPayload, PrincipalResult } from '../projection/principal.ts';
import type { ProjectPayload, ProjectResult } from '../projection/project.ts';
import type { FitAndScorePayload, FitAndScoreResult } from '../search/fit-and-score-worker.ts';
import type { SelectPayload, SelectResult } from '../search/auto/select-ensemble.ts';
import type { CalibratePayload, CalibrateResult } from '../understanding/calibrate.ts';
import type { CalibratePayload as DriftPayload, Calibration } from '../drift/calibrate.ts';
import type { FairThresholds, FairThresholdsPayload } from '../understanding/fair-thresholds.ts';
import type { TunedThreshold, TunePayload } from '../understanding/thresholds.ts';
import type { ReadKerasPayload, ReadKerasResult } from '../imported/keras/keras-task.ts';
import type { ReadImagesPayload, ReadImagesResult, ReadPixelsResult } from '../images/read-texts.ts';
import type { ForecastPayload, ForecastResult } from '../learners/forecast/forecast-types.ts';
import type { CheckpointMessage, TrainMessage, TrainPayload, TrainedLearner } from '../learners/types.ts';

/** Every kind of long work: what goes in, what it says on the way, what comes out. All of it crosses threads as plain data. */
export interface TaskMap {
  train: { payload: TrainPayload; message: TrainMessage | CheckpointMessage; result: TrainedLearner };
  'session-open': { payload: SessionOpenPayload; message: never; result: SessionInfo };
  'session-run': { payload: SessionRunPayload; message: never; result: Readonly<Record<string, TensorValues>> };
  'k-means': { payload: KMeansPayload; message: CheckpointMessage; result: KMeansResult };
  dbscan: { payload: DbscanPayload; message: never; result: DbscanResult };
  hierarchical: { payload: HierarchicalPayload; message: never; result: HierarchicalResult };
  'isolation-forest': { payload: IsolationPayload; message: never; result: IsolationResult };
  'cluster-quality': { payload: QualityPayload; message: never; result: QualityResult };
  'fold-metrics': { payload: FoldMetricsPayload; message: never; result: Record<string, number> };
  calibrate: { payload: CalibratePayload; message: never; result: CalibrateResult };
  'calibrate-drift': { payload: DriftPayload; message: never; result: Calibration };
  'tune-threshold': { payload: TunePayload; message: never; result: TunedThreshold };
  'fair-thresholds': { payload: FairThresholdsPayload; message: never; result: FairThresholds };
  'tree-shap': { payload: TreeShapPayload; message: never; result: TreeShapResult };
  moments: { payload: MatrixRows; message: never; result: Moments };
  'principal-components': { payload: PrincipalPayload; message: never; result: PrincipalResult };
  'read-pixels': { payload: ReadImagesPayload; message: never; result: ReadPixelsResult };
  'read-images': { payload: ReadImagesPayload; message: never; result: ReadImagesResult };
  forecast: { payload: ForecastPayload; message: TrainMessage | CheckpointMessage; result: ForecastResult };
  project: { payload: ProjectPayload; message: CheckpointMessage; result: ProjectResult };
  'fit-and-score': { payload: FitAndScorePayload; message: TrainMessage | CheckpointMessage; result: FitAndScoreResult };
  'select-ensemble': { payload: SelectPayload; message: never; result: SelectResult };
  'read-keras': { payload: ReadKerasPayload; message: never; result: ReadKerasResult };
  'session-close': { payload: { readonly session: number }; message: never; result: null };
}

export type TaskName = keyof TaskMap;

/** What a task sees of its caller. */
export interface TaskHooks<M = never> {
  /** True once the caller has cancelled. Cheap: ask once an epoch, batch or iteration. */
  cancelled(): boolean;
  /** @throws CancelledError once the caller has cancelled. */
  check(): void;
  /** 0…1, or null for unknown. */
  progress(fraction: number | null, message?: string): void;
  send(message: M): void;
}

export interface TaskAnswer<R> {
  readonly result: R;
  /** Buffers handed over rather than copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

export type TaskHandlers = {
  readonly [N in TaskName]: (
    payload: TaskMap[N]['payload'],
    hooks: TaskHooks<TaskMap[N]['message']>,
  ) => TaskAnswer<TaskMap[N]['result']> | Promise<TaskAnswer<TaskMap[N]['result']>>;
};
