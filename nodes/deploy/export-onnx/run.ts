import { formatBytes } from '#app/core/units.ts';
import { inputTensorName } from '#app/sdk/ports.ts';
import type { Column } from '#app/relation/types.ts';
import { codeSpan, modelBlocks, modelOf, reportOf } from '#app/sdk/deployment.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

/** Type of the tensor's numbers, and what they count for dates. */
const elementType = ({ type }: Column): string => (type === 'string' ? 'string' : type === 'date' ? 'double, days since 1970-01-01' : type === 'timestamp' ? 'double, seconds since 1970-01-01' : 'double');

export const executor: NodeExecutor<Params> = {
  // The file may be gone or changed since the last run.
  effect: true,
  async run({ inputs, params, models }) {
    const model = modelOf(inputs);
    const { path, bytes } = await models.exportOnnx(model, params.path);
    const { signature } = model;
    return reportOf('ONNX file', [
      { type: 'text', markdown: `Wrote ${codeSpan(path)} (${formatBytes(bytes)}). The file repeats the answers that were kept while training.` },
      {
        type: 'table',
        title: 'Inputs, one tensor [rows, 1] a column',
        columns: [
          { name: 'Tensor', type: 'string' },
          { name: 'Element type', type: 'string' },
          { name: 'Missing value', type: 'string' },
        ],
        rows: signature.inputs.map((column) => [inputTensorName(column.name), elementType(column), column.type === 'string' ? 'empty text' : 'NaN']),
      },
      {
        type: 'text',
        markdown:
          signature.task === 'regression'
            ? `Output: ${codeSpan('prediction')} float [rows, 1].`
            : `Outputs: ${codeSpan('label')} int64 [rows], an index into the classes; ${codeSpan('probabilities')} float [rows, ${signature.classes?.length ?? 0}]. Classes in order: ${(signature.classes ?? []).map(codeSpan).join(', ')}.`,
      },
      ...modelBlocks(model).filter((block) => block.type === 'metrics'),
    ]);
  },
};
