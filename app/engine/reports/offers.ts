import type { BlockSource } from '#app/reports/document.ts';
import { valueBlocks, valueMetrics } from '#app/reports/value-blocks.ts';
import type { Schema } from '#app/relation/types.ts';
import type { Engine } from '../engine.ts';
import { ReportSources } from './sources.ts';

export type Offer = { readonly type: 'chart' | 'table'; readonly title: string; readonly index: number } | { readonly type: 'metric'; readonly name: string };

export interface Offers {
  /** Kind of the value; null where there is none yet. */
  readonly kind: string | null;
  /** Of a table. */
  readonly columns: Schema;
  readonly offers: readonly Offer[];
}

/** What blocks can show of a port, as far as it has been run. */
export async function offersOf(engine: Engine, source: BlockSource, pinned: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Offers> {
  const found = await new ReportSources(engine, pinned, signal).find(source);
  if (!('value' in found)) return { kind: null, columns: [], offers: [] };
  const { value } = found;
  if (value.kind === 'table') return { kind: 'table', columns: value.schema, offers: [{ type: 'metric', name: 'rows' }, { type: 'metric', name: 'columns' }] };
  const blocks = valueBlocks(value);
  const charts = blocks.flatMap((block) => (block.type === 'chart' ? [block.chart.title] : []));
  const tables = blocks.flatMap((block) => (block.type === 'table' ? [block.title ?? ''] : []));
  return {
    kind: value.kind,
    columns: [],
    offers: [
      ...charts.map((title, index): Offer => ({ type: 'chart', title, index })),
      ...tables.map((title, index): Offer => ({ type: 'table', title, index })),
      ...valueMetrics(value).map(({ name }): Offer => ({ type: 'metric', name })),
    ],
  };
}
