import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { formatBytes, formatCount } from '#app/core/units.ts';
import { codeSpan, reportOf } from '#app/sdk/deployment.ts';
import type { WrittenFile } from '#app/sdk/formats.ts';
import type { NodeExecutor, RegisteredModel, RegistryProbes, RunContext } from '#app/sdk/node.ts';
import type { ModelValue, ReportBlock } from '#app/sdk/ports.ts';
import { tableOf } from '#app/sdk/writer.ts';
import { factsSchema, hasPath, isCsv, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  // A file may be gone or changed since the last run; a table alone is as good as it was.
  effect: hasPath,
  readsOnce: true,

  async probe({ model }, { registry }) {
    const found = find(registry, model);
    if (found === null) return { registered: null, problem: null };
    if ('problem' in found) return { registered: null, problem: found.problem };
    return { registered: { name: found.name, version: found.version, signature: found.model.signature }, problem: null };
  },

  async fingerprint({ model }, { registry }) {
    const found = find(registry, model);
    if (found === null) return {};
    return { [`the version that ${model.trim()} means`]: 'problem' in found ? `none: ${found.problem.message} ${found.problem.remedy ?? ''}` : `${found.name}@${found.version} ${found.model.onnx}` };
  },

  async run(context) {
    const { params, models, progress } = context;
    const { model, used } = modelOf(context);
    const input = tableOf(context);
    const began = performance.now();
    const { table, rows, parts, resumed } = await models.batchScore(model, input, { partRows: params.partRows, label: 'Batch Score' });
    const seconds = (performance.now() - began) / 1000;
    const blocks: ReportBlock[] = [{ type: 'text', markdown: used }];
    if (resumed.parts > 0) blocks.push({ type: 'text', markdown: `Went on where an earlier run was stopped: ${formatCount(resumed.parts)} of ${formatCount(parts)} parts were there already.` });
    if (hasPath(params)) {
      progress(null, 'Writing the file');
      const written = await write(context, table.relation);
      for (const note of written.notes) context.report(note);
      blocks.push({ type: 'text', markdown: `Wrote ${codeSpan(written.path)} (${formatBytes(written.bytes)}).` });
    }
    blocks.push({
      type: 'metrics',
      metrics: [
        { name: 'rows', value: rows, format: 'count', help: 'Rows with a prediction.' },
        { name: 'time', value: seconds * 1000, format: 'duration', help: 'For reading, predicting and keeping the rows.' },
        { name: 'rows per second', value: Math.round((rows - resumed.rows) / Math.max(seconds, 0.001)), format: 'count', help: 'Rows predicted in this run, by its time.' },
        { name: 'number of parts', value: parts, format: 'count', help: 'Parts that were predicted by themselves.' },
        { name: 'parts kept', value: resumed.parts, format: 'count', help: 'Parts that an earlier run had finished.' },
      ],
    });
    return { table, ...reportOf('Batch scoring', blocks) };
  },
};

type Found = RegisteredModel | { readonly problem: { readonly message: string; readonly remedy?: string } };

function find(registry: RegistryProbes, reference: string): Found | null {
  if (reference.trim() === '') return null;
  try {
    return registry.find(reference.trim());
  } catch (error) {
    const { code, message, remedy } = toDiagnostic(error);
    if (code !== 'unknown-model') throw error;
    return { problem: { message, ...(remedy === undefined ? {} : { remedy }) } };
  }
}

/** The connected model, else the version that was found when the run was planned: an alias that moves meanwhile changes nothing. */
function modelOf({ inputs, facts, registry }: RunContext<Params>): { model: ModelValue; used: string } {
  const connected = inputs['model']?.[0];
  if (connected?.kind === 'model') return { model: connected, used: `By the connected model (${connected.algorithm}).` };
  const registered = factsSchema.safeParse(facts).data?.registered;
  if (registered === undefined || registered === null) throw new PenstockError('input-missing', 'There is no model to predict with.', { remedy: 'Connect a model, or name a registered one, such as churn@champion.', place: { param: ['model'] } });
  const reference = `${registered.name}@${registered.version}`;
  const { model } = registry.find(reference);
  return { model, used: `By ${codeSpan(reference)} (${model.algorithm}).` };
}

function write({ params, tables, resolvePath }: RunContext<Params>, relation: Parameters<RunContext<Params>['tables']['writeCsv']>[0]): Promise<WrittenFile> {
  const file = resolvePath(params.path.trim());
  if (isCsv(file)) return tables.writeCsv(relation, file, { delimiter: ',', quote: 'needed', header: true, encoding: 'utf-8', missing: '', escapeFormulas: false, overwrite: true });
  return tables.writeParquetFile(relation, file, { compression: 'zstd', partitionBy: [], overwrite: true });
}
