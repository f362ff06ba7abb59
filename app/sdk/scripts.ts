import type { Relation, Schema } from '#app/relation/types.ts';
import type { TableValue } from './ports.ts';

/** Code of the user, run in a child process with limits. */
export interface ScriptServices {
  /**
   * Runs JavaScript over Danfo data frames and writes the table it returned.
   * @throws PenstockError at the param “code”: `script-syntax`, `script-error`, `script-time`, `script-memory`, `script-result`,
   *   `script-rows`, `script-died`; at “columns”: `script-column`, `script-column-type`; and `result-too-large` for an input.
   */
  javascript(request: ScriptRequest): Promise<TableValue>;
  /**
   * Runs Python over pandas data frames. @param interpreter a path or name; empty: PENSTOCK_PYTHON, python3, python.
   * @throws as `javascript`, and `python-missing` (no Python with pandas).
   */
  python(request: ScriptRequest, interpreter: string): Promise<TableValue>;
}

export interface ScriptRequest {
  readonly code: string;
  readonly tables: readonly Relation[];
  /** What the code reads as `params`. */
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
  /** Declared columns of the result; null: they are known once it has run. */
  readonly columns: Schema | null;
  readonly limits: { readonly seconds: number; readonly megabytes: number; readonly rows: number };
}
