import { PenstockError } from '#app/core/errors.ts';
import { scanParquet } from '#app/relation/build.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { fileName, noFile, parquetFacts, type ParquetReaderParams } from './node.ts';

export const relation: RelationFn<ParquetReaderParams> = (_inputs, { path }, facts, services) => {
  const known = parquetFacts(facts);
  if (path === '' || known === null) {
    const { code, message, remedy, place } = noFile();
    throw new PenstockError(code, path === '' ? message : `${fileName(path)} has not been looked at yet.`, {
      ...(remedy === undefined ? {} : { remedy }),
      ...(place === undefined ? {} : { place }),
    });
  }
  return scanParquet([services.resolvePath(path)], known.schema, fileName(path));
};
