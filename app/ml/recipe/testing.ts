import { emitFeatures } from '#app/relation/emitters/onnx/index.ts';
import type { NamedExpr, Schema } from '#app/relation/types.ts';
import { inputTensorName, type FeatureOutput, type FittedRecipe } from '#app/sdk/ports.ts';
import { toFeeds } from '../model/raw-columns.ts';
import { encodeModel } from '../onnx/encode.ts';
import { runModel, type TestRuntime } from '../onnx/testing.ts';

/** For tests: a fitted recipe alone as a model, run by a build of ONNX Runtime. */

export type TestCell = null | boolean | number | string;

/** The features that are expressions, as a query computes them. */
export const expressionsOf = (outputs: readonly FeatureOutput[]): NamedExpr[] => outputs.flatMap((output) => ('expr' in output ? [output] : []));

/** Float32 [rows × outputs]. Cells are in the order of `schema`. */
export async function featuresInOnnx(runtime: TestRuntime, fitted: FittedRecipe, schema: Schema, rows: readonly (readonly TestCell[])[]): Promise<Float32Array> {
  const features = emitFeatures(fitted, { tensorName: inputTensorName });
  const output = { name: features.output, type: 'float', shape: ['rows', fitted.outputs.length] } as const;
  const model = encodeModel({ name: 'features', inputs: features.inputs, outputs: [output], nodes: features.nodes, initializers: features.initializers });
  const columns = Object.fromEntries(schema.map(({ name }, index) => [name, rows.map((row) => row[index] ?? null)]));
  const feeds = Object.entries(toFeeds(fitted.inputs, columns, 0, rows.length)).map(([name, values]) => [name, { data: values as readonly string[] | Float64Array, dims: [rows.length, 1] }] as const);
  return (await runModel(runtime, model, Object.fromEntries(feeds)))[features.output]?.data as Float32Array;
}
