/** What metrics are called: one table for the brief, reports, runs, the registry and descriptions. German is said of these titles (renderer/text/engine-de/metrics.json). */
export interface MetricName {
  /** Canonical: small letters, words parted by `_`. */
  readonly name: string;
  readonly title: string;
  /** Other canonical spellings of the same metric. */
  readonly also?: readonly string[];
  /** The title begins with a name, and stays as it is inside a sentence. */
  readonly isProper?: true;
}

export const metricNames: readonly MetricName[] = [
  { name: 'roc_auc', title: 'ROC AUC', also: ['auc', 'roc_auc_macro'] },
  { name: 'accuracy', title: 'Accuracy' },
  { name: 'balanced_accuracy', title: 'Balanced accuracy' },
  { name: 'f1_macro', title: 'F1 (macro)', also: ['macro_f1'] },
  { name: 'average_precision', title: 'Average precision' },
  { name: 'precision', title: 'Precision', also: ['macro_precision'] },
  { name: 'recall', title: 'Recall', also: ['macro_recall'] },
  { name: 'log_loss', title: 'Log loss' },
  { name: 'brier', title: 'Brier score', also: ['brier_score'], isProper: true },
  { name: 'rmse', title: 'RMSE' },
  { name: 'mae', title: 'MAE' },
  { name: 'r2', title: 'R²', also: ['r_squared'] },
  { name: 'mape', title: 'MAPE' },
  { name: 'mean_error', title: 'Mean error of the backtest' },
  { name: 'silhouette', title: 'Silhouette' },
];

const byName = new Map(metricNames.map((one) => [one.name, one]));
const spellings = new Map(metricNames.flatMap(({ name, also = [] }) => also.map((other) => [other, name] as const)));

const wordsOf = (name: string): string =>
  name
    .replaceAll('`', '')
    .replaceAll('²', '2')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');

/** `rocAuc`, `ROC AUC (macro)` and `roc_auc` are `roc_auc`. */
export function canonicalMetric(name: string): string {
  const words = wordsOf(name);
  return spellings.get(words) ?? words;
}

/** `validationLoss` → "Validation loss", `rocAuc` → "ROC AUC"; text that has spaces of its own stays. */
export function metricTitle(name: string): string {
  if (/\s/.test(name)) return name;
  // Of its other spellings some say more than the metric's name does: `macro_recall`.
  const known = byName.get(wordsOf(name));
  if (known !== undefined) return known.title;
  const words = name
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .trim()
    .split(' ')
    .map((word) => {
      const lower = word.toLowerCase();
      return acronyms.get(lower) ?? (word === word.toUpperCase() && word.length > 1 ? word : lower);
    });
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A metric's title inside a sentence: “accuracy”, “ROC AUC”. */
export function metricInSentence(name: string): string {
  const title = metricTitle(name.replaceAll('`', '').trim().replaceAll(/\s+/g, '_'));
  const stays = byName.get(wordsOf(name))?.isProper === true || !/^[A-Z][a-z]/.test(title);
  return stays ? title : title.charAt(0).toLowerCase() + title.slice(1);
}

const acronyms = new Map([
  ['auc', 'AUC'],
  ['roc', 'ROC'],
  ['pr', 'PR'],
  ['mae', 'MAE'],
  ['mse', 'MSE'],
  ['rmse', 'RMSE'],
  ['mape', 'MAPE'],
  ['mcc', 'MCC'],
  ['r2', 'R²'],
  ['f1', 'F1'],
]);
