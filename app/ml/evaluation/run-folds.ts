import { availableParallelism } from 'node:os';
import type { CheckpointServices } from '#app/sdk/node.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import type { LearnServices } from '../model/learn.ts';
import { foreignDiagnostic } from './faults.ts';
import { inParallel } from './in-parallel.ts';
import type { NumberedRows } from './fold-table.ts';
import { openKeptOutcomes } from './kept-outcomes.ts';
import { runFold, type FoldOutcome, type FoldSides, type TestedRows } from './run-fold.ts';

/** Numbers of the table that fits side by side may hold in memory together (float32: 800 MB before categories become columns). */
const MAX_CELLS_AT_ONCE = 200_000_000;
const MOST_AT_ONCE = 8;

export interface FoldTask {
  readonly spec: LearnerSpec;
  /** In messages: “Logistic regression, fold 3 of 10”. */
  readonly name: string;
  /** Faults of this learner are said once, whichever fold finds them. */
  readonly learner: string;
  readonly sides: FoldSides;
  /** 32-bit unsigned. */
  readonly seed: number;
  /** Forgets the tested rows once they are scored: those of many repeats would fill the memory. */
  readonly scoresOnly?: boolean;
}

const noRows: TestedRows = { places: new Int32Array(), truth: new Float64Array(), predicted: new Float32Array(), probabilities: null };

export interface RunFoldsOptions {
  readonly scoreTraining?: boolean;
  readonly atOnce?: number;
  /** Where fits that are done are kept, so that a killed run does not make them again. */
  readonly checkpoint?: CheckpointServices | undefined;
}

/**
 * Runs fits side by side as far as cores and memory allow, each in a worker of its own; outcomes stand in the order of tasks, whatever
 * ends first. A failure or a cancel stops all.
 * @throws PenstockError as runFold; CancelledError.
 */
export async function runFolds(rows: NumberedRows, tasks: readonly FoldTask[], services: LearnServices, options: RunFoldsOptions = {}): Promise<FoldOutcome[]> {
  const cells = Math.max(1, rows.rows * rows.schema.length);
  const limit = Math.max(1, Math.min(options.atOnce ?? MOST_AT_ONCE, MOST_AT_ONCE, availableParallelism(), Math.floor(MAX_CELLS_AT_ONCE / cells)));
  const kept = await openKeptOutcomes(options.checkpoint, rows, tasks);
  const parts = tasks.map((_task, index): number => (kept.known(index) === undefined ? 0 : 1));
  const said = new Set<string>();
  const once = (learner: string, what: string, say: () => void): void => {
    const key = `${learner}\n${what}`;
    if (!said.has(key)) say();
    said.add(key);
  };
  return inParallel(tasks, limit, services.signal, async (task, index, signal) => {
    const before = kept.known(index);
    if (before !== undefined) return before;
    const outcome = await runFold(rows, task.sides, task.spec, task.name, {
      tables: services.tables,
      seed: task.seed,
      signal,
      ...(services.resolvePath === undefined ? {} : { resolvePath: services.resolvePath }),
      progress: (fraction) => {
        parts[index] = fraction ?? parts[index] ?? 0;
        services.progress(parts.reduce((sum, part) => sum + part, 0) / tasks.length, task.name);
      },
      metric: () => undefined,
      log: (level, message) => once(task.learner, message, () => services.log(level, `${task.name}: ${message}`)),
      report: (diagnostic) => once(task.learner, `${diagnostic.code} ${diagnostic.place?.column ?? ''}`, () => services.report(foreignDiagnostic(diagnostic, task.name))),
    }, options);
    parts[index] = 1;
    const found = task.scoresOnly === true ? { ...outcome, tested: noRows } : outcome;
    kept.keep(index, found);
    return found;
  }).finally(kept.settled);
}
