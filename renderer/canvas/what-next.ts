import type { PipelineDocument } from '#app/pipeline/document.ts';
import { ancestors, indexGraph } from '#app/pipeline/graph.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { findPredictionColumns } from '#app/sdk/prediction.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import { catalogue, categoryOf } from '../state/catalogue.ts';
import { texts } from '../text/texts.ts';

/** What could come next after an output, from its kind and its data, each with its reason in a few words. Pure functions. */

export interface ColumnFacts {
  readonly name: string;
  readonly count: number;
  readonly missing: number;
  readonly distinct: number | null;
}

export interface NextFacts {
  readonly kind: PortKind;
  /** Type and port of the node that it comes from. */
  readonly type: string;
  readonly port: string;
  /** Columns of a table; null while unknown. */
  readonly schema: Schema | null;
  /** What was seen in its columns; null before anything was read. */
  readonly columns: readonly ColumnFacts[] | null;
  /** Types of the node and of all before it. */
  readonly before: ReadonlySet<string>;
  /** A target that some train node of the pipeline has. */
  readonly target: string | null;
}

export interface Suggestion {
  readonly type: string;
  readonly why: string;
}

export type Task = 'classification' | 'regression';

/** The column that is likely to be predicted, and as what. */
export interface LikelyTarget {
  readonly name: string;
  readonly task: Task;
  /** A train node of this pipeline predicts it already. */
  readonly known: boolean;
}

export function nextFacts(document: PipelineDocument, from: { readonly node: string; readonly port: string }, kind: PortKind, schema: Schema | null, columns: readonly ColumnFacts[] | null): NextFacts {
  const { nodes } = indexGraph(document);
  const typeOf = (id: string): string => nodes.get(id)?.type ?? '';
  const targets = document.nodes.flatMap(({ type, params }) => (categoryOf(type) === 'train' && typeof params['target'] === 'string' && params['target'] !== '' ? [params['target']] : []));
  return {
    kind,
    type: typeOf(from.node),
    port: from.port,
    schema,
    columns,
    before: new Set([typeOf(from.node), ...[...ancestors(document, [from.node])].map(typeOf)]),
    target: targets.find((name) => schema?.some((column) => column.name === name)) ?? targets[0] ?? null,
  };
}

/** Text with more different values than this is a name or an address, not a class. */
const mostClasses = 50;
const identifier = /(^|_)(id|uuid|key|code|name|email|phone|address|url)$/i;

/** The trainers' own guess of a target, taken only where the data does not speak against it. */
export function likelyTarget({ schema, columns, target }: NextFacts): LikelyTarget | null {
  if (schema === null) return null;
  const known = schema.find(({ name }) => name === target);
  if (known) return { name: known.name, task: isAmount(known, columns) ? 'regression' : 'classification', known: true };
  const guess = (type: string): Column | undefined => {
    const definition = catalogue.get(type)?.definition;
    const params = definition?.params.safeParse({});
    const suggested = definition && params?.success ? definition.suggest?.({ inputs: { table: [{ kind: 'table', schema }] }, params: params.data, facts: null }) : null;
    const name: unknown = suggested && 'target' in suggested ? suggested.target : undefined;
    return schema.find((column) => column.name === name);
  };
  const asClass = guess('train/logistic-regression');
  if (asClass && (asClass.type === 'string' || asClass.type === 'boolean') && isClass(asClass, columns)) return { name: asClass.name, task: 'classification', known: false };
  const asNumber = guess('train/linear-regression');
  return asNumber && !identifier.test(asNumber.name) ? { name: asNumber.name, task: isAmount(asNumber, columns) ? 'regression' : 'classification', known: false } : null;
}

function isClass({ name }: Column, columns: readonly ColumnFacts[] | null): boolean {
  const seen = columns?.find((column) => column.name === name);
  if (seen && seen.distinct !== null) return seen.distinct > 1 && seen.distinct <= mostClasses;
  return !identifier.test(name);
}

function isAmount({ name, type }: Column, columns: readonly ColumnFacts[] | null): boolean {
  if (type === 'float') return true;
  const seen = columns?.find((column) => column.name === name);
  return type === 'integer' && (seen === undefined || seen.distinct === null || seen.distinct > 12);
}

/** Types worth offering first, best first. Types that do not fit the joint, or are not installed, are for the caller to leave out. */
export function whatNext(facts: NextFacts): readonly Suggestion[] {
  const offers: Suggestion[] = facts.kind === 'table' ? afterTable(facts) : (afterKind[facts.kind] ?? []);
  const seen = new Set<string>();
  return offers.filter(({ type }) => type !== facts.type && !seen.has(type) && seen.add(type));
}

const afterKind: Readonly<Partial<Record<PortKind, Suggestion[]>>> = {
  model: [
    { type: 'evaluate/predict', why: texts.canvas.next.applies },
    { type: 'evaluate/permutation-importance', why: texts.canvas.next.relies },
    { type: 'evaluate/shap', why: texts.canvas.next.explains },
    { type: 'deploy/bundle', why: texts.canvas.next.bundle },
    { type: 'deploy/register-model', why: texts.canvas.next.register },
  ],
  learner: [
    { type: 'evaluate/test-and-score', why: texts.canvas.next.scores },
    { type: 'train/parameter-search', why: texts.canvas.next.search },
    { type: 'train/stacking', why: texts.canvas.next.joins },
    { type: 'evaluate/learning-curve', why: texts.canvas.next.moreRows },
  ],
  recipe: [
    { type: 'train/gradient-boosting', why: texts.canvas.next.learns },
    { type: 'train/logistic-regression', why: texts.canvas.next.learnsClasses },
    { type: 'train/linear-regression', why: texts.canvas.next.learnsNumbers },
    { type: 'train/neural-network', why: texts.canvas.next.learns },
  ],
};

