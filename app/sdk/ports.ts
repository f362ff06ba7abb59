import type { Relation, Schema, Expr, NamedExpr, Column } from '#app/relation/types.ts';
import type { ChartQuery } from './charts.ts';
import type { Explanation } from './explanation.ts';
import type { PipelinePart } from './learner-nodes.ts';
import type { MonitorBatch } from './monitoring.ts';

/** What flows along an edge. */
export type PortKind = 'table' | 'recipe' | 'learner' | 'model' | 'evaluation' | 'report';

export interface PortSpec {
  readonly name: string;
  readonly title: string;
  readonly kind: PortKind;
  /** Inputs only: `one` must be connected, `optional` may be, `many` takes any number ≥ 1 of edges in order, `any` none too. */
  readonly arity?: 'one' | 'optional' | 'many' | 'any';
  readonly summary?: string;
}

/** Whether an input takes several edges. */
export const takesSeveral = ({ arity }: PortSpec): boolean => arity === 'many' || arity === 'any';
/** Whether a node works with nothing at the input. */
export const mayBeEmpty = ({ arity }: PortSpec): boolean => arity === 'optional' || arity === 'any';

/** What is known of a port's value before anything runs. */
export type PortMeta =
  | { readonly kind: 'table'; /** null while unknown (upstream not configured yet) */ readonly schema: Schema | null }
  | { readonly kind: 'recipe'; readonly recipe: Recipe | null }
  | { readonly kind: 'learner'; readonly learner: LearnerSpec | null }
  | { readonly kind: 'model'; readonly signature: ModelSignature | null }
  | { readonly kind: 'evaluation' }
  | { readonly kind: 'report' };

/** The value on a port while running. Everything is JSON; files are referred to by artifact id (sha256 of the content). */
export type PortValue =
  | TableValue
  | { readonly kind: 'recipe'; readonly recipe: Recipe }
  | { readonly kind: 'learner'; readonly learner: LearnerSpec }
  | ModelValue
  | { readonly kind: 'evaluation'; readonly evaluation: Evaluation }
  | { readonly kind: 'report'; readonly report: Report };

export interface TableValue {
  readonly kind: 'table';
  /** May be a fused chain over scans; nothing is computed until it is queried. */
  readonly relation: Relation;
  readonly schema: Schema;
}

// ── recipes ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An unfitted preprocessing: an ordered list of steps, each for the columns that match its selection at fit time. */
export interface Recipe {
  readonly steps: readonly RecipeStep[];
}

export type ColumnSelection =
  | { readonly by: 'all-numeric' } // integer, float, boolean
  | { readonly by: 'all-categorical' } // string
  | { readonly by: 'all-dates' } // date, timestamp
  | { readonly by: 'all' }
  | { readonly by: 'names'; readonly names: readonly string[] };

export type RecipeStep =
  | {
      readonly step: 'impute';
      readonly columns: ColumnSelection;
      readonly numeric: 'mean' | 'median' | 'zero' | 'none';
      readonly categorical: 'most-frequent' | 'constant' | 'none';
      /** The constant for categorical: 'constant'. */
      readonly constant: string;
      /** Adds `<column>_missing` as 0/1. */
      readonly indicator: boolean;
    }
  | { readonly step: 'scale'; readonly columns: ColumnSelection; readonly method: 'standard' | 'min-max' | 'robust' | 'power' | 'quantile' }
  | {
      readonly step: 'one-hot';
      readonly columns: ColumnSelection;
      /** Categories kept, most frequent first; the rest and unseen values are all-zero, or `other` where `other` is true. */
      readonly maxCategories: number;
      readonly other: boolean;
      readonly dropFirst: boolean;
    }
  | {
      /** One feature a column: 0, 1, 2 … for its categories. */
      readonly step: 'ordinal';
      readonly columns: ColumnSelection;
      /** Categories that get a code, most frequent first. */
      readonly maxCategories: number;
      readonly order: 'frequency' | 'alphabetical';
      /** What rarer, unseen and missing values become: missing, or one code of their own (always where a learner takes no missing features). */
      readonly missing: 'nan' | 'code';
    }
  | {
      /** Each category as the mean of the target in its rows, drawn towards the overall mean. */
      readonly step: 'target-encode';
      readonly columns: ColumnSelection;
      /** How far towards the overall mean: as the variances say (empirical Bayes), or as by `weight` further rows of the overall mean. */
      readonly smoothing: 'auto' | 'fixed';
      readonly weight: number;
      /** Training rows see encodings fitted on the other folds. */
      readonly folds: number;
      /** Categories kept, most frequent first; the rest becomes the overall mean. */
      readonly maxCategories: number;
    }
  | {
      /** Dates and timestamps as numbers, one feature a part (two for a cycle); later steps see the parts as numbers. */
      readonly step: 'date-parts';
      readonly columns: ColumnSelection;
      readonly parts: readonly DatePart[];
      /** ISO date from which `days` counts. */
      readonly since: string;
    }
  | {
      /** Free text as weights of the terms (words, runs of words) that are frequent in it. */
      readonly step: 'text';
      readonly columns: ColumnSelection;
      readonly weighting: 'tf-idf' | 'counts' | 'presence';
      /** Words in the longest term. */
      readonly longest: number;
      readonly lowerCase: boolean;
      /** Words of fewer characters are left out. */
      readonly shortest: number;
      /** Rows in which a term must occur to be kept. */
      readonly minRows: number;
      /** Terms kept, most frequent first. */
      readonly maxTerms: number;
    }
  | {
      /** Free text as the places of its words in a vocabulary, for learners that read words: one feature for each word read, 0 for none. */
      readonly step: 'words';
      readonly columns: ColumnSelection;
      /** Words that get a place, those in most rows. */
      readonly size: number;
      /** Rows in which a word must occur to get one. */
      readonly minRows: number;
      /** Words read of each text. */
      readonly length: number;
    }
  | {
      /** Paths of image files as their pixels, for learners that read images: see `ImagePixels`. */
      readonly step: 'pixels';
      readonly columns: ColumnSelection;
      readonly width: number;
      readonly height: number;
    }
  | {
      /** Leaves columns out. */
      readonly step: 'select';
      readonly columns: ColumnSelection;
      /** The chosen columns, all others, or those of the chosen ones that are (nearly) constant or say the same as an earlier one. */
      readonly action: 'drop' | 'keep' | 'drop-constant' | 'drop-correlated';
      /** Share of rows with one value from which on a column is constant. */
      readonly constantShare: number;
      /** Absolute correlation from which on the later of two columns goes. */
      readonly correlation: number;
    };

