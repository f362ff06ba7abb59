import { call, cast, col, lit, named } from '#app/relation/build.ts';
import { atParam, nameKey, RelationError, schemaOf, typeOf, typeTitles, withColumns } from '#app/relation/index.ts';
import type { ColumnType, Expr, NamedExpr, Relation, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { automaticFormats, functionOf, outputName, unitTitles } from './outputs.ts';
import type { DateAndTimeParams, DateOutput } from './node.ts';

export const relation: RelationFn<DateAndTimeParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  if (params.column === '') return input;
  const type = atParam(['column'], () => typeOf(col(params.column), schema));
  const isDate = type === 'date' || type === 'timestamp' || type === 'time';
  // Unfinished params leave the table as it is; configure asks for what is missing.
  if (!isDate && params.parse === 'formats' && params.formats.every(({ format }) => format.trim() === '')) return input;
  const date = isDate ? col(params.column) : read(params, type, schema);
  const taken = new Set(schema.map(({ name }) => nameKey(name)));
  const added: NamedExpr[] = [];
  const add = (name: string, expr: Expr, param: readonly (string | number)[], given: boolean): void => {
    const twice = added.some((each) => nameKey(each.name) === nameKey(name));
    // A name that was typed may replace a column of the table; an automatic one may not do so by accident.
    if (twice || (!given && taken.has(nameKey(name)))) throw new RelationError('duplicate-column', `There would be two columns “${name}”.`, { remedy: 'Name the new column differently.', place: { param, column: name } });
    added.push(named(name, expr));
  };
  if (!isDate && params.replace) add(params.column, date, ['column'], true);
  if (!isDate && params.unread.trim() !== '') add(params.unread.trim(), call('and', call('is_null', date), call('is_not_null', col(params.column))), ['unread'], false);
  params.outputs.forEach((output, i) => {
    const expr = made(output, date, schema, i);
    if (expr) add(outputName(output, params.column), expr, ['outputs', i, 'name'], output.name.trim() !== '');
  });
  return withReading(input, params, isDate, date, added);
};

/** Reading a text tries many formats: it is done once, below, where several columns are made of it. */
function withReading(input: Relation, { column, replace, unread }: DateAndTimeParams, isDate: boolean, date: Expr, added: readonly NamedExpr[]): Relation {
  if (isDate || !replace || unread.trim() !== '' || added.length < 2) return withColumns(input, added);
  const swapped = (expr: Expr): Expr => {
    if (expr === date) return col(column);
    if (expr.op === 'call') return { ...expr, args: expr.args.map(swapped) };
    return expr.op === 'cast' ? { ...expr, arg: swapped(expr.arg) } : expr;
  };
  const [reading, ...others] = added;
  if (reading === undefined) return input;
  return withColumns(withColumns(input, [reading]), others.map(({ name, expr }) => named(name, swapped(expr))));
}

function read({ column, parse, formats, as }: DateAndTimeParams, type: ColumnType, schema: Schema): Expr {
  const fn = as === 'date' ? 'parse_date' : 'parse_timestamp';
  const value = col(column);
  if (type === 'string' && (parse === 'automatic' || parse === 'formats')) {
    const given = parse === 'automatic' ? automaticFormats.map(({ format }) => format) : formats.map(({ format }) => format);
    formats.forEach(({ format }, i) => {
      if (parse === 'formats' && format.trim() !== '') atParam(['formats', i, 'format'], () => typeOf(call(fn, value, lit(format)), schema));
    });
    return call(fn, value, ...given.filter((format) => format.trim() !== '').map((format) => lit(format)));
  }
  if ((type === 'integer' || type === 'float') && (parse === 'seconds' || parse === 'milliseconds')) {
    const seconds = parse === 'seconds' ? value : call('divide', cast(value, 'float'), lit(1000, 'float'));
    const moment = parse === 'milliseconds' && type === 'integer' ? call('from_epoch_ms', value) : call('from_epoch', seconds);
    return as === 'date' ? cast(moment, 'date') : moment;
  }
  const number = type === 'integer' || type === 'float';
  throw new RelationError('type-mismatch', `“${column}” is ${typeTitles[type]}, which cannot be read as a date in this way.`, {
    remedy: number ? 'Choose seconds or milliseconds since 1970, or make text of it first.' : 'Choose a column of text, numbers or dates that fits.',
    place: { param: ['parse'], column },
  });
}

/** @returns null for a column that is not finished yet */
function made(output: DateOutput, date: Expr, schema: Schema, i: number): Expr | null {
  const { kind, part, unit, to, toDate, complete, amount, format } = output;
  const at = (param: string): (string | number)[] => ['outputs', i, param];
  const type = typeOf(date, schema);
  const checked = (param: string, expr: Expr): Expr => {
    atParam(at(param), () => typeOf(expr, schema));
    return expr;
  };
  switch (kind) {
    case 'part': {
      const fn = functionOf(part);
      if (type === 'date' && ['time', 'hour', 'minute', 'second'].includes(part)) throw new RelationError('type-mismatch', 'A date has no time of day.', { remedy: 'Choose another part.', place: { param: at('part') } });
      return checked('part', fn === null ? cast(date, part === 'date' ? 'date' : 'time') : call(fn, date));
    }
    case 'start':
      return checked('unit', call('date_trunc', lit(unit), wide(date, type, unit)));
    case 'shift':
      return checked('unit', call('date_add', lit(unit), lit(amount), wide(date, type, unit)));
    case 'difference': {
      if (to === '' && toDate.trim() === '') return null;
      const other = to !== '' ? col(to) : momentOf(toDate.trim(), at('toDate'));
      return checked(to === '' ? 'toDate' : 'to', call(complete ? 'full_units' : 'date_diff', lit(unit), date, other));
    }
    case 'format':
      return format.trim() === '' ? null : checked('format', call('format_date', date, lit(format)));
  }
}

/** Hours, minutes and seconds of a date begin at its midnight. */
const wide = (date: Expr, type: ColumnType, unit: keyof typeof unitTitles): Expr => (type === 'date' && (unit === 'hour' || unit === 'minute' || unit === 'second') ? cast(date, 'timestamp') : date);

function momentOf(text: string, param: readonly (string | number)[]): Expr {
  for (const type of ['date', 'timestamp'] as const) {
    try {
      typeOf(lit(text, type), []);
      return lit(text, type);
    } catch {
      // Not of this type: the other one may fit.
    }
  }
  throw new RelationError('bad-moment', `“${text}” is not a date.`, { remedy: 'Write it as 2024-05-31 or 2024-05-31 08:30:00.', place: { param } });
}
