import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import type { EngineCatalogue } from '#app/engine/catalogue.ts';

/** The benchmark's pipeline as a person draws it: twelve nodes from two files to one. */
export function ordersPipeline(catalogue: EngineCatalogue, files: { readonly orders: string; readonly customers: string; readonly out: string }): PipelineDocument {
  const made = emptyDocument('orders', 'Orders by channel');
  const add = (id: string, type: string, params: Record<string, unknown>, from: Record<string, string> = {}): void => {
    made.nodes.push({ id, type, version: catalogue.get(type)?.definition.version ?? 1, params });
    for (const [port, source] of Object.entries(from)) made.edges.push({ id: `${source}-${id}`, from: { node: source, port: 'table' }, to: { node: id, port } });
  };
  add('orders', 'data/csv-reader', { path: files.orders });
  add('customers', 'data/parquet-reader', { path: files.customers });
  add('valid', 'transform/filter-rows', { expression: 'quantity > 0 and price is not null' }, { table: 'orders' });
  add('clean', 'transform/formula', { columns: [{ name: 'channel', expression: 'lower(trim(channel))' }, { name: 'amount', expression: 'quantity * price * (1 - coalesce(discount, 0))' }] }, { table: 'valid' });
  add('month', 'transform/formula', { columns: [{ name: 'month', expression: "cast(date_trunc('month', ordered_at) as date)" }] }, { table: 'clean' });
  add('keep', 'transform/select-columns', { mode: 'keep', columns: ['customer_id', 'ordered_at', 'channel', 'month', 'quantity', 'amount'] }, { table: 'month' });
  add('join', 'transform/join', { kind: 'inner', keys: [{ left: 'customer_id', right: 'customer_id' }] }, { left: 'keep', right: 'customers' });
  add('running', 'transform/window', { partitionBy: ['customer_id'], orderBy: [{ column: 'ordered_at' }, { column: 'amount' }], columns: [{ fn: 'cumulative_sum', column: 'amount', name: 'running_total' }] }, { table: 'join' });
  add(
    'group',
    'transform/group-by',
    {
      keys: ['customer_id', 'segment', 'region', 'month', 'channel'],
      measures: [
        { fn: 'sum', column: 'amount', name: 'amount' },
        { fn: 'sum', column: 'quantity', name: 'quantity' },
        { fn: 'max', column: 'running_total', name: 'running' },
        { fn: 'count', column: '', name: 'orders' },
      ],
    },
    { table: 'running' },
  );
  add(
    'pivot',
    'transform/pivot',
    {
      keys: ['customer_id', 'segment', 'region', 'month'],
      column: 'channel',
      values: ['partner', 'phone', 'shop', 'web'],
      measures: [
        { fn: 'sum', column: 'amount', name: 'amount' },
        { fn: 'max', column: 'running', name: 'running' },
      ],
    },
    { table: 'group' },
  );
  add(
    'sort',
    'transform/sort',
    { keys: [{ column: 'segment' }, { column: 'month', direction: 'descending' }, { column: 'customer_id' }, { column: 'region' }] },
    { table: 'pivot' },
  );
  add('write', 'data/parquet-writer', { path: files.out, overwrite: true }, { table: 'sort' });
  return made;
}
