import { asc, call, cast, col, filter, lit, named, project } from '#app/relation/build.ts';
import { atParam, freeName, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Column, Expr, Relation, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { instantOf, momentLiteral } from './moments.ts';
import type { PartitionParams } from './node.ts';

/** Where a row goes: before the first bound to Train, up to the second to Validation, else to Test. */
interface Cut {
  readonly rows: Relation;
  readonly inTrain: Expr;
  /** Also true of the rows in Train. */
  readonly inTrainOrValidation: Expr;
  /** A column of `rows` that the parts are in the order of, where the rows' own order was lost on the way. */
  readonly order?: string;
}

/**
 * The split goes by a hash of the seed and the row's key, so that it does not depend on the order of rows, the number of threads or the
 * backend (docs/decisions/portable-row-hash.md). The parts together are the input.
 */
export const relation: RelationFn<PartitionParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  for (const name of params.key) atParam(['key'], () => typeOf(col(name), schema));
  const { rows, inTrain, inTrainOrValidation, order } = cutOf(input, schema, params);
  const part = (predicate: Expr): Relation => {
    const kept = filter(rows, predicate);
    return project(order === undefined ? kept : { op: 'sort', input: kept, keys: [asc(col(order))] }, schema.map(({ name }) => named(name, col(name))));
  };
  return {
    train: part(inTrain),
    test: part(call('not', inTrainOrValidation)),
    validation: part(call('and', inTrainOrValidation, call('not', inTrain))),
  };
};

function cutOf(input: Relation, schema: Schema, params: PartitionParams): Cut {
  const { method, column, group, key, seed, exact } = params;
  const stratum = method === 'stratified' && column !== '' ? col(column) : null;
  if (stratum) atParam(['column'], () => typeOf(stratum, schema));
  for (const name of group) if (method === 'grouped') atParam(['group'], () => typeOf(col(name), schema));
  if (method === 'time' && params.time !== '') return byTime(input, schema, params);
  if (method === 'grouped' && group.length > 0) return byBounds(input, schema, params, call('hash_fraction', lit(seed), ...group.map(col)), null, true);
  if (key.length > 0 && method === 'random' && !exact) return byShare(input, params, call('hash_fraction', lit(seed), ...key.map(col)));
  if (key.length > 0 && method !== 'grouped') return byBounds(input, schema, params, call('hash_fraction', lit(seed), ...key.map(col)), stratum, false);
  return byRank(input, schema, params, stratum);
}

/**
 * Rows are ranked within each stratum by the hash of all their values: sizes are exact, but the whole table is sorted. Threads give strata back in
 * whatever order they finish, so their rows are put in that of the hash: what is trained on them is the same every time, to the last digit.
 */
function byRank(input: Relation, schema: Schema, { fraction, validation, seed }: PartitionParams, stratum: Expr | null): Cut {
  const rank = freeName('partition_rank', schema);
  const size = freeName('partition_size', schema);
  const place = freeName('partition_hash', schema);
  const partitionBy = stratum ? [stratum] : [];
  const rows: Relation = {
    op: 'window',
    input: project(input, [...schema.map(({ name }) => named(name, col(name))), named(place, call('hash_fraction', lit(seed), ...schema.map(({ name }) => col(name))))]),
    columns: [
      // Only rows that are equal have equal hashes (52 bits), and it does not matter which of those is where. Ordering by the
      // columns as well would take three times as long.
      { name: rank, fn: 'row_number', partitionBy, orderBy: [asc(col(place))] },
      { name: size, fn: 'count', partitionBy, orderBy: [] },
    ],
  };
  const upTo = (share: number): Expr => call('less_than_or_equal', cast(col(rank), 'float'), call('add', call('multiply', lit(share, 'float'), cast(col(size), 'float')), lit(0.5, 'float')));
  return { rows, inTrain: upTo(fraction), inTrainOrValidation: upTo(fraction + validation), ...(stratum ? { order: place } : {}) };
}

/** Hashes are spread evenly from 0 to 1, so that about a share of them lies below that share: no row needs to know of another. */
function byShare(input: Relation, { fraction, validation }: PartitionParams, hash: Expr): Cut {
  const below = (share: number): Expr => call('less_than', hash, lit(share, 'float'));
  return { rows: input, inTrain: below(fraction), inTrainOrValidation: below(fraction + validation) };
}

/** What stands for a missing stratum, as in hashing. */
const missingStratum = '\u001e';

/**
 * Bounds in a number (a hash, a time) that leave the shares below them, from one aggregate: no sort of whole rows. Rows with the same
 * number stay together. With `each`, every number counts once, however many rows have it.
 */
function byBounds(input: Relation, schema: Schema, { fraction, validation }: PartitionParams, place: Expr, stratum: Expr | null, each: boolean): Cut {
  const taken: Column[] = [...schema];
  const fresh = (wanted: string): string => {
    const name = freeName(wanted, taken);
    taken.push({ name, type: 'float' });
    return name;
  };
  const [at, key, trainTo, validationTo] = [fresh('partition_place'), fresh('partition_stratum'), fresh('partition_train'), fresh('partition_validation')];
  const places = { name: at, expr: place };
  // Missing strata are a stratum, but nulls never match in a join.
  const strata = stratum ? [named(key, call('coalesce', cast(stratum, 'string'), lit(missingStratum)))] : [];
  const left = project(input, [...schema.map(({ name }) => named(name, col(name))), places, ...strata]);
  const numbers = project(input, [places, ...strata]);
  const counted: Relation = each ? { op: 'distinct', input: numbers } : numbers;
  const bounds: Relation = {
    op: 'aggregate',
    input: counted,
    keys: strata.map(({ name }) => named(name, col(name))),
    measures: [
      { name: trainTo, fn: 'quantile', arg: col(at), fraction },
      ...(validation > 0 ? [{ name: validationTo, fn: 'quantile' as const, arg: col(at), fraction: Math.min(1, fraction + validation) }] : []),
    ],
  };
  const rows: Relation = { op: 'join', kind: stratum ? 'inner' : 'cross', left, right: bounds, on: strata.map(({ name }) => ({ left: name, right: name })), rightSuffix: '_bound' };
  // A row without a place (a missing time) is known from the start: it belongs to what was before.
  const upTo = (bound: string): Expr => call('coalesce', call('less_than_or_equal', col(at), col(bound)), lit(true));
  return { rows, inTrain: upTo(trainTo), inTrainOrValidation: upTo(validation > 0 ? validationTo : trainTo) };
}

function byTime(input: Relation, schema: Schema, params: PartitionParams): Cut {
  const type = atParam(['time'], () => typeOf(col(params.time), schema));
  if (params.testFrom.trim() === '') return byBounds(input, schema, params, atParam(['time'], () => instantOf(col(params.time), type)), null, false);
  const before = (param: 'testFrom' | 'validationFrom'): Expr => call('coalesce', call('less_than', col(params.time), atParam([param], () => momentLiteral(params[param], type))), lit(true));
  const beforeTest = before('testFrom');
  const inTrain = params.validationFrom.trim() === '' ? beforeTest : call('and', before('validationFrom'), beforeTest);
  return { rows: input, inTrain, inTrainOrValidation: beforeTest };
}