/** Hours are of timestamps only. `weekend`: 1 on Saturday and Sunday. Cycles: sine and cosine of the part as an angle. */
export type DatePart = 'year' | 'month' | 'day' | 'weekday' | 'hour' | 'weekend' | 'days' | 'month-cycle' | 'weekday-cycle' | 'hour-cycle';

/** A feature of a fitted recipe: a row-wise expression, or one of the numbers that a text becomes as a whole. */
export type FeatureOutput = NamedExpr | TermOutput;

export interface TermOutput {
  readonly name: string;
  /** Index into `texts`. */
  readonly text: number;
  /** Which of the text's numbers: index into `terms`, of the word, or of the pixel. */
  readonly term: number;
}

/** How one text becomes many numbers. */
export type TextFeatures = TextTerms | WordPlaces | ImagePixels;

/** How one text becomes term weights: by the same lists in the rows read for training and in ONNX. */
export interface TextTerms {
  /** Of type string over the inputs; null where missing. */
  readonly expr: Expr;
  /** Words of fewer characters are read over. */
  readonly shortest: number;
  /** Words that occur in terms, each by all its spellings. */
  readonly words: readonly (readonly string[])[];
  /** Words of a term by index, shorter terms first, and what one occurrence of it counts. */
  readonly terms: readonly { readonly words: readonly number[]; readonly weight: number }[];
  /** Several occurrences count as one. */
  readonly presence: boolean;
  /** Each row's weights are divided by their Euclidean length. */
  readonly normalise: boolean;
}

/** How one text becomes the places of its first `length` words: from 1, 0 for a word that is not known and after the last. */
export interface WordPlaces {
  /** The input column. */
  readonly column: string;
  /** Of type string over the inputs; null where missing. */
  readonly expr: Expr;
  /** By place: all spellings of a word. */
  readonly places: readonly (readonly string[])[];
  readonly length: number;
}

/**
 * How the path of an image file becomes its pixels, row by row: red · 65,536 + green · 256 + blue (0…255 each); missing where the file
 * cannot be read. A model file reads them from the text that `ImageInput` says instead.
 */
export interface ImagePixels {
  /** The input column. */
  readonly image: string;
  readonly width: number;
  readonly height: number;
}

/** A recipe after fitting: constants in expressions. Rows in, one float per output out. */
export interface FittedRecipe {
  /** Raw columns needed, with their types. Only boolean, integer, float, string, date and timestamp occur. */
  readonly inputs: Schema;
  /**
   * Output features in order; each expression (terms: their text) is over `inputs`, row-wise, of type float, and never null unless the recipe was fitted
   * for a learner that takes missing features (null in SQL, NaN in ONNX and in matrices). The empty string and null are the same (missing) for string inputs, in SQL as in ONNX.
   */
  readonly outputs: readonly FeatureOutput[];
  readonly texts?: readonly TextFeatures[];
  /** Outputs that are codes 0, 1, 2 …, with what each code stands for. */
  readonly categorical?: readonly { readonly name: string; readonly categories: readonly string[] }[];
  /**
   * Where the rows fitted on must not see what later rows see (a target encoding would give away their own target): these rows, each
   * once and with all their columns, with outputs of the same names in the same order.
   */
  readonly training?: { readonly relation: Relation; readonly outputs: readonly FeatureOutput[] };
}

// ── learners and models ────────────────────────────────────────────────────────────────────────────────────────────

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

