import type { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ChartServices } from './charts.ts';
import type { CsvFileServices, CsvTableServices } from './csv.ts';
import type { DatabaseProbes, DatabaseServices } from './databases.ts';
import type { AlarmServices, ReferenceServices } from './monitoring.ts';
import type { FeatureProbes, FeatureServices } from './features.ts';
import type { FormatFileServices, FormatTableServices } from './formats.ts';
import type { Say } from './say.ts';
import type { ScriptServices } from './scripts.ts';
import type { ColumnLineage, Relation, Schema } from '#app/relation/types.ts';
import type { Evaluation, FittedRecipe, ModelSignature, ModelValue, PortMeta, PortSpec, PortValue, TableValue } from './ports.ts';

export const categories = ['data', 'transform', 'explore', 'train', 'evaluate', 'deploy', 'monitor'] as const;
export type Category = (typeof categories)[number];

/** What `probe` found out about the outside world (a CSV's sniffed dialect and schema): plain JSON, cached by fingerprint. */
export type Facts = Readonly<Record<string, unknown>>;

/** Form hints, put on a param with `.meta(hint)`; the inspector makes the form from them. Unhinted params get a control by zod type. */
export interface ParamHint {
  readonly title?: string;
  readonly description?: string;
  readonly control?:
    | 'text'
    | 'textarea'
    | 'number'
    | 'slider'
    | 'switch'
    | 'select'
    | 'column' // one column name of input `from`
    | 'columns' // list of column names of input `from`
    | 'expression' // text in the expression language over input `from`
    | 'file' // path of a file; relative to the project where inside it
    | 'folder'
    | 'dataset' // name of a bundled dataset
    | 'rows' // list of objects: a small table of sub-forms
    | 'recipe-steps'
    | 'grid' // editable table: {columns: {name, type}[], rows: cell[][]}
    | 'csv-dialect' // what was sniffed, corrected over a live preview
    | 'sql'
    | 'javascript'
    | 'python'
    | 'feature' // VIEW:FEATURE of the project's feature store
    | 'connection' // name of a database connection of the project
    | 'column-values' // list of values of the column named by the param `of`, with their counts
    | 'hidden';
  /** Name of the input port that column, columns and expression refer to. Default: the first table input. */
  readonly from?: string;
  /** For `expression` in a list of rows: it can read the columns that earlier rows of the list make (their `name` and this field). */
  readonly seesEarlier?: boolean;
  /** For `column-values`: name of the param that holds the column. */
  readonly of?: string;
  /** Only columns of these types are offered. */
  readonly types?: readonly string[];
  /** For `column` of a node that draws a chart: can be chosen above the chart, too, which is then drawn anew at once. */
  readonly onChart?: boolean;
  /** Shown under an "Advanced" fold. */
  readonly advanced?: boolean;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** Labels for enum values. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Shown only while another param of the same object has one of these values. */
  readonly visibleWhen?: { readonly param: string; readonly in: readonly (string | number | boolean)[] };
  readonly placeholder?: string;
  /** File name extensions offered by a file picker, without the dot. */
  readonly extensions?: readonly string[];
}

export interface RowsOf {
  readonly input: string;
  /**
   * `place`: one for one, in the input's order. `values`: some of them, with all the input's columns as they were. `column`: those whose
   * number, from 1, stands in that column.
   */
  readonly by: 'place' | 'values' | { readonly column: string };
}

export interface NodeDefinition<P = unknown> {
  /** Folder path under `nodes/`, e.g. `data/csv-reader`. */
  readonly type: string;
  /** Raised whenever params or results change meaning; part of the cache key. */
  readonly version: number;
  readonly title: string;
  /** One sentence, shown in the catalogue. */
  readonly summary: string;
  readonly keywords: readonly string[];
  readonly inputs: readonly PortSpec[];
  readonly outputs: readonly PortSpec[];
  /** Must parse `{}` to the defaults (a fresh node is valid JSON even where it still lacks a required choice). */
  readonly params: z.ZodType<P>;
  /** The line on the card: what the node does as configured, under 60 characters ("income > 30000"), its words said by `Say`. */
  describe?(params: P, say: Say): string;
  /**
   * Output meta and diagnostics without I/O. Nodes with a relation.ts get their table outputs from it, and need this only for
   * further diagnostics; others must give a meta for each output.
   */
  configure?(context: ConfigureContext<P>): ConfigureResult;
  /**
   * For lineage of rows: outputs whose rows are those of an input table. Relations say it by themselves.
   */
  readonly rowsOf?: Readonly<Record<string, RowsOf>>;
  /** `migrate[n]` turns params of version n into params of version n + 1. */
  readonly migrate?: Readonly<Record<number, (params: Record<string, unknown>) => Record<string, unknown>>>;
  /** What a first choice of params could be, given the inputs (target column, x and y …); applied when a node is first connected. */
  suggest?(context: ConfigureContext<P>): Partial<P> | null;
}

