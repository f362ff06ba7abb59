import { importModel, kerasFiles, openKerasFile } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async probe({ path }, { resolvePath, signal }) {
    return path === '' ? {} : { ...(await openKerasFile(resolvePath(path), signal)).file };
  },

  async fingerprint({ path }, { files, resolvePath }): Promise<Record<string, string>> {
    if (path === '') return {};
    const marks: Record<string, string> = {};
    for (const file of await kerasFiles(resolvePath(path))) {
      const { size, mtimeMs } = await files.stat(file);
      marks[fileName(file)] = `${size}:${mtimeMs}`;
    }
    return marks;
  },

  async run(context) {
    const { inputs, params } = context;
    const table = inputs['table']?.[0];
    return { model: await importModel(context.resolvePath(params.path), params, table?.kind === 'table' ? table : null, context, openKerasFile) };
  },
};