// ── evaluations and reports ────────────────────────────────────────────────────────────────────────────────────────

export interface Evaluation {
  readonly task: LearningTask;
  readonly target: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly report: Report;
  /** Of monitoring nodes: what was seen of this batch, and whose node it was. Alerts read it. */
  readonly monitored?: { readonly nodeId: string; readonly batch: MonitorBatch };
}

/** A page of results: blocks that the results panel, a report file or a dashboard can all draw. */
export interface Report {
  readonly title: string;
  readonly blocks: readonly ReportBlock[];
}

export type ReportBlock =
  | { readonly type: 'text'; readonly markdown: string }
  | { readonly type: 'metrics'; readonly title?: string; readonly metrics: readonly MetricItem[] }
  | {
      readonly type: 'chart';
      readonly chart: ChartSpec;
      /** What was asked of the node's input table, so that it can be asked again of a part of the rows. */
      readonly query?: ChartQuery;
      /** The input port with that table; default `table`. */
      readonly input?: string;
    }
  | {
      readonly type: 'table';
      readonly title?: string;
      readonly columns: readonly { readonly name: string; readonly type: Column['type'] }[];
      readonly rows: readonly (readonly (null | boolean | number | string)[])[];
    }
  /** Nodes that a person can put on the canvas by a button: a result as an ordinary pipeline. */
  | ({ readonly type: 'pipeline'; readonly title: string; readonly summary: string } & PipelinePart)
  /** Why a model predicts what it does: views in which a row and a class can be chosen. */
  | { readonly type: 'explanation'; readonly explanation: Explanation };

export interface MetricItem {
  readonly name: string;
  readonly value: number;
  readonly format: 'count' | 'number' | 'percent' | 'duration' | 'bytes';
  /** One plain sentence: what the number means, which way is better. */
  readonly help?: string;
}

/** A chart in data terms; the results panel owns colours, fonts and the drawing library. */
export interface ChartSpec {
  readonly title: string;
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly series: readonly ChartSeries[];
  readonly note?: string;
  /** How bars of several series stand; default: histograms overlay, bars of categories stand side by side. */
  readonly bars?: 'overlay' | 'group' | 'stack';
  /** What `z` of heat maps and points measures; `centre`: the value in the middle of a diverging scale; `log`: colours by powers of ten. */
  readonly colour?: { readonly title: string; readonly centre?: number; readonly log?: boolean };
}

export interface AxisSpec {
  readonly title: string;
  readonly scale?: 'linear' | 'log' | 'category' | 'time';
  readonly range?: readonly [number, number];
  /** The column whose values are on the axis: a selection along it is a condition on that column. */
  readonly column?: Column;
  /** Category axes of a column: what each label stands for. */
  readonly categories?: readonly AxisCategory[];
  /** Values are shares from 0 to 1, written as percents. */
  readonly percent?: boolean;
}

export interface AxisCategory {
  readonly label: string;
  /** Null: missing. Of no meaning where `rest`. */
  readonly value: null | boolean | number | string;
  /** Every value that has no label of its own. */
  readonly rest?: boolean;
}

/** Five numbers of a box plot: whiskers end at the furthest values within 1.5 interquartile ranges of the box. */
export interface BoxShape {
  readonly low: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly high: number;
  readonly mean: number;
  /** Values in all, and those beyond the whiskers. */
  readonly rows: number;
  readonly outside: number;
  /** Some or all of the latter. */
  readonly outliers: readonly number[];
}

export interface ChartSeries {
  readonly name: string;
  /** `band`: the area between `low` and `high`; `boxes`: one `boxes` entry for each x (null: no values), y the medians. */
  readonly mark: 'line' | 'points' | 'bars' | 'area' | 'heatmap' | 'hexagons' | 'reference' | 'band' | 'boxes';
  readonly x: readonly (number | string | null)[];
  readonly y: readonly (number | string | null)[];
  /** heatmap: z[row][column] over y × x; points: size or colour by value; hexagons: z[0], their colour. */
  readonly z?: readonly (readonly (number | null)[])[];
  /** heatmap: text in the cells. */
  readonly text?: readonly (readonly string[])[];
  /** Colour group: series with the same group share a colour. */
  readonly group?: string;
  /** Bars over bins: their edges, one more than bars; a bar holds values from its left edge up to, not including, its right one. */
  readonly edges?: readonly (number | string)[];
  /** Heat maps over bins: edges of the rows. */
  readonly yEdges?: readonly (number | string)[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
  readonly boxes?: readonly (BoxShape | null)[];
  /** Hexagons, x and y their centres, corners up: size in the axes' units (decades on logarithmic axes, ms on time axes). */
  readonly hexagon?: { readonly width: number; readonly height: number };
  /** Hexagons: rows in each, where the colour is something else. */
  readonly rows?: readonly number[];
  /** Points: area by value. */
  readonly size?: readonly (number | null)[];
  /** The colour for “Other” and missing values, which is none of the palette. */
  readonly neutral?: boolean;
}

export type { Schema, Expr, Relation };
