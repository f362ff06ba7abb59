import { fileFingerprint, readOutputs } from '#app/sdk/file-reader.ts';
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

  fingerprint: fileFingerprint,

  async run(context) {
    const { params } = context;
    const known = excelFacts(context.facts ?? (await probe(params, context)));
    if (known === null) throw new Error('excel-reader: run without a file');
    const label = fileName(params.path);
    context.progress(null, `Reading ${label}`);
    return readOutputs(context, label, await context.tables.readExcel(context.resolvePath(params.path), known.plan, params.misfits, label));
  },
};
