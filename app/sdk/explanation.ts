/**
 * Why a model predicts what it does, row by row, in the columns as they were before any preprocessing: what views of SHAP values are drawn
 * from. All arrays by row are as long as `rows`.
 */
export interface Explanation {
  /** The target. */
  readonly target: string;
  /** What the values are changes of. */
  readonly scale: 'prediction' | 'probability' | 'log-odds';
  readonly columns: readonly ExplainedColumn[];
  /** Rows that the views show, by their numbers in the explained table, from 1. */
  readonly rows: readonly number[];
  /** Rows that were explained, of which `rows` are a part, and rows of the table. */
  readonly explained: number;
  readonly all: number;
  /** By class, or one for numbers. */
  readonly outputs: readonly ExplainedOutput[];
  /** Places in `outputs` and `rows` that are looked at first. */
  readonly first: { readonly output: number; readonly row: number };
}

export interface ExplainedColumn {
  readonly name: string;
  readonly kind: 'number' | 'boolean' | 'date' | 'timestamp' | 'text' | 'image';
  /** Numbers, 0 and 1, days or seconds since 1970, or text; null where missing, and for images. */
  readonly values: readonly (number | string | null)[];
}

export interface ExplainedOutput {
  /** The class; the target where it is a number. */
  readonly name: string;
  /** What the values of a row add up from, and by row what they lead to. */
  readonly base: number;
  readonly outputs: readonly number[];
  /** By column and row. */
  readonly values: readonly (readonly number[])[];
  /** Standard errors of them; null where they are exact. */
  readonly errors: readonly (readonly (number | null)[])[] | null;
  /** By column: mean size over all rows explained, and its standard error. */
  readonly sizes: readonly number[];
  readonly sizeErrors: readonly (number | null)[] | null;
  /** By row, the sum over columns that are not listed; null where all are. */
  readonly others: readonly number[] | null;
}

/** Columns of the model that an explanation lists, those that matter most. */
export const mostExplainedColumns = 60;
