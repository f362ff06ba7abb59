import type { Column, Schema } from '#app/relation/types.ts';
import type { Recipe } from './recipe-steps.ts';

export type LearningTask = 'classification' | 'regression';

/** An unfitted learner: everything needed to fit it on a table. */
export interface LearnerSpec {
  /** `linear-regression`, `logistic-regression`, `mlp` … */
  readonly algorithm: string;
  readonly task: LearningTask;
  readonly params: Readonly<Record<string, unknown>>;
  readonly recipe: Recipe;
  readonly target: string;
  /** Raw feature columns; null: every column that is not the target and has a usable type. */
  readonly features: readonly string[] | null;
}

/**
 * The contract of a model file. Inputs are one tensor [rows, 1] a column: `string` columns as string tensors
 * (missing = ""), all others as float64 (missing = NaN, false = 0, true = 1; `date`: whole days since 1970-01-01, `timestamp`: whole
 * seconds since 1970-01-01 00:00:00). In JSON, dates and timestamps are ISO text (`datedNumber` in model-input.ts).
 * Outputs: classification `label` int64 [rows] (index into `classes`) and `probabilities` float32 [rows, classes];
 * regression `prediction` float32 [rows, 1].
 */
export interface ModelSignature {
  readonly task: LearningTask;
  readonly target: Column;
  readonly inputs: Schema;
  /** Classification: class labels as text, in output order (false before true, numbers by value, text by code unit). */
  readonly classes?: readonly string[];
  readonly features: readonly string[];
  /**
   * Inputs that are images. The text of such a tensor is the base64 of width × height × 3 bytes: red, green and blue of each pixel, row
   * by row, of the image brought to that size. Tables hold paths of image files in the column instead; whoever scores a table reads them.
   */
  readonly images?: readonly ImageInput[];
}

export interface ImageInput {
  /** Name of the input. */
  readonly column: string;
  readonly width: number;
  readonly height: number;
}

export interface ModelValue {
  readonly kind: 'model';
  /** Artifact id of model.onnx. */
  readonly onnx: string;
  readonly signature: ModelSignature;
  readonly algorithm: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Numbers measured while fitting, e.g. `validationLoss`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Artifact id of the golden rows: JSON {inputs: column-wise raw values, outputs: expected values}. */
  readonly golden: string;
  /** Rows trained on. */
  readonly rows: number;
  /** What fitting found out, for people: coefficients, curves, remarks. */
  readonly summary?: ModelSummary;
}

export interface ModelSummary {
  /** Linear models, over the features as preprocessed; `cls` where there is a set of them for each class. */
  readonly coefficients?: readonly { readonly feature: string; readonly coefficient: number; readonly cls?: string }[];
  /** Trees: what of the loss's fall each feature brought about, largest first; the shares sum up to 1. */
  readonly importance?: readonly { readonly feature: string; readonly share: number }[];
  /** Curves recorded while fitting, e.g. `loss` by epoch; at most 500 points each. */
  readonly curves?: readonly { readonly name: string; readonly steps: readonly number[]; readonly values: readonly number[] }[];
  readonly converged?: boolean;
  readonly iterations?: number;
  /** Full sentences. */
  readonly notes: readonly string[];
}

/**
 * Name of the input tensor of a raw column: the column's name, except that `label`, `probabilities` and `prediction` are names of
 * outputs and `__proto__` cannot be a key of feeds, so that a column called so is fed as `label_input` and so on.
 */
export const inputTensorName = (column: string): string => (/^(label|probabilities|prediction|__proto__)(_input)*$/.test(column) ? `${column}_input` : column);

/** Name of the columns that Predict appends. */
export const predictionColumn = (target: string): string => `${target}_predicted`;
export const probabilityColumn = (target: string, cls: string): string => `${target}_p_${cls}`;
