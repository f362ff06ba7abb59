import type { Fix, LintInput, LintNode } from '../finding.ts';
import { batch, leaveOut } from '../fixes.ts';
import { intoRecipes } from '../recipe-edits.ts';
import type { Traces } from '../trace.ts';
import type { Trial } from '../trials.ts';

/**
 * The mean of the target by one text column, as a step of the recipe: there it is learnt from the training rows, and no row sees its own
 * answer (Micci-Barreca 2001). Null where the statistics are others, or the column is no feature.
 */
export function encodeInRecipe(node: LintNode, columns: ReadonlyMap<Trial, ReadonlySet<string>>, traces: Traces, input: LintInput): Fix | null {
  const key = keyOf(node, [...columns.keys()].map(({ target }) => target));
  if (key === null) return null;
  const trials = [...columns.keys()];
  if (!trials.every(({ table, features }) => features.includes(key) && table.columns.get(key)?.type === 'string')) return null;
  const encoded = intoRecipes(trials, () => [{ step: 'target-encode', columns: { by: 'names', names: [key] } }], traces, input);
  const trainers = new Map(trials.map((trial) => [trial.trainer.id, trial]));
  const command = encoded === null ? null : batch([...encoded, ...[...trainers.values()].map((trial) => leaveOut(trial, [...(columns.get(trial) ?? [])])?.command ?? null)]);
  return command === null ? null : { title: `encode “${key}” by the target in the recipe`, command };
}

/** The one column by which a node takes means of the target, and nothing else of it. */
function keyOf({ definition, params }: LintNode, targets: readonly string[]): string | null {
  const isMean = (one: unknown): boolean => {
    const { fn, column } = one as { readonly fn?: unknown; readonly column?: unknown };
    return (fn === 'avg' || fn === 'group_mean') && typeof column === 'string' && targets.includes(column);
  };
  const [keys, made] = definition.type === 'transform/group-by' ? [params['keys'], params['measures']] : definition.type === 'transform/window' ? [params['partitionBy'], params['columns']] : [];
  const isOne = Array.isArray(keys) && keys.length === 1 && typeof keys[0] === 'string';
  return isOne && Array.isArray(made) && made.length > 0 && made.every(isMean) ? String(keys[0]) : null;
}
