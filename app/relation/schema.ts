import { nameKey } from './column-types.ts';
import { RelationError } from './error.ts';
import { joinColumns } from './join-columns.ts';
import { measureType, windowType } from './measures.ts';
import { typed, typedPredicate, unknownColumn } from './typing.ts';
import { unionColumns } from './union-columns.ts';
import type { Column, Relation, Schema } from './types.ts';

const known = new WeakMap<Relation, Schema>();

/**
 * Columns that come out of a relation, in order. Remembered by the identity of the relation, which is never changed.
 * @throws RelationError unknown-column, type-mismatch, duplicate-column, no-columns and those of joins, unions and measures
 */
export function schemaOf(relation: Relation): Schema {
  const before = known.get(relation);
  if (before) return before;
  const schema = checked(derive(relation));
  known.set(relation, schema);
  return schema;
}

function derive(relation: Relation): Schema {
  switch (relation.op) {
    case 'scan':
      return relation.schema;
    case 'project': {
      const input = schemaOf(relation.input);
      return relation.columns.map(({ name, expr }) => ({ name, type: typed(expr, input).type }));
    }
    case 'filter':
      typedPredicate(relation.predicate, schemaOf(relation.input));
      return schemaOf(relation.input);
    case 'aggregate': {
      const input = schemaOf(relation.input);
      return [
        ...relation.keys.map(({ name, expr }) => ({ name, type: typed(expr, input).type })),
        ...relation.measures.map((measure) => ({ name: measure.name, type: measureType(measure, input) })),
      ];
    }
    case 'join':
      return joinColumns(relation, schemaOf(relation.left), schemaOf(relation.right)).map(({ name, type }) => ({ name, type }));
    case 'union':
      return unionColumns(relation, relation.inputs.map(schemaOf)).map(({ name, type }) => ({ name, type }));
    case 'sort': {
      const input = schemaOf(relation.input);
      for (const key of relation.keys) typed(key.expr, input);
      return input;
    }
    case 'limit':
      if (!isCount(relation.count) || !isCount(relation.offset)) throw new RelationError('bad-limit', 'A number of rows must be a whole number of at least 0.');
      return schemaOf(relation.input);
    case 'distinct': {
      const input = schemaOf(relation.input);
      for (const name of relation.on ?? []) if (!input.some((column) => column.name === name)) throw unknownColumn(name, input);
      return input;
    }
    case 'sample':
      if (!(relation.fraction >= 0 && relation.fraction <= 1)) throw new RelationError('bad-fraction', 'The fraction of a sample must be from 0 to 1.');
      if (!Number.isSafeInteger(relation.seed)) throw new RelationError('bad-seed', 'The seed of a sample must be a whole number.');
      return schemaOf(relation.input);
    case 'window': {
      const input = schemaOf(relation.input);
      return [...input, ...relation.columns.map((column): Column => ({ name: column.name, type: windowType(column, input) }))];
    }
    case 'asof':
    case 'pivot':
    case 'unpivot':
    case 'explode':
    case 'set':
    case 'sql':
      throw new RelationError('not-built', `The operator ${relation.op} is still to come.`);
  }
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** Names must be there, and differ in more than the case of their letters, because SQL does not tell such names apart. */
function checked(schema: Schema): Schema {
  if (schema.length === 0) throw new RelationError('no-columns', 'No column is left.', { remedy: 'Keep at least one column.' });
  const seen = new Map<string, string>();
  for (const { name } of schema) {
    if (name === '') throw new RelationError('empty-name', 'A column has no name.', { remedy: 'Give it a name.' });
    const other = seen.get(nameKey(name));
    if (other !== undefined) {
      throw new RelationError('duplicate-column', other === name ? `There are two columns “${name}”.` : `The columns “${other}” and “${name}” differ only in capital letters.`, {
        remedy: 'Rename one of them.',
        place: { column: name },
      });
    }
    seen.set(nameKey(name), name);
  }
  return schema;
}
