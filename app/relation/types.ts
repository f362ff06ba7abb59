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

export type WindowFn =
  | 'row_number'
  | 'rank'
  | 'dense_rank'
  | 'percent_rank' // (rank - 1) / (rows - 1), 0 for a single row
  | 'ntile' // needs `offset` as the number of tiles
  | 'count'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'median'
  | 'stddev' // sample
  | 'first_value'
  | 'last_value'
  | 'lag'
  | 'lead';

/**
 * Rows that a window function looks at, in the order of `orderBy`, around the current row. Without a frame: from the first row to the
 * last equal one where there is an order, else the whole partition (as SQL has it). Only for count, sum, avg, min, max, median, stddev,
 * first_value and last_value. A row whose order key is missing has no distance to others: a bounded `range` reaches from it to the other
 * rows with a missing key, which come as `nulls` of the order says.
 *
 * Frames of rows, row_number, ntile, lag, lead, first_value and last_value go by the place of a row, so their order should tell all rows
 * apart: which of equals comes first is not said.
 */
export interface WindowFrame {
  /** `rows`: so many rows; `range`: distance in the one order key, which is a number (its unit), a date (days) or a timestamp (seconds). */
  readonly by: 'rows' | 'range';
  /** How far back the frame starts; null: at the partition's start. 0: at the current row (`range`: and its equals). -1: one ahead of it. */
  readonly preceding: number | null;
  /** How far ahead the frame ends; null: at the partition's end. 0: at the current row. -1: one before it, so that the row itself is left out. */
  readonly following: number | null;
}

export interface WindowColumn {
  readonly name: string;
  readonly fn: WindowFn;
  readonly arg?: Expr;
  /** For lag and lead: rows, default 1. For ntile: number of tiles. */
  readonly offset?: number;
  readonly frame?: WindowFrame;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly SortKey[];
}

/**
 * What a table of features says of itself: whose values they are, and since when each is known. Times are dates or timestamps, without
 * zone.
 */
export interface FeatureTable {
  readonly view: string;
  /** Absent on a table that is made in the same run. */
  readonly version?: number;
  /** Columns that say whose values a row holds. */
  readonly keys: readonly string[];
  /** Column with the time from which a row's values hold. */
  readonly time: string;
  /** Column with the time at which a row was written, where rows are corrected later: before it, nobody could know the row. */
  readonly created: string | null;
  /** Whole seconds after its event time until a row is known (a sum over a day is known when the day is over). */
  readonly delay: number;
  /** Whole seconds after its event time from which a row's values count no more; null: they count until the next row. */
  readonly ttl: number | null;
}

