import { inputsOf } from './inputs.ts';
import { columnsOf } from './lineage.ts';
import { schemaOf } from './schema.ts';
import type { Expr, Relation } from './types.ts';

/**
 * Whether a relation may get a row that it did not have when its sources *lose* rows, as seen through some of its columns: behind a limit
 * the next row moves up, without its match a left row comes out unmatched, a group's sum becomes another. False is certain.
 * @param ofScan the same of what a scan reads; default: a source, which only loses rows
 */
export function mayGain(relation: Relation, columns: ReadonlySet<string>, ofScan: (scan: Relation & { readonly op: 'scan' }) => boolean = () => false): boolean {
  const below = (input: Relation, seen: ReadonlySet<string> = everything(input)): boolean => mayGain(input, seen, ofScan);
  switch (relation.op) {
    case 'scan':
      return ofScan(relation);
    case 'project': {
      const read = relation.columns.filter(({ name }) => columns.has(name)).map(({ expr }) => expr);
      return below(relation.input, reads(read));
    }
    case 'filter':
      return below(relation.input, new Set([...columns, ...columnsOf(relation.predicate)]));
    case 'sort':
      return below(relation.input, columns);
    case 'sample':
      return below(relation.input);
    case 'unpivot':
    case 'explode':
    case 'union':
    case 'set':
      return (relation.op === 'set' && relation.kind === 'except') || inputsOf(relation).some((input) => below(input));
    case 'distinct': {
      const on = relation.on ?? [];
      if (on.length > 0 && [...columns].some((name) => !on.includes(name))) return true;
      return below(relation.input, on.length > 0 ? new Set(on) : everything(relation.input));
    }
    case 'aggregate':
      // Without keys there is one row always, with another value.
      if (relation.keys.length === 0 || [...columns].some((name) => !relation.keys.some((key) => key.name === name))) return true;
      return below(relation.input, reads(relation.keys.map(({ expr }) => expr)));
    case 'window': {
      const input = everything(relation.input);
      return [...columns].some((name) => !input.has(name)) || below(relation.input, columns);
    }
    case 'join': {
      const left = everything(relation.left);
      const keys = new Set(relation.on.map((pair) => pair.right));
      if (relation.kind === 'left') return [...columns].some((name) => !left.has(name)) || below(relation.left) || below(relation.right, keys);
      if (relation.kind === 'semi') return below(relation.left) || below(relation.right, keys);
      if (relation.kind === 'inner' || relation.kind === 'cross') return below(relation.left) || below(relation.right);
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
