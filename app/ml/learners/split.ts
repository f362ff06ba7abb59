import { shuffle } from './random.ts';
import type { TrainInput } from './types.ts';

export interface RowSplit {
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/** Fewer rows than this on the validation side say too little to stop by. */
const fewest = 5;

/**
 * Row indices in two random parts; for classification every class gives the same share of its rows (at least one stays for
 * training). The validation part is empty where it would have fewer than five rows.
 */
export function splitRows({ task, rows, target, classes }: Pick<TrainInput, 'task' | 'rows' | 'target' | 'classes'>, fraction: number, next: () => number): RowSplit {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  shuffle(order, next);
  if (fraction * rows < fewest) return { training: order, validation: new Int32Array() };
  const groups = task === 'classification' ? classes : 1;
  const group = (row: number): number => (task === 'classification' ? (target[row] as number) : 0);
  const sizes = new Int32Array(groups);
  for (const row of order) sizes[group(row)] = (sizes[group(row)] as number) + 1;
  // Each class rounds on its own, from a running remainder, so that the total comes out right with many small classes.
  let carried = 0;
  const left = sizes.map((size) => {
    const exact = size * fraction + carried;
    const taken = Math.max(0, Math.min(size - 1, Math.round(exact)));
    carried = exact - taken;
    return taken;
  });
  const validation: number[] = [];
  const training: number[] = [];
  for (const row of order) {
    const cls = group(row);
    if ((left[cls] as number) > 0) {
      left[cls] = (left[cls] as number) - 1;
      validation.push(row);
    } else {
      training.push(row);
    }
  }
  return { training: Int32Array.from(training), validation: Int32Array.from(validation) };
}
