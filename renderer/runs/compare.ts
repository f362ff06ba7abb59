import type { PipelineDocument } from '#app/pipeline/document.ts';
import { paramText } from '../results/model/words.ts';
import { metricTitle } from '../results/report/metric-text.ts';
import { texts } from '../text/texts.ts';
import { titleIn } from '../state/catalogue.ts';

export interface ParamDifference {
  readonly nodeId: string;
  readonly title: string;
  /** `learningRate`, `steps 2 method`; empty where the node itself is only in some. */
  readonly param: string;
  /** One text a document, null where the node is not there. */
  readonly values: readonly (string | null)[];
}

/** Params in which documents differ, in the order of their nodes. */
export function paramDifferences(documents: readonly PipelineDocument[], titleOf: (node: PipelineDocument['nodes'][number]) => string): ParamDifference[] {
  const ids = [...new Set(documents.flatMap((document) => document.nodes.map((node) => node.id)))];
  const differences: ParamDifference[] = [];
  for (const id of ids) {
    const nodes = documents.map((document) => document.nodes.find((node) => node.id === id) ?? null);
    const some = nodes.find((node) => node !== null);
    if (!some) continue;
    const title = titleOf(some);
    if (nodes.includes(null)) differences.push({ nodeId: id, title, param: '', values: nodes.map((node) => (node === null ? texts.runs.notThere : texts.runs.there)) });
    const flat = nodes.map((node) => (node === null ? null : flatten(node.params)));
    const names = [...new Set(flat.flatMap((params) => (params === null ? [] : [...params.keys()])))];
    for (const name of names) {
      const values = flat.map((params) => (params === null ? null : (params.get(name) ?? '–')));
      if (new Set(values.filter((value) => value !== null)).size > 1) differences.push({ nodeId: id, title, param: name, values });
    }
  }
  return differences;
}

function flatten(params: Readonly<Record<string, unknown>>): Map<string, string> {
  const flat = new Map<string, string>();
  const visit = (value: unknown, path: string, depth: number) => {
    const nested = typeof value === 'object' && value !== null && depth < 4 && (!Array.isArray(value) || value.some((item) => typeof item === 'object'));
    if (!nested) {
      flat.set(path, paramText(value));
      return;
    }
    for (const [key, inner] of Object.entries(value)) visit(inner, path === '' ? key : `${path} ${Array.isArray(value) ? Number(key) + 1 : key}`, depth + 1);
  };
  visit(params, '', 0);
  return flat;
}

export interface MetricRow {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Metrics of several runs side by side; those that every run has first. */
export function metricRows(runs: readonly { readonly metrics: Readonly<Record<string, number>> }[]): MetricRow[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
  const rows = names.map((name): MetricRow => ({ name, values: runs.map((run) => run.metrics[name] ?? null) }));
  const missing = (row: MetricRow) => row.values.filter((value) => value === null).length;
  return rows.sort((a, b) => missing(a) - missing(b));
}

/** `ROC and PR · rocAuc` → "ROC and PR · ROC AUC". */
export function metricTitleOf(name: string): string {
  const { node, metric } = splitMetric(name);
  return node === '' ? metric : `${node} · ${metric}`;
}

/** Node and metric of a run's metric, the metric in words. */
export function splitMetric(name: string): { readonly node: string; readonly metric: string } {
  const at = name.lastIndexOf(' · ');
  return at < 0 ? { node: '', metric: metricTitle(name) } : { node: titleIn(name.slice(0, at)), metric: metricTitle(name.slice(at + 3)) };
}

/** Metrics of a run by the node that gave them. */
export function metricsByNode(metrics: Readonly<Record<string, number>>): [node: string, metrics: Record<string, number>][] {
  const groups = new Map<string, Record<string, number>>();
  for (const [name, value] of Object.entries(metrics)) {
    const at = name.lastIndexOf(' · ');
    const node = at < 0 ? '' : titleIn(name.slice(0, at));
    groups.set(node, { ...groups.get(node), [at < 0 ? name : name.slice(at + 3)]: value });
  }
  return [...groups];
}

/** The metrics that most runs have, for columns of the list. */
export function commonMetrics(runs: readonly { readonly metrics: Readonly<Record<string, number>> }[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const run of runs) for (const name of Object.keys(run.metrics)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, most).map(([name]) => name);
}
