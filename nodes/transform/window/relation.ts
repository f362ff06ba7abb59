import { asc, call, cast, col, lit, named, project, when } from '#app/relation/build.ts';
import { atParam, freeName, nameKey, RelationError, schemaOf, typeOf, typeTitles } from '#app/relation/index.ts';
import type { Column, ColumnType, Expr, NamedExpr, Relation, SortKey, WindowColumn, WindowFrame } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { hasOffset, isCumulative, isGroup, isRank, isRolling, needsColumn, needsNumber, operatorOf, secondsOf, titles } from './functions.ts';
import { windowName, type WindowColumnParams, type WindowParams } from './node.ts';

/**
 * Every function looks at rows in the chosen order and, among equals, in the order in which they come in, so that running sums grow row
 * by row as in pandas. Ranks and spans go by the order alone: there, equal rows are equal.
 */
export const relation: RelationFn<WindowParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  for (const name of params.partitionBy) atParam(['partitionBy'], () => typeOf(col(name), schema));
  params.orderBy.forEach(({ column }, i) => column !== '' && atParam(['orderBy', i, 'column'], () => typeOf(col(column), schema)));
  const keys: SortKey[] = params.orderBy.filter(({ column }) => column !== '').map(({ column, direction }) => ({ expr: col(column), descending: direction === 'descending', nulls: 'last' }));
  const partitionBy = [...new Set(params.partitionBy)].map(col);
  const names: Column[] = [...schema];
  const place = freeName('place', names);
  names.push({ name: place, type: 'integer' });
  const rowByRow = [...keys, asc(col(place))];
  const made: WindowColumn[] = [];
  const results: NamedExpr[] = [];
  params.columns.forEach((column, i) => {
    if (!isComplete(column, keys)) return;
    const { fn } = column;
    const taken = column.column === '' ? null : col(column.column);
    if (taken) atParam(['columns', i, 'column'], () => checkType(column, typeOf(taken, schema)));
    const name = windowName(column);
    if (results.some((one) => nameKey(one.name) === nameKey(name)) || schema.some((one) => nameKey(one.name) === nameKey(name))) {
      throw new RelationError('duplicate-column', `There would be two columns “${name}”.`, { remedy: 'Name the new column differently.', place: { param: ['columns', i, 'name'], column: name } });
    }
    const frame = frameOf(column, schema, params, i);
    const orderBy = isGroup(fn) ? [] : isRank(fn) || frame?.by === 'range' ? keys : rowByRow;
    const add = (part: Omit<WindowColumn, 'name' | 'partitionBy' | 'orderBy'>): Expr => {
      const temporary = freeName(`window_${i}_${part.fn}`, names);
      names.push({ name: temporary, type: 'float' });
      made.push({ name: temporary, ...part, partitionBy, orderBy });
      return col(temporary);
    };
    const value = add({
      fn: operatorOf(fn),
      ...(taken ? { arg: taken } : {}),
      ...(hasOffset(fn) ? { offset: column.offset } : fn === 'ntile' ? { offset: column.groups } : {}),
      ...(frame ? { frame } : {}),
    });
    results.push(named(name, finished(column, value, taken, frame, add)));
  });
  if (results.length === 0) return input;
  const needsPlace = made.some(({ orderBy }) => orderBy === rowByRow);
  const source: Relation = needsPlace ? { op: 'window', input, columns: [{ name: place, fn: 'row_number', partitionBy: [], orderBy: [] }] } : input;
  return project({ op: 'window', input: source, columns: made }, [...schema.map(({ name }) => named(name, col(name))), ...results]);
};

/** What stands in the new column, over the window column that was computed. */
function finished(column: WindowColumnParams, value: Expr, taken: Expr | null, frame: WindowFrame | null, add: (part: Omit<WindowColumn, 'name' | 'partitionBy' | 'orderBy'>) => Expr): Expr {
  switch (column.fn) {
    case 'difference':
      return taken === null ? value : call('subtract', taken, value);
    case 'percent_change':
    case 'share': {
      if (taken === null) return value;
      const ratio = call('divide', cast(taken, 'float'), cast(value, 'float'));
      const safe = when([{ when: call('not_equals', cast(value, 'float'), lit(0, 'float')), then: column.fn === 'share' ? ratio : call('subtract', ratio, lit(1, 'float')) }]);
      return safe;
    }
    default:
      if (!isRolling(column.fn) || column.atLeast <= 1 || frame === null) return value;
      return when([{ when: call('greater_than_or_equal', add({ fn: 'count', ...(taken ? { arg: taken } : {}), frame }), lit(column.atLeast)), then: value }]);
  }
}

function isComplete({ fn, column, size, unit }: WindowColumnParams, keys: readonly SortKey[]): boolean {
  if (needsColumn(fn) && column === '') return false;
  if (isRank(fn) && keys.length === 0) return false;
  return !isRolling(fn) || (unit === 'rows' ? Number.isInteger(size) : keys.length === 1);
}

function checkType({ fn }: WindowColumnParams, type: ColumnType): void {
  if (!needsNumber(fn) || type === 'integer' || type === 'float') return;
  throw new RelationError('type-mismatch', `“${titles[fn]}” needs numbers, but the column is ${typeTitles[type]}.`, { remedy: 'Choose a number column, or retype it first.' });
}

function frameOf(column: WindowColumnParams, schema: readonly Column[], params: WindowParams, index: number): WindowFrame | null {
  const { fn, unit, size, place } = column;
  if (isCumulative(fn)) return { by: 'rows', preceding: null, following: 0 };
  if (fn === 'first' || fn === 'last') return { by: 'rows', preceding: null, following: null };
  if (!isRolling(fn)) return null;
  // As in pandas: of an even number of rows, the middle one is the later of the two.
  if (unit === 'rows') return { by: 'rows', ...spread(size - 1, place, Math.floor(size / 2)) };
  const key = params.orderBy.findIndex(({ column: name }) => name !== '');
  const type = schema.find(({ name }) => name === params.orderBy[key]?.column)?.type;
  return { by: 'range', ...atParam(['columns', index, 'unit'], () => span()) };

  /** A span of 7 days ends with the current row and does not reach the row exactly 7 days away. */
  function span(): { preceding: number; following: number } {
    const unfit = (what: string): RelationError =>
      new RelationError('window-unit', `The order column is ${type === undefined ? 'unknown' : typeTitles[type]}, and a window in ${unit} does not fit it.`, { remedy: what });
    if (type === 'integer' || type === 'float') {
      if (unit !== 'values') throw unfit('Choose units of the order column, or order by a date or time.');
      const open = type === 'integer' ? Math.ceil(size) - 1 : size * (1 - 1e-12);
      return spread(open, place, size / 2);
    }
    if (unit === 'values' || unit === 'rows') throw unfit('Choose a unit of time, or rows.');
    const seconds = size * secondsOf[unit];
    if (type === 'timestamp') return spread(seconds - 1e-6, place, seconds / 2);
    if (type === 'date') {
      const days = seconds / 86_400;
      if (!Number.isInteger(days)) throw unfit('Choose whole days or weeks.');
      return spread(days - 1, place, Math.floor(days / 2));
    }
    throw unfit('Order by a number, a date or a time, or choose rows.');
  }
}

/** How a window of this reach lies around the row. */
function spread(reach: number, place: WindowColumnParams['place'], half: number): { preceding: number; following: number } {
  switch (place) {
    case 'before':
      return { preceding: reach, following: 0 };
    case 'after':
      return { preceding: 0, following: reach };
    case 'centred':
      return { preceding: Math.min(half, reach), following: Math.max(0, reach - half) };
  }
}
