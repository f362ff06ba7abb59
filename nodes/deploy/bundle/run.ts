import { formatBytes } from '#app/core/units.ts';
import { codeSpan, modelBlocks, modelOf, reportOf } from '#app/sdk/deployment.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import { bundlePath, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  // The folder may be gone or changed since the last run.
  effect: true,
  async run({ inputs, params, models, nodeId, progress }) {
    const model = modelOf(inputs);
    progress(null, 'Writing and checking the bundle');
    const { path, files } = await models.bundle(model, { name: params.name, path: bundlePath(params), nodeId });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return reportOf(`Bundle ${params.name}`, [
      {
        type: 'text',
        markdown: `Wrote ${codeSpan(path)}: ${files.length} files, ${formatBytes(bytes)}. The golden rows passed through the copied server.\n\nServe it on any machine with Node 18 or newer, without a network: ${codeSpan('node server.mjs')}`,
      },
      {
        type: 'table',
        title: 'Files',
        columns: [
          { name: 'File', type: 'string' },
          { name: 'Bytes', type: 'integer' },
          { name: 'sha256', type: 'string' },
        ],
        rows: files.map((file) => [file.path, file.bytes, file.sha256]),
      },
      ...modelBlocks(model),
    ]);
  },
};
