/** Counts of rows by true class (row) and predicted class (column). */
export interface ConfusionMatrix {
  readonly labels: readonly string[];
  /** counts[truth][predicted] */
  readonly counts: readonly (readonly number[])[];
}

export interface ClassMetrics {
  readonly label: string;
  /** Rows that are truly of the class. */
  readonly support: number;
  /** tp ÷ (tp + fp); 0 where the class is never predicted. */
  readonly precision: number;
  /** tp ÷ (tp + fn); NaN where the class never occurs. */
  readonly recall: number;
  /** 2tp ÷ (2tp + fp + fn); 0 where there is no hit. */
  readonly f1: number;
}

export interface ConfusionMetrics {
  readonly rows: number;
  readonly accuracy: number;
  /** Mean recall of the classes that occur (scikit-learn's balanced_accuracy_score). */
  readonly balancedAccuracy: number;
  /** Unweighted means over the classes that occur or are predicted (scikit-learn's average="macro", zero_division=0). */
  readonly macroPrecision: number;
  readonly macroRecall: number;
  readonly macroF1: number;
  readonly classes: readonly ClassMetrics[];
}

/** Counts pairs; labels that occur but are not listed are appended in order of appearance. */
export function confusionMatrix(pairs: Iterable<readonly [truth: string, predicted: string, rows: number]>, labels: readonly string[]): ConfusionMatrix {
  const position = new Map(labels.map((label, index) => [label, index]));
  const cells: { truth: number; predicted: number; rows: number }[] = [];
  const indexOf = (label: string): number => {
    const known = position.get(label);
    if (known !== undefined) return known;
    position.set(label, position.size);
    return position.size - 1;
  };
  for (const [truth, predicted, rows] of pairs) cells.push({ truth: indexOf(truth), predicted: indexOf(predicted), rows });
  const counts = Array.from({ length: position.size }, () => Array.from({ length: position.size }, () => 0));
  for (const cell of cells) {
    const row = counts[cell.truth];
    if (row !== undefined) row[cell.predicted] = (row[cell.predicted] ?? 0) + cell.rows;
  }
  return { labels: [...position.keys()], counts };
}

export function confusionMetrics(matrix: ConfusionMatrix): ConfusionMetrics {
  const { labels, counts } = matrix;
  const predictedTotals = labels.map((_label, index) => sum(counts.map((row) => row[index] ?? 0)));
  const rows = sum(predictedTotals);
  const hits = labels.map((_label, index) => counts[index]?.[index] ?? 0);
  const classes = labels.map((label, index): ClassMetrics => {
    const support = sum(counts[index] ?? []);
    const predicted = predictedTotals[index] ?? 0;
    const hit = hits[index] ?? 0;
    return {
      label,
      support,
      precision: predicted === 0 ? 0 : hit / predicted,
      recall: support === 0 ? Number.NaN : hit / support,
      f1: hit === 0 ? 0 : (2 * hit) / (support + predicted),
    };
  });
  const used = classes.filter((entry, index) => entry.support > 0 || (predictedTotals[index] ?? 0) > 0);
  const occurring = classes.filter((entry) => entry.support > 0);
  return {
    rows,
    accuracy: sum(hits) / rows,
    balancedAccuracy: mean(occurring.map((entry) => entry.recall)),
    macroPrecision: mean(used.map((entry) => entry.precision)),
    macroRecall: mean(used.map((entry) => (Number.isNaN(entry.recall) ? 0 : entry.recall))),
    macroF1: mean(used.map((entry) => entry.f1)),
    classes,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
