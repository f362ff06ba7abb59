import { fileFingerprint, readOutputs } from '#app/sdk/file-reader.ts';
import type { Facts, NodeExecutor, ProbeContext } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import { jsonFacts, jsonOptions, type JsonReaderParams } from './node.ts';

async function probe(params: JsonReaderParams, context: Pick<ProbeContext, 'files' | 'signal' | 'resolvePath'>): Promise<Facts> {
  if (params.path === '') return {};
  const { plan, notes } = await context.files.sniffJson(context.resolvePath(params.path), jsonOptions(params), context.signal);
  return { plan, notes };
}

export const executor: NodeExecutor<JsonReaderParams> = {
  probe,

  fingerprint: fileFingerprint,

  async run(context) {
    const { params } = context;
    const known = jsonFacts(context.facts ?? (await probe(params, context)));
    if (known === null) throw new Error('json-reader: run without a file');
    const label = fileName(params.path);
    context.progress(null, `Reading ${label}`);
    return readOutputs(context, label, await context.tables.readJson(context.resolvePath(params.path), known.plan, params.misfits, label));
  },
};
