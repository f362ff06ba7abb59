import { asofTime } from './asof-columns.ts';
import { nameKey } from './column-types.ts';
import { RelationError } from './error.ts';
import { joinColumns } from './join-columns.ts';
import { measureType } from './measures.ts';
import { pivotColumns } from './pivot-columns.ts';
import { explodeColumns, unpivotColumns } from './reshape-columns.ts';
import { setColumns } from './set-columns.ts';
import { typed, typedPredicate, unknownColumn } from './typing.ts';
import { unionColumns } from './union-columns.ts';
import { windowType } from './windows.ts';
import type { Column, Relation, Schema } from './types.ts';

const known = new WeakMap<Relation, Schema>();

/**
 * Columns that come out of a relation, in order. Remembered by the identity of the relation, which is never changed.
 * @throws RelationError unknown-column, type-mismatch, duplicate-column, no-columns and those of each operator's own file (`*-columns.ts`, `measures.ts`)
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
    case 'asof': {
      const [left, right] = [schemaOf(relation.left), schemaOf(relation.right)];
      asofTime(relation, left, right);
      return joinColumns(relation, left, right).map(({ name, type }) => ({ name, type }));
    }
    case 'pivot': {
      const { keys, cells } = pivotColumns(relation, schemaOf(relation.input));
      return [...keys, ...cells.map(({ name, type }) => ({ name, type }))];
    }
    case 'unpivot': {
      const { kept, type } = unpivotColumns(relation, schemaOf(relation.input));
      return [...kept, { name: relation.nameColumn, type: 'string' }, { name: relation.valueColumn, type }];
    }
    case 'explode':
      return explodeColumns(relation, schemaOf(relation.input));
    case 'set':
      return setColumns(relation, schemaOf(relation.left), schemaOf(relation.right)).map(({ name, type }) => ({ name, type }));
    case 'sql':
      sqlInputs(relation);
      return relation.schema;
  }
}

/** Inputs are worked out too, so that what is wrong in them is said. Names of tables are one where SQL sees one. */
function sqlInputs(sql: Relation & { op: 'sql' }): void {
  const seen = new Set<string>();
  for (const { name, relation } of sql.inputs) {
    if (name === '' || seen.has(nameKey(name))) throw new RelationError('sql-inputs', name === '' ? 'A table has no name.' : `Two tables are called “${name}”.`, { remedy: 'Give each table its own name.' });
    seen.add(nameKey(name));
    schemaOf(relation);
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
