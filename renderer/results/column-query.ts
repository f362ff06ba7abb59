import type { ColumnProfile } from '#app/protocol/schema.ts';
import { chartQuery, type ChartQuery } from '#app/sdk/charts.ts';

/** What is asked of the engine for a column: its picture can be brushed, and be narrowed by what is brushed elsewhere. */
export function columnQuery({ name, type }: Pick<ColumnProfile, 'name' | 'type'>): ChartQuery | null {
  if (type === 'string' || type === 'boolean') return chartQuery({ kind: 'bars', category: name, top: 12, order: 'height' });
  return type === 'integer' || type === 'float' || type === 'date' || type === 'timestamp' ? chartQuery({ kind: 'histogram', column: name, bins: 24 }) : null;
}
