import type { NodeExecutor } from '#app/sdk/node.ts';
import { tableOf, writerResult } from '#app/sdk/writer.ts';
import type { ExcelWriterParams } from './node.ts';

export const executor: NodeExecutor<ExcelWriterParams> = {
  // The file may be gone or changed since the last run.
  effect: true,
  readsOnce: true,
  async run(context) {
    const { path, ...options } = context.params;
    const table = tableOf(context);
    context.progress(null, 'Writing');
    const written = await context.tables.writeExcel(table.relation, context.resolvePath(path), options);
    return writerResult(context, 'Excel workbook', table, written);
  },
};
