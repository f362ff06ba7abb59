import { inputsOf } from './inputs.ts';
import { columnsOf } from './lineage.ts';
import { schemaOf } from './schema.ts';
import type { Expr, Relation } from './types.ts';

/**
 * Whether a relation may get a row that it did not have when its sources *lose* rows, as seen through some of its columns: behind a limit
 * the next row moves up, without its match a left row comes out unmatched, a group's sum becomes another. False is certain.
 */
export function mayGain(relation: Relation, columns: ReadonlySet<string>): boolean {
  switch (relation.op) {
    case 'scan':
      return false;
    case 'project': {
      const read = relation.columns.filter(({ name }) => columns.has(name)).map(({ expr }) => expr);
      return mayGain(relation.input, reads(read));
    }
    case 'filter':
      return mayGain(relation.input, new Set([...columns, ...columnsOf(relation.predicate)]));
    case 'sort':
      return mayGain(relation.input, columns);
    case 'sample':
      return mayGain(relation.input, everything(relation.input));
    case 'unpivot':
    case 'explode':
    case 'union':
    case 'set':
      return (relation.op === 'set' && relation.kind === 'except') || inputsOf(relation).some((input) => mayGain(input, everything(input)));
    case 'distinct': {
      const on = relation.on ?? [];
      if (on.length > 0 && [...columns].some((name) => !on.includes(name))) return true;
      return mayGain(relation.input, on.length > 0 ? new Set(on) : everything(relation.input));
    }
    case 'aggregate':
      // Without keys there is one row always, with another value.
      if (relation.keys.length === 0 || [...columns].some((name) => !relation.keys.some((key) => key.name === name))) return true;
      return mayGain(relation.input, reads(relation.keys.map(({ expr }) => expr)));
    case 'window': {
      const input = everything(relation.input);
      return [...columns].some((name) => !input.has(name)) || mayGain(relation.input, columns);
    }
    case 'join': {
      const [left, right] = [everything(relation.left), everything(relation.right)];
      const keys = new Set(relation.on.map((pair) => pair.right));
      if (relation.kind === 'left') return [...columns].some((name) => !left.has(name)) || mayGain(relation.left, left) || mayGain(relation.right, keys);
      if (relation.kind === 'semi') return mayGain(relation.left, left) || mayGain(relation.right, keys);
      if (relation.kind === 'inner' || relation.kind === 'cross') return mayGain(relation.left, left) || mayGain(relation.right, right);
      return true;
    }
    case 'asof':
    case 'limit':
    case 'pivot':
    case 'sql':
      return true;
  }
}

export const everything = (relation: Relation): Set<string> => new Set(schemaOf(relation).map(({ name }) => name));
export const reads = (exprs: readonly Expr[]): Set<string> => new Set(exprs.flatMap(columnsOf));
