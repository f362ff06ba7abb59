import { deserialize, serialize } from 'node:v8';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { penstockVersion } from '#app/core/version.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelSignature, PortValue } from '#app/sdk/ports.ts';
import { openScorer } from '../model/scorer.ts';
import type { Contributions } from './contributions.ts';
import { holdRows, modelAndTable, readyRows, type HeldRows } from './model-rows.ts';
import { sampledContributions, type SampledState } from './sampled-shap.ts';
import { exactContributions, type ShapQuestion } from './shap.ts';
import { shapReport } from './shap-report.ts';

export interface ShapParams {
  /** Rows explained, at most. */
  readonly rows: number;
  /** Class that is looked at first, and whose contributions the table has; empty: the second of two, else the first. */
  readonly cls: string;
  /** Number of the explained row that the waterfall shows first, from 1. */
  readonly row: number;
  /** For models that are neither trees nor weighted sums: orders of columns tried for each row, and rows that stand in for what is not known. */
  readonly permutations: number;
  readonly background: number;
}

/**
 * Shapley values of each row's prediction by raw column. Ports: `report`, `table`. Cancelled while sampling, it gives what there is so far
 * and leaves a checkpoint.
 */
export async function runShap(context: RunContext<ShapParams>): Promise<Record<string, PortValue>> {
  const { params, signal, progress, artifacts } = context;
  const { model, table } = modelAndTable(context.inputs);
  const { signature } = model;
  const cls = classOf(signature, params.cls);
  const ready = await readyRows(model, table, { truth: false }, context);
  const held = await holdRows(ready, params.rows, context);
  const question: ShapQuestion = { signature, held, cls, signal, progress: (fraction) => progress(0.1 + 0.85 * fraction, 'Explaining rows') };
  const file = await artifacts.read(model.onnx);
  const found = (await exactContributions(file, question)) ?? (await sampled(context, { ...question, progress: (fraction) => progress(0.1 + 0.85 * fraction, 'Sampling; a cancel keeps what there is') }, await holdRows(ready, params.background, context), artifacts.path(model.onnx)));
  return { report: { kind: 'report', report: shapReport({ found, held, signature, cls, row: Math.min(params.row, held.rows) - 1, all: ready.rows }) }, table: await contributionTable(context, found, held, cls) };
}

async function sampled({ params, signal, seed, checkpoint }: RunContext<ShapParams>, question: ShapQuestion, background: HeldRows, file: string): Promise<Contributions> {
  const scorer = await openScorer(file, question.signature, { signal });
  try {
    const resume = readState(await checkpoint.load());
    const { state, found } = await sampledContributions({ ...question, background, permutations: params.permutations, seed, resume, score: (columns, rows) => scorer.score(columns, rows, { signal }) });
    if (found === null) throw new CancelledError();
    if (signal.aborted) await checkpoint.save(Uint8Array.from(serialize({ version: penstockVersion, state })));
    return found;
  } finally {
    await scorer.close();
  }
}

/** Written by this version of this node under its own cache key, or nothing. */
function readState(bytes: Uint8Array | null): SampledState | null {
  if (bytes === null) return null;
  try {
    const saved = deserialize(bytes) as { version?: unknown; state?: SampledState };
    return saved.version === penstockVersion ? (saved.state ?? null) : null;
  } catch {
    // Torn: sampling starts anew.
    return null;
  }
}

function contributionTable({ tables, partialTables, signal }: RunContext<ShapParams>, { columns, outputs }: Contributions, held: HeldRows, cls: number): Promise<PortValue> {
  const chosen = outputs[cls];
  if (chosen === null || chosen === undefined) throw new PenstockError('no-contributions', 'The chosen class was not explained.', { remedy: 'Explain fewer rows.' });
  return (signal.aborted ? partialTables : tables).fromColumns(
    [
      { name: 'row', type: 'integer', values: held.numbers },
      ...columns.map((name, j) => ({ name: contributionColumn(name), type: 'float' as const, values: Float64Array.from({ length: held.rows }, (_unused, row) => chosen.values[row * columns.length + j] as number) })),
      { name: 'base', type: 'float', values: new Float64Array(held.rows).fill(chosen.base) },
      { name: 'output', type: 'float', values: chosen.outputs },
    ],
    'contributions',
  );
}

export const contributionColumn = (column: string): string => `shap_${column}`;

/** @throws PenstockError `unknown-class`. */
function classOf({ task, classes = [] }: ModelSignature, wanted: string): number {
  if (task === 'regression') return 0;
  if (wanted === '') return classes.length === 2 ? 1 : 0;
  const found = classes.indexOf(wanted);
  if (found >= 0) return found;
  throw new PenstockError('unknown-class', `The model has no class “${wanted}”.`, { remedy: `Choose one of ${classes.slice(0, 8).join(', ')}.`, place: { param: ['cls'] } });
}
