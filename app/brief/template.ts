import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Goal } from './document.ts';
import type { TechniqueId } from './techniques.ts';

/** Data that a pipeline begins with: a reader of the project's file, its node type and params. */
export interface TemplateData {
  readonly reader: { readonly type: string; readonly version: number; readonly params: Readonly<Record<string, unknown>> };
  readonly target: string;
  /** Columns by type, to choose times and texts from. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

interface Step {
  readonly id: string;
  readonly type: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** `FROM.port → port`, in the order of the wires. */
  readonly from: readonly (readonly [node: string, port: string, to: string])[];
  readonly at: readonly [column: number, row: number];
}

const trainers: Partial<Record<TechniqueId, string>> = {
  boosting: 'train/gradient-boosting',
  logistic: 'train/logistic-regression',
  linear: 'train/linear-regression',
  forest: 'train/random-forest',
  tree: 'train/decision-tree',
  network: 'train/neural-network',
  neighbours: 'train/k-nearest-neighbours',
  'naive-bayes': 'train/naive-bayes',
  'text-network': 'train/text-classifier',
  'image-network': 'train/convolutional-network',
};

/** Node types whose learner does classes and numbers, and has to be told which. */
const taskOf = (goal: Goal): 'classification' | 'regression' => (goal === 'regression' ? 'regression' : 'classification');

/**
 * A pipeline that tries a technique on the project's data: it reads, sets rows aside, trains, and judges on the rows set aside; clusters
 * and anomalies are looked at instead. `versions` gives the present version of each node type, `hasTask` those with a task to choose.
 */
export function techniqueTemplate(
  id: TechniqueId,
  goal: Goal,
  title: string,
  data: TemplateData,
  types: { version(type: string): number; has(type: string, param: string): boolean },
): Pick<PipelineDocument, 'nodes' | 'edges' | 'layout' | 'title'> {
  const steps = stepsOf(id, goal, data, types);
  const nodes = [
    { id: 'read', type: data.reader.type, version: data.reader.version, params: { ...data.reader.params } },
    ...steps.map(({ id: step, type, params }) => ({ id: step, type, version: types.version(type), params: { ...params } })),
  ];
  const edges = steps.flatMap((step) => step.from.map(([node, port, to]) => ({ id: `${node}-${port}-${step.id}-${to}`, from: { node, port }, to: { node: step.id, port: to } })));
  const layout: Record<string, { x: number; y: number }> = { read: { x: 0, y: 0 } };
  for (const { id: step, at: [column, row] } of steps) layout[step] = { x: column * 272, y: row * 112 };
  return { title, nodes, edges, layout } as Pick<PipelineDocument, 'nodes' | 'edges' | 'layout' | 'title'>;
}

function stepsOf(id: TechniqueId, goal: Goal, data: TemplateData, types: { has(type: string, param: string): boolean }): Step[] {
  const { target } = data;
  const numbers = data.columns.filter(({ type }) => type === 'integer' || type === 'float').map(({ name }) => name);
  const withTask = (type: string): Record<string, unknown> => ({ ...(target === '' ? {} : { target }), ...(types.has(type, 'task') ? { task: taskOf(goal) } : {}) });
  switch (id) {
    case 'k-means':
    case 'dbscan':
    case 'hierarchical': {
      const type = id === 'k-means' ? 'train/k-means' : id === 'dbscan' ? 'train/dbscan' : 'train/hierarchical-clustering';
      return [
        { id: 'fill', type: 'transform/impute', from: [['read', 'table', 'table']], at: [1, 0] },
        { id: 'groups', type, from: [['fill', 'table', 'table']], at: [2, 0] },
        { id: 'judge', type: 'evaluate/clustering-quality', params: { cluster: 'cluster' }, from: [['groups', 'table', 'table']], at: [3, 0] },
        { id: 'see', type: 'explore/scatter-plot', params: { colour: 'cluster', ...(numbers[0] === undefined ? {} : { x: numbers[0] }), ...(numbers[1] === undefined ? {} : { y: numbers[1] }) }, from: [['groups', 'table', 'table']], at: [3, 1] },
      ];
    }
    case 'isolation':
      return [
        { id: 'profile', type: 'explore/data-quality-profile', from: [['read', 'table', 'table']], at: [1, 1] },
        { id: 'unusual', type: 'train/isolation-forest', from: [['read', 'table', 'table']], at: [1, 0] },
      ];
    case 'outliers':
      return [{ id: 'unusual', type: 'explore/outliers', from: [['read', 'table', 'table']], at: [1, 0] }];
    case 'forecast': {
      const time = data.columns.find(({ type }) => type === 'date' || type === 'timestamp')?.name;
      return [{ id: 'forecast', type: 'train/time-series-forecast', params: { ...(time === undefined ? {} : { time }), ...(target === '' ? {} : { value: target }) }, from: [['read', 'table', 'table']], at: [1, 0] }];
    }
    case 'auto':
      return [
        ...split(goal, target),
        { id: 'search', type: 'train/auto-train', params: withTask('train/auto-train'), from: [['split', 'train', 'table']], at: [2, 0] },
        ...judged('search', goal),
      ];
    case 'text-words':
      return [
        ...split(goal, target),
        { id: 'prepare', type: 'train/preprocess', params: { steps: [{ step: 'text', columns: { by: 'names', names: textColumns(data) }, weighting: 'tf-idf', longest: 1, lowerCase: true, shortest: 2, minRows: 2, maxTerms: 2000 }] }, from: [], at: [2, 1] },
        { id: 'learn', type: 'train/logistic-regression', params: { ...withTask('train/logistic-regression'), features: textColumns(data) }, from: [['split', 'train', 'table'], ['prepare', 'recipe', 'recipe']], at: [3, 0] },
        ...judged('learn', goal, 4),
      ];
    default: {
      const type = trainers[id] ?? 'train/gradient-boosting';
      const column = id === 'text-network' ? textColumns(data)[0] : undefined;
      return [...split(goal, target), { id: 'learn', type, params: { ...withTask(type), ...(column === undefined ? {} : { column }) }, from: [['split', 'train', 'table']], at: [2, 0] }, ...judged('learn', goal)];
    }
  }
}

const textColumns = (data: TemplateData): string[] => data.columns.filter(({ name, type }) => type === 'string' && name !== data.target).map(({ name }) => name).slice(0, 1);

function split(goal: Goal, target: string): Step[] {
  const stratified = goal !== 'regression' && target !== '';
  return [{ id: 'split', type: 'transform/partition', params: { fraction: 0.75, seed: 7, ...(stratified ? { method: 'stratified', column: target } : {}) }, from: [['read', 'table', 'table']], at: [1, 0] }];
}

function judged(model: string, goal: Goal, column = 3): Step[] {
  const predict: Step = { id: 'predict', type: 'evaluate/predict', from: [[model, 'model', 'model'], ['split', 'test', 'table']], at: [column, 0] };
  const table = [['predict', 'table', 'table']] as const;
  if (goal === 'regression') return [predict, { id: 'judge', type: 'evaluate/regression-diagnostics', from: table, at: [column + 1, 0] }];
  return [predict, { id: 'judge', type: 'evaluate/roc-pr', from: table, at: [column + 1, 0] }, { id: 'confusion', type: 'evaluate/confusion-matrix', from: table, at: [column + 1, 1] }];
}
