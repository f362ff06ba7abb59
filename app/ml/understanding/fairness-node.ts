import { PenstockError } from '#app/core/errors.ts';
import { cast, col } from '#app/relation/build.ts';
import type { Schema } from '#app/relation/types.ts';
import { isNumber } from '#app/sdk/analysis.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { PortValue, Report } from '#app/sdk/ports.ts';
import { runTask } from '../worker/run-task.ts';
import type { FairnessGoal, FairThresholds, FairThresholdsPayload } from './fair-thresholds.ts';
import { classGroups, disparities, groupingOf, intersectionOf, numberGroups, type ClassGroup, type Grouping } from './fairness.ts';
import { classFairnessReport, numberFairnessReport, type Mitigation } from './fairness-report.ts';
import { leftOutNotes, modelAndTable, readyRows, scoreRows, type ScoredRows } from './model-rows.ts';
import { positivePlace } from './threshold-node.ts';

export interface FairnessParams {
  /** Protected columns. */
  readonly columns: readonly string[];
  /** Also every combination of their groups. */
  readonly intersections: boolean;
  /** Empty: the last class. */
  readonly favourable: string;
  /** Groups with fewer rows are marked and not compared. */
  readonly smallest: number;
  readonly bins: number;
  /** Edges for number columns, as text. */
  readonly cuts: string;
  readonly mitigation: 'none' | FairnessGoal;
  readonly gap: number;
}

/** Numbers in a text, between commas, semicolons or spaces. */
export function cutsOf(text: string): number[] {
  return text.split(/[,;\s]+/).filter((part) => part !== '').map(Number).filter((value) => Number.isFinite(value));
}

/** How a model treats groups of people. Ports: `report`, `groups`, `thresholds`. */
export async function runFairness(context: RunContext<FairnessParams>): Promise<Record<string, PortValue>> {
  const { params, progress } = context;
  const { model, table } = modelAndTable(context.inputs);
  const { signature } = model;
  const protectedColumns = findColumns(params.columns, table.schema);
  const ready = await readyRows(model, table, { truth: true, extra: protectedColumns.map(({ name }) => cast(col(name), 'string')) }, context);
  const scored = await scoreRows(model, ready, context);
  progress(0.75, 'Comparing groups');
  const singles = protectedColumns.map(({ name, type }, i) => {
    const values = scored.extras[i] ?? [];
    return groupingOf(name, isNumber(type) ? values.map((value) => (value === null || value === undefined ? null : Number(value))) : values, isNumber(type), params.bins, cutsOf(params.cuts));
  });
  const groupings = [...singles, ...(params.intersections && singles.length > 1 ? [intersectionOf(singles)] : [])];
  const notes = leftOutNotes(ready, scored.unanswered);
  if (signature.task === 'regression') {
    const found = groupings.map((grouping) => ({ column: grouping.column, groups: numberGroups(grouping, scored.truth, scored.prediction, params.smallest) }));
    const lines = found.flatMap(({ column, groups }) => groups.flatMap(({ group, rows, small, residual, absoluteError }) => [
      { column, group, rows, small, measure: 'mean residual', ...residual },
      { column, group, rows, small, measure: 'mean absolute error', ...absoluteError },
    ]));
    return outputs(context, numberFairnessReport(signature.target.name, found, notes), lines, null);
  }
  const classes = signature.classes ?? [];
  const place = positivePlace(classes, params.favourable);
  const favourable = Uint8Array.from(scored.truth, (value) => (value === place ? 1 : 0));
  const selected = Uint8Array.from(scored.label, (label) => (label === place ? 1 : 0));
  const found = groupings.map((grouping) => ({ column: grouping.column, groups: classGroups(grouping, selected, favourable, params.smallest) }));
  const [first] = singles;
  const mitigation = params.mitigation === 'none' || first === undefined ? null : await mitigate(context, first, params.mitigation, scored, favourable, place, classes.length, found[0]?.groups ?? []);
  const [worst] = found.map(({ groups }) => disparities(groups)).toSorted((a, b) => b.demographicParity - a.demographicParity);
  for (const [name, value] of Object.entries({ selectionGap: worst?.demographicParity, equalOpportunityGap: worst?.equalOpportunity })) if (value !== undefined && Number.isFinite(value)) context.metric(name, value);
  const rates = [['selection rate', 'selection'], ['true positive rate', 'truePositive'], ['false positive rate', 'falsePositive'], ['precision', 'precision'], ['accuracy', 'accuracy']] as const;
  const lines = found.flatMap(({ column, groups }) => groups.flatMap((group) => rates.map(([measure, key]) => ({ ...group[key], column, group: group.group, rows: group.rows, small: group.small, measure }))));
  return outputs(context, classFairnessReport(signature.target.name, classes[place] ?? '', found, mitigation, notes), lines, mitigation);
}

