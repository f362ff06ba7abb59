import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { z } from 'zod';
import type { TrainDetails } from './types.ts';

/** What a learner is fitted on that reads one raw column by itself (texts, paths of images) rather than features. */
export interface RawTrainPayload {
  /** The column's name as a tensor of the model file. */
  readonly tensor: string;
  readonly values: readonly (string | null)[];
  /** [rows]: class index. */
  readonly target: Float64Array;
  readonly classes: number;
  /** Parsed in the worker. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/** Plain data, so that it can cross threads. */
export interface RawTrained {
  /** The whole model, from the raw tensor to the outputs that ModelSignature says. */
  readonly graph: OnnxGraph;
  /** Raw values with the predictions expected of them, found without the graph's reading part. */
  readonly golden: { readonly values: readonly string[]; readonly label: readonly number[]; readonly probabilities: readonly (readonly number[])[] };
  readonly metrics: Readonly<Record<string, number>>;
  readonly details: TrainDetails;
  /** Rows learnt from and measured on. */
  readonly rows: number;
}

/** @throws PenstockError `params-invalid` at the param. */
export function parseParams<S extends z.ZodType>(schema: S, value: unknown, learner: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const param = (issue?.path ?? []).filter((part) => typeof part !== 'symbol');
  throw new PenstockError('params-invalid', `The param '${param.join('.')}' of ${learner} is not valid: ${issue?.message ?? ''}.`, { remedy: 'Correct it in the inspector.', place: { param } });
}
