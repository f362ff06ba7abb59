import { joinColumns } from '#app/relation/join-columns.ts';
import { columnsOf, schemaOf } from '#app/relation/index.ts';
import { pivotColumns } from '#app/relation/pivot-columns.ts';
import type { Column, ColumnType, Expr, Measure, Relation } from '#app/relation/types.ts';
import { unionColumns } from '#app/relation/union-columns.ts';
import { beside, computed, eitherTable, measured, outsideColumn, type ColumnTrace, type Learning, type TableTrace } from './columns.ts';
import { rowsOf, throughPart, together, type Rows } from './rows.ts';
import { windowTraces } from './windows.ts';

/** Where a relation stands: the output of a node, and the tables that come into it. */
export interface RelationPlace {
  readonly nodeId: string;
  readonly port: string;
  /** Of what the relation reads that is no input: the node as a source. */
  readonly base: string;
  input(nodeId: string, port: string): TableTrace | undefined;
}

/** Follows rows and columns through what a node describes. @throws RelationError as schemaOf */
export function traceRelation(relation: Relation, place: RelationPlace): TableTrace {
  const known = new Map<Relation, TableTrace>();
  let made = 0;
  const fresh = (): string => `${place.nodeId}.${place.port}#${made++}`;
  const trace = (one: Relation): TableTrace => {
    const before = known.get(one);
    if (before !== undefined) return before;
    const found = step(one);
    known.set(one, found);
    return found;
  };

  function step(one: Relation): TableTrace {
    switch (one.op) {
      case 'scan': {
        const input = one.origin === undefined ? undefined : place.input(one.origin.nodeId, one.origin.port);
        return input ?? source(place.base, one.schema);
      }
      case 'project': {
        const input = trace(one.input);
        const types = typesOf(one);
        return { ...input, columns: new Map(one.columns.map(({ name, expr }) => [name, value(expr, name, types, input)])) };
      }
      case 'filter':
      case 'limit':
      case 'sample':
      case 'distinct':
        return dropped(trace(one.input));
      case 'sort':
        return trace(one.input);
      case 'window': {
        const input = trace(one.input);
        const added = windowTraces(one, input, typesOf(one), { nodeId: place.nodeId, fresh });
        return { ...input, columns: new Map([...input.columns, ...added]) };
      }
      case 'aggregate': {
        const input = trace(one.input);
        const types = typesOf(one);
        const keys = one.keys.map(({ name, expr }): [string, ColumnTrace] => [name, value(expr, name, types, input)]);
        const measures = one.measures.map((measure): [string, ColumnTrace] => [measure.name, measureOf(measure, types.get(measure.name), input)]);
        return { rows: groups(), columns: new Map([...keys, ...measures]), selections: input.selections };
      }
      case 'pivot': {
        const input = trace(one.input);
        const { keys, column, cells } = pivotColumns(one, schemaOf(one.input));
        const kept = keys.flatMap(({ name }): [string, ColumnTrace][] => pick(input, [name]).map((found) => [name, found]));
        const values = cells.map((cell): [string, ColumnTrace] => {
          const measure = one.measures[cell.measure];
          const from = pick(input, [column.name, ...(measure?.arg === undefined ? [] : columnsOf(measure.arg))]);
          return [cell.name, measured(fresh(), cell.type, from, learning(from, input.rows))];
        });
        return { rows: groups(), columns: new Map([...kept, ...values]), selections: input.selections };
      }
      case 'join':
      case 'asof':
        return joined(one);
      case 'union': {
        const inputs = one.inputs.map(trace);
        const columns = unionColumns(one, one.inputs.map(schemaOf)).map((column): [string, ColumnTrace] => {
          const parts = column.sources.flatMap((name, i) => (name === null ? [] : pick(inputs[i], [name])));
          return [column.name, same(parts) ?? computed(fresh(), column.type, parts, true)];
        });
        return { ...eitherTable(inputs), columns: new Map(columns) };
      }
      case 'unpivot':
      case 'explode': {
        const input = trace(one.input);
        const from = pick(input, one.op === 'unpivot' ? one.columns : [one.column]);
        const columns = schemaOf(one).map(({ name, type }): [string, ColumnTrace] => [name, input.columns.get(name) ?? computed(fresh(), type, from)]);
        return dropped({ ...input, columns: new Map(columns) });
      }
      case 'set':
        return dropped(trace(one.left));
      case 'sql': {
        // The text is not looked into: a column that keeps its name is taken to be that column, and nothing is said of others.
        const inputs = one.inputs.map(({ relation: input }) => trace(input));
        const columns = one.schema.map(({ name, type }): [string, ColumnTrace] => [name, inputs.flatMap((input) => pick(input, [name]))[0] ?? outsideColumn(fresh(), type)]);
        return inputs.length === 0 ? source(place.base, one.schema) : dropped({ ...eitherTable(inputs), columns: new Map(columns) });
      }
    }
  }

  function joined(one: Relation & { op: 'join' | 'asof' }): TableTrace {
    const left = trace(one.left);
    const right = trace(one.right);
    if (one.kind === 'semi' || one.kind === 'anti') return dropped(left);
    const ahead = one.op === 'asof' && one.direction === 'forward';
    const columns = joinColumns(one, schemaOf(one.left), schemaOf(one.right)).map((column): [string, ColumnTrace] => {
      const ofLeft = column.left === null ? [] : pick(left, [column.left]).map((found) => beside(found, right.rows));
      const ofRight = column.right === null ? [] : pick(right, [column.right]).map((found) => beside(found, left.rows));
      if (ofLeft.length > 0 && ofRight.length > 0) return [column.name, one.kind === 'right' ? (ofRight[0] as ColumnTrace) : one.kind === 'full' ? computed(fresh(), column.type, [...ofLeft, ...ofRight], true) : (ofLeft[0] as ColumnTrace)];
      const [found] = [...ofLeft, ...ofRight];
      if (found === undefined) return [column.name, outsideColumn(fresh(), column.type)];
      // The next row in time is one that has not happened yet.
      return [column.name, ahead && ofRight.length > 0 ? { ...found, learnt: [...found.learnt, { ...learning([found], right.rows), kind: 'future', timed: true }] } : found];
    });
    const selections = [...left.selections, ...right.selections];
    const found = { columns: new Map(columns), selections };
    switch (one.kind) {
      case 'left':
        return { ...found, rows: left.rows };
      case 'right':
        return { ...found, rows: right.rows };
      case 'inner':
        return dropped({ ...found, rows: together(left.rows, right.rows) });
      default:
        return { ...found, rows: together(left.rows, right.rows) };
    }
  }

  const learning = (from: readonly ColumnTrace[], seen: Rows): Learning => ({ nodeId: place.nodeId, kind: 'all', seen, of: from, timed: false });

  function measureOf({ arg }: Measure, type: ColumnType | undefined, input: TableTrace): ColumnTrace {
    const from = arg === undefined ? [] : pick(input, columnsOf(arg));
    return measured(fresh(), type ?? 'float', from, learning(from, input.rows));
  }

  /** Rows that stand for groups are rows of their own: a split of them parts the groups. */
  const groups = (): Rows => rowsOf(fresh());

  const dropped = (input: TableTrace): TableTrace => ({ ...input, rows: throughPart(input.rows, place.nodeId, place.port) });

  function value(expr: Expr, name: string, types: ReadonlyMap<string, ColumnType>, input: TableTrace): ColumnTrace {
    if (expr.op === 'col') {
      const found = input.columns.get(expr.name);
      if (found !== undefined) return found;
    }
    return computed(fresh(), types.get(name) ?? 'string', pick(input, columnsOf(expr)));
  }

  return trace(relation);
}

export function source(base: string, schema: readonly Column[]): TableTrace {
  return { rows: rowsOf(base), columns: new Map(schema.map(({ name, type }) => [name, outsideColumn(`${base}.${name}`, type)])), selections: [] };
}

const typesOf = (relation: Relation): ReadonlyMap<string, ColumnType> => new Map(schemaOf(relation).map(({ name, type }) => [name, type]));

const pick = (table: TableTrace | undefined, names: readonly string[]): ColumnTrace[] => [...new Set(names)].flatMap((name) => table?.columns.get(name) ?? []);

/** The one column that all of these are. */
function same(columns: readonly ColumnTrace[]): ColumnTrace | null {
  const [first, ...more] = columns;
  return first !== undefined && more.every(({ id }) => id === first.id) ? { ...first, learnt: [...new Set(columns.flatMap(({ learnt }) => learnt))] } : null;
}
