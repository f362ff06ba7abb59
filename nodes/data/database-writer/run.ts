import { formatCount } from '#app/core/units.ts';
import { codeSpan, reportOf } from '#app/sdk/deployment.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { DatabaseWriterParams } from './node.ts';

export const executor: NodeExecutor<DatabaseWriterParams> = {
  // The table may have been changed since; and appending is meant to append.
  effect: true,

  async fingerprint({ connection }, { databases }) {
    return connection === '' ? {} : { [connection]: await databases.identity(connection, { state: false }) };
  },

  async run({ inputs, params, databases, progress, log }) {
    const table = inputs['table']?.[0];
    if (table?.kind !== 'table') throw new Error('database-writer: run without a table');
    const { connection, schema, mode, keys } = params;
    const started = performance.now();
    const written = await databases.write(table.relation, { connection, schema: schema.trim(), table: params.table.trim(), mode, keys }, progress);
    const ms = performance.now() - started;
    log('info', `${connection}: ${formatCount(written.rows)} rows written to ${written.table}`);
    const what = written.created ? 'The table was made.' : written.removed === null ? '' : `${formatCount(written.removed)} rows that were there were removed.`;
    return reportOf('Written', [
      { type: 'text', markdown: `${formatCount(written.rows)} rows went to ${codeSpan(written.table)} of ${codeSpan(connection)}. ${what}`.trim() },
      {
        type: 'metrics',
        metrics: [
          { name: 'rows', value: written.rows, format: 'count', help: 'Rows written in one transaction.' },
          { name: 'time', value: ms / 1000, format: 'number', help: 'Seconds from connecting to the end of the transaction.' },
        ],
      },
      { type: 'table', title: 'Columns', columns: [{ name: 'Column', type: 'string' }, { name: 'Type', type: 'string' }], rows: written.columns.map(({ name, type }) => [name, type]) },
    ]);
  },
};
