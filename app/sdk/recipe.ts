import type { Recipe } from './ports.ts';

/** Most frequent categories that the default one-hot step keeps for each text column. */
export const DEFAULT_MAX_CATEGORIES = 30;

/** What a fresh Preprocess node does, and what a linear model or a network does when no recipe is connected: impute, scale, one-hot. */
export const defaultRecipe: Recipe = {
  steps: [
    {
      step: 'impute',
      columns: { by: 'all-numeric' },
      numeric: 'median',
      categorical: 'none',
      constant: 'missing',
      indicator: false,
    },
    {
      step: 'impute',
      columns: { by: 'all-categorical' },
      numeric: 'none',
      categorical: 'most-frequent',
      constant: 'missing',
      indicator: false,
    },
    { step: 'scale', columns: { by: 'all-numeric' }, method: 'standard' },
    {
      step: 'one-hot',
      columns: { by: 'all-categorical' },
      maxCategories: DEFAULT_MAX_CATEGORIES,
      other: false,
      dropFirst: false,
    },
  ],
};

/** Categories that get a code of their own in the default recipe of trees: what fits into one byte beside “missing”. */
export const DEFAULT_MAX_CODES = 254;

/** What learners do that take missing features and categories as they are, such as trees: text becomes codes, numbers stay. */
export const treeRecipe: Recipe = {
  steps: [{ step: 'ordinal', columns: { by: 'all-categorical' }, maxCategories: DEFAULT_MAX_CODES, order: 'frequency', missing: 'nan' }],
};

/** The default recipe in words, for logs and cards. */
export const defaultRecipeSentence =
  'No recipe is connected: missing numbers become the median and missing text the most frequent value, numbers are standardised, and text is one-hot encoded.';

export const treeRecipeSentence = 'No recipe is connected: text becomes codes of categories, and missing values stay missing, which the trees take as they are.';
