import type { ProfiledOperator } from '#app/data/index.ts';
import { schemaOf } from '#app/relation/index.ts';
import type { Expr, Relation } from '#app/relation/types.ts';

/** What a query's profile says of one relation in it. */
export interface Observed {
  readonly rows: number;
  /** Bytes that came out of its operator; null where rows are known but not from an operator. */
  readonly bytes: number | null;
  /** Time of its operator, all threads together; null as above. */
  readonly ms: number | null;
}

/**
 * Rows of the relations in a query that ran, at no further pass: as far as they can be told for certain. DuckDB's plan is another than
 * ours: filters move down, joins change places, projections merge. So the plan is followed from the top only while every operator
 * must give the rows of its relation: not below a join (its sides may be swapped) or a limit (what is below stops early), and
 * below a filter only where no part of it can have moved further down. From the other side, sizes of scans carry up through
 * operators that keep rows.
 * @param scanRows rows of a scan where they are known.
 */
export function observedRows(relation: Relation, root: ProfiledOperator, scanRows: (scan: Relation & { op: 'scan' }) => number | null): Map<Relation, Observed> {
  const found = new Map<Relation, Observed>();
  carryUp(relation, scanRows, found);
  let operator: ProfiledOperator | undefined = root;
  while (operator !== undefined && (wrappers.has(operator.type) || (limits.has(operator.type) && relation.op !== 'limit'))) operator = operator.children[0];
  if (operator !== undefined) follow(relation, operator, found);
  return found;
}

const wrappers = new Set(['EXPLAIN_ANALYZE', 'RESULT_COLLECTOR', 'BATCH_COPY_TO_FILE', 'COPY_TO_FILE', 'COPY_TO_FILE_COLLECTOR', 'PREPARED_STATEMENT', 'EXECUTE', 'QUERY_ROOT']);
const limits = new Set(['LIMIT', 'STREAMING_LIMIT']);
const groupings = new Set(['HASH_GROUP_BY', 'PERFECT_HASH_GROUP_BY', 'UNGROUPED_AGGREGATE', 'PARTITIONED_AGGREGATE']);
const windows = new Set(['WINDOW', 'STREAMING_WINDOW']);

/** Columns that each conjunct of the filters above needs: what may have been pushed further down. */
type Pending = readonly ReadonlySet<string>[];

function follow(top: Relation, start: ProfiledOperator, found: Map<Relation, Observed>): void {
  let relation = top;
  let operator: ProfiledOperator | undefined = start;
  let pending: Pending = [];
  for (;;) {
    if (operator === undefined) return;
    if (pending.length === 0) note(found, relation, operator);
    switch (relation.op) {
      case 'project': {
        const { columns } = relation;
        pending = pending.map((names) => new Set([...names].flatMap((name) => [...columnsIn(columns.find((column) => column.name === name)?.expr)])));
        relation = relation.input;
        // One of the plan's projections may stand for several of ours, or for none; it never changes rows.
        operator = below(operator, (type) => type === 'PROJECTION');
        break;
      }
      case 'sort':
        operator = below(operator, (type) => type === 'PROJECTION');
        if (operator?.type === 'TOP_N') return;
        if (operator?.type === 'ORDER_BY') operator = operator.children[0];
        relation = relation.input;
        break;
      case 'window': {
        const { columns } = relation;
        operator = below(operator, (type) => type === 'PROJECTION');
        if (pending.length > 0) operator = below(operator, (type) => type === 'PROJECTION' || type === 'FILTER');
        // “The first n of each group” becomes another operator that drops rows by itself.
        if (pending.length > 0 && (operator === undefined || !windows.has(operator.type))) return;
        while (operator !== undefined && windows.has(operator.type)) operator = below(operator.children[0], (type) => type === 'PROJECTION');
        // A condition on the columns that all windows are partitioned by may have moved below them; any other stays above.
        const stays = pending.every((names) => ![...names].every((name) => columns.every((column) => column.partitionBy.some((key) => key.op === 'col' && key.name === name))));
        if (!stays) return;
        pending = [];
        relation = relation.input;
        break;
      }
      case 'filter':
        pending = [...pending, ...conjuncts(relation.predicate).map(columnsIn)];
        relation = relation.input;
        break;
      case 'aggregate': {
        const keys = new Set(relation.keys.map((key) => key.name));
        // A condition on keys alone may have moved below the groups; one that needs a measure cannot.
        if (pending.some((names) => [...names].every((name) => keys.has(name)))) return;
        operator = below(operator, (type) => type === 'PROJECTION' || (type === 'FILTER' && pending.length > 0) || type === 'ORDER_BY');
        if (operator === undefined || !groupings.has(operator.type)) return;
        note(found, relation, operator);
        pending = [];
        relation = relation.input;
        operator = below(operator.children[0], (type) => type === 'PROJECTION');
        break;
      }
      case 'distinct':
        if (relation.on !== undefined || pending.length > 0) return;
        operator = below(operator, (type) => type === 'PROJECTION');
        if (operator === undefined || !groupings.has(operator.type)) return;
        relation = relation.input;
        operator = below(operator.children[0], (type) => type === 'PROJECTION');
        break;
      default:
        return;
    }
  }
}

