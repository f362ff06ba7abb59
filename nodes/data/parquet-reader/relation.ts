import { PenstockError } from '#app/core/errors.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { fileName } from '#app/sdk/reader-params.ts';
import { noFile, parquetFacts, patternsOf, type ParquetReaderParams } from './node.ts';

export const relation: RelationFn<ParquetReaderParams> = (_inputs, params, facts) => {
  const known = parquetFacts(facts);
  const [first] = patternsOf(params);
  if (first === undefined || known === null) {
    const { code, message, remedy, place } = noFile();
    throw new PenstockError(code, first === undefined ? message : `${fileName(first)} has not been looked at yet.`, {
      ...(remedy === undefined ? {} : { remedy }),
      ...(place === undefined ? {} : { place }),
    });
  }
  const { files, schema, unionByName, hive, nested } = known;
  return {
    op: 'scan',
    source: { kind: 'parquet', paths: files, ...(unionByName ? { unionByName } : {}), ...(hive ? { hive } : {}), ...(nested.length === 0 ? {} : { nested }) },
    schema,
    label: fileName(first),
  };
};
