import { stableHash } from '#app/core/hash.ts';
import type { Fingerprint, NodeExecutor, ProbeContext } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import { patternsOf, type ParquetReaderParams } from './node.ts';

const matching = (params: ParquetReaderParams, { files, resolvePath }: ProbeContext) => files.matchingFiles(patternsOf(params).map(resolvePath), ['parquet', 'pq'], true);

export const executor: NodeExecutor<ParquetReaderParams> = {
  async probe(params, context) {
    if (patternsOf(params).length === 0) return {};
    const found = await matching(params, context);
    return { ...(await context.files.parquetFiles(found.map(({ path }) => path), context.signal)) };
  },

  async fingerprint(params, context) {
    if (patternsOf(params).length === 0) return {};
    const found = await matching(params, context);
    // By name for a few, so that “why stale” can say which; in one part for many.
    if (found.length > 50) return { [`${found.length} files`]: stableHash(found.map(({ path, size, mtimeMs }) => [path, size, mtimeMs])) };
    const parts: Record<string, string> = {};
    for (const { path, size, mtimeMs } of found) {
      const name = fileName(path);
      parts[name in parts ? path : name] = `${size}:${mtimeMs}`;
    }
    return parts satisfies Fingerprint;
  },
};