/** Where a scan reads. Paths are absolute when executed; a document holds paths relative to the project. */
export type Source =
  | {
      readonly kind: 'parquet';
      readonly paths: readonly string[];
      /** Files with different columns: matched by name, missing where a file lacks one. */
      readonly unionByName?: boolean;
      /** Folders named `column=value` are columns. */
      readonly hive?: boolean;
      /** Columns of lists, structs and maps: they come out as JSON text. */
      readonly nested?: readonly string[];
    }
  | { readonly kind: 'values'; readonly rows: readonly (readonly (null | boolean | number | string)[])[] }
  /**
   * A query in the backend's own language over files outside, made by the engine while it runs; never kept, never in a document. It has
   * the scan's columns.
   */
  | { readonly kind: 'backend'; readonly sql: string }
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
      /** On tables of a feature view. */
      readonly features?: FeatureTable;
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
  /**
   * Each row once; with `on`, one row for each combination of these columns: the one whose other columns are smallest, first column first,
   * missing values last. The order of rows does not matter to it: to keep the first of an order, number the rows with a window.
   */
  | { readonly op: 'distinct'; readonly input: Relation; readonly on?: readonly string[] }
  /** Bernoulli sample by a portable hash of the row and the seed: the same rows on every backend. */
  | { readonly op: 'sample'; readonly input: Relation; readonly fraction: number; readonly seed: number }
  /** Adds columns; keeps all input columns. */
  | { readonly op: 'window'; readonly input: Relation; readonly columns: readonly WindowColumn[] }
  /**
   * For each left row the one right row with equal keys that is nearest in time (or any ordered column): `backward` the last one not
   * after it, `forward` the first one not before it. Among right rows of the same key and time the one whose other columns are greatest
   * counts (first column first, a missing value below all others), so that the answer does not depend on the order of rows. Missing keys
   * or times never match.
   * Output columns as those of `join` of kind left (or inner), except that the right time column is kept too (suffixed on collision).
   * Without `on`, the nearest of all right rows counts. Rows come out in no promised order.
   */
  | {
      readonly op: 'asof';
      readonly kind: 'left' | 'inner';
      readonly left: Relation;
      readonly right: Relation;
      readonly on: readonly { readonly left: string; readonly right: string }[];
      /** Both of one kind: numbers, dates, or timestamps. */
      readonly time: { readonly left: string; readonly right: string };
      readonly direction: 'backward' | 'forward';
      /** True: a right row at exactly the same time does not match. */
      readonly strict: boolean;
      /** Greatest distance that still matches, in the time column's unit (timestamps: seconds, dates: days); null: any. */
      readonly tolerance: number | null;
      readonly rightSuffix: string;
    }
  /**
   * One row for each combination of `keys` (without keys exactly one), and for each of `values` one column a measure: the measure over
   * the rows whose `column` has that value. Where there are no such rows, count and count_distinct give 0 and the others a missing value.
   * Values are listed, so that the schema is known before anything runs; rows with other values still give their combination of keys.
   */
  | {
      readonly op: 'pivot';
      readonly input: Relation;
      readonly keys: readonly string[];
      readonly column: string;
      /** `value` as a literal of the column's type, numbers also as text (null: the rows where it is missing); `name` is put before or after the measure's name. */
      readonly values: readonly { readonly value: null | boolean | number | string; readonly name: string }[];
      readonly measures: readonly Measure[];
      /** Output name of a cell: `value` (only with one measure), `value_measure` or `measure_value`. */
      readonly naming: 'value' | 'value_measure' | 'measure_value';
    }
  /** One row for each input row and each of `columns`, in that order: all other columns, the column's name, its value. Keeps the order of rows. */
  | {
      readonly op: 'unpivot';
      readonly input: Relation;
      /** Their values get the common type; text where there is none. */
      readonly columns: readonly string[];
      readonly nameColumn: string;
      readonly valueColumn: string;
      /** Rows whose value is missing are left out. */
      readonly dropMissing: boolean;
    }
  /**
   * One row for each element of a list: a JSON array in text, or text parts between `delimiter`. Lists and objects are kept as JSON text
   * (columns have no list type). Elements that are objects or arrays stay JSON text; `elementType` is cast to, null where it cannot be.
   * An empty text is an empty list. Text that is no JSON array holds no list. Keeps the order of rows.
   */
  | {
      readonly op: 'explode';
      readonly input: Relation;
      /** Of type string; replaced by the element under the name `as`. */
      readonly column: string;
      readonly as: string;
      readonly delimiter: string | null;
      readonly elementType: ColumnType;
      /** Name of a column directly after the element with its place, from 1 (missing where there is no element); null: none. */
      readonly position: string | null;
      /** A row whose list is empty or missing (or is no list) is kept with a missing element. */
      readonly keepEmpty: boolean;
    }
  /** Rows as sets: duplicates count once, missing equals missing. Columns are matched by name; names are the left's, types the common ones. */
  | { readonly op: 'set'; readonly kind: 'intersect' | 'except'; readonly left: Relation; readonly right: Relation }
  /**
   * What a person wrote in SQL over named tables. The text has been checked: one SELECT that reads nothing but `inputs`. What it gives is
   * cast to `schema`; lists, structures and maps come out as JSON text where the schema says string.
   */
  | {
      readonly op: 'sql';
      readonly inputs: readonly { readonly name: string; readonly relation: Relation }[];
      readonly text: string;
      /** What the text gives, found out when it was checked. */
      readonly schema: Schema;
    };

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