function note(found: Map<Relation, Observed>, relation: Relation, operator: ProfiledOperator): void {
  // A scan that DuckDB filters while reading gives fewer rows than the table has; its size is known from elsewhere.
  if (relation.op === 'scan') return;
  found.set(relation, { rows: operator.rows, bytes: operator.bytes, ms: operator.ms });
}

function below(operator: ProfiledOperator | undefined, passes: (type: string) => boolean): ProfiledOperator | undefined {
  let at = operator;
  while (at !== undefined && passes(at.type)) at = at.children[0];
  return at;
}

function conjuncts(predicate: Expr): Expr[] {
  return predicate.op === 'call' && predicate.fn === 'and' ? predicate.args.flatMap(conjuncts) : [predicate];
}

function columnsIn(expression: Expr | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  const stack = expression === undefined ? [] : [expression];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (at.op === 'col') names.add(at.name);
    else if (at.op === 'call') stack.push(...at.args);
    else if (at.op === 'cast') stack.push(at.arg);
    else if (at.op === 'case') {
      for (const branch of at.branches) stack.push(branch.when, branch.then);
      if (at.else) stack.push(at.else);
    }
  }
  return names;
}

/** Rows that follow from the sizes of scans alone. */
function carryUp(relation: Relation, scanRows: (scan: Relation & { op: 'scan' }) => number | null, found: Map<Relation, Observed>): number | null {
  const rows = rowsFromInputs(relation, (input) => carryUp(input, scanRows, found), scanRows);
  if (rows !== null) found.set(relation, { rows, bytes: null, ms: null });
  return rows;
}

function rowsFromInputs(relation: Relation, of: (input: Relation) => number | null, scanRows: (scan: Relation & { op: 'scan' }) => number | null): number | null {
  switch (relation.op) {
    case 'scan':
      return relation.source.kind === 'values' ? relation.source.rows.length : scanRows(relation);
    case 'project':
    case 'sort':
    case 'window':
      return of(relation.input);
    case 'limit': {
      const rows = of(relation.input);
      return rows === null ? null : Math.min(relation.count, Math.max(0, rows - relation.offset));
    }
    case 'aggregate':
      of(relation.input);
      return relation.keys.length === 0 ? 1 : null;
    case 'union': {
      const all = relation.inputs.map(of);
      return all.every((rows) => rows !== null) ? all.reduce((a, b) => a + b, 0) : null;
    }
    case 'unpivot': {
      const rows = of(relation.input);
      return rows === null || relation.dropMissing ? null : rows * relation.columns.length;
    }
    case 'join': {
      const left = of(relation.left);
      const right = of(relation.right);
      return relation.kind === 'cross' && left !== null && right !== null ? left * right : null;
    }
    case 'asof': {
      const left = of(relation.left);
      of(relation.right);
      return relation.kind === 'left' ? left : null;
    }
    case 'set':
      of(relation.left);
      of(relation.right);
      return null;
    case 'sql':
      for (const input of relation.inputs) of(input.relation);
      return null;
    default:
      of(relation.input);
      return null;
  }
}

/** Bytes a value of each column takes in DuckDB's vectors, at least: for edges whose rows are known but not their bytes. */
export function leastBytes(relation: Relation, rows: number): number {
  return rows * schemaOf(relation).reduce((sum, { type }) => sum + (type === 'boolean' ? 1 : type === 'date' ? 4 : type === 'string' || type === 'binary' ? 16 : 8), 0);
}
