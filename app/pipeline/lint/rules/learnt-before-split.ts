import { familyOf, isMadeOf, learningsOf, sawRows, touching, type Learning } from '../columns.ts';
import { leak, quoted, type Finding, type Fix, type LintInput, type LintNode } from '../finding.ts';
import { batch, leaveOut, setParams } from '../fixes.ts';
import { keptApartBy, overlap, type Rows } from '../rows.ts';
import { sourcesAt, type Traces } from '../trace.ts';
import type { Trial } from '../trials.ts';
import { encodeInRecipe } from './encode-in-recipe.ts';
import { fillInRecipe } from './fill-in-recipe.ts';
import { filterTrainingRows } from './filter-training-rows.ts';

type Kind = 'all' | 'target' | 'future';

interface Leaky {
  readonly node: LintNode;
  readonly kind: Kind;
  /** By trial, the features that owe something to rows they must not know. */
  readonly columns: Map<Trial, Set<string>>;
}

/** Rows that a trial is tested on, where they are not the ones it was trained on (that is a leak of its own). */
export function testedRows(trial: Trial): readonly Rows[] {
  if (trial.inside) return [trial.table.rows];
  return trial.tests.filter(({ taught, rows }) => !taught.some((one) => overlap(one.rows, rows))).map(({ rows }) => rows);
}

/** Whether the trial's rows are parted by time: a later row is never trained on for an earlier one. */
export function isByTime(trial: Trial, traces: Traces): boolean {
  const splits = trial.inside ? [trial.at] : trial.tests.flatMap(({ rows }) => keptApartBy(trial.table.rows, rows)).flatMap((id) => traces.nodes.get(id) ?? []);
  return splits.some(({ params }) => typeof params['method'] === 'string' && /time/.test(params['method']));
}

/**
 * Features computed from rows that the model is tested on: filled, binned, ranked or projected over the whole table (Kaufman et al.
 * 2012, “Leakage in data mining”), statistics of the target, or rows that lie in the future.
 */
export function learntBeforeSplit(trials: readonly Trial[], traces: Traces, input: LintInput): Finding[] {
  const found = new Map<string, Leaky>();
  const note = (learning: Learning, kind: Kind, trial: Trial, name: string): void => {
    const node = traces.nodes.get(learning.nodeId);
    if (node === undefined) return;
    const key = `${node.id} ${kind}`;
    const entry = found.get(key) ?? { node, kind, columns: new Map<Trial, Set<string>>() };
    found.set(key, entry);
    entry.columns.set(trial, (entry.columns.get(trial) ?? new Set()).add(name));
  };
  for (const trial of trials) {
    const tested = testedRows(trial);
    if (tested.length === 0) continue;
    const answer = trial.table.columns.get(trial.target);
    const family = answer === undefined ? new Set<string>() : familyOf(answer, trial.target, traces.nameOf);
    const byTime = isByTime(trial, traces);
    const ofTarget = touching(family);
    for (const name of trial.features) {
      const column = trial.table.columns.get(name);
      // A feature that holds the row's own target is another rule's.
      if (column === undefined || family.has(column.id) || isMadeOf(column, family)) continue;
      for (const learning of learningsOf(column)) {
        if (learning.kind === 'future') {
          if (learning.timed || byTime) note(learning, 'future', trial, name);
        } else if (tested.some((rows) => sawRows(learning, rows))) {
          note(learning, ofTarget(learning) ? 'target' : 'all', trial, name);
        }
      }
    }
  }
  return [...[...found.values()].map((leaky) => say(leaky, traces, input)), ...selectedBeforeSplit(trials, traces, input)];
}

function say({ node, kind, columns }: Leaky, traces: Traces, input: LintInput): Finding {
  const names = [...new Set([...columns.values()].flatMap((some) => [...some]))];
  const what = quoted(names);
  const leaveIt = `leave ${names.length === 1 ? 'it' : 'them'} out of the features`;
  const place = { nodeId: node.id, column: names[0] ?? '' };
  const before = sourcesAt(node, 'table').slice(0, 1).flatMap(({ from }) => traces.table(from) ?? []);
  // Leaving out a column that is there before the node would lose more than what was learnt.
  const fresh = names.every((name) => !before.some((table) => table.columns.has(name)));
  const without = fresh ? withoutColumns(columns) : null;
  switch (kind) {
    case 'target':
      return leak('leak-target-statistic', `“${node.title}” works out ${what} from the target of all rows, also of those the model is tested on, so every row knows something of its own answer.`, `Take the statistics of the training part only, encode the column in the recipe, or ${leaveIt}.`, place, encodeInRecipe(node, columns, traces, input) ?? without);
    case 'future':
      return leak('leak-future', `“${node.title}” looks at later rows for ${what}, which will not be there yet when the model is used.`, `Look at earlier rows only (lag, or a window that ends at the row), or ${leaveIt}.`, place, backward(node) ?? without);
    case 'all': {
      const recipe = fillInRecipe(node, [...columns.keys()], traces, input);
      const remedy =
        recipe !== null
          ? 'Fill missing values in the recipe of the trainer: it learns from the training rows only.'
          : node.definition.inputs.some((port) => port.kind === 'model')
            ? 'Train the model that predicts here on rows that are not tested on, or leave its predictions out.'
            : `Split the rows first and learn from the training part, use a recipe (Preprocess) where it has such a step, or ${leaveIt}.`;
      return leak('leak-before-split', `“${node.title}” ${node.definition.type === 'transform/impute' ? 'fills' : 'works out'} ${what} from all rows, also from those the model is tested on, so the score comes out better than on new data.`, remedy, place, recipe ?? without);
    }
  }
}

/** An as-of join can look the other way. */
function backward(node: LintNode): Fix | null {
  const isAhead = node.definition.type === 'transform/asof-join' && node.params['direction'] === 'forward';
  return isAhead ? { title: 'take the last row before instead', command: setParams(node, { direction: 'backward' }) } : null;
}

function withoutColumns(columns: ReadonlyMap<Trial, ReadonlySet<string>>): Fix | null {
  const byTrainer = new Map<string, { trial: Trial; names: Set<string> }>();
  for (const [trial, names] of columns) {
    const entry = byTrainer.get(trial.trainer.id) ?? { trial, names: new Set<string>() };
    for (const name of names) entry.names.add(name);
    byTrainer.set(trial.trainer.id, entry);
  }
  const fixes = [...byTrainer.values()].map(({ trial, names }) => leaveOut(trial, [...names]));
  const command = batch(fixes.map((fix) => fix?.command ?? null));
  const [first] = fixes;
  return command === null || first == null ? null : { title: first.title, command: fixes.length === 1 ? first.command : command };
}

/** Unusual rows taken out of the test part too, by limits that all rows decided. */
function selectedBeforeSplit(trials: readonly Trial[], traces: Traces, input: LintInput): Finding[] {
  const said = new Map<string, Finding>();
  for (const trial of trials) {
    for (const rows of testedRows(trial)) {
      for (const learning of trial.table.selections) {
        const node = traces.nodes.get(learning.nodeId);
        // Where only the training rows were filtered, the test rows are as new data will be.
        if (node === undefined || !rows.parts.has(node.id) || !sawRows(learning, rows)) continue;
        const fix = filterTrainingRows(node, trial, rows, traces, input);
        said.set(node.id, leak('leak-row-filter', `“${node.title}” takes unusual rows out before the rows are split, so the model is only tested on easy ones.`, 'Filter the training part only: new data will have unusual rows, too.', { nodeId: node.id }, fix));
      }
    }
  }
  return [...said.values()];
}
