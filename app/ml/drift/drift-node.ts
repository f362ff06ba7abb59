import { PenstockError } from '#app/core/errors.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { PortValue, TableValue } from '#app/sdk/ports.ts';
import { ask, toNumber } from '#app/sdk/analysis.ts';
import { runTask } from '../worker/run-task.ts';
import { compare, shareOfRare, testedColumns, type ColumnDrift, type CompareOptions } from './compare.ts';
import { countColumns } from './counts.ts';
import { driftBatch, driftMetrics, driftReport, statisticTitles, worstFirst, type DriftFindings } from './drift-report.ts';
import { profileTable, sampleOf, tableProfileSchema, type TableProfile } from './profile.ts';
import { isSavedProfile, readProfile, savedProfile } from './saved-profile.ts';

export interface DriftParams extends CompareOptions {
  /** Empty: all that can be compared. */
  readonly columns: readonly string[];
  /** Rows that hang together in time; 1: none. */
  readonly block: number;
  readonly order: string;
}

type Context = Pick<RunContext<unknown>, 'tables' | 'progress' | 'signal' | 'seed' | 'report'>;

/** Compares a batch with a profile: counts it in the profile's bins and sets the threshold by drawing batches of its size. */
export async function findDrift(context: Context, profile: TableProfile, current: TableValue, params: DriftParams): Promise<DriftFindings> {
  const { tables, progress, signal, seed, report } = context;
  const names = new Map(current.schema.map((column) => [column.name, column]));
  const lacking = profile.columns.filter(({ name, type }) => kindOf(names.get(name)?.type) !== kindOf(type));
  for (const { name, type } of lacking.slice(0, 20)) {
    const found = names.get(name);
    report({ severity: 'warning', code: found === undefined ? 'column-gone' : 'column-type-changed', message: found === undefined ? `The reference has a column “${name}”, which this table does not have.` : `Column “${name}” was ${type} in the reference and is ${found.type} now.`, remedy: 'It was not compared. Check where the table comes from.', place: { port: 'current', column: name } });
  }
  const chosen = params.columns.length === 0 ? null : new Set(params.columns);
  const kept = profile.columns.flatMap((column, at) => (!lacking.includes(column) && (chosen?.has(column.name) ?? true) ? [at] : []));
  const own: TableProfile = { ...profile, columns: kept.flatMap((at) => profile.columns[at] ?? []), sample: { ...profile.sample, codes: kept.map((at) => profile.sample.codes[at] ?? '') } };
  if (own.columns.length === 0) throw new PenstockError('nothing-to-compare', 'The two tables have no column in common that can be compared.', { remedy: 'Connect tables with the same columns, or choose others: numbers, text and true/false are compared.', place: { port: 'current' } });
  const [[counted] = []] = await ask(tables, current.relation, 'select count(*) from t', ['integer']);
  const rows = toNumber(counted);
  if (rows === 0) throw new PenstockError('no-rows', 'The table to be compared has no rows.', { remedy: 'Check the reader and the filters before it.', place: { port: 'current' } });
  const columns = own.columns.map(({ name, bins, low, high }) => ({ column: names.get(name) ?? { name, type: 'string' as const }, bins, low, high }));
  const found = await countColumns(tables, current.relation, columns, (done) => progress(0.4 + 0.3 * done, 'Counting the batch'));
  const calibration = params.method !== 'calibrated' || own.sample.rows === 0 ? null : await runTask('calibrate-drift', { sample: sampleOf(own), columns: testedColumns(own, params.statistic), referenceRows: own.rows, batchRows: rows, batches: params.batches / (1 - shareOfRare), seed }, { signal, onProgress: (fraction) => progress(0.7 + 0.28 * (fraction ?? 0), 'Calibrating') });
  return { profile: own, rows, columns: compare(own, found, rows, params, calibration), calibration, options: params };
}

/** Integers and decimals are one. */
const kindOf = (type: string | undefined): string => (type === 'integer' || type === 'float' ? 'number' : (type ?? ''));

