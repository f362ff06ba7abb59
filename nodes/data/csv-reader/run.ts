import { formatCount } from '#app/core/units.ts';
import type { Facts, NodeExecutor, ProbeContext } from '#app/sdk/node.ts';
import { csvFacts, dialectOverrides, fileName, typedSchema, type CsvReaderParams } from './node.ts';

async function probe(params: CsvReaderParams, context: ProbeContext): Promise<Facts> {
  if (params.path === '') return {};
  const { dialect, schema, notes } = await context.files.sniffCsv(context.resolvePath(params.path), dialectOverrides(params), context.signal);
  return { dialect, schema, notes: notes ?? [] };
}

export const executor: NodeExecutor<CsvReaderParams> = {
  probe,

  async fingerprint(params, context) {
    if (params.path === '') return {};
    const { size, mtimeMs } = await context.files.stat(context.resolvePath(params.path));
    return { [fileName(params.path)]: `${size}:${mtimeMs}` };
  },

  async run(context) {
    const { params } = context;
    const found = csvFacts(context.facts ?? (await probe(params, context)));
    if (found === null) throw new Error('csv-reader: run without a file');
    const label = fileName(params.path);
    context.progress(null, `Reading ${label}`);
    const table = await context.tables.readCsv(context.resolvePath(params.path), found.dialect, typedSchema(found.schema, params.types), label);
    context.log('info', `${label}: ${formatCount(await context.tables.count(table.relation))} rows, ${table.schema.length} columns`);
    return { table };
  },
};
