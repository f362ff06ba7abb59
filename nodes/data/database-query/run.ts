import { formatCount } from '#app/core/units.ts';
import type { NodeExecutor, ProbeContext } from '#app/sdk/node.ts';
import { queryOf, sourceOf, type DatabaseQueryParams } from './node.ts';

export const executor: NodeExecutor<DatabaseQueryParams> = {
  async probe(params, context) {
    const query = queryOf(params);
    return query === null ? {} : { ...(await context.databases.describe(query)) };
  },

  async fingerprint(params: DatabaseQueryParams, { databases }: ProbeContext) {
    const source = sourceOf(params);
    const { connection, refresh } = params;
    if (connection === '' || source === null) return {};
    const name = source.kind === 'table' ? source.table : 'the query';
    const isFile = await databases.isFile(connection);
    // A file tells by itself whether it has changed; asking its database would cost more.
    const state = isFile && refresh !== 'settings';
    const place = { [connection]: await databases.identity(connection, { state }) };
    if (isFile || refresh === 'settings') return place;
    if (refresh !== 'check') return { ...place, [`the last reading of ${name}`]: databases.revision(connection, source) };
    const { checkColumn, checkCount } = params;
    if (checkColumn === '' && !checkCount) return place;
    return { ...place, [name]: await databases.check(connection, source, { column: checkColumn, count: checkCount }) };
  },

  renew(params, { databases }) {
    const source = sourceOf(params);
    if (source === null || params.connection === '') return;
    if (params.refresh === 'each-run') databases.renew(params.connection, source, 0);
    if (params.refresh === 'age') databases.renew(params.connection, source, params.maxAge * 60);
  },

  async run({ params, databases, progress, log, report }) {
    const query = queryOf(params);
    if (query === null) throw new Error('database-query: run without a source');
    const label = query.source.kind === 'table' ? query.source.table : params.connection;
    const { table, rows, described, notes } = await databases.read(query, label, { timeout: params.timeout, progress });
    log('info', `${params.connection}: ${formatCount(rows)} rows read, ${table.schema.length} columns`);
    if (described.pushed.length > 0) log('info', `Done by the database: ${described.pushed.join(' and ')}`);
    for (const note of notes) report({ severity: 'warning', code: 'database-values-missing', message: note });
    return { table };
  },
};
