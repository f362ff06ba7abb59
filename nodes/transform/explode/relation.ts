import { call, cast, col, lit, named, project } from '#app/relation/build.ts';
import { atParam, nameKey, RelationError, schemaOf, typeOf, typeTitles } from '#app/relation/index.ts';
import type { NamedExpr, Relation, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { fieldName, type ExplodeParams } from './node.ts';

export const relation: RelationFn<ExplodeParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  // Unfinished: the table passes, and configure asks for what is missing.
  if (params.column === '') return input;
  const type = atParam(['column'], () => typeOf(col(params.column), schema));
  if (type !== 'string') {
    throw new RelationError('type-mismatch', `“${params.column}” is ${typeTitles[type]}, so it holds neither lists nor objects.`, { remedy: 'Choose a text column: lists and objects are kept as JSON text.', place: { param: ['column'], column: params.column } });
  }
  return params.mode === 'rows' ? toRows(input, schema, params) : toColumns(input, schema, params);
};

function toRows(input: Relation, schema: Schema, params: ExplodeParams): Relation {
  const byText = params.format === 'delimiter';
  if (byText && params.delimiter === '') return input;
  const as = params.name.trim() === '' ? params.column : params.name.trim();
  const position = params.position.trim();
  const others = schema.filter(({ name }) => name !== params.column).map(({ name }) => name);
  unique('name', as, others);
  if (position !== '') unique('position', position, [...others, as]);
  const exploded: Relation = {
    op: 'explode',
    input,
    column: params.column,
    as,
    delimiter: byText ? params.delimiter : null,
    // Spaces around the parts of a text go before the conversion.
    elementType: byText ? 'string' : params.elementType,
    position: position === '' ? null : position,
    keepEmpty: params.keepEmpty,
  };
  if (!byText) return exploded;
  const trimmed = call('trim', col(as));
  return project(exploded, schemaOf(exploded).map(({ name }) => named(name, name !== as ? col(name) : params.elementType === 'string' ? trimmed : cast(trimmed, params.elementType, 'null'))));
}

function toColumns(input: Relation, schema: Schema, params: ExplodeParams): Relation {
  const kept = params.keep ? schema : schema.filter(({ name }) => name !== params.column);
  const columns: NamedExpr[] = kept.map(({ name }) => named(name, col(name)));
  const before = columns.length;
  params.fields.forEach((field, i) => {
    if (field.path.trim() === '') return;
    const part = call('json_text', col(params.column), lit(field.path.trim()));
    const value = field.type === 'string' ? part : cast(part, field.type, 'null');
    atParam(['fields', i, 'path'], () => typeOf(value, schema));
    const name = fieldName(field);
    if (columns.some((column) => nameKey(column.name) === nameKey(name))) {
      throw new RelationError('duplicate-column', `There would be two columns “${name}”.`, { remedy: 'Name the part differently.', place: { param: ['fields', i, 'name'], column: name } });
    }
    columns.push(named(name, value));
  });
  return columns.length === before ? input : project(input, columns);
}

function unique(param: 'name' | 'position', name: string, others: readonly string[]): void {
  if (!others.some((other) => nameKey(other) === nameKey(name))) return;
  throw new RelationError('duplicate-column', `There would be two columns “${name}”.`, { remedy: 'Choose another name.', place: { param: [param], column: name } });
}