/** Helper that keeps `P` inferred from the schema. */
export function defineNode<S extends z.ZodType>(definition: NodeDefinition<z.output<S>> & { readonly params: S }): NodeDefinition<z.output<S>> {
  return definition;
}

export interface ConfigureContext<P> {
  /** By input port; `many` ports hold one entry an edge. Ports without an edge are absent. */
  readonly inputs: Readonly<Record<string, readonly PortMeta[]>>;
  readonly params: P;
  readonly facts: Facts | null;
}

export interface ConfigureResult {
  readonly outputs?: Readonly<Record<string, PortMeta>>;
  readonly diagnostics?: readonly Diagnostic[];
}

/**
 * relation.ts exports `relation: RelationFn<P>`. Pure and cheap: it is called while the user types.
 * @throws RelationError (app/relation) with a place; the configure pass turns it into a diagnostic.
 */
export type RelationFn<P> = (
  inputs: Readonly<Record<string, readonly Relation[]>>,
  params: P,
  facts: Facts | null,
  services: RelationServices,
) => Relation | Readonly<Record<string, Relation>>;

/** What a pure relation needs from outside: parsing of what the user typed, and where files are. */
export interface RelationServices {
  /**
   * Parses one expression of the expression language against a schema; adds spans.
   * Synchronous: the engine warms a cache of parsed texts before it calls `relation`.
   * @throws RelationError with span, for syntax errors, unknown columns, unknown functions and type errors.
   */
  parse(text: string, schema: Schema, param: readonly (string | number)[]): import('#app/relation/types.ts').Expr;
  /** Absolute path of a path in params. */
  resolvePath(path: string): string;
  /**
   * Columns that a person's SQL gives over named tables.
   * @throws PenstockError for SQL that is not one SELECT over those tables, at the param with a span where known.
   */
  describeSql(text: string, tables: readonly { readonly name: string; readonly schema: Schema }[], param: readonly (string | number)[]): Schema;
  /**
   * Different values of a column as text, smallest first, missing left out, at most `limit` + 1 of them; null before a run, when there
   * are no data to look at: the relation then has no schema yet, and says so by throwing `schemaAfterRun()` (app/sdk/configuration.ts).
   */
  values(relation: Relation, column: string, limit: number, param: readonly (string | number)[]): readonly string[] | null;
}

// ── run.ts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** run.ts exports `executor: NodeExecutor<P>`; a node has relation.ts or run.ts (or both: probe and fingerprint with a relation). */
export interface NodeExecutor<P> {
  /** The I/O that configure may not do. */
  probe?(params: P, context: ProbeContext): Promise<Facts>;
  /** Outside state in the cache key (a file's size, mtime and path; …). `'never'`: do not cache. Absent: no outside state. */
  fingerprint?(params: P, context: ProbeContext): Promise<Fingerprint | 'never'>;
  /**
   * The parts of the fingerprint that count with these inputs: what comes over a connection is in the key by that connection, and a store
   * that the same run writes to must not make the result stale. Absent: all of them.
   */
  outside?(fingerprint: Fingerprint, params: P, inputs: Readonly<Record<string, readonly PortMeta[]>>): Fingerprint;
  /** Called when a run that includes the node begins, before cache keys are made: outside state that ages is renewed here. */
  renew?(params: P, context: ProbeContext): void;
  /** Absent on nodes that are only a relation. */
  run?(context: RunContext<P>): Promise<Readonly<Record<string, PortValue>>>;
  /**
   * For a node with a relation: the values of its outputs that are no tables (a match report), over the same inputs. Asked when the run
   * ends at the node, when someone looks at such an output, or after the run in what time is left.
   */
  reports?(context: ReportContext<P>): Promise<Readonly<Record<string, PortValue>>>;
  /**
   * For a source that was never run: the first `rows` rows of its outputs, as `run` would give them, in a time that does not depend on
   * its size. Null where it has to be run. Not kept, and never in the place of a result.
   */
  head?(params: P, facts: Facts | null, rows: number, context: ProbeContext): Promise<Readonly<Record<string, PortValue>> | null>;
  /** Outputs that `run` can give without writing them, and how many bytes of files they come from. */
  readonly streams?: { readonly ports: readonly string[]; bytes(params: P, context: ProbeContext): Promise<number> };
  /**
   * True where `run` gives values even after `signal` has aborted, of what there is so far. They are shown as such and never reused: the
   * next run goes on from the checkpoint, or anew. The run waits a second and a half for them.
   */
  readonly keepsPartial?: boolean;
  /** True where `run` asks one query of each input table (writers): its inputs need not be kept for it. Absent: several. */
  readonly readsOnce?: boolean;
  /** True where a finished result must not stand in for running again (Serve); a function where that hangs on the params. */
  readonly effect?: boolean | ((params: P) => boolean);
}

