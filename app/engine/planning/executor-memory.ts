import { availableParallelism } from 'node:os';
import type { ColumnEstimate, Estimate, Need } from './estimate.ts';
import { largest, times, type Range } from './range.ts';

/** How a node that runs code of its own holds its input; what is not here reads in pieces, or only a sample or a few totals. */
interface Holding {
  readonly matches: RegExp;
  readonly what: string;
  bytesPerRow(columns: readonly ColumnEstimate[]): number;
}

/** A text column becomes one number for each of its values, up to this many. */
const oneHot = 20;
const features = (columns: readonly ColumnEstimate[]): number => columns.reduce((sum, { width, distinct }) => sum + (width > 8 ? Math.min(oneHot, distinct ?? oneHot) : 1), 0);
/** An object of V8 for each row, and a number or a string for each cell. */
const asObjects = (columns: readonly ColumnEstimate[]): number => 64 + columns.reduce((sum, { width }) => sum + 16 + (width > 8 ? 24 + width : 0), 0);

const holdings: readonly Holding[] = [
  // Recipes and learners are described here and fitted by a later node; the rest of train/ fits on one matrix of float32.
  { matches: /^train\/(?!preprocess$)/, what: 'the training matrix (rows × features × 4 bytes, and a copy while it is shuffled)', bytesPerRow: (columns) => features(columns) * 4 * 2 },
  { matches: /^evaluate\/(test-and-score|learning-curve)$/, what: 'the training matrices of folds that are fitted side by side (rows × features × 4 bytes, and a copy of each)', bytesPerRow: (columns) => features(columns) * 4 * 2 * Math.min(8, availableParallelism()) },
  { matches: /^evaluate\/(confusion-matrix|roc-pr|regression-diagnostics|calibration)/, what: 'truth and probabilities of every row', bytesPerRow: () => 4 * 12 },
  { matches: /(^|\/)transpose$/, what: 'the whole table, turned', bytesPerRow: (columns) => asObjects(columns) },
  { matches: /(^|\/)(javascript|python|script)(-|$)/, what: 'the rows handed to the script', bytesPerRow: (columns) => asObjects(columns) },
];

/** Memory that a node's own code needs, beyond what its queries need; null where it does not grow with the table. */
export function executorNeed(type: string, inputs: readonly Estimate[]): Need | null {
  const holding = holdings.find(({ matches }) => matches.test(type));
  if (holding === undefined || inputs.length === 0) return null;
  const bytes: Range = largest(inputs.map(({ rows, columns }) => times(rows, holding.bytesPerRow([...columns.values()]))));
  return { what: holding.what, bytes, spills: false };
}