function findColumns(names: readonly string[], schema: Schema): Schema {
  if (names.length === 0) throw new PenstockError('param-missing', 'No protected column is chosen.', { remedy: 'Choose the columns whose groups are to be compared, such as sex or age.', place: { param: ['columns'] } });
  return names.map((name) => {
    const column = schema.find((one) => one.name === name);
    if (column !== undefined) return column;
    throw new PenstockError('unknown-column', `There is no column “${name}” in the table.`, { remedy: 'Choose the columns again.', place: { param: ['columns'], column: name } });
  });
}

async function mitigate(context: RunContext<FairnessParams>, grouping: Grouping, goal: FairnessGoal, scored: ScoredRows, favourable: Uint8Array, place: number, classes: number, before: readonly ClassGroup[]): Promise<Mitigation> {
  const { params, progress } = context;
  const scores = Float32Array.from(favourable, (_value, row) => scored.probabilities[row * classes + place] ?? 0);
  const counted = before.map(({ small }) => !small);
  const choose = (of: (row: number) => boolean, from: number, share: number): Promise<FairThresholds> => chosenThresholds(context, { scores, positive: favourable, group: grouping.codes, counted, goal, gap: params.gap }, of, (fraction) => progress(from + share * (fraction ?? 0), 'Thresholds by group'));
  const by = (thresholds: (row: number) => FairThresholds): Uint8Array => Uint8Array.from(scores, (score, row) => (score >= (thresholds(row).groups[grouping.codes[row] ?? -1]?.threshold ?? Number.POSITIVE_INFINITY) ? 1 : 0));
  const thresholds = await choose(() => true, 0.8, 0.08);
  // What thresholds are worth shows on rows that they were not chosen on: each half is measured by those of the other.
  const halves = [await choose((row) => !isFirstHalf(row), 0.88, 0.04), await choose(isFirstHalf, 0.92, 0.03)] as const;
  const groups = (selected: Uint8Array): ClassGroup[] => classGroups(grouping, selected, favourable, params.smallest);
  return { column: grouping.column, goal, before, after: groups(by(() => thresholds)), unseen: groups(by((row) => halves[isFirstHalf(row) ? 0 : 1])), thresholds };
}

/** Half of the rows, whatever their order goes by. */
const isFirstHalf = (row: number): boolean => (Math.imul(row + 1, 0x9e3779b1) >>> 16) % 2 === 0;

function chosenThresholds({ signal }: RunContext<FairnessParams>, { scores, positive, group, ...rest }: FairThresholdsPayload, of: (row: number) => boolean, onProgress: (fraction: number | null) => void): Promise<FairThresholds> {
  const rows = Int32Array.from({ length: scores.length }, (_unused, row) => row).filter(of);
  const payload = { ...rest, scores: Float32Array.from(rows, (row) => scores[row] ?? 0), positive: Uint8Array.from(rows, (row) => positive[row] ?? 0), group: Int32Array.from(rows, (row) => group[row] ?? -1) };
  return runTask('fair-thresholds', payload, { signal, onProgress });
}

interface Line {
  readonly column: string;
  readonly group: string;
  readonly rows: number;
  readonly small: boolean;
  readonly measure: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

async function outputs({ tables }: RunContext<FairnessParams>, report: Report, lines: readonly Line[], mitigation: Mitigation | null): Promise<Record<string, PortValue>> {
  const float = (name: string, values: readonly number[]) => ({ name, type: 'float' as const, values });
  const groups = await tables.fromColumns(
    [
      { name: 'column', type: 'string', values: lines.map(({ column }) => column) },
      { name: 'group', type: 'string', values: lines.map(({ group }) => group) },
      { name: 'rows', type: 'integer', values: lines.map(({ rows }) => rows) },
      { name: 'few_rows', type: 'boolean', values: lines.map(({ small }) => Number(small)) },
      { name: 'measure', type: 'string', values: lines.map(({ measure }) => measure) },
      float('value', lines.map(({ value }) => value)),
      float('low', lines.map(({ low }) => low)),
      float('high', lines.map(({ high }) => high)),
    ],
    'groups',
  );
  const after = mitigation?.after ?? [];
  const before = after.map(({ group }) => mitigation?.before.find((one) => one.group === group));
  const thresholds = await tables.fromColumns(
    [
      { name: 'column', type: 'string', values: after.map(() => mitigation?.column ?? '') },
      { name: 'group', type: 'string', values: after.map(({ group }) => group) },
      { name: 'rows', type: 'integer', values: after.map(({ rows }) => rows) },
      float('threshold', after.map((_group, i) => mitigation?.thresholds.groups[i]?.threshold ?? Number.NaN)),
      float('selection_before', before.map((group) => group?.selection.value ?? Number.NaN)),
      float('selection_after', after.map(({ selection }) => selection.value)),
      float('true_positive_before', before.map((group) => group?.truePositive.value ?? Number.NaN)),
      float('true_positive_after', after.map(({ truePositive }) => truePositive.value)),
      float('accuracy_before', before.map((group) => group?.accuracy.value ?? Number.NaN)),
      float('accuracy_after', after.map(({ accuracy }) => accuracy.value)),
    ],
    'thresholds by group',
  );
  return { report: { kind: 'report', report }, groups, thresholds };
}