/** The profile to compare with: of a table, of a profile saved as a table, or of what a registered model was trained on. */
export async function referenceProfile(context: Pick<RunContext<unknown>, 'tables' | 'progress' | 'references'>, reference: TableValue | null, model: string, params: Pick<DriftParams, 'columns' | 'block' | 'order'>): Promise<TableProfile> {
  const { tables, progress, references } = context;
  const make = (table: TableValue): Promise<TableProfile> => profileTable({ tables, relation: table.relation, schema: table.schema, columns: params.columns, order: params.order, block: params.block, progress: (done, message) => progress(0.4 * done, message) });
  if (reference !== null) return isSavedProfile(reference.schema) ? readProfile(tables, reference) : make(reference);
  const known = await references.ofModel(model);
  const saved = tableProfileSchema.safeParse(known.saved);
  if (saved.success && saved.data.sample.block === params.block) return saved.data;
  const table = await known.rows();
  const profile = await profileTable({ tables, relation: table.relation, schema: table.schema, columns: [], order: params.order, block: params.block, progress: (done, message) => progress(0.4 * done, message) });
  await known.save(profile);
  return profile;
}

/** Ports `report`, `columns`, `evaluation`, `profile` of a node that compares two tables; the batch goes into the history. */
export async function driftOutputs(context: Pick<RunContext<unknown>, 'tables' | 'metric' | 'alarms' | 'nodeId'>, title: string, kind: 'data-drift' | 'prediction-drift', findings: DriftFindings): Promise<Record<string, PortValue>> {
  const { tables, metric, alarms, nodeId } = context;
  const metrics = driftMetrics(findings);
  for (const [name, value] of Object.entries(metrics)) metric(name, value);
  const batch = driftBatch(kind, findings);
  alarms.record(batch);
  const report = driftReport(title, findings);
  return {
    report: { kind: 'report', report },
    columns: await driftTable(tables, worstFirst(findings.columns)),
    evaluation: { kind: 'evaluation', evaluation: { task: 'regression', target: '', rows: findings.rows, metrics, report, monitored: { nodeId, batch } } },
    profile: await savedProfile(tables, findings.profile),
  };
}

function driftTable(tables: RunContext<unknown>['tables'], columns: readonly ColumnDrift[]): Promise<TableValue> {
  const float = (name: string, of: (one: ColumnDrift) => number) => ({ name, type: 'float' as const, values: columns.map((one) => (Number.isFinite(of(one)) ? of(one) : null)) });
  const text = (name: string, of: (one: ColumnDrift) => string) => ({ name, type: 'string' as const, values: columns.map(of) });
  return tables.fromColumns(
    [
      text('column', ({ name }) => name),
      { name: 'drifts', type: 'boolean', values: columns.map(({ status }) => Number(status !== 'ok')) },
      float('drift', ({ ratio }) => ratio),
      text('finding', ({ words }) => words),
      text('slice', ({ slice }) => slice),
      text('statistic', ({ statistic }) => statisticTitles[statistic]),
      float('value', ({ value }) => value),
      float('threshold', ({ threshold }) => threshold),
      float('p_value', ({ p }) => p),
      float('corrected_p', ({ corrected }) => corrected),
      float('psi', ({ psi }) => psi),
      float('jensen_shannon', (one) => one.jensenShannon),
      float('kolmogorov_smirnov', ({ ks }) => ks),
      float('chi_square', ({ chiSquare }) => chiSquare),
      float('wasserstein', ({ wasserstein }) => wasserstein),
      float('missing_reference', ({ missing }) => missing[0]),
      float('missing_now', ({ missing }) => missing[1]),
      float('unseen', ({ unseen }) => unseen),
    ],
    'columns',
  );
}

/** @throws PenstockError `param-missing` where there is nothing to compare with. */
export function noReference(): PenstockError {
  return new PenstockError('param-missing', 'There is nothing to compare with.', { remedy: 'Connect a reference table, or name a registered model whose training rows are the reference.', place: { port: 'reference' } });
}

/** Data Drift. */
export async function runDataDrift(context: RunContext<DriftParams & { readonly model: string }>): Promise<Record<string, PortValue>> {
  const { inputs, params } = context;
  const [reference, current] = [inputs['reference']?.[0], inputs['current']?.[0]];
  if (current?.kind !== 'table') throw new PenstockError('input-missing', 'Nothing is connected to the input “current”.', { remedy: 'Connect a table.', place: { port: 'current' } });
  if (reference?.kind !== 'table' && params.model === '') throw noReference();
  const profile = await referenceProfile(context, reference?.kind === 'table' ? reference : null, params.model, params);
  return driftOutputs(context, 'Data drift', 'data-drift', await findDrift(context, profile, current, params));
}
