import { formatNumber } from '#app/core/units.ts';
import type { Brief } from './document.ts';
import { canonicalMetric } from '#app/core/metric-names.ts';
import { knownMetric } from './metric-names.ts';

/** A measured number beside what the project asks of it. */
export interface Verdict {
  /** Canonical name. */
  readonly metric: string;
  readonly title: string;
  readonly value: number;
  readonly target: number;
  readonly better: 'higher' | 'lower';
  readonly met: boolean;
  /** Which of several learners it is of: the best one. */
  readonly of: string | null;
  /** The metric that stands for success. */
  readonly isMain: boolean;
}

/**
 * What was measured, judged by the brief, in the brief's order. `metrics` has names as evaluation nodes give them: `roc_auc`, `rocAuc`, or
 * `roc_auc: Gradient Boosting` where several learners were scored; of those the best is judged. Values that are not finite are left out.
 */
export function judgeMetrics(targets: Brief['metrics'], metrics: Readonly<Record<string, number>>): Verdict[] {
  const measured = Object.entries(metrics).flatMap(([name, value]) => {
    if (!Number.isFinite(value)) return [];
    const at = name.indexOf(':');
    return [{ metric: canonicalMetric(at < 0 ? name : name.slice(0, at)), of: at < 0 ? null : name.slice(at + 1).trim(), value }];
  });
  return targets.flatMap(({ metric, target }, index) => {
    const known = knownMetric(metric);
    const better = known?.better ?? 'higher';
    const name = known?.name ?? canonicalMetric(metric);
    const found = measured.filter((one) => one.metric === name).toSorted((a, b) => (better === 'higher' ? b.value - a.value : a.value - b.value))[0];
    if (found === undefined) return [];
    const met = better === 'higher' ? found.value >= target : found.value <= target;
    return [{ metric: name, title: known?.title ?? metric, value: found.value, target, better, met, of: found.of, isMain: index === 0 }];
  });
}

/** “ROC AUC 0.81, target 0.85: not met”. */
export function verdictSentence({ title, value, target, met, of }: Verdict): string {
  return `${title} ${formatNumber(value)}${of === null ? '' : ` (${of})`}, target ${formatNumber(target)}: ${met ? 'met' : 'not met'}`;
}

/** Nodes whose numbers are judged: training tells of rows that the model has seen. */
export const isJudged = (nodeType: string): boolean => nodeType.startsWith('evaluate/') || nodeType.startsWith('monitor/') || nodeType === 'train/time-series-forecast' || nodeType === 'train/auto-train' || nodeType === 'train/parameter-search';

export interface NodeVerdict extends Verdict {
  /** Title of the node that measured it. */
  readonly node: string;
  readonly nodeId: string;
}

/** Verdicts of the nodes of a run that judge models, in their order. */
export function judgeNodes(targets: Brief['metrics'], nodes: Iterable<{ readonly nodeId: string; readonly type: string; readonly title: string; readonly metrics: Readonly<Record<string, number>> }>): NodeVerdict[] {
  return [...nodes].filter(({ type }) => isJudged(type)).flatMap(({ nodeId, title, metrics }) => judgeMetrics(targets, metrics).map((verdict) => ({ ...verdict, node: title, nodeId })));
}
