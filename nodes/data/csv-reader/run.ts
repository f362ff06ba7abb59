import { formatCount } from '#app/core/units.ts';
import { csvColumns, csvOverrides } from '#app/sdk/csv-params.ts';
import { rejectedRows } from '#app/sdk/csv-rejects.ts';
import { fileFingerprint } from '#app/sdk/file-reader.ts';
import type { Facts, NodeExecutor, ProbeContext } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import { csvFacts, type CsvReaderParams } from './node.ts';

async function probe(params: CsvReaderParams, context: ProbeContext): Promise<Facts> {
  if (params.path === '') return {};
  const options = { tolerant: params.badRows === 'reject' };
  const { dialect, schema, notes } = await context.files.sniffCsv(context.resolvePath(params.path), csvOverrides(params), context.signal, options);
  return { dialect, schema, notes };
}

export const executor: NodeExecutor<CsvReaderParams> = {
  probe,

  fingerprint: fileFingerprint,

  streams: {
    ports: ['table'],
    bytes: async (params, context) => (params.path === '' ? 0 : (await context.files.stat(context.resolvePath(params.path))).size),
  },

  async head(params, facts, rows, context) {
    const found = csvFacts(facts);
    if (found === null) return null;
    const part = { path: context.resolvePath(params.path), dialect: found.dialect, columns: csvColumns(found.schema, params.types) };
    const table = await context.files.csvHead(part, rows, fileName(params.path), context.signal);
    return table === null ? null : { table };
  },

  async run(context) {
    const { params } = context;
    const found = csvFacts(context.facts ?? (await probe(params, context)));
    if (found === null) throw new Error('csv-reader: run without a file');
    const label = fileName(params.path);
    context.progress(null, `Reading ${label}`);
    const path = context.resolvePath(params.path);
    const part = { path, dialect: found.dialect, columns: csvColumns(found.schema, params.types) };
    const stream = context.streamed.has('table') ? await context.tables.streamCsvPart(part, label) : null;
    if (stream !== null) {
      context.log('info', `${label}: read as it is needed, without a copy`);
      return { table: stream, rejects: await context.tables.rejectsTable([], `${label} rejects`) };
    }
    const { table, rows, rejects } = await context.tables.readCsvPart(part, params.badRows === 'reject' ? params.maxRejects : null, label);
    if (rejects.length > 0) context.report(rejectedRows(rejects));
    context.log('info', `${label}: ${formatCount(rows)} rows, ${table.schema.length} columns${rejects.length === 0 ? '' : `, ${formatCount(rejects.length)} rows rejected`}`);
    return { table, rejects: await context.tables.rejectsTable(rejects.map((row) => ({ ...row, file: label })), `${label} rejects`) };
  },
};
