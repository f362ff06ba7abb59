import { col, named } from '#app/relation/build.ts';
import { RelationError } from '#app/relation/error.ts';
import { didYouMean } from '#app/relation/near-miss.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { Measure, Schema } from '#app/relation/types.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { measureName, type Params } from './node.ts';

function requireColumn(name: string, schema: Schema, param: readonly (string | number)[]): void {
  if (schema.some((column) => column.name === name)) return;
  throw new RelationError('unknown-column', `There is no column “${name}”.${didYouMean(name, schema.map((column) => column.name))}`, {
    remedy: 'Choose a column of the table.',
    place: { param, column: name },
  });
}

export const relation: RelationFn<Params> = (inputs, params) => {
  const [table] = inputs['table'] ?? [];
  if (table === undefined) return {};
  const schema = schemaOf(table);
  params.keys.forEach((name, index) => requireColumn(name, schema, ['keys', index]));
  const measures: Measure[] = [];
  params.measures.forEach((measure, index) => {
    if (measure.column === '' && measure.fn !== 'count') return;
    if (measure.column !== '') requireColumn(measure.column, schema, ['measures', index, 'column']);
    measures.push({ name: measureName(measure), fn: measure.fn, ...(measure.column === '' ? {} : { arg: col(measure.column) }) });
  });
  const names = [...params.keys, ...measures.map((measure) => measure.name)];
  const repeated = names.find((name, index) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < index);
  if (repeated !== undefined) {
    throw new RelationError('duplicate-column', `Two columns would be named “${repeated}”.`, {
      remedy: 'Give one of the measures another name.',
      place: { param: ['measures'], column: repeated },
    });
  }
  if (names.length === 0) return table;
  return { op: 'aggregate', input: table, keys: params.keys.map((name) => named(name, col(name))), measures };
};
