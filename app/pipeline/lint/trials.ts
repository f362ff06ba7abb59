import type { Column } from '#app/relation/types.ts';
import type { ColumnSelection, Recipe } from '#app/sdk/ports.ts';
import { isFeatureOf } from '#app/sdk/trainer.ts';
import type { TableTrace } from './columns.ts';
import type { LintNode, SourcePort } from './finding.ts';
import type { Rows } from './rows.ts';
import { portsOf, sourcesAt, type Taught, type Traces } from './trace.ts';

/** Rows that a model is scored on. */
export interface Test {
  /** Where they come in: Predict, or what evaluates the model itself. */
  readonly node: LintNode;
  readonly port: string;
  readonly from: SourcePort;
  readonly rows: Rows;
  readonly taught: readonly Taught[];
}

/** A learner on a table, with all that scores what it learns there. */
export interface Trial {
  /** Where target and features are chosen. */
  readonly trainer: LintNode;
  readonly target: string;
  /** Names of the columns that it learns from. */
  readonly features: readonly string[];
  /** The same with those that its recipe leaves out: what the trainer is given. */
  readonly given: readonly string[];
  /** Where the table comes in: the trainer, or a node that cross-validates its learner. */
  readonly at: LintNode;
  readonly port: string;
  readonly from: SourcePort;
  readonly table: TableTrace;
  /** Empty where nothing scores the model. */
  readonly tests: readonly Test[];
  /** True where `at` splits the table itself, so that all of its rows are tested on. */
  readonly inside: boolean;
}

/** Nodes that choose a target and learn it. */
export const isTrainer = (node: LintNode): boolean => portsOf(node, 'outputs', 'learner').length > 0 && typeof node.params['target'] === 'string' && node.params['target'] !== '';

export function findTrials(nodes: readonly LintNode[], traces: Traces): Trial[] {
  const tests = findTests(nodes, traces);
  return nodes.flatMap((node): Trial[] => {
    const [table] = sourcesAt(node, 'table');
    if (table === undefined) return [];
    const mine = tests.filter(({ node: evaluator }) => sourcesAt(evaluator, 'model').some(({ from }) => traces.model(from)?.trainers.includes(node.id)));
    // What joins or tunes learners and gives a model is tested elsewhere; what only scores learners tests them itself.
    const inside = !isTrainer(node) && portsOf(node, 'outputs', 'model').length === 0;
    return trainersOf(node, traces).flatMap((trainer) => trialOf(trainer, node, table.port, table.from, traces, { tests: mine, inside }));
  });
}

/** The nodes whose target and features a node learns: itself, or those of the learners that come in, over however many steps. */
function trainersOf(node: LintNode, traces: Traces): LintNode[] {
  const found = new Set<LintNode>();
  const queue = [node];
  const seen = new Set(queue);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (isTrainer(at)) {
      found.add(at);
      continue;
    }
    // A final learner over the others' predictions learns from those, not from the table.
    const [first] = portsOf(at, 'inputs', 'learner');
    for (const from of (first === undefined ? undefined : at.inputs[first]) ?? []) {
      const before = traces.nodes.get(from.nodeId);
      if (before === undefined || seen.has(before)) continue;
      seen.add(before);
      queue.push(before);
    }
  }
  return [...found];
}

function trialOf(trainer: LintNode, at: LintNode, port: string, from: SourcePort, traces: Traces, rest: Pick<Trial, 'tests' | 'inside'>): Trial[] {
  const table = traces.table(from);
  const target = String(trainer.params['target']);
  if (table === undefined) return [];
  const chosen = trainer.params['features'];
  const meta = trainer.outputs['learner'];
  const recipe = (meta?.kind === 'learner' ? meta.learner?.recipe : null) ?? { steps: [] };
  const given = [...table.columns].filter(([name, { type }]) => (Array.isArray(chosen) ? chosen.includes(name) : name !== target && isFeatureOf({ name, type }, recipe))).map(([name]) => name);
  const features = given.filter((name) => !isLeftOut({ name, type: table.columns.get(name)?.type ?? 'string' }, recipe));
  return [{ trainer, target, features, given, at, port, from, table, ...rest }];
}

/** Whether a step of the recipe drops a raw column, whatever its values. */
const isLeftOut = (column: Column, { steps }: Recipe): boolean => steps.some((step) => step.step === 'select' && ((step.action === 'drop' && isChosen(column, step.columns)) || (step.action === 'keep' && !isChosen(column, step.columns))));

function isChosen({ name, type }: Column, selection: ColumnSelection): boolean {
  switch (selection.by) {
    case 'all':
      return true;
    case 'names':
      return selection.names.includes(name);
    case 'all-categorical':
      return type === 'string';
    case 'all-dates':
      return type === 'date' || type === 'timestamp';
    case 'all-numeric':
      return type === 'integer' || type === 'float' || type === 'boolean';
  }
}

/** Rows that models are scored on: at nodes that evaluate a model, and at those whose predictions reach one that evaluates them. */
function findTests(nodes: readonly LintNode[], traces: Traces): Test[] {
  const scored = scoredTables(nodes);
  return nodes.flatMap((node): Test[] => {
    const taught = sourcesAt(node, 'model').flatMap(({ from }) => traces.model(from)?.taught ?? []);
    if (taught.length === 0) return [];
    const isScored = portsOf(node, 'outputs', 'evaluation').length > 0 || scored.has(node.id);
    const [table] = sourcesAt(node, 'table');
    const rows = table === undefined ? undefined : traces.table(table.from)?.rows;
    return !isScored || table === undefined || rows === undefined ? [] : [{ node, port: table.port, from: table.from, rows, taught }];
  });
}

/** Ids of the nodes with a table that some evaluation is made of, over however many steps, back to the predictions in it. */
function scoredTables(nodes: readonly LintNode[]): Set<string> {
  const scored = new Set<string>();
  for (const node of nodes.toReversed()) {
    const reads = portsOf(node, 'outputs', 'evaluation').length > 0 || scored.has(node.id);
    if (!reads || portsOf(node, 'inputs', 'model').length > 0) continue;
    for (const { from } of sourcesAt(node, 'table')) scored.add(from.nodeId);
  }
  return scored;
}
