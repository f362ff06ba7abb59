import type { Expr, NamedExpr, Relation, Schema } from '#app/relation/types.ts';

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
