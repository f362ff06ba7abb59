import { number, records, strings, text, type Params } from '../params.ts';
import { code, columns, counted, inSentence, listed, percent } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';

const target = (params: Params): string => (text(params, 'target') === '' ? 'a target that is still to be chosen' : code(text(params, 'target')));
const details = (line: string): string => (line.includes(' · ') ? ` (${line.split(' · ').slice(1).join(', ')})` : '');
const learner = (what: string): StepWords => (params, line) => `learns ${target(params)} with ${what}${details(line)}`;
const by = (params: Params): string => (strings(params, 'features').length === 0 ? 'every column' : columns(strings(params, 'features')));

const parts: Readonly<Record<string, string>> = { impute: 'fills missing values', scale: 'scales numbers', 'one-hot': 'turns categories into 0/1 columns', ordinal: 'turns categories into codes', 'target-encode': 'replaces categories by the mean of the target', 'date-parts': 'takes dates apart', text: 'turns text into weights of its terms', words: 'reads the words of texts', pixels: 'reads pixels of images', select: 'leaves columns out' };

/** The steps of a recipe in words, each kind once. */
export function recipeWords(steps: readonly Params[]): string {
  return listed([...new Set(steps.map((step) => parts[text(step, 'step')] ?? text(step, 'step')))], 8);
}

export const trainWords: Readonly<Record<string, StepWords>> = {
  'train/preprocess': (params) => (records(params, 'steps').length === 0 ? 'prepares nothing: features stay as they are' : `says how features are prepared: it ${recipeWords(records(params, 'steps'))}. It learns from training rows only`),
  'train/linear-regression': learner('a linear regression'),
  'train/logistic-regression': learner('a logistic regression'),
  'train/decision-tree': learner('a decision tree'),
  'train/random-forest': learner('a random forest'),
  'train/gradient-boosting': learner('gradient-boosted trees'),
  'train/k-nearest-neighbours': learner('the nearest neighbours'),
  'train/naive-bayes': learner('naive Bayes'),
  'train/neural-network': learner('a neural network'),
  'train/svm': learner('a support vector machine'),
  'train/text-classifier': (params, line) => `learns ${target(params)} from the text in ${code(text(params, 'column'))}${details(line)}`,
  'train/convolutional-network': (params, line) => `learns ${target(params)} from the images in ${code(text(params, 'column'))}${details(line)}`,
  'train/auto-train': (params) => `looks for the best model of ${target(params)} by itself, for ${counted(number(params, 'seconds'), 'second')}`,
  'train/parameter-search': (params) => `looks for params of the learner that predict unseen rows best, in ${counted(number(params, 'trials'), 'trial')} over ${counted(number(params, 'folds'), 'fold')}`,
  'train/stacking': (_, line) => `joins the learners into one model (${inSentence(line)})`,
  'train/import-onnx': (params) => (text(params, 'path') === '' ? 'takes a model file that is still to be chosen' : `takes the trained model ${code(text(params, 'path'))}`),
  'train/import-keras': (params) => (text(params, 'path') === '' ? 'takes a network that is still to be chosen' : `takes the trained network ${code(text(params, 'path'))}`),
  'train/k-means': (params) => `divides the rows into ${text(params, 'choose') === 'fixed' ? counted(number(params, 'clusters'), 'compact group') : `as many compact groups as suit them, from ${number(params, 'fewest')} to ${number(params, 'most')},`} by ${by(params)}`,
  'train/dbscan': (params) => `finds groups where rows lie densely, at least ${counted(number(params, 'fewest'), 'row')} together, by ${by(params)}`,
  'train/hierarchical-clustering': (params, line) => `merges the nearest rows step by step into a tree and cuts it into groups (${inSentence(line).replace(/, every column$/, '')}), by ${by(params)}`,
  'train/isolation-forest': (params) => `scores how unusual each row is by ${by(params)} and marks the ${percent(number(params, 'share'))} most unusual`,
  'train/time-series-forecast': (params, line) => `forecasts ${text(params, 'value') === '' ? 'a value that is still to be chosen' : code(text(params, 'value'))} over ${code(text(params, 'time'))}${details(line)}`,
};
