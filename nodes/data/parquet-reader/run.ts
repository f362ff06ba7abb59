import type { NodeExecutor } from '#app/sdk/node.ts';
import { fileName, type ParquetReaderParams } from './node.ts';

export const executor: NodeExecutor<ParquetReaderParams> = {
  async probe({ path }, context) {
    if (path === '') return {};
    const { schema, rows } = await context.files.parquetSchema(context.resolvePath(path));
    return { schema, rows };
  },

  async fingerprint({ path }, context) {
    if (path === '') return {};
    const { size, mtimeMs } = await context.files.stat(context.resolvePath(path));
    return { [fileName(path)]: `${size}:${mtimeMs}` };
  },
};
