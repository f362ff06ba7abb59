import { call, cast, col, filter, limit, lit, named, project, when } from '#app/relation/build.ts';
import { atParam, commonType, freeName, RelationError, schemaOf, typeOf, typeTitles } from '#app/relation/index.ts';
import type { Column, ColumnType, Expr, Relation } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { AsofJoinParams } from './node.ts';

type Asof = Relation & { op: 'asof' };

const secondsOf = { seconds: 1, minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 } as const;

export const relation: RelationFn<AsofJoinParams> = (inputs, params) => {
  const left = tableInput(inputs, 'left');
  const right = tableInput(inputs, 'right');
  const on = params.keys.filter((pair) => pair.left !== '' && pair.right !== '');
  const join = (direction: Asof['direction'], kind: Asof['kind'], tolerance: number | null): Asof => ({
    op: 'asof',
    kind,
    left,
    right,
    on,
    time: { left: params.leftTime, right: params.rightTime },
    direction,
    strict: params.strict,
    tolerance,
    rightSuffix: params.suffix,
  });
  // Until there are time columns the columns are known, but no rows: configure asks for them.
  if (params.leftTime === '' || params.rightTime === '') return limit({ op: 'join', kind: 'cross', left, right, on: [], rightSuffix: params.suffix }, 0);
  const type = timeType(left, right, params);
  params.keys.forEach((pair, i) => {
    if (pair.left === '' || pair.right === '') return;
    atParam(['keys', i, 'left'], () => typeOf(col(pair.left), schemaOf(left)));
    atParam(['keys', i, 'right'], () => typeOf(col(pair.right), schemaOf(right)));
    atParam(['keys', i], () => schemaOf({ op: 'join', kind: 'inner', left, right, on: [pair], rightSuffix: params.suffix }));
  });
  const tolerance = params.limited ? atParam(['unit'], () => toleranceIn(type, params)) : null;
  if (params.direction !== 'nearest') return join(params.direction, params.kind, tolerance);
  return nearest(join('backward', 'left', tolerance), type, params.kind);
};

function timeType(left: Relation, right: Relation, { leftTime, rightTime }: AsofJoinParams): ColumnType {
  const a = atParam(['leftTime'], () => typeOf(col(leftTime), schemaOf(left)));
  const b = atParam(['rightTime'], () => typeOf(col(rightTime), schemaOf(right)));
  for (const [param, name, type] of [['leftTime', leftTime, a], ['rightTime', rightTime, b]] as const) {
    if (['integer', 'float', 'date', 'timestamp'].includes(type)) continue;
    throw new RelationError('asof-time', `“${name}” is ${typeTitles[type]}, which has no before and after in time.`, { remedy: 'Choose a date, a date with time, or a number; text can be parsed with Date and Time or retyped with Select Columns.', place: { param: [param], column: name } });
  }
  const type = commonType(a, b);
  if (type !== null) return type;
  throw new RelationError('asof-time', `“${leftTime}” is ${typeTitles[a]} and “${rightTime}” is ${typeTitles[b]}, so neither is before the other.`, { remedy: 'Retype one of them first.', place: { param: ['rightTime'], column: rightTime } });
}

/** In the unit of the column: seconds for timestamps, days for dates, as it is for numbers. */
function toleranceIn(type: ColumnType, { tolerance, unit }: AsofJoinParams): number {
  const unfit = (what: string): RelationError => new RelationError('asof-tolerance', `The times are ${typeTitles[type]}, and a distance in ${unit === 'values' ? 'units of the column' : unit} does not fit them.`, { remedy: what });
  if (type === 'integer' || type === 'float') {
    if (unit === 'values') return tolerance;
    throw unfit('Choose units of the column.');
  }
  if (unit === 'values') throw unfit('Choose a unit of time.');
  const seconds = tolerance * secondsOf[unit];
  return type === 'date' ? Math.floor(seconds / 86_400) : seconds;
}

/**
 * The nearer of the last row before and the first row after; of two at the same distance the earlier, as in pandas. Both are joined under
 * names of their own, then each right column is taken from the side that won.
 */
function nearest(backward: Asof, type: ColumnType, kind: Asof['kind']): Relation {
  const left = schemaOf(backward.left);
  const right = schemaOf(backward.right);
  const result = schemaOf(backward);
  const taken: Column[] = [...left, ...right];
  const renamed = (side: string): { relation: Relation; names: Map<string, string> } => {
    const names = new Map(right.map((column) => {
      const name = freeName(`${side}_${column.name}`, taken);
      taken.push({ ...column, name });
      return [column.name, name];
    }));
    return { names, relation: project(backward.right, right.map(({ name }) => named(names.get(name) ?? name, col(name)))) };
  };
  const before = renamed('before');
  const after = renamed('after');
  const at = (names: Map<string, string>): string => names.get(backward.time.right) ?? '';
  const part = (input: Relation, side: typeof before, direction: Asof['direction']): Relation => ({
    ...backward,
    left: input,
    right: side.relation,
    on: backward.on.map((pair) => ({ left: pair.left, right: side.names.get(pair.right) ?? pair.right })),
    time: { left: backward.time.left, right: at(side.names) },
    direction,
  });
  const both = part(part(backward.left, before, 'backward'), after, 'forward');
  const schema = schemaOf(both);
  const measured = (name: string): Expr => {
    const own = schema.find((column) => column.name === name)?.type ?? type;
    const time = own === type ? col(name) : cast(col(name), type);
    return type === 'date' ? call('epoch', cast(time, 'timestamp')) : type === 'timestamp' ? call('epoch', time) : time;
  };
  const now = measured(backward.time.left);
  const later = call('less_than', call('subtract', measured(at(after.names)), now), call('subtract', now, measured(at(before.names))));
  const takeAfter = call('and', call('is_not_null', col(at(after.names))), call('or', call('is_null', col(at(before.names))), call('coalesce', later, lit(false))));
  const shared = left.length;
  // The right columns of the result, in order: all but the keys that have the left one's name.
  const sources = right.filter(({ name }) => name === backward.time.right || !backward.on.some((pair) => pair.right === name && pair.left.toLowerCase() === name.toLowerCase()));
  const matched = kind === 'inner' ? filter(both, call('or', call('is_not_null', col(at(before.names))), call('is_not_null', col(at(after.names))))) : both;
  return project(matched, [
    ...left.map(({ name }) => named(name, col(name))),
    ...sources.map(({ name }, i) => named(result[shared + i]?.name ?? name, when([{ when: takeAfter, then: col(after.names.get(name) ?? name) }], col(before.names.get(name) ?? name)))),
  ]);
}
