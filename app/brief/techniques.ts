import type { Brief, Goal } from './document.ts';

/** What is known of the data that a project would learn from. */
export interface DataFacts {
  readonly rows: number;
  /** Counts are of a sample where the table is big. */
  readonly sampled: boolean;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly distinct: number; readonly missing: number }[];
  /** Of the target column: share of each value, largest first, where it has few; null for numbers with many. */
  readonly classes: readonly number[] | null;
}

export const techniqueIds = [
  'auto',
  'boosting',
  'logistic',
  'linear',
  'forest',
  'tree',
  'network',
  'neighbours',
  'naive-bayes',
  'k-means',
  'dbscan',
  'hierarchical',
  'forecast',
  'isolation',
  'outliers',
  'text-network',
  'text-words',
  'image-network',
] as const;
export type TechniqueId = (typeof techniqueIds)[number];

/** A reason for or against, as a code; front ends have the words. `values` go into them. */
export interface Reason {
  readonly code: ReasonCode;
  readonly values?: Readonly<Record<string, string | number>>;
}

export const reasonCodes = [
  'best-on-tables',
  'takes-missing',
  'takes-categories',
  'explains-itself',
  'calibrated',
  'fast-to-answer',
  'small-file',
  'few-rows-fit',
  'stable',
  'no-tuning',
  'tries-all',
  'draws-as-a-tree',
  'bends',
  'many-rows',
  'wide',
  'clusters-round',
  'clusters-any-shape',
  'clusters-nested',
  'knows-season',
  'finds-unusual',
  'reads-text',
  'reads-words',
  'reads-images',
  'uses-gpu',
  'few-rows-harm',
  'slow-to-answer',
  'large-file',
  'hard-to-explain',
  'straight-lines',
  'needs-numbers',
  'assumes-independence',
  'too-many-rows',
  'imbalanced',
  'missing-filled',
  'high-cardinality',
  'needs-time',
  'needs-images',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

export interface Advice {
  readonly id: TechniqueId;
  /** 0 … 1, to order by; not a probability. */
  readonly fit: number;
  readonly reasons: readonly Reason[];
  readonly cautions: readonly Reason[];
}

interface Judged {
  fit: number;
  readonly reasons: Reason[];
  readonly cautions: Reason[];
}

const byGoal: Readonly<Record<Goal, readonly TechniqueId[]>> = {
  classification: ['boosting', 'logistic', 'forest', 'tree', 'network', 'naive-bayes', 'neighbours', 'auto'],
  regression: ['boosting', 'linear', 'forest', 'tree', 'network', 'neighbours', 'auto'],
  clustering: ['k-means', 'dbscan', 'hierarchical'],
  forecasting: ['forecast'],
  anomaly: ['isolation', 'outliers'],
  text: ['text-words', 'text-network'],
  image: ['image-network'],
};

/** How well each technique does on its own, before data and constraints are looked at: what comparative studies of tabular data find. */
const start: Readonly<Record<TechniqueId, number>> = {
  // Grinsztajn, Oyallon, Varoquaux 2022, “Why do tree-based models still outperform deep learning on tabular data?”
  boosting: 0.8,
  forest: 0.68,
  logistic: 0.62,
  linear: 0.6,
  auto: 0.6,
  network: 0.55,
  tree: 0.5,
  neighbours: 0.4,
  'naive-bayes': 0.38,
  'k-means': 0.7,
  dbscan: 0.55,
  hierarchical: 0.5,
  forecast: 0.8,
  isolation: 0.75,
  outliers: 0.55,
  'text-words': 0.7,
  'text-network': 0.65,
  'image-network': 0.8,
};

/** Rows at most that a technique is a choice for on one machine, and below which it has too little to learn from. */
const mostRows: Partial<Record<TechniqueId, number>> = { neighbours: 100_000, hierarchical: 20_000, dbscan: 200_000 };
const fewestRows: Partial<Record<TechniqueId, number>> = { boosting: 500, network: 2_000, 'text-network': 2_000, 'image-network': 1_000, forest: 200 };

/** Techniques for a goal, the best first, each with why and what to mind. Pure; without data it tells what can be told of the goal alone. */
export function adviseTechniques(goal: Goal, brief: Pick<Brief, 'constraints' | 'target'>, data: DataFacts | null): Advice[] {
  const constraints = new Set(brief.constraints.map(({ kind }) => kind));
  return byGoal[goal]
    .map((id): Advice => {
      const judged: Judged = { fit: start[id], reasons: [], cautions: [] };
      strengths(id, judged);
      for (const kind of constraints) constrain(id, kind, judged);
      if (data !== null) weigh(id, brief.target, data, judged);
      return { id, fit: Math.min(1, Math.max(0, judged.fit)), reasons: judged.reasons, cautions: judged.cautions };
    })
    .toSorted((a, b) => b.fit - a.fit);
}

function strengths(id: TechniqueId, { reasons, cautions }: Judged): void {
  const because = (...codes: ReasonCode[]): void => void reasons.push(...codes.map((code) => ({ code })));
  const mind = (...codes: ReasonCode[]): void => void cautions.push(...codes.map((code) => ({ code })));
  switch (id) {
    case 'boosting':
      return because('best-on-tables', 'takes-missing', 'takes-categories');
    case 'forest':
      because('stable', 'no-tuning', 'takes-missing');
      return mind('large-file');
    case 'logistic':
      because('explains-itself', 'calibrated', 'small-file');
      return mind('straight-lines');
    case 'linear':
      because('explains-itself', 'small-file');
      return mind('straight-lines');
    case 'tree':
      return because('draws-as-a-tree');
    case 'network':
      because('bends', 'uses-gpu');
      return mind('hard-to-explain');
    case 'neighbours':
      because('bends');
      return mind('slow-to-answer', 'large-file');
    case 'naive-bayes':
      because('few-rows-fit', 'fast-to-answer');
      return mind('assumes-independence');
    case 'auto':
      return because('tries-all');
    case 'k-means':
      because('clusters-round');
      return mind('needs-numbers');
    case 'dbscan':
      because('clusters-any-shape');
      return mind('needs-numbers');
    case 'hierarchical':
      because('clusters-nested');
      return mind('needs-numbers');
    case 'forecast':
      because('knows-season');
      return mind('needs-time');
    case 'isolation':
    case 'outliers':
      return because('finds-unusual');
    case 'text-words':
      because('reads-words', 'explains-itself');
      return;
    case 'text-network':
      because('reads-text', 'uses-gpu');
      return;
    case 'image-network':
      because('reads-images', 'uses-gpu');
      return mind('needs-images');
  }
}

const explainable: ReadonlySet<TechniqueId> = new Set(['logistic', 'linear', 'tree', 'text-words', 'outliers', 'k-means']);
const quick: ReadonlySet<TechniqueId> = new Set(['logistic', 'linear', 'tree', 'naive-bayes', 'text-words', 'boosting']);
const heavy: ReadonlySet<TechniqueId> = new Set(['forest', 'neighbours']);

function constrain(id: TechniqueId, kind: Brief['constraints'][number]['kind'], judged: Judged): void {
  const has = (list: readonly Reason[], code: ReasonCode): boolean => list.some((one) => one.code === code);
  if (kind === 'explainability' || kind === 'law') {
    judged.fit += explainable.has(id) ? 0.2 : -0.12;
    if (explainable.has(id) && !has(judged.reasons, 'explains-itself') && id !== 'tree') judged.reasons.push({ code: 'explains-itself' });
    if (!explainable.has(id) && !has(judged.cautions, 'hard-to-explain')) judged.cautions.push({ code: 'hard-to-explain' });
  }
  if (kind === 'latency') {
    judged.fit += quick.has(id) ? 0.06 : -0.1;
    if (quick.has(id) && !has(judged.reasons, 'fast-to-answer')) judged.reasons.push({ code: 'fast-to-answer' });
    if (heavy.has(id) && !has(judged.cautions, 'slow-to-answer')) judged.cautions.push({ code: 'slow-to-answer' });
  }
  if (kind === 'memory') judged.fit += heavy.has(id) ? -0.2 : 0.02;
}

/** A class rarer than this makes accuracy mislead. */
const rare = 0.1;
/** Different values beyond which a text column is no longer a handful of categories. */
const manyCategories = 200;

function weigh(id: TechniqueId, target: string, data: DataFacts, judged: Judged): void {
  const most = mostRows[id];
  const fewest = fewestRows[id];
  if (most !== undefined && data.rows > most) {
    judged.fit -= 0.35;
    judged.cautions.push({ code: 'too-many-rows', values: { rows: data.rows, most } });
  }
  if (fewest !== undefined && data.rows < fewest) {
    judged.fit -= 0.2;
    judged.cautions.push({ code: 'few-rows-harm', values: { rows: data.rows } });
  }
  if (data.rows < 500 && (id === 'logistic' || id === 'linear' || id === 'naive-bayes')) {
    judged.fit += 0.12;
    judged.reasons.push({ code: 'few-rows-fit', values: { rows: data.rows } });
  }
  if (data.rows >= 50_000 && (id === 'boosting' || id === 'network')) {
    judged.fit += 0.06;
    judged.reasons.push({ code: 'many-rows', values: { rows: data.rows } });
  }
  const features = data.columns.filter(({ name }) => name !== target);
  if (features.length > Math.max(30, data.rows / 5) && (id === 'logistic' || id === 'linear')) {
    judged.fit += 0.08;
    judged.reasons.push({ code: 'wide', values: { columns: features.length } });
  }
  const missing = features.filter((column) => column.missing > 0).length;
  if (missing > 0 && (id === 'logistic' || id === 'linear' || id === 'network' || id === 'neighbours')) judged.cautions.push({ code: 'missing-filled', values: { columns: missing } });
  const categories = features.filter(({ type, distinct }) => type === 'string' && distinct > manyCategories);
  if (categories[0] !== undefined && (id === 'logistic' || id === 'linear' || id === 'network' || id === 'tree')) judged.cautions.push({ code: 'high-cardinality', values: { column: categories[0].name, values: categories[0].distinct } });
  const rarest = data.classes?.at(-1);
  if (rarest !== undefined && rarest < rare && !judged.cautions.some(({ code }) => code === 'imbalanced')) judged.cautions.push({ code: 'imbalanced', values: { share: rarest } });
}

/** The goal that a target column speaks for; null without one. */
export function guessGoal(target: string, data: DataFacts): Goal | null {
  const column = data.columns.find(({ name }) => name === target);
  if (column === undefined) return null;
  if (column.type === 'string' || column.type === 'boolean') return 'classification';
  return column.type === 'integer' && column.distinct <= 10 ? 'classification' : 'regression';
}
