import type { NodeExecutor } from '#app/sdk/node.ts';
import { tableOf, writerResult } from '#app/sdk/writer.ts';
import { delimiters, type CsvWriterParams } from './node.ts';

export const executor: NodeExecutor<CsvWriterParams> = {
  // The file may be gone or changed since the last run.
  effect: true,
  readsOnce: true,
  async run(context) {
    const { path, delimiter, ...options } = context.params;
    const table = tableOf(context);
    context.progress(null, 'Writing');
    const written = await context.tables.writeCsv(table.relation, context.resolvePath(path), { ...options, delimiter: delimiters[delimiter] });
    return writerResult(context, 'CSV file', table, written);
  },
};