/** Named parts of outside state, so that "why stale" can name the part: `{ 'orders.csv': '1204:1699…' }`. */
export type Fingerprint = Readonly<Record<string, string>>;

export interface ProbeContext {
  readonly signal: AbortSignal;
  resolvePath(path: string): string;
  /** Reading of files by DuckDB's readers: see app/data. */
  readonly files: FileServices;
  readonly databases: DatabaseProbes;
  readonly features: FeatureProbes;
  readonly registry: RegistryProbes;
}

export interface FileServices extends CsvFileServices, FormatFileServices {
  /** Size in bytes and modification time in ms. @throws PenstockError `file-missing`. */
  stat(path: string): Promise<{ size: number; mtimeMs: number }>;
  /** Schema of a Parquet file in logical types. */
  parquetSchema(path: string): Promise<{ schema: Schema; rows: number }>;
}

export interface RunContext<P> {
  readonly nodeId: string;
  readonly inputs: Readonly<Record<string, readonly PortValue[]>>;
  readonly params: P;
  readonly facts: Facts | null;
  /** The same for every node of a type, so that equal inputs give equal results on any machine. 32-bit unsigned. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** 0…1, or null for unknown; throttled by the engine. */
  progress(fraction: number | null, message?: string): void;
  /** A point of a live curve, or with step omitted a final number. */
  metric(name: string, value: number, step?: number): void;
  log(level: 'info' | 'warning', message: string): void;
  /** A diagnostic that does not fail the node ("3 rows had a missing target and were left out"). */
  report(diagnostic: Diagnostic): void;
  /**
   * Outputs that one query of this run reads once and nobody looks at: a table there may be described (`streamCsvPart`) instead of
   * written. It is not kept.
   */
  readonly streamed: ReadonlySet<string>;
  readonly tables: TableServices;
  readonly artifacts: ArtifactServices;
  readonly files: FileServices;
  readonly models: ModelServices;
  readonly registry: RegistryProbes;
  /** History of monitoring nodes, and alarms over it. */
  readonly alarms: AlarmServices;
  /** Tables to compare with that are not on the canvas: what a registered model was trained on. */
  readonly references: ReferenceServices;
  readonly databases: DatabaseServices;
  readonly features: FeatureServices;
  readonly scripts: ScriptServices;
  readonly expressions: ExpressionServices;
  /** A final number of this node in the last successful runs of the pipeline, newest first, at most `limit`. */
  earlier(metric: string, limit: number): readonly number[];
  readonly checkpoint: CheckpointServices;
  /** For the table of a partial result: writes on after `signal` has aborted. */
  readonly partialTables: Pick<TableServices, 'fromColumns'>;
  resolvePath(path: string): string;
}

/** Text of the expression language, for nodes that are no relation. */
export interface ExpressionServices {
  /** @throws PenstockError at the param, with a span, where the text is none or does not fit the schema. */
  parse(text: string, schema: Schema, param: readonly (string | number)[]): Promise<import('#app/relation/types.ts').Expr>;
}

/** A place for work of minutes to go on from after a kill: this very node, with the same params and inputs. It goes once the node is done. */
export interface CheckpointServices {
  /** What was saved last; null: nothing, start anew. */
  load(): Promise<Uint8Array | null>;
  /** Atomic: the last one or this one is there, never half of it. */
  save(bytes: Uint8Array): Promise<void>;
  /** Least time between two saves in ms; 2000 unless given. */
  readonly everyMs?: number;
}

/** What a report beside a relation is made of: see `NodeExecutor.reports`. */
export type ReportContext<P> = Pick<RunContext<P>, 'nodeId' | 'inputs' | 'params' | 'signal' | 'report'> & { readonly tables: Pick<TableServices, 'rows' | 'count'> };

