/** Bounds of a script that no parameter raises. */

/** Bytes of columns that a script may give back: what the engine can hold beside its own work. */
export const maxResultBytes = 1024 * 1024 * 1024;
export const maxColumns = 5000;
/** Lines of print that reach the log, and characters of each. */
export const maxLines = 1000;
export const maxLineLength = 2000;

/** What the person set for one script. */
export interface ScriptLimits {
  readonly seconds: number;
  /** Memory of the child in MB. */
  readonly megabytes: number;
  /** Rows of each input, and of the result. */
  readonly rows: number;
}
