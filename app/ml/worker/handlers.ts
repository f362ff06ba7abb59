import { dbscanInWorker } from '../clustering/dbscan.ts';
import { hierarchicalInWorker } from '../clustering/hierarchical.ts';
import { qualityInWorker } from '../clustering/quality.ts';
import { foldMetricsInWorker } from '../evaluation/fold-metrics.ts';
import { isolationInWorker } from '../isolation/forest.ts';
import { kMeansInWorker } from '../clustering/k-means/fit.ts';
import { closeSession, openSession, runSession } from '../onnx/session.ts';
import { trainInWorker } from '../learners/train.ts';
import { treeShapInWorker } from '../trees/shap-task.ts';
import { momentsInWorker, principalInWorker } from '../projection/principal.ts';
import { readKerasInWorker } from '../imported/keras/keras-task.ts';
import { readImagesInWorker, readPixelsInWorker } from '../images/read-texts.ts';
import { forecastInWorker } from '../learners/forecast/forecast-task.ts';
import { projectInWorker } from '../projection/project.ts';
import { fitAndScoreInWorker } from '../search/fit-and-score-worker.ts';
import { selectInWorker } from '../search/auto/select-ensemble.ts';
import { calibrateInWorker } from '../understanding/calibrate.ts';
import { calibrateDriftInWorker } from '../drift/calibrate.ts';
import { fairThresholdsInWorker } from '../understanding/fair-thresholds.ts';
import { tuneInWorker } from '../understanding/thresholds.ts';
import type { TaskHandlers } from './tasks.ts';

/** What a worker can do. A new kind of long work is one line here and one in `TaskMap`. */
export const handlers: TaskHandlers = {
  train: trainInWorker,
  'session-open': openSession,
  'session-run': runSession,
  'session-close': closeSession,
  'tree-shap': treeShapInWorker,
  moments: momentsInWorker,
  'principal-components': principalInWorker,
  'read-pixels': readPixelsInWorker,
  'read-images': readImagesInWorker,
  forecast: forecastInWorker,
  project: projectInWorker,
  'fold-metrics': foldMetricsInWorker,
  calibrate: calibrateInWorker,
  'calibrate-drift': calibrateDriftInWorker,
  'tune-threshold': tuneInWorker,
  'fair-thresholds': fairThresholdsInWorker,
  'k-means': kMeansInWorker,
  'isolation-forest': isolationInWorker,
  dbscan: dbscanInWorker,
  hierarchical: hierarchicalInWorker,
  'cluster-quality': qualityInWorker,
  'fit-and-score': fitAndScoreInWorker,
  'select-ensemble': selectInWorker,
  'read-keras': readKerasInWorker,
};
