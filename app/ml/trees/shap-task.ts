import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { expectedRaw, treeShap } from './tree-shap.ts';
import type { TreeEnsemble } from './tree.ts';

export interface TreeShapPayload {
  readonly ensemble: TreeEnsemble;
  /** [rows × width], row-major; NaN is missing. */
  readonly matrix: Float32Array;
  readonly rows: number;
  readonly width: number;
}

export interface TreeShapResult {
  /** [rows × width × outputs]. */
  readonly values: Float64Array;
  /** [outputs]: what the values of a row add up from. */
  readonly expected: Float64Array;
}

/** Rows between two looks at whether to stop. */
const every = 16;

export function treeShapInWorker({ ensemble, matrix, rows, width }: TreeShapPayload, hooks: TaskHooks): TaskAnswer<TreeShapResult> {
  const size = width * ensemble.outputs;
  const values = new Float64Array(rows * size);
  for (let row = 0; row < rows; row += 1) {
    if (row % every === 0) {
      hooks.check();
      hooks.progress(row / rows);
    }
    treeShap(ensemble, matrix, row * width, values.subarray(row * size, (row + 1) * size));
  }
  return { result: { values, expected: expectedRaw(ensemble) }, transfer: [values.buffer as ArrayBuffer] };
}
