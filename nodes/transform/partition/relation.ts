import { asc, call, col, filter, lit, named, project } from '#app/relation/build.ts';
import { RelationError } from '#app/relation/error.ts';
import { didYouMean } from '#app/relation/near-miss.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

function freeName(base: string, schema: Schema): string {
  let name = base;
  while (schema.some((column) => column.name.toLowerCase() === name.toLowerCase())) name += '_';
  return name;
}

/**
 * Rows are ranked by a portable hash of all their values and the seed, within the stratum, and the first share of them is the
 * training part. Which rows they are depends on nothing but the values, so every backend and every run splits alike; equal rows may
 * stand on both sides, and it does not matter which of them is where.
 */
export const relation: RelationFn<Params> = (inputs, params): Readonly<Record<string, Relation>> => {
  const [table] = inputs['table'] ?? [];
  if (table === undefined) return {};
  const schema = schemaOf(table);
  const stratum = params.method === 'stratified' && params.column !== '' ? params.column : null;
  if (stratum !== null && !schema.some((column) => column.name === stratum)) {
    throw new RelationError('unknown-column', `There is no column “${stratum}”.${didYouMean(stratum, schema.map((column) => column.name))}`, {
      remedy: 'Choose a column of the table.',
      place: { param: ['column'], column: stratum },
    });
  }
  const rank = freeName('partition_rank', schema);
  const size = freeName('partition_size', schema);
  const partitionBy = stratum === null ? [] : [col(stratum)];
  const hash = call('hash_fraction', lit(params.seed, 'integer'), ...schema.map((column) => col(column.name)));
  const ranked: Relation = {
    op: 'window',
    input: table,
    columns: [
      { name: rank, fn: 'row_number', partitionBy, orderBy: [asc(hash)] },
      { name: size, fn: 'count', partitionBy, orderBy: [] },
    ],
  };
  const isTraining = call('less_than_or_equal', col(rank), call('round', call('multiply', col(size), lit(params.fraction, 'float'))));
  const columns = schema.map((column) => named(column.name, col(column.name)));
  return {
    train: project(filter(ranked, isTraining), columns),
    test: project(filter(ranked, call('not', isTraining)), columns),
  };
};
