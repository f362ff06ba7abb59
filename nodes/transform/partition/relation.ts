import { asc, call, cast, col, filter, lit, named, project } from '#app/relation/build.ts';
import { atParam, nameKey, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Expr, Relation, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { PartitionParams } from './node.ts';

/**
 * Rows are ranked by a hash of their values and the seed, within each stratum, and the first share of the ranks is for training.
 * So the sizes are exact, the split does not depend on the order of rows or the number of threads, and train and test together
 * are the input. Rows that are equal in every column may fall on both sides. A missing stratum is a stratum.
 */
export const relation: RelationFn<PartitionParams> = (inputs, { fraction, method, column, seed }) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const stratum = method === 'stratified' && column !== '' ? col(column) : null;
  if (stratum) atParam(['column'], () => typeOf(stratum, schema));
  const rank = freeName('rank', schema);
  const size = freeName('size', schema);
  const columns: Expr[] = schema.map(({ name }) => col(name));
  const partitionBy = stratum ? [stratum] : [];
  const ranked: Relation = {
    op: 'window',
    input,
    columns: [
      // Only rows that are equal have equal hashes (52 bits), and it does not matter which of those is where. Ordering by the
      // columns as well would take three times as long.
      { name: rank, fn: 'row_number', partitionBy, orderBy: [asc(call('hash_fraction', lit(seed), ...columns))] },
      { name: size, fn: 'count', partitionBy, orderBy: [] },
    ],
  };
  const bound = call('add', call('multiply', lit(fraction, 'float'), cast(col(size), 'float')), lit(0.5, 'float'));
  const inTrain = call('less_than_or_equal', cast(col(rank), 'float'), bound);
  const part = (predicate: Expr): Relation => project(filter(ranked, predicate), schema.map(({ name }) => named(name, col(name))));
  return { train: part(inTrain), test: part(call('not', inTrain)) };
};

function freeName(name: string, schema: Schema): string {
  const taken = new Set(schema.map((column) => nameKey(column.name)));
  let free = `partition_${name}`;
  while (taken.has(nameKey(free))) free += '_';
  return free;
}
