import { PenstockError } from '#app/core/errors.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelSignature, PortValue } from '#app/sdk/ports.ts';
import { openScorer } from '../model/scorer.ts';
import { holdRows, modelAndTable, readyRows } from './model-rows.ts';
import { exactContributions, sampledContributions, type Contributions, type ShapQuestion } from './shap.ts';
import { shapReport } from './shap-report.ts';

export interface ShapParams {
  /** Rows explained, at most. */
  readonly rows: number;
  /** Class whose probability is explained; empty: the second of two, else the first. */
  readonly cls: string;
  /** Number of the explained row that the waterfall shows, from 1. */
  readonly row: number;
  /** For models that are none of trees: orders of columns tried for each row, and rows that stand in for what is not known. */
  readonly permutations: number;
  readonly background: number;
}

/** Shapley values of each row's prediction by raw column. Ports: `report`, `table`. */
export async function runShap(context: RunContext<ShapParams>): Promise<Record<string, PortValue>> {
  const { params, signal, progress, seed, artifacts, tables } = context;
  const { model, table } = modelAndTable(context.inputs);
  const { signature } = model;
  const cls = classOf(signature, params.cls);
  const ready = await readyRows(model, table, { truth: false }, context);
  const held = await holdRows(ready, params.rows, context);
  const question: ShapQuestion = { signature, held, cls, signal, progress: (fraction) => progress(0.1 + 0.85 * fraction, 'Explaining rows') };
  const file = await artifacts.read(model.onnx);
  let found = await exactContributions(file, question);
  if (found === null) {
    const background = await holdRows(ready, params.background, context);
    const scorer = await openScorer(artifacts.path(model.onnx), signature, { signal });
    try {
      found = await sampledContributions({ ...question, background, permutations: params.permutations, seed, score: (columns, rows) => scorer.score(columns, rows, { signal }) });
    } finally {
      await scorer.close();
    }
  }
  const report = shapReport({ found, held, signature, cls, row: Math.min(params.row, held.rows) - 1, all: ready.rows });
  const values = found;
  return {
    report: { kind: 'report', report },
    table: await tables.fromColumns(
      [
        { name: 'row', type: 'integer', values: Array.from({ length: held.rows }, (_unused, row) => row + 1) },
        ...values.columns.map((name, j) => ({ name: contributionColumn(name), type: 'float' as const, values: columnOfValues(values, j, held.rows) })),
        { name: 'base', type: 'float', values: new Float64Array(held.rows).fill(values.base) },
        { name: 'output', type: 'float', values: values.outputs },
      ],
      'contributions',
    ),
  };
}

export const contributionColumn = (column: string): string => `shap_${column}`;

const columnOfValues = ({ values, columns }: Contributions, j: number, rows: number): Float64Array => Float64Array.from({ length: rows }, (_unused, row) => values[row * columns.length + j] as number);

/** @throws PenstockError `unknown-class`. */
function classOf({ task, classes = [] }: ModelSignature, wanted: string): number {
  if (task === 'regression') return 0;
  if (wanted === '') return classes.length === 2 ? 1 : 0;
  const found = classes.indexOf(wanted);
  if (found >= 0) return found;
  throw new PenstockError('unknown-class', `The model has no class “${wanted}”.`, { remedy: `Choose one of ${classes.slice(0, 8).join(', ')}.`, place: { param: ['cls'] } });
}
