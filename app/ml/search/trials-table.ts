import type { Column, ColumnType } from '#app/relation/types.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import { trialsSchema, type Dimension } from '#app/sdk/search-space.ts';
import { valueInWords } from './space.ts';
import type { Trial } from './trials.ts';

/** One row a trial: `trialsSchema(space)`. */
export async function trialsTable(trials: readonly Trial[], space: readonly Dimension[], tables: Pick<RunContext<unknown>['tables'], 'fromColumns'>): Promise<TableValue> {
  const own: Readonly<Record<string, (trial: Trial) => string | number | null>> = {
    trial: ({ number }) => number,
    status: ({ status }) => status,
    score: ({ mean }) => mean,
    deviation: ({ scores }) => deviationOf(scores),
    folds: ({ scores }) => scores.length,
    budget: ({ budget }) => budget,
    seconds: ({ seconds }) => seconds,
    failure: ({ failure }) => failure?.message ?? null,
  };
  const schema = trialsSchema(space);
  const plain = schema.length - space.length;
  return tables.fromColumns(
    schema.map((column, index) => ({ ...column, values: trials.map((trial) => (index < plain ? (own[column.name]?.(trial) ?? null) : cell(column, trial.params[space[index - plain]?.param ?? '']))) })),
    'trials',
  );
}

/** Sample standard deviation; NaN for fewer than two. */
export function deviationOf(values: readonly number[]): number {
  const finite = values.filter((value) => Number.isFinite(value));
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (finite.length - 1));
}

function cell({ type }: Pick<Column, 'type'>, value: unknown): string | number | null {
  const numeric: readonly ColumnType[] = ['integer', 'float'];
  if (value === undefined || value === null) return null;
  if (numeric.includes(type)) return typeof value === 'number' ? value : null;
  return valueInWords(value);
}
