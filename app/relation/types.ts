/**
 * The relational IR. Every value here is plain JSON: it is hashed for cache keys, kept in SQLite, and crosses processes.
 */

/** Logical column types. `integer` is 64-bit signed, `float` 64-bit IEEE, `string` UTF-8, `timestamp` microseconds without zone. */
export type ColumnType = 'boolean' | 'integer' | 'float' | 'string' | 'date' | 'time' | 'timestamp' | 'binary';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export type Schema = readonly Column[];

/** Character range in the text the user typed; absent on expressions made by code. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Expr =
  | { readonly op: 'col'; readonly name: string; readonly span?: Span }
  | {
      readonly op: 'lit';
      /** `null`, or by type: boolean; number (a safe integer for `integer`); string; ISO text for date, time, timestamp. */
      readonly value: null | boolean | number | string;
      readonly type: ColumnType;
      readonly span?: Span;
    }
  /** `fn` is a name in the function registry (`functions/`), lower case. */
  | { readonly op: 'call'; readonly fn: string; readonly args: readonly Expr[]; readonly span?: Span }
  | {
      readonly op: 'case';
      readonly branches: readonly { readonly when: Expr; readonly then: Expr }[];
      readonly else?: Expr;
      readonly span?: Span;
    }
  /** `onError: 'null'` gives null for a value that cannot be converted; `'fail'` fails the query. */
  | { readonly op: 'cast'; readonly to: ColumnType; readonly arg: Expr; readonly onError: 'fail' | 'null'; readonly span?: Span };

export interface NamedExpr {
  readonly name: string;
  readonly expr: Expr;
}

export type AggregateFn =
  | 'count' // rows, or non-null values of arg
  | 'count_distinct'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'median'
  | 'quantile' // continuous; needs `fraction`
  | 'stddev' // sample
  | 'variance' // sample
  | 'mode' // most frequent value, smallest on ties
  | 'first' // smallest in `min` order is not implied: any_value, deterministic only within a group of equals
  | 'string_agg';

export interface Measure {
  readonly name: string;
  readonly fn: AggregateFn;
  /** Absent only for `count` of rows. */
  readonly arg?: Expr;
  readonly fraction?: number;
}

export interface SortKey {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last';
}

export type WindowFn = 'row_number' | 'rank' | 'dense_rank' | 'count' | 'sum' | 'avg' | 'min' | 'max' | 'lag' | 'lead';

export interface WindowColumn {
  readonly name: string;
  readonly fn: WindowFn;
  readonly arg?: Expr;
  /** For lag and lead; rows, default 1. */
  readonly offset?: number;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly SortKey[];
}

/** Where a scan reads. Paths are absolute when executed; a document holds paths relative to the project. */
export type Source =
  | { readonly kind: 'parquet'; readonly paths: readonly string[] }
  | { readonly kind: 'values'; readonly rows: readonly (readonly (null | boolean | number | string)[])[] }
  /** A table that a backend already holds by this name (tests, previews over empty typed tables). */
  | { readonly kind: 'named'; readonly name: string };

export type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti' | 'cross';

export type Relation =
  | {
      readonly op: 'scan';
      readonly source: Source;
      /** What comes out; physical types that differ are cast by the emitter (INT32 → integer, DECIMAL → float). */
      readonly schema: Schema;
      /** For lineage: the dataset this is, shown to people ("orders.csv"). */
      readonly label: string;
      /** For lineage: the node whose output this is, when it is one. */
      readonly origin?: { readonly nodeId: string; readonly port: string };
    }
  | { readonly op: 'project'; readonly input: Relation; readonly columns: readonly NamedExpr[] }
  | { readonly op: 'filter'; readonly input: Relation; readonly predicate: Expr }
  | {
      readonly op: 'aggregate';
      readonly input: Relation;
      readonly keys: readonly NamedExpr[];
      readonly measures: readonly Measure[];
    }
  | {
      readonly op: 'join';
      readonly kind: JoinKind;
      readonly left: Relation;
      readonly right: Relation;
      /** Equality of columns by name; nulls never match. Empty for cross. */
      readonly on: readonly { readonly left: string; readonly right: string }[];
      /**
       * Output columns (inner, left, right, full, cross): every left column, then every right column that is not an equally
       * named key (such a key is coalesced from both sides), each right name that collides gets `rightSuffix`. Semi, anti: left columns.
       */
      readonly rightSuffix: string;
    }
  | { readonly op: 'union'; readonly inputs: readonly Relation[]; readonly by: 'name' | 'position' }
  | { readonly op: 'sort'; readonly input: Relation; readonly keys: readonly SortKey[] }
  | { readonly op: 'limit'; readonly input: Relation; readonly count: number; readonly offset: number }
  | { readonly op: 'distinct'; readonly input: Relation; readonly on?: readonly string[] }
  /** Bernoulli sample by a portable hash of the row and the seed: the same rows on every backend. */
  | { readonly op: 'sample'; readonly input: Relation; readonly fraction: number; readonly seed: number }
  /** Adds columns; keeps all input columns. */
  | { readonly op: 'window'; readonly input: Relation; readonly columns: readonly WindowColumn[] };

/** Column-level lineage: for each output column, the source columns it is computed from. */
export interface ColumnLineage {
  readonly column: string;
  /** `via: 'value'` when the source's value is in the result; `'filter'` when it only decides which rows appear. */
  readonly from: readonly {
    readonly label: string;
    readonly origin?: { readonly nodeId: string; readonly port: string };
    readonly column: string;
    readonly via: 'value' | 'filter';
  }[];
}
