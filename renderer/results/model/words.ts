import type { ColumnSelection, LearnerSpec, RecipeStep } from '#app/sdk/ports.ts';
import { texts } from '../../text/texts.ts';

const algorithms: Readonly<Record<string, string>> = {
  'linear-regression': texts.model.algorithms.linear,
  'logistic-regression': texts.model.algorithms.logistic,
  mlp: texts.model.algorithms.network,
  'neural-network': texts.model.algorithms.network,
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
      return texts.model.selection.numeric;
    case 'all-categorical':
      return texts.model.selection.text;
    case 'all-dates':
      return texts.model.selection.dates;
    case 'all':
      return texts.model.selection.all;
    case 'names':
      return selection.names.length === 0 ? texts.model.selection.none : selection.names.join(', ');
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
      const numeric = { mean: texts.model.impute.mean, median: texts.model.impute.median, zero: texts.model.impute.zero, none: null }[step.numeric];
      const text = { 'most-frequent': texts.model.impute.frequent, constant: texts.model.impute.constant(step.constant), none: null }[step.categorical];
      const parts = [numeric, text].filter((part) => part !== null);
      return {
        title: texts.model.impute.title,
        detail: `${parts.length === 0 ? texts.model.impute.nothing : parts.join(', ')}${step.indicator ? `; ${texts.model.impute.indicator}` : ''}`,
      };
    }
    case 'scale':
      return {
        title: texts.model.scale.title,
        detail: { standard: texts.model.scale.standard, 'min-max': texts.model.scale.minMax, robust: texts.model.scale.robust, quantile: texts.model.scale.quantile, power: texts.model.scale.power }[step.method],
      };
    case 'one-hot':
      return {
        title: texts.model.oneHot.title,
        detail: texts.model.oneHot.detail(step.maxCategories, step.other, step.dropFirst),
      };
    case 'ordinal':
      return {
        title: texts.model.codes.title,
        detail: texts.model.codes.detail(step.order === 'frequency', step.maxCategories, step.missing === 'code'),
      };
    case 'date-parts':
      return { title: texts.model.dates.title, detail: step.parts.length === 0 ? texts.model.dates.nothing : step.parts.join(', ').replaceAll('-', ' ') };
    case 'text':
      return {
        title: texts.model.terms.title,
        detail: texts.model.terms.detail({ 'tf-idf': texts.model.terms.weights.tfIdf, counts: texts.model.terms.weights.counts, presence: texts.model.terms.weights.presence }[step.weighting], step.maxTerms, step.longest),
      };
    case 'words':
      return { title: texts.model.words.title, detail: texts.model.words.detail(step.length, step.size) };
    case 'pixels':
      return { title: texts.model.pixels.title, detail: texts.model.pixels.detail(step.width, step.height) };
    case 'select': {
      const detail = {
        drop: texts.model.leave.these,
        keep: texts.model.leave.others,
        'drop-constant': texts.model.leave.constant(Math.round(1000 * step.constantShare) / 10),
        'drop-correlated': texts.model.leave.correlated(step.correlation),
      }[step.action];
      return { title: texts.model.leave.title, detail };
    }
    case 'target-encode':
      return {
        title: texts.model.target.title,
        detail: texts.model.target.detail(step.smoothing === 'auto' ? texts.model.target.auto : texts.model.target.by(step.weight), step.folds),
      };
  }
}

/** A param's value in a table of params. */
export function paramText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? texts.model.yes : texts.model.no;
  if (Array.isArray(value)) return value.length === 0 ? texts.model.none : value.map(paramText).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

export function learnerSentence(learner: Pick<LearnerSpec, 'target' | 'features' | 'task'>): string {
  const from = learner.features === null ? texts.model.everyOther : learner.features.length === 1 ? learner.features[0] : texts.common.columnCount(String(learner.features.length), false);
  return texts.model.predicts(learner.target, learner.task, String(from));
}
