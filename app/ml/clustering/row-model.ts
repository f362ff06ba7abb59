import type { RunContext } from '#app/sdk/node.ts';
import type { ModelSignature, ModelSummary, ModelValue } from '#app/sdk/ports.ts';
import type { LearnerHead } from '../learners/types.ts';
import { assembleModel } from '../model/assemble.ts';
import { makeGolden } from '../model/golden.ts';
import { checkParity } from '../model/parity.ts';
import type { RowPoints } from './rows.ts';

export interface RowModel {
  readonly algorithm: string;
  readonly head: LearnerHead;
  /** Without the columns and features, which the rows give. */
  readonly signature: Pick<ModelSignature, 'task' | 'target' | 'classes'>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly summary: ModelSummary;
}

/** A model learnt without a target as one file from raw records, checked on golden rows like those of the trainers. @throws PenstockError `parity`. */
export async function writeRowModel({ fitted, numbered, points }: RowPoints, model: RowModel, { artifacts, tables }: Pick<RunContext<unknown>, 'artifacts' | 'tables'>): Promise<ModelValue> {
  const { algorithm, head, params, metrics, summary } = model;
  const signature: ModelSignature = { ...model.signature, inputs: fitted.inputs, features: fitted.outputs.map(({ name }) => name) };
  const file = assembleModel(fitted, head, signature, algorithm);
  const golden = await makeGolden(fitted, head, signature, numbered, tables);
  await checkParity(file, golden);
  return { kind: 'model', onnx: await artifacts.put(file, 'model.onnx'), golden: await artifacts.put(JSON.stringify(golden), 'golden.json'), signature, algorithm, params, metrics, rows: points.rows, summary };
}
