import { formatCount } from '#app/core/units.ts';
import type { Facts, NodeExecutor, ProbeContext } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import { excelFacts, excelOptions, type ExcelReaderParams } from './node.ts';

async function probe(params: ExcelReaderParams, context: Pick<ProbeContext, 'files' | 'signal' | 'resolvePath'>): Promise<Facts> {
  if (params.path === '') return {};
  const { plan, notes } = await context.files.sniffExcel(context.resolvePath(params.path), excelOptions(params), context.signal);
  return { plan, notes };
}

export const executor: NodeExecutor<ExcelReaderParams> = {
  probe,

  async fingerprint(params, context) {
    if (params.path === '') return {};
    const { size, mtimeMs } = await context.files.stat(context.resolvePath(params.path));
    return { [fileName(params.path)]: `${size}:${mtimeMs}` };
  },

  async run(context) {
    const { params } = context;
    const known = excelFacts(context.facts ?? (await probe(params, context)));
    if (known === null) throw new Error('excel-reader: run without a file');
    const label = fileName(params.path);
    context.progress(null, `Reading ${label}`);
    const { table, rejects, notes } = await context.tables.readExcel(context.resolvePath(params.path), known.plan, params.misfits, label);
    for (const note of notes) context.report(note);
    const set = await context.tables.count(rejects.relation);
    context.log('info', `${label}: ${formatCount(await context.tables.count(table.relation))} rows, ${table.schema.length} columns`);
    if (set > 0) context.report({ severity: 'warning', code: 'rows-set-aside', message: `${formatCount(set)} ${set === 1 ? 'value does' : 'values do'} not fit; ${set === 1 ? 'its row is' : 'their rows are'} in the output “Rejects”.`, remedy: 'Look at the rejects, then correct the file or the column types.', place: { port: 'rejects' } });
    return { table, rejects };
  },
};
