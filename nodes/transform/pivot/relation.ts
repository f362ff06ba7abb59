import { formatCount } from '#app/core/units.ts';
import { call, col, lit, named, project } from '#app/relation/build.ts';
import { atParam, nameKey, RelationError, schemaOf, typeOf } from '#app/relation/index.ts';
import type { ColumnType, Measure, Relation } from '#app/relation/types.ts';
import { schemaAfterRun, tableInput } from '#app/sdk/configuration.ts';
import { measureName } from '#app/sdk/measures.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { PivotParams } from './node.ts';

type Value = null | boolean | number | string;

/** Different values are counted this far, so that a complaint can name their number. */
const countedUpTo = 20_000;

export const relation: RelationFn<PivotParams> = (inputs, params, _facts, services) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const keys = [...new Set(params.keys)];
  for (const key of keys) atParam(['keys'], () => typeOf(col(key), schema));
  const measures = checkedMeasures(input, params);
  // Unfinished: the table passes, and configure asks for what is missing.
  if (params.column === '' || measures.length === 0) return input;
  const type = atParam(['column'], () => typeOf(col(params.column), schema));
  if (keys.includes(params.column)) {
    throw new RelationError('pivot-column', `“${params.column}” cannot make both the rows and the columns.`, { remedy: 'Choose another column for one of them.', place: { param: ['column'], column: params.column } });
  }
  const texts = params.values.length > 0 ? [...new Set(params.values)] : found();
  const taken = new Set(keys.map(nameKey));
  const values = texts.map((text, i) => ({ value: literal(text, type, i), name: free(text === '' ? '(empty)' : text) }));
  const withMissing = params.missing ? [...values, { value: null, name: free('missing') }] : values;
  if (withMissing.length === 0) {
    throw new RelationError('pivot-empty', `The column “${params.column}” holds no value, so there is no column to make.`, { remedy: 'Choose another column, list the values, or add the column for missing values.', place: { param: ['column'], column: params.column } });
  }
  const naming = params.naming !== 'automatic' ? params.naming : measures.length === 1 ? 'value' : 'value_measure';
  const pivot: Relation = { op: 'pivot', input, keys, column: params.column, values: withMissing, measures, naming };
  const columns = atParam(['measures'], () => schemaOf(pivot));
  if (params.empty === 'missing') return pivot;
  return project(
    pivot,
    columns.map(({ name, type: cell }, i) => named(name, i < keys.length || (cell !== 'integer' && cell !== 'float') ? col(name) : call('coalesce', col(name), lit(0, cell)))),
  );

  function found(): readonly string[] {
    const all = services.values(input, params.column, countedUpTo, ['column']);
    if (all === null) throw schemaAfterRun(`Which columns come out depends on the values of “${params.column}”.`);
    if (all.length <= params.atMost) return all;
    const count = all.length > countedUpTo ? `more than ${formatCount(countedUpTo)}` : formatCount(all.length);
    throw new RelationError('too-many-values', `“${params.column}” has ${count} different values, and each would become a column; at most ${formatCount(params.atMost)} may.`, {
      remedy: 'List the values you need, put rare ones together with Rules, or raise the limit.',
      place: { param: ['column'], column: params.column },
    });
  }

  /** Values that differ only in capital letters, or are called like a row column, need names of their own. */
  function free(wanted: string): string {
    let name = wanted;
    for (let n = 2; taken.has(nameKey(name)); n += 1) name = `${wanted}_${n}`;
    taken.add(nameKey(name));
    return name;
  }
};

function checkedMeasures(input: Relation, params: PivotParams): Measure[] {
  const taken = new Set<string>();
  return params.measures.flatMap((measure, i): Measure[] => {
    const { fn, column, fraction } = measure;
    if (column === '' && fn !== 'count') return [];
    const built: Measure = { name: measureName(measure), fn, ...(column === '' ? {} : { arg: col(column) }), ...(fn === 'quantile' ? { fraction } : {}) };
    // Checked alone, so that a complaint names its row.
    atParam(['measures', i, 'column'], () => schemaOf({ op: 'aggregate', input, keys: [], measures: [built] }));
    if (taken.has(nameKey(built.name))) {
      throw new RelationError('duplicate-column', `Two measures are called “${built.name}”.`, { remedy: 'Name one of them differently.', place: { param: ['measures', i, 'name'] } });
    }
    taken.add(nameKey(built.name));
    return [built];
  });
}

/** A listed value as a literal of the column's type. @throws RelationError pivot-value */
function literal(text: string, type: ColumnType, index: number): Value {
  const wrong = (): RelationError => new RelationError('pivot-value', `The column holds no value like “${text}”.`, { remedy: 'Correct it, or choose it from the values of the column.', place: { param: ['values', index] } });
  switch (type) {
    case 'integer': {
      if (!/^\s*[+-]?\d+\s*$/.test(text)) throw wrong();
      // Beyond 2⁵³ the digits stay text.
      return Number.isSafeInteger(Number(text)) ? Number(text) : text.trim();
    }
    case 'float': {
      const number = Number(text);
      if (text.trim() === '' || Number.isNaN(number)) throw wrong();
      return number;
    }
    case 'boolean':
      if (!/^(true|false)$/i.test(text)) throw wrong();
      return text.toLowerCase() === 'true';
    case 'date':
    case 'time':
    case 'timestamp':
      if (!/^[\d:. T-]+$/.test(text)) throw wrong();
      return text;
    default:
      return text;
  }
}
