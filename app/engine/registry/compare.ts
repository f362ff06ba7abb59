import { canonicalJson } from '#app/core/hash.ts';
import { metricDirection } from '#app/sdk/scores.ts';
import type { ModelVersionRecord } from '#app/store/index.ts';
import { allMetrics } from './search.ts';

/** Versions side by side; the first is what the others are compared with. Lists are as long as there are versions, in their order. */
export interface VersionComparison {
  readonly metrics: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
    /** Value less the first one's. */
    readonly differences: readonly (number | null)[];
    /** Null: not known which way is better. */
    readonly better: 'higher' | 'lower' | null;
    /** Place of the best value where there is one best. */
    readonly best: number | null;
  }[];
  /** Inputs that not all have, or not as the same type; null: it has none of that name. */
  readonly inputs: readonly { readonly name: string; readonly types: readonly (string | null)[] }[];
  readonly sameInputs: number;
  /** Other parts of the signature and what they were made by, where they differ. */
  readonly facts: readonly { readonly name: 'algorithm' | 'task' | 'target' | 'classes' | 'rows' | 'recipe' | 'commit' | 'app' | 'pipeline'; readonly values: readonly (string | null)[] }[];
  /** Params that differ. */
  readonly params: readonly { readonly name: string; readonly values: readonly (string | null)[] }[];
  /** Whether it was fitted on the data of the first; null where that is not known. */
  readonly sameData: readonly (boolean | null)[];
  readonly sameModel: readonly boolean[];
}

export function compareVersions(versions: readonly ModelVersionRecord[]): VersionComparison {
  const [first] = versions;
  const metrics = versions.map(allMetrics);
  return {
    metrics: sortedMetrics([...new Set(metrics.flatMap((one) => Object.keys(one)))].map((name) => metricRow(name, metrics.map((one) => one[name] ?? null)))),
    ...inputsOf(versions),
    facts: factsOf(versions),
    params: differing([...new Set(versions.flatMap(({ value }) => Object.keys(value.params)))], versions, (one, name) => said(one.value.params[name])),
    sameData: versions.map((one) => (first === undefined ? null : sameData(first, one))),
    sameModel: versions.map((one) => one.value.onnx === first?.value.onnx),
  };
}

type MetricRow = VersionComparison['metrics'][number];

function metricRow(name: string, values: readonly (number | null)[]): MetricRow {
  const [base] = values;
  const better = metricDirection(name);
  const present = values.filter((value) => value !== null);
  const extreme = better === 'higher' ? Math.max(...present) : Math.min(...present);
  const isOne = better !== null && present.length > 1 && present.filter((value) => value === extreme).length === 1;
  return { name, values, differences: values.map((value) => (value === null || base === null || base === undefined ? null : value - base)), better, best: isOne ? values.indexOf(extreme) : null };
}

/** Those that all have first, evaluations before what was measured while fitting. */
function sortedMetrics(rows: readonly MetricRow[]): MetricRow[] {
  const missing = ({ values }: MetricRow): number => values.filter((value) => value === null).length;
  return rows.toSorted((a, b) => missing(a) - missing(b) || Number(b.name.includes(': ')) - Number(a.name.includes(': ')));
}

function inputsOf(versions: readonly ModelVersionRecord[]): Pick<VersionComparison, 'inputs' | 'sameInputs'> {
  const names = [...new Set(versions.flatMap(({ value }) => value.signature.inputs.map(({ name }) => name)))];
  const inputs = differing(names, versions, ({ value }, name) => value.signature.inputs.find((column) => column.name === name)?.type ?? null);
  return { inputs: inputs.map(({ name, values }) => ({ name, types: values })), sameInputs: names.length - inputs.length };
}

function factsOf(versions: readonly ModelVersionRecord[]): VersionComparison['facts'] {
  const read: Readonly<Record<VersionComparison['facts'][number]['name'], (one: ModelVersionRecord) => string | null>> = {
    algorithm: ({ value }) => value.algorithm,
    task: ({ value }) => value.signature.task,
    target: ({ value }) => value.signature.target.name,
    classes: ({ value }) => value.signature.classes?.join(', ') ?? null,
    rows: ({ value }) => String(value.rows),
    recipe: ({ facts }) => (facts.recipe === undefined ? null : facts.recipe.map(({ step }) => step).join(', ')),
    commit: ({ facts }) => facts.commit?.slice(0, 10) ?? null,
    app: ({ facts }) => facts.app ?? null,
    pipeline: ({ facts }) => facts.pipeline?.slice(0, 10) ?? null,
  };
  return differing(Object.keys(read) as (keyof typeof read)[], versions, (one, name) => read[name](one));
}

function differing<N extends string>(names: readonly N[], versions: readonly ModelVersionRecord[], read: (one: ModelVersionRecord, name: N) => string | null): { name: N; values: (string | null)[] }[] {
  return names.map((name) => ({ name, values: versions.map((one) => read(one, name)) })).filter(({ values }) => new Set(values).size > 1);
}

const said = (value: unknown): string | null => (value === undefined ? null : typeof value === 'string' ? value : canonicalJson(value));

/** By content where both are known so, or made by the very same steps of the very same sources. */
function sameData(a: ModelVersionRecord, b: ModelVersionRecord): boolean | null {
  if (a.facts.data === undefined || b.facts.data === undefined) return null;
  return a.facts.data === b.facts.data || (a.facts.dataset !== undefined && a.facts.dataset.key === b.facts.dataset?.key);
}

const preferred = ['roc_auc', 'rocauc', 'auc', 'r2', 'average_precision', 'f1_macro', 'f1', 'balanced_accuracy', 'accuracy', 'rmse', 'mae', 'log_loss', 'logloss', 'validationloss'];

/** The metric that stands for a model: one of the newest versions' that most versions have, evaluations before numbers of fitting, the usual ones first. */
export function mainMetric(versions: readonly ModelVersionRecord[]): string | null {
  const counts = new Map<string, number>();
  for (const one of versions) for (const name of Object.keys(allMetrics(one))) if (metricDirection(name) !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  const rank = (name: string): number => {
    const own = name.slice(name.lastIndexOf(': ') + (name.includes(': ') ? 2 : 0)).toLowerCase();
    const at = preferred.findIndex((one) => own === one || own === one.replaceAll('_', ''));
    return (at < 0 ? preferred.length : at) + (name.includes(': ') ? 0 : 100);
  };
  return [...counts].sort(([a, m], [b, n]) => (n === m ? rank(a) - rank(b) : n - m))[0]?.[0] ?? null;
}
