import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { Column } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import { groupKFold, kFold, leaveOneGroupOut, randomSplits, timeSeries, type Folds, type Split } from './folds.ts';
import { readGroups, readTimes, type NumberedRows } from './fold-table.ts';

/** How rows are divided into those trained on and those tested. Columns by name. */
export type FoldMethod =
  | { readonly by: 'k-fold'; readonly k: number; readonly repeats: number; readonly stratified: boolean }
  /** `share`: of the rows that are trained on. */
  | { readonly by: 'random'; readonly share: number; readonly repeats: number; readonly stratified: boolean }
  | { readonly by: 'group-k-fold'; readonly column: string; readonly k: number }
  | { readonly by: 'leave-one-group-out'; readonly column: string }
  /** `window`: blocks trained on; null: all before. */
  | { readonly by: 'time'; readonly column: string; readonly k: number; readonly window: number | null };

/**
 * Divides rows by a method; equal rows, methods and seeds give equal folds on every machine.
 * @throws PenstockError those of folds.ts, `unknown-column`.
 */
export async function makeFolds(method: FoldMethod, rows: NumberedRows, seed: number, tables: Pick<TableServices, 'rows' | 'count' | 'column' | 'materialise' | 'fromColumns'>, report: (diagnostic: Diagnostic) => void): Promise<Folds> {
  switch (method.by) {
    case 'k-fold':
      if (method.stratified) reportRareClasses(rows, method.k, report);
      return kFold({ rows: rows.rows, k: method.k, repeats: method.repeats, strata: strataOf(rows, method.stratified), seed });
    case 'random':
      return randomSplits({ rows: rows.rows, share: method.share, repeats: method.repeats, strata: strataOf(rows, method.stratified), seed });
    case 'group-k-fold':
      return groupKFold({ groups: await readGroups(rows, columnOf(rows, method.column, 'group'), tables, report), k: method.k, seed });
    case 'leave-one-group-out':
      return leaveOneGroupOut({ groups: await readGroups(rows, columnOf(rows, method.column, 'group'), tables, report) });
    case 'time':
      return timeSeries({ times: await readTimes(rows, columnOf(rows, method.column, 'time'), tables, report), title: method.column, k: method.k, window: method.window });
  }
}

/** A split in words: “repeat 2, fold 4 of 10”. */
export function splitTitle(split: Split, { splits, blocks }: Folds): string {
  const folds = splits.filter((other) => other.repeat === split.repeat).length;
  if (folds === 1) return `repeat ${split.repeat} of ${blocks.length}`;
  return `${blocks.length > 1 ? `repeat ${split.repeat}, ` : ''}fold ${split.fold} of ${folds}`;
}

/** A number has no strata. */
function strataOf(rows: NumberedRows, stratified: boolean): Int32Array | null {
  return stratified && rows.task === 'classification' ? Int32Array.from(rows.truth) : null;
}

function reportRareClasses(rows: NumberedRows, k: number, report: (diagnostic: Diagnostic) => void): void {
  if (rows.task !== 'classification') return;
  const counts = rows.classes.map(() => 0);
  for (const cls of rows.truth) counts[cls] = (counts[cls] ?? 0) + 1;
  const rare = rows.classes.flatMap((label, index) => ((counts[index] ?? 0) < k ? [`“${label}” (${formatCount(counts[index] ?? 0)})`] : []));
  if (rare.length === 0) return;
  report({
    severity: 'warning',
    code: 'rare-class',
    message: `${rare.length === 1 ? 'The class' : 'The classes'} ${rare.slice(0, 5).join(', ')}${rare.length > 5 ? ` and ${rare.length - 5} more` : ''} ${rare.length === 1 ? 'has' : 'have'} fewer rows than there are folds (${k}), so that some folds test none of ${rare.length === 1 ? 'it' : 'them'}.`,
    remedy: 'Use fewer folds, join rare classes with others, or leave them out.',
    place: { param: ['folds'], column: rows.target.name },
  });
}

function columnOf(rows: NumberedRows, name: string, param: string): Column {
  const column = rows.schema.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  throw new PenstockError('unknown-column', name === '' ? `No ${param} column is chosen.` : `The table has no column “${name}”.`, { remedy: 'Choose the column again.', place: { param: [param] } });
}