/** Queries over relations. All run on DuckDB's own threads and stop when `signal` aborts. */
export interface TableServices extends CsvTableServices, FormatTableServices, ChartServices {
  /** Rows as arrays, for small results only. @throws PenstockError `result-too-large` over `limit` (default 100 000) rows. */
  rows(relation: Relation, limit?: number): Promise<{ schema: Schema; rows: (null | boolean | number | string)[][] }>;
  /** Number of rows. */
  count(relation: Relation): Promise<number>;
  /** A numeric column set as one row-major float32 matrix [rows × columns]; nulls become NaN. Columns must be boolean, integer or float. */
  matrix(relation: Relation, columns: readonly string[]): Promise<{ data: Float32Array; rows: number }>;
  /** One column: numeric types as Float64Array (null → NaN), others as text with null. */
  column(relation: Relation, name: string): Promise<Float64Array | (string | null)[]>;
  /** Writes the relation to a Parquet artifact and gives the table that scans it. */
  materialise(relation: Relation, label: string): Promise<TableValue>;
  /**
   * Writes columns computed in JS (same order as `relation`'s rows in `columns`) beside nothing else, as a Parquet artifact.
   * Numbers for boolean, integer, float (NaN → null); text for string.
   */
  fromColumns(columns: readonly { name: string; type: import('#app/relation/types.ts').ColumnType; values: ArrayLike<number | string | null> }[], label: string): Promise<TableValue>;
}

export interface ArtifactServices {
  /** Stores bytes under their sha256; the id comes back. Atomic: temp, fsync, rename. */
  put(bytes: Uint8Array | string, name: string): Promise<string>;
  read(id: string): Promise<Uint8Array>;
  path(id: string): string;
}

export interface ModelCardRequest {
  readonly name: string;
  readonly evaluations: readonly Evaluation[];
  /** What a person says; empty: what is known. */
  readonly use: string;
  readonly limits: string;
  readonly ethics: string;
  readonly file: { readonly format: 'html' | 'md' | 'json' | 'cyclonedx'; readonly path: string } | null;
}

/** A version in the registry. */
export interface RegisteredModel {
  readonly name: string;
  readonly version: number;
  readonly model: ModelValue;
}

export interface RegistryProbes {
  /** What `NAME`, `NAME@3`, `NAME@ALIAS` or `NAME@production` means now. @throws PenstockError `unknown-model`. */
  find(reference: string): RegisteredModel;
}

export interface BatchScoredTable {
  /** The input with the prediction appended, as a Parquet artifact. */
  readonly table: TableValue;
  readonly rows: number;
  readonly parts: number;
  /** Parts, and rows in them, that an earlier run over the very same had finished. */
  readonly resumed: { readonly parts: number; readonly rows: number };
}

/** Operations on models that need the store, the bundle writer or a server; provided by the engine. */
export interface ModelServices {
  register(name: string, model: ModelValue, note: string): Promise<{ name: string; version: number }>;
  /** The model's card as Markdown, with what is known and what a person adds; also as a file where one is asked for. */
  card(model: ModelValue, request: ModelCardRequest): Promise<{ markdown: string; path: string | null }>;
  /** Copies a verified model.onnx to a path. @throws PenstockError `parity` when golden rows differ. */
  exportOnnx(model: ModelValue, path: string): Promise<{ path: string; bytes: number }>;
  /** Writes a bundle folder (or a zip when `path` ends in .zip). */
  bundle(model: ModelValue, options: { name: string; path: string; nodeId: string }): Promise<{ path: string; files: { path: string; bytes: number; sha256: string }[] }>;
  /** Starts (or replaces) the model server of a node on loopback; it lives until stopped or the engine ends. */
  serve(model: ModelValue, options: { name: string; port: number; nodeId: string }): Promise<{ url: string }>;
  /**
   * Predictions for a table of any size, `partRows` rows at a time; after a kill or a cancel the same node with the same inputs goes on at the last
   * whole part. @throws PenstockError `missing-column`, `column-type`, `disk-full`.
   */
  batchScore(model: ModelValue, table: TableValue, options: { readonly partRows: number; readonly label: string }): Promise<BatchScoredTable>;
}

export type { CsvDialect } from './csv.ts';
export type { ColumnLineage, Evaluation, FittedRecipe, ModelSignature, PortMeta, PortSpec, PortValue, TableValue };
