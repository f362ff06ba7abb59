import type { ColumnSelection, LearnerSpec, RecipeStep } from '#app/sdk/ports.ts';

const algorithms: Readonly<Record<string, string>> = {
  'linear-regression': 'Linear regression',
  'logistic-regression': 'Logistic regression',
  mlp: 'Neural network',
  'neural-network': 'Neural network',
};

export function algorithmTitle(algorithm: string): string {
  const known = algorithms[algorithm];
  if (known !== undefined) return known;
  const words = algorithm.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function selectionWords(selection: ColumnSelection): string {
  switch (selection.by) {
    case 'all-numeric':
      return 'all numeric columns';
    case 'all-categorical':
      return 'all text columns';
    case 'all-dates':
      return 'all columns of dates';
    case 'all':
      return 'all columns';
    case 'names':
      return selection.names.length === 0 ? 'no columns' : selection.names.join(', ');
  }
}

export interface StepWords {
  readonly title: string;
  readonly detail: string;
}

/** A preprocessing step as a person would say it. */
export function stepWords(step: RecipeStep): StepWords {
  switch (step.step) {
    case 'impute': {
      const numeric = { mean: 'numbers by the mean', median: 'numbers by the median', zero: 'numbers by 0', none: null }[step.numeric];
      const text = { 'most-frequent': 'text by the most frequent value', constant: `text by “${step.constant}”`, none: null }[step.categorical];
      const parts = [numeric, text].filter((part) => part !== null);
      return {
        title: 'Fill missing values',
        detail: `${parts.length === 0 ? 'nothing is filled' : parts.join(', ')}${step.indicator ? '; adds a 0/1 column that says where a value was missing' : ''}`,
      };
    }
    case 'scale':
      return {
        title: 'Scale numbers',
        detail: { standard: 'to mean 0 and standard deviation 1', 'min-max': 'to the range 0 to 1', robust: 'by median and interquartile range', quantile: 'to the share of rows below, 0 to 1', power: 'to mean 0 and standard deviation 1, after a power that takes skew away' }[step.method],
      };
    case 'one-hot':
      return {
        title: 'Turn categories into 0/1 columns',
        detail: `at most ${step.maxCategories} a column${step.other ? ', the rest as “other”' : ''}${step.dropFirst ? ', the first left out' : ''}`,
      };
    case 'ordinal':
      return {
        title: 'Turn categories into codes',
        detail: `0, 1, 2 … by ${step.order === 'frequency' ? 'frequency' : 'value'} for at most ${step.maxCategories} a column; ${step.missing === 'code' ? 'the rest share a code' : 'the rest is missing'}`,
      };
    case 'date-parts':
      return { title: 'Turn dates into numbers', detail: step.parts.length === 0 ? 'nothing is made of them' : step.parts.join(', ').replaceAll('-', ' ') };
    case 'text':
      return {
        title: 'Turn free text into term weights',
        detail: `${{ 'tf-idf': 'frequencies weighed down for common terms', counts: 'counts', presence: '1 where it occurs' }[step.weighting]} of the ${step.maxTerms} most frequent ${step.longest === 1 ? 'words' : `words and runs of up to ${step.longest} words`}`,
      };
    case 'words':
      return { title: 'Read the words of texts', detail: `the first ${step.length} of each, of the ${step.size} words in most rows` };
    case 'pixels':
      return { title: 'Read the images', detail: `brought to ${step.width} × ${step.height} pixels` };
    case 'select': {
      const detail = {
        drop: 'these',
        keep: 'all others',
        'drop-constant': `those with one value in ${Math.round(1000 * step.constantShare) / 10} % of the rows or more`,
        'drop-correlated': `the later of two with a correlation of ${step.correlation} or more`,
      }[step.action];
      return { title: 'Leave columns out', detail };
    }
    case 'target-encode':
      return {
        title: 'Turn categories into the mean of the target',
        detail: `${step.smoothing === 'auto' ? 'rare ones drawn towards the overall mean as the variances say' : `drawn towards the overall mean by ${step.weight} rows`}, training rows by ${step.folds} folds`,
      };
  }
}

/** A param's value in a table of params. */
export function paramText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(paramText).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

export function learnerSentence(learner: Pick<LearnerSpec, 'target' | 'features' | 'task'>): string {
  const from = learner.features === null ? 'every other usable column' : learner.features.length === 1 ? learner.features[0] : `${learner.features.length} columns`;
  return `Predicts ${learner.target === '' ? 'a target that is not chosen yet' : learner.target} (${learner.task}) from ${from}.`;
}
