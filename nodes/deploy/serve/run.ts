import { modelBlocks, modelOf, reportOf } from '#app/sdk/deployment.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  effect: true,
  async run({ inputs, params, models, nodeId, progress }) {
    const model = modelOf(inputs);
    progress(null, 'Starting the server');
    const { url } = await models.serve(model, { name: params.name, port: params.port, nodeId });
    return reportOf(`${params.name} is served`, [
      { type: 'text', markdown: `Listening on <${url}>, on this machine only. Open it in a browser for a form to try it.` },
      { type: 'text', markdown: `\`\`\`sh\n${curl(url, model)}\n\`\`\`` },
      {
        type: 'table',
        title: 'Addresses',
        columns: [
          { name: 'Address', type: 'string' },
          { name: 'What it does', type: 'string' },
        ],
        rows: [
          [`POST ${url}/predict`, 'JSON records in, predictions out'],
          [`POST ${url}/v2/models/${params.name}/infer`, 'Open Inference Protocol, version 2'],
          [`GET ${url}/v2/health/ready`, '200 when the model answers'],
          [`GET ${url}/openapi.json`, 'description for tools'],
        ],
      },
      ...modelBlocks(model),
    ]);
  },
};

/** A request to copy: every column, missing. A quote in a column's name is written so that the shell's quotes hold. */
function curl(url: string, model: ModelValue): string {
  const record = Object.fromEntries(model.signature.inputs.map((column) => [column.name, null]));
  return `curl -H 'Content-Type: application/json' -d '${JSON.stringify([record]).replaceAll("'", '\\u0027')}' ${url}/predict`;
}