const percent = (share: number): string => (share < 0.01 ? texts.canvas.next.under1 : `${Math.round(share * 100)} %`);

function afterTable(facts: NextFacts): Suggestion[] {
  const { type, port, schema, before } = facts;
  const target = likelyTarget(facts);
  if (type === 'evaluate/predict' || (type === 'evaluate/test-and-score' && port === 'predictions')) return afterPredictions(facts, target);
  if (type === 'evaluate/test-and-score' && port === 'scores') return [{ type: 'evaluate/compare-models', why: texts.canvas.next.compare }];
  const isSplit = before.has('transform/partition');
  const isTest = type === 'transform/partition' && port === 'test';
  const split: Suggestion = { type: 'transform/partition', why: target ? texts.canvas.next.splitFor(target.name) : texts.canvas.next.split };
  const mend = afterLooks(facts);
  const trainers = target && !isTest ? trainersFor(target) : [];
  const predict: Suggestion = { type: 'evaluate/predict', why: isTest ? texts.canvas.next.tests : texts.canvas.next.appliesHere };
  const text = schema?.find(({ name, type: kind }) => kind === 'string' && /^(text|review|comment|message|body|description|content)$/i.test(name));
  const forText: Suggestion[] = text ? [{ type: 'train/text-classifier', why: texts.canvas.next.words(text.name) }, { type: 'transform/text', why: texts.canvas.next.cleans(text.name) }] : [];
  const look: Suggestion[] = categoryOf(type) === 'data' ? [{ type: 'explore/data-quality-profile', why: texts.canvas.next.quality }] : [];
  const shape: Suggestion[] = [
    { type: 'transform/filter-rows', why: texts.canvas.next.filter },
    { type: 'transform/select-columns', why: texts.canvas.next.select },
    { type: 'transform/group-by', why: texts.canvas.next.group },
  ];
  if (isTest) return [predict, ...shape];
  if (isSplit) return [...trainers, ...forText, ...mend, predict];
  // Where a model is under way, filling gaps before the split would let the test rows tell the training rows about themselves.
  if (target?.known) return [split, ...trainers.slice(0, 3), ...forText, ...mend, ...look, ...shape];
  return [...mend.slice(0, 2), ...(target ? [split, ...trainers.slice(0, 3)] : []), ...forText, ...look, ...mend.slice(2), ...shape];
}

/** What the columns themselves ask for: missing values first, then dates. */
function afterLooks({ schema, columns, before }: NextFacts): Suggestion[] {
  const offers: Suggestion[] = [];
  const gaps = (columns ?? []).filter(({ missing, count }) => missing > 0 && count > 0).sort((a, b) => b.missing / b.count - a.missing / a.count);
  const [worst] = gaps;
  if (worst && !before.has('transform/impute')) {
    offers.push({ type: 'transform/impute', why: texts.canvas.next.gaps(percent(worst.missing / worst.count), worst.name, gaps.length - 1) });
  }
  const date = schema?.find(({ type }) => type === 'date' || type === 'timestamp');
  if (date) {
    if (!before.has('transform/date-and-time')) offers.push({ type: 'transform/date-and-time', why: texts.canvas.next.dates(date.name) });
    if (schema?.some(({ type }) => type === 'float' || type === 'integer')) {
      offers.push({ type: 'explore/line-plot', why: texts.canvas.next.draws(date.name) }, { type: 'train/time-series-forecast', why: texts.canvas.next.forecast(date.name) });
    }
  }
  return offers;
}

function trainersFor({ name, task, known }: LikelyTarget): Suggestion[] {
  const why = known ? texts.canvas.next.predicts(name) : task === 'classification' ? texts.canvas.next.likeClass(name) : texts.canvas.next.likeNumber(name);
  const order = task === 'classification' ? ['train/logistic-regression', 'train/gradient-boosting', 'train/random-forest', 'train/auto-train'] : ['train/linear-regression', 'train/gradient-boosting', 'train/random-forest', 'train/auto-train'];
  return order.map((type) => ({ type, why }));
}

function afterPredictions({ schema }: NextFacts, target: LikelyTarget | null): Suggestion[] {
  const classes: Suggestion[] = [
    { type: 'evaluate/confusion-matrix', why: texts.canvas.next.confusion },
    { type: 'evaluate/roc-pr', why: texts.canvas.next.separate },
    { type: 'evaluate/calibration', why: texts.canvas.next.calibration },
    { type: 'evaluate/threshold-tuning', why: texts.canvas.next.threshold },
    { type: 'evaluate/fairness-report', why: texts.canvas.next.fair },
  ];
  const numbers: Suggestion[] = [{ type: 'evaluate/regression-diagnostics', why: texts.canvas.next.howFar }, { type: 'explore/scatter-plot', why: texts.canvas.next.against }];
  const write: Suggestion[] = [{ type: 'data/csv-writer', why: texts.canvas.next.writes }];
  const search = schema && findPredictionColumns(schema, { target: '', predicted: '' });
  const task = search?.ok ? search.columns.task : target?.task;
  return task === 'regression' ? [...numbers, ...write] : [...classes, ...write];
}
